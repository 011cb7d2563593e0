"""What parsers give: values by vital, with what they were read from. Plain values."""

from collections.abc import Mapping

import msgspec

from diagnostics.sample import Value

Sections = Mapping[str, str]
"""What each command of a profile wrote, by its name."""


class Parsed(msgspec.Struct):
    """What a device's output says.

    Attributes:
        values: vital to value and the section that it stands in.
        ticks: raw counters of which the next reading takes the difference, by name.
        interface: the one that counts.
    """

    values: dict[str, tuple[Value, str]] = msgspec.field(default_factory=dict)
    ticks: dict[str, float] = msgspec.field(default_factory=dict)
    interface: str = ""

    def put(self, vital: str, value: Value | None, section: str) -> None:
        """Take a value unless there is one, or this is none."""
        if value is not None:
            self.values.setdefault(vital, (value, section))


def number(text: str) -> float | None:
    """The number that a text is, or None."""
    try:
        found = float(text)
    except ValueError:
        return None
    return int(found) if found.is_integer() else found


def p10(values: list[float]) -> float | None:
    """The tenth percentile by nearest rank; None of nothing."""
    return sorted(values)[(len(values) + 9) // 10 - 1] if values else None
