"""Messages and their signatures, as Standard Webhooks has them; what a receiver does with them."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.news import News
from acs.webhooks.signing import (
    SecretError,
    body_of,
    headers_of,
    is_genuine,
    secret_of,
    secret_text,
)

NOW = 1_790_000_000.0
# The example of Svix's and Standard Webhooks' own libraries' tests.
SECRET = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


def test_the_known_example() -> None:
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert is_genuine(headers, body, SECRET, 1614265330.0)


def test_a_body_is_the_event_as_the_api_tells_it() -> None:
    one = News(NOW + 0.25, "router.boot", "a-b", {"cause": "power"}, 17)
    assert json.loads(body_of(one)) == {
        "type": "router.boot",
        "timestamp": "2026-09-21T14:13:20.250000Z",
        "data": {
            "seq": 17,
            "at": "2026-09-21T14:13:20.250000Z",
            "kind": "router.boot",
            "router_id": "a-b",
            "detail": {"cause": "power"},
        },
    }


@given(st.integers(1, 2**60), st.binary(max_size=200), st.binary(min_size=24, max_size=64))
def test_what_is_signed_is_genuine_and_nothing_else_is(
    seq: int, body: bytes, secret: bytes
) -> None:
    headers = headers_of(seq, body, secret, NOW)
    assert headers["webhook-id"] == f"evt_{seq}"
    assert is_genuine(headers, body, secret, NOW + 299)
    assert not is_genuine(headers, body + b" ", secret, NOW)
    assert not is_genuine(headers, body, secret[:-1] + bytes([secret[-1] ^ 1]), NOW)
    assert not is_genuine({**headers, "webhook-id": f"evt_{seq + 1}"}, body, secret, NOW)
    assert not is_genuine({**headers, "webhook-timestamp": "1790000001"}, body, secret, NOW)
    assert not is_genuine(headers, body, secret, NOW + 301)
    rotated = {**headers, "webhook-signature": "v1,xxxx " + headers["webhook-signature"]}
    assert is_genuine(rotated, body, secret, NOW)


@given(st.binary(min_size=24, max_size=64))
def test_secrets_are_written_and_read(secret: bytes) -> None:
    assert secret_of(secret_text(secret)) == secret


@pytest.mark.parametrize(
    "text", ["", "whsec_", "whsec_!!!!", "whsec_" + "QUFB" * 7, "QUFB" * 8, "whsec_" + "QUFB" * 22]
)
def test_what_is_no_secret_is_not_repeated(text: str) -> None:
    with pytest.raises(SecretError) as caught:
        secret_of(text)
    assert "QUFB" not in str(caught.value)
