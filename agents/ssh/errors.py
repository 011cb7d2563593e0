"""What can go wrong when a device is asked by SSH; each error says whose fault it is."""


class SshError(Exception):
    """The device could not be asked, or its answer not be used."""


class UnreachableError(SshError):
    """No connection came about in time, or it was lost."""


class HangingError(SshError):
    """The device is connected, but does not answer, or answers without an end."""


class NotSshError(SshError):
    """What answers does not speak SSH, or none that we speak."""


class RefusedError(SshError):
    """The device does not let us in: its answer to user and password or key."""


class HostKeyError(SshError):
    """The device's key is not the one that is known. Nothing is sent to it until a person looks.

    Attributes:
        known: fingerprint of the key that is known; empty when none is.
        found: fingerprint of the key that the device has.
    """

    def __init__(self, known: str, found: str) -> None:
        what = f"not the known {known}" if known else "and none is known"
        super().__init__(f"the device's key is {found}, {what}")
        self.known = known
        self.found = found
