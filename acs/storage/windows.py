"""Windows as stored; one that is damaged, or of another release, is folded anew from samples."""

import structlog
from sqlalchemy import Connection, select

from acs.storage import vitals
from acs.storage.schema import samples
from diagnostics.history import CorruptWindow, History
from diagnostics.sample import Sample

log = structlog.get_logger("storage")

RECENT, PAST = 0, 1  # parts of a window
_SAMPLES = 5000  # of one router, at most: two weeks at one every five minutes


def decode_window(connection: Connection, router_id: str, recent: bytes, past: bytes) -> History:
    """The stored window."""
    try:
        return History.decode(recent, past)
    except CorruptWindow:
        return fold_window(connection, router_id)


def fold_window(connection: Connection, router_id: str) -> History:
    """The window of the stored samples."""
    log.error("storage.window_damaged", router=router_id)
    query = (
        select(samples.c.at, samples.c.vitals)
        .where(samples.c.router_id == router_id)
        .order_by(samples.c.at.desc())
        .limit(_SAMPLES)
    )
    rows = connection.execute(query).all()
    return History.from_samples(
        Sample(at, vitals.name(vitals.unpack(body))) for at, body in reversed(rows)
    )
