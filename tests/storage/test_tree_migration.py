"""Names that an older release stored are in the pages of this one."""

import zlib

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from acs.storage import upgrading
from acs.storage.schema import metadata
from acs.storage.tree_reading import TreeQuery, tree
from acs.storage.upgrading import upgrade

NAMES = (*(f"Device.Hosts.Host.{n}.Name" for n in range(1, 301)), "Device.A")


def test_stored_names_become_pages(url: str) -> None:
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        config = Config()
        config.set_main_option("script_location", str(upgrading.MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        for router_id in ("a", "b"):
            connection.execute(
                text(
                    "INSERT INTO routers (router_id, enrolment, first_seen_at, informs, vitals, "
                    "vitals_old, recent) VALUES (:id, 'enrolled', 1, 1, :none, :none, :none)"
                ),
                {"id": router_id, "none": b""},
            )
        connection.execute(
            text(
                "INSERT INTO trees (router_id, at, root, software_version, names) "
                "VALUES ('a', 7, 'Device.', '1.0', :names)"
            ),
            {"names": zlib.compress("\n".join(NAMES).encode())},
        )
    upgrade(url)
    with engine.connect() as connection:
        found = tree(connection, "a", TreeQuery(), 10_000, None)
    with engine.connect() as connection:
        assert tree(connection, "b", TreeQuery(), 10, None) is None
    engine.dispose()
    assert found is not None
    assert (found.root, found.walked_at) == ("Device.", 7)
    paths = [row.entry.path for row in found.rows.items]
    assert [path for path in paths if not path.endswith(".")] == [NAMES[-1], *NAMES[:-1]]
    assert len(paths) == len(NAMES) + 3 + 300
