"""What credentials prove: nothing, or that a router has those of now, or those it is being given.

Pure. Which leniencies an answer needs, and how often one may fail, is the gate's.
"""

from typing import Literal

from acs.cwmp.auth import AuthError, BasicAnswer, DigestAnswer, verify_basic, verify_digest
from acs.digest import ha1
from acs.storage.rows import Credential

Proof = Literal["now", "next"]

# An unknown name costs the same work as a wrong password.
_NOBODY = ha1("", "")


def proof_of(
    answer: BasicAnswer | DigestAnswer, found: Credential | None, target: bytes
) -> Proof | None:
    """What the answer proves; None: the password is wrong, or nobody has the name.

    Raises:
        AuthError: ``uri``.
    """
    if found is None:
        _is_right(answer, _NOBODY, target)
        return None
    if found.ha1 and _is_right(answer, found.ha1, target):
        return "now"
    if found.next_ha1 and _is_right(answer, found.next_ha1, target):
        return "next"
    return None


def _is_right(answer: BasicAnswer | DigestAnswer, stored: str, target: bytes) -> bool:
    try:
        if isinstance(answer, BasicAnswer):
            verify_basic(answer, stored)
        else:
            verify_digest(answer, stored, "POST", target.decode("latin-1"))
    except AuthError as error:
        if error.reason != "response":
            raise
        return False
    return True
