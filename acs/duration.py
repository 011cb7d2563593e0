"""Durations in configuration: ``"30s"``, ``"10m"``, ``"24h"``, ``"14d"``. Plain values only."""

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_FORM = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


class Duration(float):
    """Seconds, written with a unit in configuration."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """Read ``"90s"`` and the like.

        Raises:
            ValueError: the text is not a number followed by ms, s, m, h or d.
        """
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise ValueError(f'found {text!r}, allowed is a duration such as "30s", "10m", "14d"')
        return cls(float(match[1]) * _UNITS[match[2]])
