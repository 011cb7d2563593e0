"""What the API tells the audit log: who is at what, and what was refused before it was begun.

What was done is told by storage, in the transaction that does it.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from twisted.python.failure import Failure

from acs.audit import ACT, Act
from acs.storage.store import Store

log = structlog.get_logger("api")

_KEY = "acs.act"  # in the ASGI scope
_READS = frozenset(("GET", "HEAD", "OPTIONS"))
_REFUSED = range(400, 500)

Send = Callable[[Any], Awaitable[None]]


def begin(scope: Any, who: str, channel: str, now: float) -> Act:
    """From now on in this task, what is stored was done by this request's caller.

    Nobody is at it while something is only read.
    """
    template = scope.get("path_template") or ""
    about = " ".join(str(value) for value in (scope.get("path_params") or {}).values())
    act = Act(
        who=who, channel=channel, what=f"{scope['method']} {template}", about=about[:400], at=now
    )
    is_read = scope["method"] in _READS
    ACT.set(None if is_read else act)
    if not is_read:
        scope[_KEY] = act
    return act


def watched(scope: Any, send: Send, store: Store) -> Send:
    """A ``send`` that has a refusal of this request's act recorded, if nothing tells of it yet."""

    async def telling(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] in _REFUSED:
            act: Act | None = scope.get(_KEY)
            if act is not None and not act.is_told:
                refuse(store, act, {"status": message["status"]})
        await send(message)

    return telling


def refuse(store: Store, act: Act, why: Mapping[str, object]) -> None:
    """Have a refusal recorded; the answer does not wait for it."""
    act.is_told = True
    store.record_refusal(act, why).addErrback(_lost, act)


def _lost(failure: Failure, act: Act) -> None:
    log.error("api.refusal_not_recorded", who=act.who, what=act.what, error=str(failure.value))
