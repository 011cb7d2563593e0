"""Which quirks a device has: all entries, and what was found for each model seen so far.

Pure but for that memory. It knows conditions, not what an effect means.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace

from acs.cwmp.messages import Inform
from acs.cwmp.quirks import CONDITIONS, NONE, Entry, Quirks, matcher, patterns
from acs.identity import parts_of

_MODELS = 4_096  # remembered at most
_FIRMWARE = 256  # characters of a software version that are looked at
_WHOLE = 3  # parts of a router id with a product class
_HINT = re.compile(
    rb"<Manufacturer[^>]*>([^<]{0,256})</Manufacturer>\s*"
    rb"<OUI[^>]*>([^<]{0,256})</OUI>\s*<ProductClass[^>]*>([^<]{0,256})<"
)
_HINT_BYTES = 4_096

_Model = tuple[str | None, str | None, str | None]  # None: not known


class QuirkBook:
    """All entries. What was found for a model is remembered: the next time is one look.

    Args:
        entries: in the order in which they are asked; of two that choose an order of schemes, the
            first does.
        shared_serials: patterns of serial numbers that several devices are known to bear.

    Attributes:
        entries: those that are not disabled.
        shares_serial: whether a serial number is one of those.
    """

    def __init__(self, entries: Sequence[Entry] = (), shared_serials: Sequence[str] = ()) -> None:
        self.entries = tuple(entry for entry in entries if not entry.disabled)
        self.shares_serial = matcher(shared_serials)
        self._rules = [_Rule(entry) for entry in self.entries]
        self._models: dict[_Model, Quirks | None] = {}  # None: the firmware matters
        self._firmwares: dict[tuple[str | None, ...], Quirks] = {}
        self._hints: dict[tuple[bytes, ...], Quirks] = {}
        self._is_hinted = any(e.auth or e.nonce_across_connections for e in self.entries)

    def of_inform(self, inform: Inform) -> Quirks:
        """The quirks of the device that informs; ``NONE`` itself if it has none."""
        device = inform.device
        model = (device.manufacturer, device.oui, device.product_class)
        return self._models.get(model) or self.of(*model, _software_version(inform))

    def of_router(self, router_id: str, manufacturer: str | None, firmware: str | None) -> Quirks:
        """The quirks of a router by its id and what else is known of it."""
        parts = parts_of(router_id)
        return self.of(manufacturer, parts[0], parts[1] if len(parts) == _WHOLE else "", firmware)

    def of(
        self,
        manufacturer: str | None,
        oui: str | None,
        product_class: str | None,
        firmware: str | None,
    ) -> Quirks:
        """The quirks of a device; None stands for what is not known and meets no condition."""
        model = (manufacturer, oui, product_class)
        if model not in self._models:
            _make_room(self._models)
            self._models[model] = self._of_model(model)
        found = self._models[model]
        if found is not None:
            return found
        device = (*model, None if firmware is None else firmware[:_FIRMWARE])
        if device not in self._firmwares:
            _make_room(self._firmwares)
            self._firmwares[device] = self._met(device)
        return self._firmwares[device]

    def hint(self, body: bytes) -> Quirks:
        """The quirks that a message's sender claims to have: good enough for a challenge only."""
        found = _HINT.search(body, 0, _HINT_BYTES) if self._is_hinted else None
        if found is None:
            return NONE
        key = found.groups()
        quirks = self._hints.get(key)
        if quirks is None:
            _make_room(self._hints)
            manufacturer, oui, product_class = map(_text, key)
            quirks = self._hints[key] = self.of(manufacturer, oui.upper(), product_class, None)
        return quirks

    def _of_model(self, model: _Model) -> Quirks | None:
        if any(rule.needs_firmware and rule.holds(model) for rule in self._rules):
            return None
        return self._met((*model, None))

    def _met(self, device: tuple[str | None, ...]) -> Quirks:
        return _combined(rule.entry for rule in self._rules if rule.holds(device))


def claimed_manufacturer(body: bytes) -> str | None:
    """The manufacturer that a message names, None if it names none."""
    found = _HINT.search(body, 0, _HINT_BYTES)
    return None if found is None else _text(found[1])


class _Rule:
    """An entry with its patterns compiled."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.needs_firmware = bool(entry.firmware)
        self._tests = [
            (at, matcher(patterns(getattr(entry, key))))
            for at, key in enumerate(CONDITIONS)
            if getattr(entry, key)
        ]

    def holds(self, device: Sequence[str | None]) -> bool:
        """Whether the conditions hold; those on what ``device`` is too short for are not asked."""
        for at, is_met in self._tests:
            if at < len(device):
                text = device[at]
                if text is None or not is_met(text):
                    return False
        return True


def _combined(entries: Iterable[Entry]) -> Quirks:
    found = NONE
    for entry in entries:
        changes: dict[str, object] = {}
        for effect, value in entry.effects.items():
            before = getattr(found, effect)
            if before == getattr(NONE, effect) or _is_stricter(effect, value, before):
                changes[effect] = value
        causes = (*found.causes, *((effect, entry.name) for effect in changes))
        found = replace(found, **changes, causes=causes)
    return found


def _is_stricter(effect: str, value: object, before: object) -> bool:
    if not isinstance(value, int) or not isinstance(before, int):
        return False
    return value < before if effect == "names_per_call" else value > before


def _software_version(inform: Inform) -> str:
    for parameter in inform.parameters:
        if parameter.name.endswith(".DeviceInfo.SoftwareVersion"):
            return parameter.value.strip()
    return ""


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace").strip()


def _make_room(memory: dict[Any, Any]) -> None:
    """Peers may make up models: what was remembered is looked up again."""
    if len(memory) >= _MODELS:
        memory.clear()
