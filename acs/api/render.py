"""Stored rows as the documents that the API answers. No look-ups, no judgement."""

import math
from typing import Any

from acs.api.command_documents import CommandDocument
from acs.api.documents import (
    CauseDocument,
    EventDocument,
    EvidenceDocument,
    ReachDocument,
    RouterDocument,
    RouterSummary,
    SampleDocument,
    VerdictDocument,
)
from acs.api.languages import ENGLISH, Words
from acs.api.learning_documents import ContactDocument, RemedyDocument
from acs.api.problems import RefusalDocument
from acs.api.times import moment
from acs.api.words import URGENCY
from acs.commands import OPEN_STATES, Command
from acs.secret_names import shown_members
from acs.storage.rows import ContactRow, EventRow, Remedy, RouterRow
from diagnostics.catalogue import CATALOGUE
from diagnostics.sample import Sample
from diagnostics.verdict import Evidence, Verdict


def router_summary(row: RouterRow) -> RouterSummary:
    """A router in a list."""
    return RouterSummary(**_summary(row))


def router_document(row: RouterRow) -> RouterDocument:
    """All that is known of a router itself."""
    return RouterDocument(
        **_summary(row),
        hardware_version=row.hardware_version,
        root=row.root,
        informs=row.informs,
        utc_offset_seconds=row.utc_offset,
        identity_in_doubt=row.flapping,
        booted_at=moment(row.boot_at),
        collected_at=moment(row.collected_at),
        reach=ReachDocument(
            way=row.way, last_ok_at=moment(row.last_ok_at), nat_detected=row.nat_detected
        ),
        vitals=dict(row.vitals),
    )


def _summary(row: RouterRow) -> dict[str, Any]:
    return {
        "router_id": row.router_id,
        "manufacturer": row.manufacturer,
        "oui": row.oui,
        "product_class": row.product_class,
        "serial_number": row.serial_number,
        "model": row.model_name,
        "software_version": row.software_version,
        "address": row.address,
        "enrolment": row.enrolment,
        "account": row.account,
        "segment": row.segment,
        "access": row.access,
        "action": row.verdict,
        "confidence": row.confidence,
        "uptime_seconds": row.uptime,
        "first_seen_at": moment(row.first_seen_at),
        "last_inform_at": moment(row.last_inform_at),
    }


def verdict_document(verdict: Verdict, words: Words = ENGLISH) -> VerdictDocument:
    """A verdict with its urgency and its causes in words, in a language."""
    return VerdictDocument(
        action=verdict.action,
        confidence=verdict.confidence,
        suits=verdict.suits,
        urgency=URGENCY[verdict.action],
        probabilities=verdict.probabilities,
        causes=tuple(
            CauseDocument(
                cause=each.cause, name=words.causes.get(each.cause, ""), probability=each.p
            )
            for each in verdict.causes
        ),
        evidence=tuple(_evidence(each, words) for each in verdict.evidence),
        would_change=tuple(map(words.said, verdict.would_change)),
        wants_fresh=verdict.wants_fresh,
        judged_at=moment(verdict.judged_at),
    )


def command_document(command: Command) -> CommandDocument:
    """A command and all that became of it."""
    return CommandDocument(
        command_id=command.command_id,
        router_id=command.router_id,
        kind=command.kind,
        state=command.state,
        finished=command.state not in OPEN_STATES,
        asked_by=command.asked_by,
        reason=command.reason,
        consent=command.consent,
        cause=command.cause,
        arguments=shown_members(command.arguments),
        refusals=tuple(
            RefusalDocument(guard=no.guard, reason=no.reason, retry_at=moment(no.retry_at))
            for no in command.refusals
        ),
        outcome=command.outcome,
        result=shown_members(command.result),
        asked_at=moment(command.at),
        expires_at=moment(command.expires_at),
        sent_at=moment(command.sent_at),
        answered_at=moment(command.answered_at),
        confirmed_at=moment(command.confirmed_at),
        ended_at=moment(command.ended_at),
    )


def sample_document(sample: Sample) -> SampleDocument:
    """One reading."""
    return SampleDocument(at=moment(sample.at), values=sample.values)


def event_document(row: EventRow) -> EventDocument:
    """One event."""
    return EventDocument(at=moment(row.at), kind=row.kind, detail=row.detail)


def _evidence(found: Evidence, words: Words) -> EvidenceDocument:
    vital = CATALOGUE.get(found.metric)
    unit = None
    if vital is not None and (found.value is not None or found.usual is not None):
        unit = f"{vital.unit}/h" if vital.kind == "counter" else vital.unit
    return EvidenceDocument(
        says=words.said(found.says),
        metric=found.metric,
        weight=found.weight,
        symptom=found.symptom,
        unit=unit,
        value=_rounded(found.value),
        usual=_rounded(found.usual),
        spread=_rounded(found.spread),
    )


def _rounded(figure: float | None) -> float | None:
    """Six digits: what is stored has no more."""
    return None if figure is None else float(f"{figure:.6g}")


def remedy_document(row: Remedy) -> RemedyDocument:
    """A remedy as it is shown."""
    known = row.helped + row.in_vain
    return RemedyDocument(
        tried=row.tried or None,
        channel=row.channel,
        contacts=row.contacts,
        helped=row.helped,
        in_vain=row.in_vain,
        share=round(row.helped / known, 4) if known else None,
        interval=_wilson(row.helped, known) if known else None,
        escalated=row.escalated,
    )


def _wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927)."""
    z = 1.96
    share, squared = hits / of, z * z / of
    middle = (share + squared / 2) / (1 + squared)
    half = z / (1 + squared) * math.sqrt(share * (1 - share) / of + squared / (4 * of))
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def contact_document(row: ContactRow) -> ContactDocument:
    """A contact as it is shown."""
    return ContactDocument(
        router_id=row.router_id,
        number=row.number,
        at=moment(row.at),
        channel=row.channel,
        line=row.line,
        action=row.action,
        helped=row.helped,
        note=row.note,
        finding=row.finding,
        escalated=row.escalated,
        link=row.link,
    )
