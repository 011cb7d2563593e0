"""Kinds of fields that several bodies have, with their limits. No bodies."""

from typing import Annotated

from msgspec import Meta

# PostgreSQL's text cannot hold NUL, so it is refused wherever text is taken.
_NO_NUL = r"^[^\x00]*$"
Name = Annotated[str, Meta(min_length=1, max_length=256, pattern=_NO_NUL)]
LongName = Annotated[str, Meta(min_length=1, max_length=1600, pattern=_NO_NUL)]
ShortText = Annotated[str, Meta(max_length=256, pattern=_NO_NUL)]
Text = Annotated[str, Meta(max_length=500, pattern=_NO_NUL)]
ParameterValue = (
    bool
    | Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
    | float
    | Annotated[str, Meta(max_length=65_536, pattern=_NO_NUL)]
)
Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=_NO_NUL)]
