"""What can go wrong when a device is asked by SNMP; each error says whose fault it is."""


class SnmpError(Exception):
    """The device could not be asked, or its answer not be used."""


class NoAnswerError(SnmpError):
    """Nothing came back in time: the device is off, away, or does not know the community."""


class MalformedAnswerError(SnmpError):
    """What came back is not SNMP."""


class OutOfOrderError(SnmpError):
    """The device's answers go back or round in a circle, or never end."""


class AgentRefusedError(SnmpError):
    """The device answered with an error-status (RFC 3416, 3).

    Attributes:
        status: its name.
        index: which variable it is about, from 1; 0 if none.
    """

    def __init__(self, status: str, index: int = 0) -> None:
        super().__init__(
            f"the device answered {status}" + (f" to variable {index}" if index else "")
        )
        self.status = status
        self.index = index


class AuthenticationError(SnmpError):
    """The device does not accept our user, keys or security level, or we not its digest."""


class TooManyWaitingError(SnmpError):
    """As many requests wait for answers as are allowed: ours to slow down."""
