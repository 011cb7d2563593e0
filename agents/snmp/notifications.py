"""What a trap or an inform tells: its name and the few figures that matter. Pure.

Who may send one, and what becomes of it, is decided elsewhere.
"""

import msgspec

from agents.snmp.ber import Oid, dotted, parse_oid
from agents.snmp.pdus import Pdu, TrapV1

_UPTIME = parse_oid("1.3.6.1.2.1.1.3.0")
_TRAP = parse_oid("1.3.6.1.6.3.1.1.4.1.0")  # snmpTrapOID.0
_STANDARD = parse_oid("1.3.6.1.6.3.1.1.5")  # SNMPv2-MIB, snmpTraps
_GENERIC = ("cold_start", "warm_start", "link_down", "link_up", "authentication_failure")
_SPECIFIC = 6  # enterpriseSpecific, RFC 1157, 4.1.6

_DOCSIS = parse_oid("1.3.6.1.2.1.69.2.1.2.0")  # DOCS-CABLE-DEVICE-TRAP-MIB, docsDevCmTraps
_DOCSIS_NAMES = (
    *("docsis_init_tlv_unknown", "docsis_dyn_serv_req_fail", "docsis_dyn_serv_rsp_fail"),
    *("docsis_dyn_serv_ack_fail", "docsis_bpi_init", "docsis_bpkm", "docsis_dynamic_sa"),
    *("docsis_dhcp_fail", "docsis_sw_upgrade_init", "docsis_sw_upgrade_fail"),
    *("docsis_sw_upgrade_success", "docsis_sw_upgrade_cvc_fail", "docsis_tod_fail"),
    *("docsis_dcc_req_fail", "docsis_dcc_rsp_fail", "docsis_dcc_ack_fail"),
)
_DOCSIS_3 = parse_oid("1.3.6.1.4.1.4491.2.1.20.0.2")  # DOCS-IF3-MIB, docsIf3CmEventNotif

NAMES: dict[Oid, str] = {
    **{(*_STANDARD, number): name for number, name in enumerate(_GENERIC, 1)},
    **{(*_DOCSIS, number): name for number, name in enumerate(_DOCSIS_NAMES, 1)},
    _DOCSIS_3: "docsis_event",
}
"""Notifications that are understood; others are known by nothing but their identifier."""

_COLUMNS: dict[Oid, str] = {
    parse_oid("1.3.6.1.2.1.2.2.1.1"): "interface",  # ifIndex
    parse_oid("1.3.6.1.2.1.2.2.1.7"): "admin_status",
    parse_oid("1.3.6.1.2.1.2.2.1.8"): "oper_status",
    parse_oid("1.3.6.1.2.1.69.1.5.8.1.5"): "level",  # docsDevEvLevel
    parse_oid("1.3.6.1.2.1.69.1.5.8.1.6"): "event",  # docsDevEvId
    parse_oid("1.3.6.1.2.1.69.1.5.8.1.7"): "text",  # docsDevEvText
}
_LONGEST_TEXT = 200


class NotificationError(ValueError):
    """The notification does not say what it is: it lacks snmpTrapOID."""


class Notification(msgspec.Struct, frozen=True):
    """What a device tells by itself.

    Attributes:
        name: such as ``cold_start``; for one that is not known, its identifier with dots.
        is_known: whether it is one of ``NAMES``.
        uptime: seconds since its agent's start; None: it does not say.
        figures: what it says of an interface (``interface``, an ifIndex) or a DOCSIS event
            (``level``, ``event``, ``text``).
    """

    name: str
    is_known: bool
    uptime: float | None
    figures: dict[str, int | str]


def notification_of(pdu: Pdu | TrapV1) -> Notification:
    """What a trap or an inform tells (RFC 3416, 4.2.6; of SNMPv1 by RFC 3584, 3.1).

    Raises:
        NotificationError: it does not say what it is.
    """
    figures: dict[str, int | str] = {}
    oid: Oid | None = None
    uptime: float | None = None
    if isinstance(pdu, TrapV1):
        oid, uptime = _of_v1(pdu), pdu.ticks / 100
    for one in pdu.varbinds:
        if one.oid == _UPTIME and isinstance(one.value, int):
            uptime = one.value / 100
        elif one.oid == _TRAP and isinstance(one.value, tuple):
            oid = one.value
        else:
            _take(figures, one.oid, one.value)
    if oid is None:
        raise NotificationError("snmpTrapOID is not there")
    name = NAMES.get(oid)
    return Notification(name or dotted(oid), name is not None, uptime, figures)


def _of_v1(trap: TrapV1) -> Oid:
    if 0 <= trap.generic < _SPECIFIC:
        return (*_STANDARD, trap.generic + 1)
    return (*trap.enterprise, 0, max(trap.specific, 0))


def _take(figures: dict[str, int | str], oid: Oid, value: object) -> None:
    name = _COLUMNS.get(oid[:-1])
    if name is None:
        return
    if isinstance(value, int):
        figures[name] = value
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")[:_LONGEST_TEXT]
        figures[name] = "".join(char if char.isprintable() else " " for char in text).strip()
