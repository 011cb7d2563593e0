"""The UDP connection request as text (TR-069 Amendment 6, Annex G.2.2.3). Pure."""

import hashlib
import hmac
from urllib.parse import quote


def udp_request(
    host: str, username: str, password: str, *, at: int, message_id: int, cnonce: str
) -> bytes:
    """One datagram; its copies are the same bytes.

    Args:
        host: where it goes, as an authority: "address:port".
        username: ConnectionRequestUsername.
        password: ConnectionRequestPassword, the key of the signature.
        at: Unix seconds; the router takes no request older than the last.
        message_id: another one for each request, the same in its copies.
        cnonce: random text.
    """
    signature = sign(password, f"{at}{message_id}{username}{cnonce}")
    query = f"ts={at}&id={message_id}&un={quote(username, safe='')}&cn={cnonce}&sig={signature}"
    return f"GET http://{host}?{query} HTTP/1.1\r\n\r\n".encode("ascii")


def sign(password: str, text: str) -> str:
    """HMAC-SHA1 in upper-case hexadecimal digits."""
    return hmac.new(password.encode(), text.encode(), hashlib.sha1).hexdigest().upper()
