"""Routes of webhooks: setting them up, what became of what they were told, trying again."""

import secrets
from typing import Annotated

from litestar import Response, delete, get, post
from litestar.params import PathParameter, QueryParameter

from acs.api.access import needs
from acs.api.paths import decoded
from acs.api.problems import ApiError, invalid, not_found
from acs.api.routes.given import Asking, Given, Taken, strictly
from acs.api.routes.queries import Cursor, Limit, number
from acs.api.times import moment
from acs.api.webhook_documents import (
    DeliveryDocument,
    DeliveryPage,
    RetriedDocument,
    RetryBody,
    WebhookBody,
    WebhookDocument,
    WebhookList,
    WebhookMade,
)
from acs.bridge import to_asyncio
from acs.news import UnknownKindError, kinds_of
from acs.storage.errors import FactRefusedError
from acs.storage.webhook_rows import Delivery, DeliveryState, NewWebhook, Webhook
from acs.webhooks.addresses import UrlError, check_url
from acs.webhooks.signing import SecretError, secret_of, secret_text

_SECRET_BYTES = 32
_ID_BYTES = 6

WebhookId = Annotated[str, PathParameter(description="The webhook's id.")]


@post("/v1/webhooks", opt=needs("admin"), summary="Set up a webhook", tags=["events"])
async def add_webhook(services: Given, data: Taken[WebhookBody]) -> Response[WebhookMade]:
    """Have a server told of events by POST, signed, in order, again until it has taken them.

    Messages are those of Standard Webhooks: headers `webhook-id` (the same at each try),
    `webhook-timestamp` and `webhook-signature`, a body of `type`, `timestamp` and, as `data`, the
    event as `GET /v1/events` tells it. They may come twice.
    """
    body: WebhookBody = strictly(data, WebhookBody)
    try:
        check_url(body.url, services.webhooks)
    except UrlError as error:
        raise invalid("body", "url", str(error)) from error
    try:
        kinds_of(body.kinds)
    except UnknownKindError as error:
        raise invalid("body", "kinds", str(error)) from error
    try:
        made = secrets.token_bytes(_SECRET_BYTES)
        secret = made if body.secret is None else secret_of(body.secret)
    except SecretError as error:
        raise invalid("body", "secret", str(error)) from None
    webhook_id = secrets.token_hex(_ID_BYTES)
    new = NewWebhook(
        webhook_id=webhook_id,
        url=body.url,
        kinds=tuple(sorted(set(body.kinds))),
        secret=secret,
        created_at=services.clock(),
    )
    try:
        await to_asyncio(services.store.webhooks.add(new))
    except FactRefusedError as error:
        raise ApiError(409, "There are as many webhooks as there may be.") from error
    return Response(
        WebhookMade(webhook_id=webhook_id, secret=secret_text(secret)),
        status_code=201,
        headers={"Cache-Control": "no-store"},
    )


@get("/v1/webhooks", opt=needs("admin"), summary="List webhooks", tags=["events"])
async def list_webhooks(services: Given) -> WebhookList:
    """All webhooks, with what waits for each and what was given up."""
    found = await to_asyncio(services.store.webhooks.all())
    return WebhookList(items=tuple(map(_document, found)))


@delete(
    "/v1/webhooks/{webhook_id:str}",
    opt=needs("admin"),
    summary="Remove a webhook",
    tags=["events"],
)
async def remove_webhook(services: Given, webhook_id: WebhookId) -> None:
    """It is told nothing from now on; what waits for it is forgotten."""
    if not await to_asyncio(services.store.webhooks.remove(decoded(webhook_id))):
        raise not_found("webhook", decoded(webhook_id))


@post(
    "/v1/webhooks/{webhook_id:str}/test",
    opt=needs("admin"),
    status_code=202,
    summary="Try a webhook",
    tags=["events"],
)
async def try_webhook(services: Given, asking: Asking, webhook_id: WebhookId) -> None:
    """Send it an event `webhook.test`, in its turn; its deliveries tell how that went."""
    name = decoded(webhook_id)
    book = services.store.webhooks
    if not await to_asyncio(book.ask_test(name, asking.name, services.clock())):
        if any(each.webhook_id == name for each in await to_asyncio(book.all())):
            raise ApiError(409, "The webhook is gone: it answered 410. Retry what was given up.")
        raise not_found("webhook", name)


@post(
    "/v1/webhooks/{webhook_id:str}/retry",
    opt=needs("admin"),
    status_code=200,
    summary="Send again what was given up",
    tags=["events"],
)
async def retry_webhook(
    services: Given, webhook_id: WebhookId, data: Taken[RetryBody]
) -> RetriedDocument:
    """Send again what was given up, now; a webhook that was gone is active again."""
    body: RetryBody = strictly(data, RetryBody)
    name = decoded(webhook_id)
    count = await to_asyncio(services.store.webhooks.retry(name, body.seq, services.clock()))
    if count is None:
        raise not_found("webhook", name)
    return RetriedDocument(retried=count)


@get(
    "/v1/webhooks/{webhook_id:str}/deliveries",
    opt=needs("admin"),
    summary="List deliveries to a webhook",
    tags=["events"],
)
async def list_deliveries(
    services: Given,
    webhook_id: WebhookId,
    states: Annotated[
        tuple[DeliveryState, ...],
        QueryParameter(name="state", description="Only those in these states; repeatable."),
    ] = (),
    cursor: Cursor = "",
    limit: Limit = 100,
) -> DeliveryPage:
    """What it is to be told and was told, the newest event first."""
    name, before = decoded(webhook_id), number("query", "cursor", cursor)
    page = await to_asyncio(services.store.webhooks.deliveries(name, states, limit, before))
    if page is None:
        raise not_found("webhook", name)
    return DeliveryPage(items=tuple(map(_delivery, page.items)), next=page.cursor)


def _document(one: Webhook) -> WebhookDocument:
    return WebhookDocument(
        webhook_id=one.webhook_id,
        url=one.url,
        kinds=one.kinds,
        state=one.state,
        created_at=moment(one.created_at),
        failures=one.failures,
        next_try_at=moment(one.due_at) if one.failures and one.state == "active" else None,
        waiting=one.waiting,
        dead=one.dead,
        oldest_waiting_at=moment(one.oldest_at),
    )


def _delivery(one: Delivery) -> DeliveryDocument:
    return DeliveryDocument(
        seq=one.seq,
        at=moment(one.at),
        kind=one.kind,
        state=one.state,
        attempts=one.attempts,
        tried_at=moment(one.tried_at),
        status=one.status,
        fault=one.fault,
    )


HANDLERS = (
    add_webhook,
    list_webhooks,
    remove_webhook,
    try_webhook,
    retry_webhook,
    list_deliveries,
)
