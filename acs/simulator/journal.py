"""What a simulated router can testify to: what was acknowledged, and what it carried out."""

import msgspec

from acs.facts import Event


class Executed(msgspec.Struct, frozen=True):
    """A restart that the router carried out; ``command_key`` None: nobody had asked for it."""

    at: float
    command_key: str | None


class Journal(msgspec.Struct):
    """What one router can testify to.

    Attributes:
        informs: Informs sent.
        acknowledged: Informs that got an InformResponse.
        events: the event codes and keys of those acknowledged, in order.
        calls: names of the server's calls, in order.
        executed: restarts.
        told: names of its own calls that the server answered, in order.
        sessions: sessions that ended as they should.
        failures: sessions that did not.
    """

    informs: int = 0
    acknowledged: int = 0
    events: list[Event] = []
    calls: list[str] = []
    executed: list[Executed] = []
    told: list[str] = []
    sessions: int = 0
    failures: int = 0
