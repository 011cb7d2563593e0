"""Routes of reboots as a whole: the kill switch, the policy on trial, stopped models."""

import asyncio

from litestar import get, post

from acs.api.access import needs
from acs.api.bodies import ResumeBody, StopBody
from acs.api.learning_documents import PolicyDocument, RebootsDocument, SilentModelDocument
from acs.api.problems import not_found
from acs.api.routes.given import Asking, Given, Taken, strictly
from acs.api.services import Services
from acs.api.times import moment
from acs.bridge import to_asyncio
from acs.storage.policies import Policy
from acs.storage.silences import SilentModel


async def reboots_document(services: Services) -> RebootsDocument:
    """Where switch, policy and models stand."""
    store = services.store
    stop, policy, models = await asyncio.gather(
        to_asyncio(store.stopped()),
        to_asyncio(store.learned.policy()),
        to_asyncio(store.learned.silent_models()),
    )
    tried = 0 if policy is None else await to_asyncio(store.learned.treated(policy.trial))
    return RebootsDocument(
        stopped=stop.stopped,
        by=stop.by,
        at=moment(stop.at),
        reason=stop.reason,
        policy=None if policy is None else _policy(policy, tried),
        models=tuple(map(_model, models)),
    )


def _policy(policy: Policy, tried: int) -> PolicyDocument:
    return PolicyDocument(
        policy=policy.policy,
        state=policy.state,
        round=policy.round,
        canary=policy.size,
        tried=tried,
        why=policy.why,
        begun_at=moment(policy.begun_at),
        changed_at=moment(policy.changed_at),
    )


def _model(model: SilentModel) -> SilentModelDocument:
    return SilentModelDocument(
        manufacturer=model.manufacturer,
        model=model.model,
        routers=model.routers,
        router_ids=model.router_ids,
        since=moment(model.since),
    )


@get("/v1/reboots", opt=needs("read"), summary="Whether routers may be rebooted", tags=["fleet"])
async def show_reboots(services: Given) -> RebootsDocument:
    """The kill switch, who moved it and why; the policy on trial; models that wait for a person."""
    return await reboots_document(services)


@post(
    "/v1/reboots/stop",
    opt=needs("act"),
    status_code=200,
    summary="Stop all reboots",
    tags=["fleet"],
)
async def stop_reboots(
    services: Given, asking: Asking, data: Taken[StopBody | None] = None
) -> RebootsDocument:
    """From now on no reboot is queued, and none that is queued is sent, by any node."""
    body: StopBody = strictly(data, StopBody | None) or StopBody()
    await to_asyncio(services.stop_reboots(True, asking.name, body.reason))
    return await reboots_document(services)


@post(
    "/v1/reboots/resume",
    opt=needs("admin"),
    status_code=200,
    summary="Allow reboots again",
    tags=["fleet"],
)
async def resume_reboots(
    services: Given, asking: Asking, data: Taken[ResumeBody | None] = None
) -> RebootsDocument:
    """Lift the stop; the guards go on deciding. Or let a stopped model or policy go on.

    A policy goes on with a canary.
    """
    body: ResumeBody = strictly(data, ResumeBody | None) or ResumeBody()
    learned = services.store.learned
    if body.model is not None and not await to_asyncio(learned.resume_model(body.model)):
        raise not_found("stopped model", body.model)
    if body.policy:
        await to_asyncio(learned.resume_policy(services.clock()))
    if body.model is None and not body.policy:
        await to_asyncio(services.stop_reboots(False, asking.name, body.reason))
    return await reboots_document(services)


HANDLERS = (show_reboots, stop_reboots, resume_reboots)
