"""The text of a parameter as a value: by data type, and in the catalogue's unit.

What is not of its type, or outside its type's range, is no value. Nothing is ever made up.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

from diagnostics.sample import Value

Parser = Callable[[str], Value | None]

_U32_MAX = 2**32 - 1
_U64_MAX = 2**64 - 1
_I32 = range(-(2**31), 2**31)
_DIGITS = 20  # of 2**64 - 1
_TEXT_MAX = 256

# Words of the data models by their lower case: routers differ in it.
_WORDS = (
    *("Up", "Down", "Unknown", "Dormant", "NotPresent", "LowerLayerDown", "Error", "NoLink"),
    *("Disabled", "Initializing", "Unavailable", "EstablishingLink", "NoSignal", "Connected"),
    *("Connecting", "Authenticating", "Unconfigured", "PendingDisconnect", "Disconnecting"),
    *("Disconnected", "Init", "Selecting", "Requesting", "Rebinding", "Bound", "Renewing"),
    *("Idle", "Calling", "Ringing", "InCall", "Hold", "Dialing", "Delivered", "Alerting"),
    *("Registering", "Unregistering", "Testing", "Quiescent", "Synchronized", "Unsynchronized"),
    *("Error_FailedToSynchronize", "Full", "Half", "Auto", "Complete", "None", "Requested"),
    *("Canceled", "Enabled"),
)
_CANONICAL = {word.lower(): word for word in _WORDS}
_TRUTH = {"1": True, "true": True, "0": False, "false": False}

# Rates that an Ethernet port can have, Mbit/s (IEEE 802.3).
_ETHERNET_RATES = frozenset({10, 100, 1000, 2500, 5000, 10_000})
_BEING_WRITTEN = frozenset({"downloading", "validating"})

# Plausible ranges that tell vendors' units apart.
_TX_DBM = (-40, 12)  # GPON lasers send 0.5 to 7 dBm (ITU-T G.984.2)
_TX_LINEAR = 1000  # 0.1 uW: -10 dBm
_RX_DBM = -60
_BIAS_MA = range(1, 151)  # a laser diode's threshold lies at some mA
_CELSIUS = range(-60, 151)
_CELSIUS_256 = range(1000, 150 * 256)
_MILLIVOLT = range(2000, 6001)  # 3.3 V or 5 V supplies
_TENTH_MILLIVOLT = range(20_000, 60_001)


def unsigned(text: str, limit: int = _U64_MAX) -> int | None:
    """An integer from 0 to ``limit``, as XML schema writes it."""
    text = text.strip().removeprefix("+")
    if not (text.isdigit() and text.isascii()) or len(text) > _DIGITS:
        return None
    number = int(text)
    return number if number <= limit else None


def _u32(text: str) -> int | None:
    if text.isdigit() and text.isascii() and len(text) <= _DIGITS:
        number = int(text)
        return number if number <= _U32_MAX else None
    return unsigned(text, _U32_MAX)


def _u32_positive(text: str) -> int | None:
    return _u32(text) or None


def _i32(text: str) -> int | None:
    text = text.strip()
    sign = -1 if text.startswith("-") else 1
    number = unsigned(text[1:] if sign < 0 else text)
    return sign * number if number is not None and sign * number in _I32 else None


def _bool(text: str) -> bool | None:
    return _TRUTH.get(text.strip().lower())


def word(text: str) -> str | None:
    """A word of an enumeration, in the data model's case when it is one of theirs."""
    text = text.strip()
    return _CANONICAL.get(text.lower(), text[:_TEXT_MAX]) or None


def _text(text: str) -> str | None:
    return text.strip()[:_TEXT_MAX] or None


def _decimal(text: str) -> float | None:
    """A plain decimal number: no exponent, no "nan"."""
    text = text.strip()
    digits = text.removeprefix("-").replace(".", "", 1)
    if not (digits.isdigit() and digits.isascii()) or len(digits) > _DIGITS:
        return None
    return float(text)


def _percent255(text: str) -> float | None:
    number = unsigned(text, 255)
    return None if number is None else round(number * 100 / 255, 1)


def _mbit(text: str) -> int | None:
    number = _decimal(text)
    return round(number * 1000) if number is not None and number > 0 else None


def _decidbm(text: str) -> int | None:
    number = _i32(text)
    return None if number is None else number * 100


def _linear(tenths_of_microwatt: float) -> int:
    return round(10_000 * math.log10(tenths_of_microwatt / 10_000))


def _optical_rx(text: str) -> int | None:
    number = _decimal(text)
    if number is None or number == 0:
        return None
    if number > 0:
        # a receiver that saw more than 1 mW would be destroyed: this is no dBm
        return _linear(number)
    return round(number * 1000) if number >= _RX_DBM else None


def _optical_tx(text: str) -> int | None:
    number = _decimal(text)
    if number is None:
        return None
    if _TX_DBM[0] <= number <= _TX_DBM[1]:
        return round(number * 1000)
    return _linear(number) if number >= _TX_LINEAR else None


def _laser_bias(text: str) -> int | None:
    number = unsigned(text)
    return number * 1000 if number is not None and number in _BIAS_MA else None


def _transceiver_celsius(text: str) -> float | None:
    number = _i32(text)
    if number is None:
        return None
    if number in _CELSIUS:
        return number
    return round(number / 256, 1) if number in _CELSIUS_256 else None


def _transceiver_millivolt(text: str) -> float | None:
    number = unsigned(text)
    if number is None:
        return None
    if number in _MILLIVOLT:
        return number
    return number / 10 if number in _TENTH_MILLIVOLT else None


def _ethernet_rate(text: str) -> int | None:
    number = unsigned(text)
    return number if number in _ETHERNET_RATES else None


def _duplex(text: str) -> str | None:
    value = word(text)
    return value if value in ("Full", "Half") else None


def _flashing(text: str) -> bool | None:
    value = text.strip().lower()
    return value in _BEING_WRITTEN if value else None


KINDS: Mapping[str, Parser] = MappingProxyType(
    {
        "u32": _u32,
        "u32_positive": _u32_positive,
        "u64": unsigned,
        "i32": _i32,
        "bool": _bool,
        "word": word,
        "text": _text,
        "percent255": _percent255,
        "mbit": _mbit,
        "decidbm": _decidbm,
        "optical_rx": _optical_rx,
        "optical_tx": _optical_tx,
        "laser_bias": _laser_bias,
        "transceiver_celsius": _transceiver_celsius,
        "transceiver_millivolt": _transceiver_millivolt,
        "ethernet_rate": _ethernet_rate,
        "duplex": _duplex,
        "flashing": _flashing,
    }
)


def read_value(kind: str, text: str, low: float | None, high: float | None) -> Value | None:
    """``text`` as a value of this kind within ``low`` and ``high`` (text: None), or None."""
    value = KINDS[kind](text)
    if low is None or value is None or isinstance(value, str):
        return value
    return value if high is not None and low <= value <= high else None
