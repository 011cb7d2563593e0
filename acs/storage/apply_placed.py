"""What other systems say piece by piece of a router and its subscriber. No SQL beyond ``Work``."""

from acs.facts import Placed
from acs.storage.errors import FactRefusedError
from acs.storage.finding import phone_key
from acs.storage.state import ALL, RouterState
from acs.storage.work import LONGEST_ID, Work

_TEXTS = ("account", "segment", "switch_port", "address_prefix")
_OWN = ("phone", "login", "contract")


def apply_placed(work: Work, fact: Placed) -> None:
    """Change what is said; what is None stays. Another system's "" means that there is none.

    A router that has never been seen waits in quarantine until it is enrolled.
    """
    for name in (*_TEXTS, *_OWN):
        if len(getattr(fact, name) or "") > LONGEST_ID:
            raise FactRefusedError(f"{name}: more than {LONGEST_ID} characters")
    state = work.router_or_new(fact.router_id, fact.at, "quarantined")
    _place(state, fact)
    said = {name: text for name in _OWN if (text := getattr(fact, name)) is not None}
    if state.account is None:
        if any(said.values()):
            raise FactRefusedError("account: the router is nobody's; phone, login and contract are")
    elif said or fact.account:
        _subscribe(work, state.account, said)


def _place(state: RouterState, fact: Placed) -> None:
    for name in _TEXTS:
        text = getattr(fact, name)
        if text is not None:
            setattr(state, name, text or None)
    if fact.access is not None:
        state.access = fact.access
    if fact.utc_offset is not None:
        state.utc_offset = fact.utc_offset
    state.dirty |= ALL


def _subscribe(work: Work, account: str, said: dict[str, str]) -> None:
    known = dict(zip(_OWN, work.subscriber(account) or ("", "", ""), strict=True)) | said
    phone = known["phone"]
    work.subscribers[account] = (
        account,
        phone,
        known["login"],
        phone_key(phone),
        known["contract"],
    )
