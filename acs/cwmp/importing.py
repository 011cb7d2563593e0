"""Known routers let in, many at once, with the credentials that they were made or sold with.

Each line is stored by itself or not at all. No line's password is kept, logged or answered.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal, cast, get_args

import msgspec
from twisted.internet.defer import Deferred, DeferredList
from twisted.python.failure import Failure

from acs.cwmp.credentials import CredentialCache
from acs.digest import ha1
from acs.facts import Admitted, Enrolled, Fact, Placed
from acs.identity import DeviceId
from acs.storage.credentials import Known
from acs.storage.errors import FactRefusedError
from acs.storage.store import Store

Access = Literal["FTTB", "GPON", "xDSL", "DOCSIS", "LTE"]
Status = Literal["enrolled", "known", "wrong"]
_OUI = re.compile(r"[0-9A-F]{6}")
_HA1 = re.compile(r"[0-9A-Fa-f]{32}")
_LONGEST = 64  # of product class and serial number (TR-069 Amendment 6, A.3.3.1)
_LONGEST_NAME = 256
_OFFSETS = range(-50_400, 50_401)


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One known router.

    Attributes:
        oui: six hexadecimal digits.
        serial: its serial number.
        product_class: as it names itself; empty: it has none.
        username: that it logs in with; empty: OUI-ProductClass-SerialNumber, percent-encoded.
        password: that it logs in with.
        ha1: in its place, MD5("username:acsd:password") in hexadecimal.
        certificate: it has neither: a client certificate says who it is.
        account: of its subscriber.
        phone: the subscriber's; empty: what is known stays. So with all that follow.
        login: the subscriber's.
        segment: switch, OLT port, DSLAM or node.
        access: FTTB, GPON, xDSL, DOCSIS or LTE.
        utc_offset: of the customer's local time, seconds east of UTC.
    """

    oui: str
    serial: str
    product_class: str = ""
    username: str = ""
    password: str = ""
    ha1: str = ""
    certificate: bool = False
    account: str = ""
    phone: str = ""
    login: str = ""
    segment: str = ""
    access: str = ""
    utc_offset: int = 0

    def __repr__(self) -> str:
        return f"Line({self.oui!r}, {self.product_class!r}, {self.serial!r}, redacted)"

    @property
    def router_id(self) -> str:
        """The router's id."""
        device = DeviceId("", self.oui.strip().upper(), self.product_class, self.serial)
        return device.router_id

    @property
    def name(self) -> str:
        """The user name; "" for a router that has a certificate alone."""
        return "" if self.certificate else self.username or self.router_id


class Outcome(msgspec.Struct, frozen=True):
    """What became of a line: enrolled, known already and left as it is, or wrong and why."""

    status: Status
    says: str = ""


class LineError(ValueError):
    """A line cannot be taken: which column, what was found, what is allowed."""


def check(line: Line) -> None:
    """Check one line by itself.

    Raises:
        LineError: the first thing that is wrong; it never says what a password is.
    """
    if not _OUI.fullmatch(line.oui.strip().upper()):
        raise LineError(f"oui: found {line.oui[:20]!r}, allowed are six hexadecimal digits")
    for column, text in (("serial", line.serial), ("product_class", line.product_class)):
        if len(text) > _LONGEST or not (text.isprintable() and text == text.strip()):
            raise LineError(f"{column}: allowed are {_LONGEST} printable characters at most")
    if not line.serial:
        raise LineError("serial: found none")
    _check_login(line)
    for column in ("username", "password", "account", "phone", "login", "segment"):
        text = getattr(line, column)
        if len(text) > _LONGEST_NAME or "\0" in text:
            raise LineError(f"{column}: allowed are {_LONGEST_NAME} characters at most")
    if line.access and line.access not in get_args(Access):
        raise LineError(
            f"access: found {line.access[:20]!r}, allowed are {', '.join(get_args(Access))}"
        )
    if line.utc_offset not in _OFFSETS:
        raise LineError(f"utc_offset: found {line.utc_offset}, allowed are -50400 to 50400")


def _check_login(line: Line) -> None:
    given = [name for name in ("password", "ha1") if getattr(line, name)]
    if line.certificate and (given or line.username):
        raise LineError("certificate: a router with credentials logs in with them")
    if not line.certificate and len(given) != 1:
        found = "both" if given else "neither"
        raise LineError(f"password, ha1: found {found}, allowed is one of them, or certificate")
    if line.ha1 and not _HA1.fullmatch(line.ha1):
        raise LineError("ha1: allowed are 32 hexadecimal digits")


def import_routers(
    store: Store,
    cache: CredentialCache,
    lines: Sequence[Line],
    *,
    replace: bool,
    dry_run: bool,
    now: float,
) -> "Deferred[tuple[Outcome, ...]]":
    """Let routers in; the outcomes in the order of the lines.

    Args:
        store: where they are stored.
        cache: told of the credentials that change.
        lines: hundreds, not thousands.
        replace: give routers that have credentials those of their lines, which locks out whoever
            has the ones of before.
        dry_run: only say what would become of each line.
        now: Unix seconds.
    """
    names = Counter(line.name for line in lines if line.name)
    ids = Counter(line.router_id for line in lines)
    known = store.known(tuple(ids), tuple(names))

    def decide(found: Known) -> "Deferred[tuple[Outcome, ...]]":
        outcomes = [_judge(line, found, ids, names, replace=replace) for line in lines]
        pending: list[Deferred[Outcome]] = []
        for line, outcome in zip(lines, outcomes, strict=True):
            if outcome.status == "enrolled" and not dry_run:
                pending.append(_store(store, cache, _facts(line, found, now), line))
            else:
                done: Deferred[Outcome] = Deferred()
                done.callback(outcome)
                pending.append(done)
        replaced = {line.router_id for line in lines} & found.enrolled if not dry_run else set()
        gathered: Deferred[Any] = DeferredList(pending, consumeErrors=True, fireOnOneErrback=True)
        return gathered.addCallbacks(_values(cache, replaced), _first_error)

    return known.addCallback(decide)


def _values(
    cache: CredentialCache, replaced: set[str]
) -> Callable[[list[tuple[bool, Outcome]]], tuple[Outcome, ...]]:
    def values(results: list[tuple[bool, Outcome]]) -> tuple[Outcome, ...]:
        if replaced:
            cache.forget_routers(replaced)
        return tuple(outcome for _, outcome in results)

    return values


def _first_error(failure: Failure) -> Failure:
    error: Any = failure.value  # FirstError: the database is away; the lines may be sent again
    return cast("Failure", error.subFailure)


def _judge(
    line: Line, found: Known, ids: Counter[str], names: Counter[str], *, replace: bool
) -> Outcome:
    try:
        check(line)
    except LineError as error:
        return Outcome("wrong", str(error))
    if ids[line.router_id] > 1:
        return Outcome("wrong", f"the router {line.router_id} stands in several lines")
    if names[line.name] > 1:
        return Outcome("wrong", "username: it stands in several lines")
    if found.owners.get(line.name, line.router_id) != line.router_id:
        return Outcome("wrong", "username: another router has it")
    if line.router_id in found.enrolled and not replace:
        return Outcome("known")
    return Outcome("enrolled")


def _facts(line: Line, found: Known, now: float) -> tuple[Fact, ...]:
    router_id, name = line.router_id, line.name
    facts: list[Fact] = []
    if line.certificate:
        facts.append(Admitted(router_id=router_id, at=now))
    else:
        hashed = line.ha1.lower() or ha1(name, line.password)
        facts.append(Enrolled(router_id=router_id, at=now, username=name, ha1=hashed))
    if line.account or line.segment or line.access or line.utc_offset:
        is_his = bool(line.account or found.accounts.get(router_id))
        facts.append(
            Placed(
                router_id=router_id,
                at=now,
                account=line.account or None,
                phone=(line.phone or None) if is_his else None,
                login=(line.login or None) if is_his else None,
                segment=line.segment or None,
                access=cast("Access | None", line.access or None),
                utc_offset=line.utc_offset or None,
            )
        )
    return tuple(facts)


def _store(
    store: Store, cache: CredentialCache, facts: tuple[Fact, ...], line: Line
) -> "Deferred[Outcome]":
    def stored(_results: object) -> Outcome:
        if line.name:
            cache.forget(line.name)
        return Outcome("enrolled")

    def refused(failure: Failure) -> Outcome:
        if not isinstance(failure.value, FactRefusedError):
            failure.raiseException()
        return Outcome("wrong", "the database refuses it: another router has the user name")

    return store.commit(facts).addCallbacks(stored, refused)
