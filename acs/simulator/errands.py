"""Files that a simulated router fetches and sends while no session is open: values, no sockets."""

from typing import Literal, NamedTuple

FETCH_FAILED, SEND_FAILED = 9010, 9011
NOT_REACHED = 9015
_TEXTS = {
    FETCH_FAILED: "Download failure",
    SEND_FAILED: "Upload failure",
    NOT_REACHED: "File transfer failure: unable to contact file server",
}


class Errand(NamedTuple):
    """Something to fetch (GET) or to send (PUT).

    Attributes:
        number: of the errand, each its own.
        what: ``fetch`` or ``send``.
        url: where.
        username: there; "": no authentication.
        password: there.
        body: what to send.
    """

    number: int
    what: Literal["fetch", "send"]
    url: str
    username: str = ""
    password: str = ""
    body: bytes = b""


class Done(NamedTuple):
    """How an errand ended; ``fault`` 0: well.

    Attributes:
        fault: a fault of A.5.1.
        body: what was fetched.
        began: Unix seconds.
        ended: Unix seconds.
    """

    fault: int
    body: bytes
    began: float
    ended: float

    @property
    def text(self) -> str:
        """The fault's text."""
        return _TEXTS.get(self.fault, "")
