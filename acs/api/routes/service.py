"""Routes about the daemon itself: health, metrics, the OpenAPI document."""

import asyncio
from typing import Any

import structlog
from litestar import Request, Response, get
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.openmetrics import exposition as openmetrics

from acs.api.access import needs
from acs.api.command_documents import HealthDocument
from acs.api.problems import ApiError
from acs.api.router_metrics import router_registry
from acs.api.routes.given import Given, OpenApi, RouterId, the_router
from acs.api.services import HealthCheck
from acs.bridge import to_asyncio

log = structlog.get_logger("api")

CHECK_TIMEOUT = 2.0  # seconds; a part that takes longer is not well
_OPENMETRICS = "application/openmetrics-text"
_PLAIN = "text/plain; version=0.0.4"  # the framework adds the charset
_NO_STORE = {"Cache-Control": "no-store"}


@get("/healthz", opt=needs("open"), summary="Whether the daemon is well", tags=["service"])
async def healthz(services: Given) -> Response[HealthDocument]:
    """200 when every part is well, 503 when one is not; the log says why."""
    results = await asyncio.gather(*(_is_well(check) for check in services.checks))
    checks = {check.name: well for check, well in zip(services.checks, results, strict=True)}
    if not all(results):
        ill = ", ".join(name for name, well in checks.items() if not well)
        raise ApiError(503, f"Not well: {ill}.", headers=_NO_STORE, checks=checks)
    return Response(
        HealthDocument(status="ok", version=services.version, checks=checks), headers=_NO_STORE
    )


async def _is_well(part: HealthCheck) -> bool:
    try:
        asked = part.check()
        if asked is not None:
            await asyncio.wait_for(to_asyncio(asked), CHECK_TIMEOUT)
    except Exception as error:  # noqa: BLE001 - whatever a part raises means that it is not well
        log.warning("api.unhealthy", part=part.name, error=repr(error))
        return False
    return True


@get(
    "/metrics",
    opt=needs("metrics"),
    media_type="text/plain",
    summary="Metrics for Prometheus",
    tags=["service"],
)
async def metrics(services: Given, request: Request[Any, Any, Any]) -> Response[bytes]:
    """All metrics in the text format, or OpenMetrics if the request accepts that."""
    return _exposed(request, services.registry)


@get(
    "/metrics/router/{router_id:str}",
    opt=needs("read"),
    media_type="text/plain",
    summary="One router's vitals for Prometheus",
    tags=["service"],
)
async def router_metrics(
    services: Given, request: Request[Any, Any, Any], router_id: RouterId
) -> Response[bytes]:
    """What is stored of one router as metrics; the router is not asked.

    For a handful of routers that somebody looks at: each is a scrape and a set of series.
    """
    row = await the_router(services, router_id)
    return _exposed(request, router_registry(row, services.clock()))


def _exposed(request: Request[Any, Any, Any], registry: CollectorRegistry) -> Response[bytes]:
    if _OPENMETRICS in request.headers.get("accept", ""):
        body = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]
        return Response(body, media_type=openmetrics.CONTENT_TYPE_LATEST, headers=_NO_STORE)
    return Response(generate_latest(registry), media_type=_PLAIN, headers=_NO_STORE)


@get("/schema", opt=needs("open"), summary="The OpenAPI document", tags=["service"])
async def schema(request: Request[Any, Any, Any], openapi: OpenApi) -> Response[bytes]:
    """This document: OpenAPI 3.1 as JSON."""
    return Response(openapi.encoded(request.app), media_type="application/json")


HANDLERS = (healthz, metrics, router_metrics, schema)
