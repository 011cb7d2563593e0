"""The route that says what actions were worth."""

from typing import Annotated, Literal

import msgspec
from litestar import get
from litestar.params import QueryParameter

from acs.actions.effectiveness import NOT_YET, Worth, report
from acs.api.access import needs
from acs.api.learning_documents import EffectivenessDocument, WorthDocument
from acs.api.routes.given import Given
from acs.api.routes.queries import time_of, time_parameter
from acs.api.times import moment
from acs.bridge import to_asyncio

QUARTER = 90 * 86_400.0
Since = Annotated[str, time_parameter("Trials from then on; 90 days, if left out.")]


@get(
    "/v1/effectiveness",
    opt=needs("read"),
    summary="What actions were worth",
    tags=["fleet"],
)
async def show_effectiveness(
    services: Given,
    since: Since = "",
    stage: Annotated[
        Literal["30m", "24h", "7d", ""],
        QueryParameter(description="Only what was found so long after the action."),
    ] = "",
) -> EffectivenessDocument:
    """The uplift of each action against routers that, by lot, were left without it.

    A rate of success is shown only beside the rate without the action.
    """
    first = time_of("since", since, services.clock() - QUARTER)
    settings = services.learning
    tallies = await to_asyncio(services.store.learned.tallies(first))
    found = report(
        tallies,
        shrinkage=settings.shrinkage,
        least=settings.least_known,
        stage=stage or None,
    )
    return EffectivenessDocument(
        since=moment(first), says=_says(found), items=tuple(map(_document, found))
    )


def _says(found: list[Worth]) -> str:
    if not found:
        return "not known yet: no action has been looked at"
    known = sum(worth.uplift is not None for worth in found)
    if known:
        return f"{known} of {len(found)} groups can be compared"
    return max((worth.says for worth in found), key=lambda says: says != NOT_YET)


def _document(worth: Worth) -> WorthDocument:
    return msgspec.convert(worth, WorthDocument, from_attributes=True)


HANDLERS = (show_effectiveness,)
