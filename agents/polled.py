"""What goes in and out of the poller: what is due, what is known of it, what became of it.

Plain values; nothing is asked.
"""

import msgspec

from agents.reading import Reading
from agents.snmp.device import Memory
from agents.ssh.device import SshMemory
from agents.targets import Target


class Known(msgspec.Struct):
    """What was learned of a target, kept from reading to reading.

    Attributes:
        snmp: of one that is asked by SNMP.
        ssh: of one that is asked by SSH.
        uptime: how many seconds it was up, and when it said so.
        restarting_until: it was told to restart: until then it is looked at often.
    """

    snmp: Memory | None = None
    ssh: SshMemory | None = None
    uptime: tuple[float, float] | None = None
    restarting_until: float = 0.0


class Due(msgspec.Struct, frozen=True):
    """A target to be read now, as whoever hands them out knows it.

    Attributes:
        target: which.
        known: what was learned of it, as ``encode_known`` made it; empty: nothing.
        failures: readings in a row that failed.
        is_watched: whether it is ill or its subscriber on the line.
        due_at: when it was to be read, Unix seconds.
        lease: a word of whoever handed it out, given back with what became of it.
        wanted_at: when somebody wished something of it; 0: nobody did.
    """

    target: Target
    known: bytes = b""
    failures: int = 0
    is_watched: bool = False
    due_at: float = 0.0
    lease: str = ""
    wanted_at: float = 0.0


class Outcome(msgspec.Struct, frozen=True):
    """What became of reading a target.

    Attributes:
        due: which, as it was handed out.
        at: when, Unix seconds.
        next_at: when it is due again.
        known: what is known of it now.
        reading: what it said; None: it could not be read.
        fault: why not: ``no_answer``, ``refused``, ``malformed``, ``host_key``, ``hanging``,
            ``profile``, ``busy``, ``failed``; empty with a reading.
        why: the same for people, without secrets.
        stops: the target is not to be read again before a person has looked.
        took: seconds.
        restarted_at: when the device started, if that was since the last reading.
        is_served: orders up to ``due.wanted_at`` were looked after.
    """

    due: Due
    at: float
    next_at: float
    known: bytes
    reading: Reading | None = None
    fault: str = ""
    why: str = ""
    stops: bool = False
    took: float = 0.0
    restarted_at: float | None = None
    is_served: bool = False


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Known).decode


def encode_known(known: Known) -> bytes:
    """What is known of a target, as bytes that may be stored."""
    return _encode(known)


def decode_known(data: bytes) -> Known:
    """What is known of a target; nothing if an earlier release wrote it otherwise."""
    if not data:
        return Known()
    try:
        return _decode(data)
    except msgspec.DecodeError:
        return Known()


def restarted(before: tuple[float, float] | None, uptime: float | None, at: float) -> float | None:
    """When a device restarted since it was last read; None: it did not, or nobody knows.

    Args:
        before: its uptime then, and when that was.
        uptime: its uptime now, seconds.
        at: now, Unix seconds.
    """
    if before is None or uptime is None:
        return None
    # An uptime that only lags behind is a slow clock of the device, not a restart.
    return at - uptime if uptime < before[0] and at > before[1] else None
