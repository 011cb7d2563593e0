"""Tells a caller in each answer how much he may still ask. How much that is, is ``rates``'s to say.

The fields are those of draft-ietf-httpapi-ratelimit-headers-10, ``RateLimit-Policy`` and
``RateLimit``.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from acs.api.rates import Quota

POLICY = "token"
"""The policy's name: each token has a quota of its own."""
_KEY = "acs.quota"  # in the ASGI scope

Send = Callable[[Any], Awaitable[None]]


def tell(scope: Any, quota: Quota | None) -> None:
    """Have the answer to this request tell a quota; None: there is nothing to tell."""
    if quota is not None:
        scope[_KEY] = quota


def watched(scope: Any, send: Send) -> Send:
    """A ``send`` that adds the fields to the answer, errors included."""

    async def telling(message: Any) -> None:
        if message["type"] == "http.response.start":
            quota: Quota | None = scope.get(_KEY)
            if quota is not None:
                message["headers"] = [*message.get("headers", ()), *fields(quota)]
        await send(message)

    return telling


def fields(quota: Quota) -> tuple[tuple[bytes, bytes], tuple[bytes, bytes]]:
    """The fields of a quota.

    The window is what an empty bucket takes to fill: who makes no more than ``q`` requests in any
    ``w`` seconds is never refused.
    """
    policy = f'"{POLICY}";q={quota.limit};w={quota.window}'
    now = f'"{POLICY}";r={quota.left};t={quota.reset}'
    return (b"ratelimit-policy", policy.encode()), (b"ratelimit", now.encode())
