"""Facts about a router itself: Informs, boots, enrolment, ownership. No SQL beyond ``Work``."""

from msgspec import msgpack

from acs.commands import Command
from acs.facts import (
    Belongs,
    ConnectionSecret,
    ConnectionSecretSet,
    Informed,
    Noted,
    Quarantined,
    Rebooted,
    RouterRecord,
)
from acs.identity import DeviceId
from acs.storage import identities, vitals
from acs.storage.apply_command import (
    BOOTSTRAP_SEEN,
    finish_resets,
    finish_upgrades,
    running_tests,
)
from acs.storage.apply_reach import secret_taken
from acs.storage.errors import FactRefusedError
from acs.storage.finding import phone_key
from acs.storage.state import ALL, INFORM, MOVED, RouterState
from acs.storage.work import LONGEST_ID, Work, encode
from diagnostics.context import Boot, FirmwareChange

_decode_pair = msgpack.Decoder(tuple[str, str]).decode
BOOTSTRAP = "0 BOOTSTRAP"
TEST_ENDED = "8 DIAGNOSTICS COMPLETE"


def apply_informed(work: Work, fact: Informed) -> RouterRecord:
    """Count the Inform and keep what it says; a router that is served is enrolled.

    Fields that the Inform left empty keep their value. Event "0 BOOTSTRAP" means that the router
    has forgotten its connection-request credentials (TR-069 Amendment 6, 3.7.1.5).
    """
    state = work.router_or_new(fact.router_id, fact.at, "enrolled")
    work.informed, work.informed_before = fact, state.last_inform_at
    is_first = state.informs == 0
    if is_first or state.enrolment != "enrolled" or state.manufacturer != fact.device.manufacturer:
        work.widen(state)
        state.enrolment = "enrolled"
        _take_device(state, fact.device)
    state.informs += 1
    state.last_inform_at = fact.at
    if state.address != fact.address:
        state.address = fact.address
        state.dirty |= MOVED
    state.root, state.namespace = fact.root, fact.namespace
    ended: tuple[Command, ...] = ()
    if fact.software_version and fact.software_version != state.software_version:
        ended = _change_firmware(work, state, fact)
    state.hardware_version = fact.hardware_version or state.hardware_version
    state.connection_request_url = fact.connection_request_url or state.connection_request_url
    if fact.vitals:
        state.merge(vitals.code(fact.vitals))
    state.dirty |= INFORM
    looks = bool(state.diagnostic_open)
    for event in fact.events:
        if event.code == BOOTSTRAP:
            state.connection_secret_set = False
            ended += finish_resets(work, fact.router_id, fact.at)
            work.event(state, fact.at, BOOTSTRAP_SEEN, {})
        elif event.code == TEST_ENDED:
            looks = True
    return RouterRecord(
        router_id=fact.router_id,
        plan_key=state.plan_key,
        planned_for=state.planned_for,
        collected_at=state.collected_at,
        connection_secret=None if state.connection_secret_set else _secret(work, state),
        connection_secret_set=bool(state.connection_secret_set),
        commands_waiting=bool(state.commands_waiting),
        is_new=is_first,
        running=running_tests(work, fact.router_id, fact.at) if looks else (),
        ended=ended,
    )


def _take_device(state: RouterState, device: DeviceId) -> None:
    state.manufacturer, state.oui = device.manufacturer, device.oui
    state.product_class, state.serial_number = device.product_class, device.serial_number
    state.dirty |= ALL


def _change_firmware(work: Work, state: RouterState, fact: Informed) -> tuple[Command, ...]:
    """Another firmware runs; the commands that this ends."""
    before, state.software_version = state.software_version, fact.software_version
    if not before:
        return ()
    work.widen(state)
    # It may take now what it refused before, or have lost what it took.
    state.connection_secret_set = False
    work.event(state, fact.at, "firmware", {"from": before, "to": fact.software_version})
    change = FirmwareChange(fact.at, before, fact.software_version)
    state.remember(state.lately().with_firmware(change))
    return finish_upgrades(work, fact.router_id, fact.software_version, fact.at)


def _secret(work: Work, state: RouterState) -> ConnectionSecret:
    place = f"{state.router_id}/connection"
    if state.connection_secret is None:
        work.widen(state)
        secret = work.tools.new_secret()
        pair = encode((secret.username, secret.password))
        state.connection_secret = work.tools.box.seal(pair, place)
        state.dirty |= ALL
        return secret
    return ConnectionSecret(*_decode_pair(work.tools.box.open(state.connection_secret, place)))


def apply_rebooted(work: Work, fact: Rebooted) -> None:
    """Count a boot once.

    A router whose Inform got no answer sends it again with the same events and a RetryCount
    (TR-069 Amendment 6, 3.2.1.1); if the boot came with the Inform just before, it is that one.
    """
    state = work.router(fact.router_id)
    lately = state.lately()
    informed = work.informed
    repeated = informed is not None and informed.retry_count > 0
    if repeated and lately.boots and lately.boots[-1].at == work.informed_before:
        # The next repetition is compared with this one.
        last = Boot(fact.at, lately.boots[-1].cause)
        state.remember(lately.with_boots((*lately.boots[:-1], last)))
        return
    state.boot_at = fact.at
    if fact.cause != "remote_reboot":
        state.own_boot_at = fact.at
    state.remember(lately.with_boot(Boot(fact.at, fact.cause)))
    detail: dict[str, object] = {"cause": fact.cause}
    if fact.command_key:
        detail["command_key"] = fact.command_key
    work.event(state, fact.at, "boot", detail)


def apply_noted(work: Work, fact: Noted) -> None:
    """One row of events. What tells of a doubtful identity is also remembered."""
    state = work.router(fact.router_id)
    if fact.kind in identities.MARKS:
        state.flapping = identities.MARKS[fact.kind]
    work.event(state, fact.at, fact.kind, fact.detail)


def apply_secret_set(work: Work, fact: ConnectionSecretSet) -> None:
    """Remember that the router was given our credentials; one that refused is not asked again.

    Not until it is reset or has another firmware.
    """
    state = work.router(fact.router_id)
    state.connection_secret_set = True
    if fact.accepted:
        secret_taken(work, state)
    work.event(state, fact.at, "connection_secret", {"accepted": fact.accepted})


def apply_quarantined(work: Work, fact: Quarantined) -> None:
    """Keep an unknown router for an operator to see; one that is enrolled stays as it is."""
    state = work.router_or_new(fact.router_id, fact.at, "quarantined")
    if state.enrolment != "quarantined":
        return
    if state.last_inform_at is None:
        work.event(state, fact.at, "quarantined", {"address": fact.address})
    state.last_inform_at, state.address = fact.at, fact.address
    _take_device(state, fact.device)


def apply_belongs(work: Work, fact: Belongs) -> None:
    """Whose the router is and where it hangs; an empty account means nobody's."""
    for text in (fact.account, fact.segment or ""):
        if len(text) > LONGEST_ID:
            raise FactRefusedError(f"an account or segment of more than {LONGEST_ID} characters")
    state = work.router_or_new(fact.router_id, fact.at, "quarantined")
    state.account = fact.account or None
    state.segment, state.access = fact.segment, fact.access
    state.utc_offset = fact.utc_offset
    state.switch_port, state.address_prefix = fact.switch_port, fact.address_prefix
    state.dirty |= ALL
    if fact.account:
        work.subscribers[fact.account] = (
            fact.account,
            fact.phone,
            fact.login,
            phone_key(fact.phone),
            fact.contract,
        )
