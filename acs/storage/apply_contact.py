"""A contact with the subscriber, applied: its row, what the diagnosis remembers, escalation.

Whether a finding comes up again is decided here, in the transaction that stores the contact, so
that two contacts told at once are counted as two.
"""

from collections.abc import Iterable

from sqlalchemy import select

from acs.facts import ContactMade
from acs.storage.news import tell
from acs.storage.rows import ContactRow
from acs.storage.schema import contacts
from acs.storage.work import Work
from diagnostics.context import Contact
from diagnostics.model import HEALTHY

ESCALATED = "escalated"  # kind of the event
SAME_CALL = 3600.0  # seconds: what is told of one contact, one thing after the other
AGAIN = 7 * 86_400.0  # seconds in which a second contact about one finding is an escalation


def apply_contact(work: Work, fact: ContactMade) -> ContactRow:
    """One row of contacts; the latest are kept with the router for the diagnosis."""
    known = _told_before(work, fact) if fact.key else None
    if known is not None:
        return known
    state = work.router(fact.router_id)
    finding = fact.finding or state.cause
    before = state.lately().contacts
    escalated = comes_again(before, finding, fact.at)
    row = ContactRow(
        fact.router_id,
        state.next_number(),
        fact.at,
        fact.channel,
        fact.action,
        fact.helped,
        fact.note,
        fact.line,
        finding,
        escalated,
        fact.link,
        fact.key,
    )
    work.contacts.append(tuple(getattr(row, name) for name in ContactRow.__struct_fields__))
    if escalated and not any(c.escalated and fact.at - c.at <= SAME_CALL for c in before):
        work.event(state, fact.at, ESCALATED, {"finding": finding})
    told: dict[str, object] = {
        "channel": fact.channel,
        "line": fact.line,
        "tried": fact.action,
        "helped": fact.helped,
        "finding": finding,
        "escalated": escalated,
    }
    tell(work.connection, fact.at, "contact.made", fact.router_id, told)
    contact = Contact(fact.at, fact.channel, fact.action, fact.helped, finding, escalated)
    state.remember(state.lately().with_contact(contact))
    return row


def _told_before(work: Work, fact: ContactMade) -> ContactRow | None:
    """The contact of this key, stored before or in this very transaction."""
    for row in (ContactRow(*each) for each in work.contacts):
        if (row.router_id, row.key) == (fact.router_id, fact.key):
            return row
    query = select(contacts).where(
        contacts.c.router_id == fact.router_id, contacts.c.key == fact.key
    )
    found = work.connection.execute(query).one_or_none()
    return None if found is None else ContactRow(**found._mapping)  # noqa: SLF001 - documented


def comes_again(before: Iterable[Contact], finding: str | None, at: float) -> bool:
    """Whether an earlier contact of the last days, not this same one, was about the finding."""
    if finding is None or finding == HEALTHY:
        return False
    return any(
        contact.finding == finding and SAME_CALL < at - contact.at <= AGAIN for contact in before
    )
