"""Settings of polling. Plain values."""

from pathlib import Path

import msgspec

from acs.duration import Duration
from acs.listening import address_of
from agents.asking import AskingSettings
from agents.poller import PollerSettings
from agents.schedule import Limits, Pace

_POSITIVE = ("interval", "watched", "longest", "lease", "timeout", "ssh_connect", "ssh_answer")
_RATES = ("rate", "burst", "source_rate", "source_burst")
_COUNTS = ("tries", "at_once", "at_once_ssh", "subnet_burst")


class NotificationSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[polling.notifications]`` of the configuration.

    Attributes:
        listen: ``address:port``, as a rule port 162; empty: none are received.
        credentials: names in the file of credentials that they may come with; empty: all of SNMP.
        engine_id: ours as hexadecimal digits, for devices that must be told it; empty: made of the
            machine's name and the address.
        rate: how many are read a second.
        burst: how many together.
        source_rate: the same of one device.
        source_burst: the same.
    """

    listen: str = ""
    credentials: tuple[str, ...] = ()
    engine_id: str = ""
    rate: float = 500.0
    burst: int = 1000
    source_rate: float = 0.5
    source_burst: int = 20

    def __post_init__(self) -> None:
        """Check what the types do not say.

        Raises:
            ValueError: a value is not allowed; it is named with what is.
        """
        for name in _RATES:
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: found {getattr(self, name)!r}, allowed is more than 0")
        if self.listen:
            address_of(self.listen)
        try:
            is_id = not self.engine_id or 5 <= len(bytes.fromhex(self.engine_id)) <= 32  # noqa: PLR2004 - RFC 3411, 5
        except ValueError:
            is_id = False
        if not is_id:
            raise ValueError(
                f"engine_id: found {self.engine_id!r}, allowed are 10 to 64 hex digits"
            )


class PollSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[polling]`` of the configuration.

    Attributes:
        enabled: whether this daemon polls; ``acs poll`` does so whatever is said here.
        credentials_file: names and passwords for devices; only the daemon may read it.
        profiles_dir: folder of further SNMP profiles; empty: none.
        ssh_profiles_dir: folder of further SSH profiles; empty: none.
        interval: between two readings of a device that is well.
        watched: the same while its router's verdict is other than ``none``.
        longest: the most between two tries of one that does not answer.
        lease: after this time a device may be read by another poller; longer than any reading.
        at_once: readings at a time.
        at_once_ssh: of these by SSH.
        subnet_rate: readings a second that begin in one subnet (/24, /56).
        subnet_burst: how many of them may begin together.
        timeout: of each try of SNMP.
        tries: of SNMP.
        ssh_connect: for an SSH connection and log-in.
        ssh_answer: for each SSH command.
        notifications: traps and informs.
    """

    enabled: bool = False
    credentials_file: str = ""
    profiles_dir: str = ""
    ssh_profiles_dir: str = ""
    interval: Duration = Duration(300)
    watched: Duration = Duration(60)
    longest: Duration = Duration(21_600)
    lease: Duration = Duration(300)
    at_once: int = 256
    at_once_ssh: int = 32
    subnet_rate: float = 20.0
    subnet_burst: int = 10
    timeout: Duration = Duration(2)
    tries: int = 3
    ssh_connect: Duration = Duration(15)
    ssh_answer: Duration = Duration(20)
    notifications: NotificationSettings = NotificationSettings()

    def __post_init__(self) -> None:
        """Check what the types do not say.

        Raises:
            ValueError: a value is not allowed; it is named with what is.
        """
        for name in (*_POSITIVE, *_COUNTS, "subnet_rate"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: found {getattr(self, name)!r}, allowed is more than 0")
        if self.enabled and not self.credentials_file:
            raise ValueError("credentials_file: found '', allowed is a file while enabled is true")

    def asking(self) -> AskingSettings:
        """How devices are asked."""
        return AskingSettings(
            timeout=self.timeout,
            tries=self.tries,
            connect=self.ssh_connect,
            answer=self.ssh_answer,
            profiles_dir=Path(self.profiles_dir) if self.profiles_dir else None,
            ssh_profiles_dir=Path(self.ssh_profiles_dir) if self.ssh_profiles_dir else None,
        )

    def poller(self) -> PollerSettings:
        """Pace and bounds; a reading ends well before its lease does."""
        return PollerSettings(
            Pace(self.interval, self.watched, self.longest),
            Limits(self.at_once, self.at_once_ssh, self.subnet_rate, self.subnet_burst),
            whole=self.lease * 0.8,
        )
