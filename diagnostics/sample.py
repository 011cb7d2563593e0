"""One reading of a router's vitals. Plain values: how they were read belongs to the collectors."""

import msgspec

Value = float | int | str | bool


class Sample(msgspec.Struct, frozen=True):
    """What one router said about itself at one moment.

    Attributes:
        at: when the server received it, Unix seconds UTC (the server's clock, never the router's).
        values: catalogue metric name (``sys.uptime``) to its value in the catalogue's unit.
            Counters are as read: they wrap, reset and may carry the "no data" sentinel 2**32-1
            (TR-106, StatsCounter32). A metric the router does not offer is absent.
    """

    at: float
    values: dict[str, Value]
