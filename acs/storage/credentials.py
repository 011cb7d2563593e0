"""Who credentials and certificates belong to, as reads. Only enrolled routers have any.

How credentials are changed is in ``rotating`` and ``apply_credentials``.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, Text, and_, bindparam, select, union_all

from acs.digest import ha1
from acs.storage.rows import Credential
from acs.storage.schema import routers
from acs.storage.schema_credentials import rotations
from acs.storage.secrets import Box

_r, _n = routers.c, rotations.c
_COLUMNS = (
    _r.router_id,
    _r.username,
    _r.ha1,
    _r.manufacturer,
    _r.software_version,
    _r.informs,
    _n.username.label("next_username"),
    _n.password,
)
_NAME = bindparam("name", type_=Text)
_ENROLLED = _r.enrolment == "enrolled"
_BY_NAME = (
    select(*_COLUMNS)
    .select_from(routers.outerjoin(rotations, _n.router_id == _r.router_id))
    .where(_r.username == _NAME, _ENROLLED)
)
_BY_NEXT = (
    select(*_COLUMNS)
    .select_from(rotations.join(routers, _n.router_id == _r.router_id))
    .where(_n.username == _NAME, _ENROLLED)
)
_AMBIGUOUS = 2


def password_place(router_id: str) -> str:
    """What a new password is sealed for."""
    return f"{router_id}/next-password"


def credential(connection: Connection, box: Box, username: str) -> Credential | None:
    """The enrolled router that a user name belongs to, now or once its credentials are taken."""
    key = {"name": username}
    row = connection.execute(_BY_NAME, key).one_or_none()
    if row is None:
        row = connection.execute(_BY_NEXT, key).one_or_none()
    if row is None:
        return None
    now = later = ""
    if row.username == username:
        now = box.open(row.ha1, f"{row.router_id}/ha1").decode()
    if row.next_username == username:
        password = box.open(row.password, password_place(row.router_id)).decode()
        later = ha1(username, password)
    if not row.informs:  # what it said when it was not let in proves nothing
        return Credential(row.router_id, now, next_ha1=later)
    return Credential(row.router_id, now, row.manufacturer, row.software_version, later)


def certified(
    connection: Connection, oui: str, product_class: str | None, serial_number: str
) -> str | None:
    """The one enrolled router that a certificate's names mean; None: there is none, or several."""
    named = [_r.serial_number == serial_number, _r.oui == oui, _ENROLLED]
    if product_class is not None:
        named.append(_r.product_class == product_class)
    query = select(_r.router_id).where(and_(*named)).limit(_AMBIGUOUS)
    found = connection.execute(query).scalars().all()
    return found[0] if len(found) == 1 else None


class Known(msgspec.Struct, frozen=True):
    """What is known of routers that are to be let in.

    Attributes:
        enrolled: ids of those that are let in already, with credentials or without.
        accounts: of those that are a subscriber's, by id.
        owners: router ids by the user names that they have or are to get.
    """

    enrolled: frozenset[str]
    accounts: dict[str, str]
    owners: dict[str, str]


def known(connection: Connection, ids: Iterable[str], names: Iterable[str]) -> Known:
    """What is known of some hundred routers and user names."""
    rows = connection.execute(
        select(_r.router_id, _r.enrolment, _r.account).where(_r.router_id.in_(list(ids)))
    ).all()
    listed = list(names)
    owners = connection.execute(
        union_all(
            select(_r.username, _r.router_id).where(_r.username.in_(listed)),
            select(_n.username, _n.router_id).where(_n.username.in_(listed)),
        )
    )
    return Known(
        frozenset(row.router_id for row in rows if row.enrolment == "enrolled"),
        {row.router_id: row.account for row in rows if row.account},
        dict(map(tuple, owners)),
    )
