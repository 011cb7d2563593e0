"""Routes of contacts with subscribers: what was tried, whether it helped, what was handed on."""

from typing import Annotated

from litestar import get, post

from acs.api.access import Caller, needs
from acs.api.bodies import ContactBody, SubscriberContactBody
from acs.api.learning_documents import ContactDocument, ContactList, RemedyList
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.render import contact_document, remedy_document
from acs.api.repeats import command_id_of
from acs.api.routes.given import (
    Account,
    Asking,
    Given,
    IdempotencyKey,
    RouterId,
    Taken,
    canonical,
    strictly,
    the_router,
)
from acs.api.routes.queries import time_of, time_parameter
from acs.api.services import Services
from acs.api.times import moment
from acs.bridge import to_asyncio
from acs.facts import ContactMade
from acs.storage.rows import ContactRow

_TOLD = ("channel", "action", "helped", "note", "line", "link")
MONTH = 30 * 86_400.0
Since = Annotated[str, time_parameter("From then on; 30 days, if left out.")]


async def _record(
    services: Services, router_id: str, body: ContactBody, asking: Caller, key: str
) -> ContactDocument:
    made = ContactMade(
        router_id=router_id,
        at=services.clock(),
        channel=body.channel,
        action=body.action,
        helped=body.helped,
        note=body.note,
        line=body.line,
        link=body.link,
        key=command_id_of(asking.name, key) or None,
    )
    row = await to_asyncio(services.contact(made))
    if any(getattr(row, name) != getattr(made, name) for name in _TOLD):
        raise ApiError(422, "This Idempotency-Key was used for another contact.")
    return contact_document(row)


@post(
    "/v1/routers/{router_id:str}/contacts",
    opt=needs("contacts"),
    status_code=201,
    summary="Record a contact with the subscriber",
    tags=["subscribers"],
)
async def add_contact(
    services: Given,
    asking: Asking,
    router_id: RouterId,
    data: Taken[ContactBody],
    idempotency_key: IdempotencyKey = "",
) -> ContactDocument:
    """The diagnosis takes contacts and what was tried in them into account.

    A second contact within 7 days about the same finding is escalated. What is told within an
    hour is one contact. With an Idempotency-Key a contact that is told again is the same one.
    """
    body: ContactBody = strictly(data, ContactBody)
    row = await the_router(services, router_id)
    return await _record(services, row.router_id, body, asking, idempotency_key)


@post(
    "/v1/subscribers/{account:str}/contacts",
    opt=needs("contacts"),
    status_code=201,
    summary="Record a contact with a subscriber about one of his routers",
    tags=["subscribers"],
)
async def add_subscriber_contact(
    services: Given,
    asking: Asking,
    account: Account,
    data: Taken[SubscriberContactBody],
    idempotency_key: IdempotencyKey = "",
) -> ContactDocument:
    """As for a router, which has to be named if the subscriber has several."""
    body: SubscriberContactBody = strictly(data, SubscriberContactBody)
    ids = await _routers(services, decoded(account))
    if body.router_id is not None:
        wanted = canonical(body.router_id, "body")
        if wanted not in ids:
            raise invalid("body", "router_id", "it is not a router of this subscriber")
        return await _record(services, wanted, body, asking, idempotency_key)
    if len(ids) != 1:
        raise invalid("body", "router_id", f"the subscriber has {len(ids)} routers: name one")
    return await _record(services, ids[0], body, asking, idempotency_key)


async def _routers(services: Services, account: str) -> tuple[str, ...]:
    subscriber = await to_asyncio(services.store.subscriber(account))
    if subscriber is None:
        raise not_found("subscriber", account)
    return subscriber.router_ids


@get(
    "/v1/routers/{router_id:str}/contacts",
    opt=needs("read"),
    summary="Contacts with the subscriber about a router",
    tags=["subscribers"],
)
async def list_contacts(services: Given, router_id: RouterId, since: Since = "") -> ContactList:
    """What was tried and whether it helped, newest first."""
    row = await the_router(services, router_id)
    first = time_of("since", since, services.clock() - MONTH)
    found = await to_asyncio(services.store.contacts(row.router_id, first))
    return ContactList(tuple(map(contact_document, found)))


@get(
    "/v1/subscribers/{account:str}/contacts",
    opt=needs("read"),
    summary="Contacts with a subscriber",
    tags=["subscribers"],
)
async def list_subscriber_contacts(
    services: Given, account: Account, since: Since = ""
) -> ContactList:
    """The same about all of his routers."""
    first = time_of("since", since, services.clock() - MONTH)
    found: list[ContactRow] = []
    for router_id in await _routers(services, decoded(account)):
        rows = await to_asyncio(services.store.contacts(router_id, first))
        found.extend(rows)
    found.sort(key=lambda row: row.at, reverse=True)
    return ContactList(tuple(map(contact_document, found)))


@get("/v1/remedies", opt=needs("read"), summary="What was tried and helped", tags=["fleet"])
async def list_remedies(services: Given, since: Since = "") -> RemedyList:
    """What contacts say of each remedy, by channel: as told by those who spoke with subscribers.

    What the daemon did itself is measured against a hold-out: ``/v1/effectiveness``.
    """
    first = time_of("since", since, services.clock() - MONTH)
    found = await to_asyncio(services.store.remedies(first))
    return RemedyList(moment(first), tuple(map(remedy_document, found)))


HANDLERS = (
    list_remedies,
    add_contact,
    add_subscriber_contact,
    list_contacts,
    list_subscriber_contacts,
)
