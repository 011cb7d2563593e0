"""Case files: one router at the moment of a call per line, and the verdict on it per line.

Only the format is here; the files themselves are read and written by the command line.
"""

from typing import Any, Literal, get_args

import msgspec

from diagnostics.context import (
    Boot,
    BootCause,
    Cohort,
    Contact,
    Context,
    FirmwareChange,
    SegmentState,
)
from diagnostics.history import History
from diagnostics.sample import Sample, Value
from diagnostics.verdict import Action, Verdict

Access = Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"]

_CAUSES = frozenset(get_args(BootCause))
_ACCESSES = frozenset(get_args(Access))


class MalformedCase(ValueError):  # noqa: N818 - the same form as MalformedMessage
    """A line of a case file is no case."""


class CaseRouter(msgspec.Struct, frozen=True):
    """The router of a case; any field but ``id`` may be unknown."""

    id: str
    manufacturer: str = ""
    model: str = ""
    firmware: str = ""
    access: str | None = None
    segment: str | None = None
    utc_offset: int = 0


class CaseSample(msgspec.Struct, frozen=True):
    """One sample; ``values`` by the catalogue's names, null where a reading failed."""

    at: float
    values: dict[str, Value | None]


class CaseEvent(msgspec.Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """A restart or a change of firmware; other kinds are passed over."""

    at: float
    kind: str
    cause: str = "unknown"
    before: str = ""
    after: str = ""


class Case(msgspec.Struct, frozen=True):
    """One line of a case file; times are Unix seconds UTC."""

    case: str
    call_at: float
    router: CaseRouter
    samples: list[CaseSample]
    events: list[CaseEvent] = []
    segment_history: list[SegmentState] = []
    cohort: Cohort | None = None
    contacts: list[Contact] = []

    @property
    def now(self) -> float:
        """The moment that the verdict is asked for."""
        return self.call_at

    def history(self) -> History:
        """The window of all samples up to the call, in the order of their times."""
        samples = sorted(self.samples, key=lambda sample: sample.at)
        return History.from_samples(
            Sample(at=s.at, values={k: v for k, v in s.values.items() if v is not None})
            for s in samples
            if s.at <= self.call_at
        )

    def context(self) -> Context:
        """All but the samples; the call itself is the newest contact."""
        router, events = self.router, [e for e in self.events if e.at <= self.call_at]
        call = Contact(at=self.call_at, channel="call")
        return Context(
            manufacturer=router.manufacturer,
            model=router.model,
            firmware=router.firmware,
            access=msgspec.convert(router.access, Access) if router.access in _ACCESSES else None,
            segment=router.segment,
            utc_offset=router.utc_offset,
            boots=tuple(Boot(at=e.at, cause=_cause(e)) for e in events if e.kind == "boot"),
            firmware_changes=tuple(
                FirmwareChange(at=e.at, before=e.before, after=e.after)
                for e in events
                if e.kind == "firmware"
            ),
            segment_history=tuple(s for s in self.segment_history if s.at <= self.call_at),
            cohort=self.cohort,
            contacts=(*(c for c in self.contacts if c.at < self.call_at), call),
        )


class Label(msgspec.Struct, frozen=True):
    """What was really the matter with a case; one line of a label file."""

    case: str
    fault: str
    right: Action
    acceptable: list[Action] = []
    reboot_cures: bool = False
    self_heals_24h: bool = False


_cases = msgspec.json.Decoder(Case)
_labels = msgspec.json.Decoder(Label)
_encoder = msgspec.json.Encoder()


def _cause(event: CaseEvent) -> BootCause:
    cause: BootCause = (
        msgspec.convert(event.cause, BootCause) if event.cause in _CAUSES else "unknown"
    )
    return cause


def decode_case(line: bytes | str) -> Case:
    """The case of one line.

    Raises:
        MalformedCase: what is wrong with it, and where.
    """
    try:
        return _cases.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedCase(str(error)) from error


def decode_label(line: bytes | str) -> Label:
    """The label of one line.

    Raises:
        MalformedCase: what is wrong with it, and where.
    """
    try:
        return _labels.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise MalformedCase(str(error)) from error


def verdict_line(case: Case, verdict: Verdict) -> bytes:
    """The verdict on a case as one line of JSON, without its line end."""
    body: dict[str, Any] = {
        "case": case.case,
        "action": verdict.action,
        "confidence": verdict.confidence,
        "probabilities": verdict.probabilities,
        "causes": verdict.causes,
        "evidence": [
            {"metric": e.metric, "says": e.says, "weight": e.weight} for e in verdict.evidence
        ],
        "would_change": verdict.would_change,
    }
    return _encoder.encode(body)
