"""What is sent and how it is signed: Standard Webhooks 1.0.0. Pure."""

import base64
import binascii
import hmac
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from acs.news import News

PREFIX = "whsec_"
LEAST, MOST = 24, 64  # bytes of a secret (Standard Webhooks, "Signature scheme")
TOLERANCE = 300.0  # seconds; a receiver refuses what is older
_encode = msgspec.json.Encoder(order="deterministic").encode
_ID = "evt_"


class SecretError(ValueError):
    """It is no webhook's secret."""


def secret_text(secret: bytes) -> str:
    """A secret as it is shown, once: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(secret).decode()


def secret_of(text: str) -> bytes:
    """A secret as it is shown.

    Raises:
        SecretError: it is none; the text is not repeated.
    """
    says = f"allowed is {PREFIX} and the base64 of {LEAST} to {MOST} bytes"
    try:
        secret = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SecretError(says) from None
    if not text.startswith(PREFIX) or not LEAST <= len(secret) <= MOST:
        raise SecretError(says)
    return secret


def body_of(one: News) -> bytes:
    """An event as a webhook's payload: its kind, its time, and the event as the API tells it."""
    time = datetime.fromtimestamp(round(one.at, 3), UTC)
    data = {
        "seq": one.seq,
        "at": time,
        "kind": one.kind,
        "router_id": one.router_id,
        "detail": one.detail,
    }
    return _encode({"type": one.kind, "timestamp": time, "data": data})


def headers_of(seq: int, body: bytes, secret: bytes, now: float) -> dict[str, str]:
    """The headers that go with a body; the id is the same at each try, the time is not."""
    message, sent = f"{_ID}{seq}", str(int(now))
    return {
        "webhook-id": message,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{_signature(message, sent, body, secret)}",
    }


def is_genuine(headers: dict[str, str], body: bytes, secret: bytes, now: float) -> bool:
    """Whether a message is ours and fresh: what a receiver does. Names are in lower case."""
    message, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent.isdigit() or abs(now - int(sent)) > TOLERANCE:
        return False
    expected = _signature(message, sent, body, secret)
    given = headers.get("webhook-signature", "").split()
    return any(
        hmac.compare_digest(text.removeprefix("v1,").encode(), expected.encode())
        for text in given
        if text.startswith("v1,")
    )


def _signature(message: str, sent: str, body: bytes, secret: bytes) -> str:
    signed = f"{message}.{sent}.".encode() + body
    return base64.b64encode(hmac.digest(secret, signed, sha256)).decode()
