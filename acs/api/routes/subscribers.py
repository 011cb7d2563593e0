"""Routes of subscribers: whose router is whose, their status."""

import asyncio
from typing import Any

from litestar import Request, Response, get, put
from msgspec.structs import replace

from acs.api.access import needs
from acs.api.bodies import SubscriberBody
from acs.api.conditional import conditional, unaged
from acs.api.documents import SubscriberStatus
from acs.api.languages import ENGLISH, Words, words_for
from acs.api.paths import decoded
from acs.api.problems import invalid, not_found
from acs.api.routes.given import Account, Asking, Given, Taken, canonical, strictly
from acs.api.routes.queries import Fresh
from acs.api.routes.routers import router_status, standing_status
from acs.api.services import Services
from acs.api.status import need
from acs.bridge import to_asyncio
from acs.facts import Belongs, Fact, Placed

MAX_ACCOUNT = 256


async def subscriber_status(
    services: Services,
    account: str,
    words: Words = ENGLISH,
    *,
    fresh: float = 0.0,
    asked_by: str = "",
) -> SubscriberStatus:
    """A subscriber with the status of each of his routers, asked first where that is wanted.

    Raises:
        ApiError: 404 when the account is unknown.
    """
    known = await to_asyncio(services.store.standings(account, services.clock()))
    if known is None:
        raise not_found("subscriber", account)
    subscriber, routers = known
    if fresh:
        found = await asyncio.gather(
            *(
                router_status(services, each.row, words, fresh=fresh, asked_by=asked_by)
                for each in routers
            )
        )
    else:
        found = [standing_status(services, each, words) for each in routers]
    found = sorted(found, key=need, reverse=True)
    return SubscriberStatus(
        account=account,
        phone=subscriber.phone,
        login=subscriber.login,
        sentence=found[0].sentence if found else words.says["no_router"],
        routers=tuple(found),
    )


@get(
    "/v1/subscribers/{account:str}/status",
    opt=needs("read"),
    summary="What a contact-centre operator needs about a subscriber",
    tags=["subscribers"],
)
async def show_subscriber_status(
    services: Given,
    request: Request[Any, Any, Any],
    asking: Asking,
    account: Account,
    fresh: Fresh = 0.0,
) -> Response[SubscriberStatus]:
    """The status of each of the subscriber's routers, the one that needs most first.

    Language, ``fresh`` and If-None-Match are as for a router's status.
    """
    words = words_for(request.headers.get("accept-language", ""))
    name = decoded(account)
    status = await subscriber_status(services, name, words, fresh=fresh, asked_by=asking.name)
    bare = replace(status, routers=tuple(map(unaged, status.routers)), sentence="")
    return conditional(request, status, words, bare)


@put(
    "/v1/subscribers/{account:str}",
    opt=needs("admin"),
    summary="Say whose routers are whose",
    tags=["subscribers"],
)
async def put_subscriber(
    services: Given, account: Account, data: Taken[SubscriberBody]
) -> SubscriberStatus:
    """Store what the provider's other systems know of a subscriber and where his routers are.

    A router that another subscriber had becomes his; one that has never been seen is kept in
    quarantine until it is enrolled.
    """
    body: SubscriberBody = strictly(data, SubscriberBody)
    name = decoded(account)
    if not 0 < len(name) <= MAX_ACCOUNT:
        raise invalid("path", "account", f"{len(name)} characters; 1 to {MAX_ACCOUNT} are allowed")
    if body.account not in (None, name):
        raise invalid("body", "account", f"{body.account!r} is not the account of the path")
    now = services.clock()
    facts: list[Fact] = [
        Belongs(
            router_id=canonical(each.router_id, "body"),
            at=now,
            account=name,
            phone=body.phone,
            login=body.login,
            contract=body.contract,
            segment=each.segment,
            access=each.access,
            utc_offset=each.utc_offset,
            switch_port=each.switch_port,
            address_prefix=each.address_prefix,
        )
        for each in body.routers
    ]
    facts += await _released(services, name, {each.router_id for each in body.routers})
    if not facts:
        raise invalid("body", "routers", "a subscriber who never had a router is not kept")
    await to_asyncio(services.store.commit(tuple(facts)))
    return await subscriber_status(services, name)


async def _released(services: Services, account: str, kept: set[str]) -> list[Fact]:
    """Facts that make the account's other routers nobody's; where they are stays known."""
    subscriber = await to_asyncio(services.store.subscriber(account))
    if subscriber is None:
        return []
    return [
        Placed(router_id=router_id, at=services.clock(), account="")
        for router_id in subscriber.router_ids
        if router_id not in kept
    ]


HANDLERS = (show_subscriber_status, put_subscriber)
