"""The route by which many known routers are let in at once."""

from litestar import post

from acs.api.access import needs
from acs.api.onboarding_documents import ImportBody, ImportDocument, ImportProblem
from acs.api.routes.given import Given, Taken, strictly
from acs.bridge import to_asyncio


@post(
    "/v1/enrolments",
    opt=needs("admin"),
    status_code=200,
    summary="Let known routers in",
    tags=["fleet"],
)
async def import_routers(services: Given, data: Taken[ImportBody]) -> ImportDocument:
    """Each line is stored or not by itself; the request may be repeated.

    A router that is let in already keeps its credentials unless ``replace`` says otherwise: they
    may have been changed since the list was made.
    """
    body: ImportBody = strictly(data, ImportBody)
    outcomes = await to_asyncio(services.import_routers(body.lines, body.replace, body.dry_run))
    states = [outcome.status for outcome in outcomes]
    return ImportDocument(
        enrolled=states.count("enrolled"),
        known=states.count("known"),
        problems=tuple(
            ImportProblem(number, outcome.says)
            for number, outcome in enumerate(outcomes)
            if outcome.status == "wrong"
        ),
    )


HANDLERS = (import_routers,)
