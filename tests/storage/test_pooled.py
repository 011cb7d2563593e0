"""PostgreSQL behind a real pgbouncer in transaction mode: nothing depends on one connection."""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from acs.storage.database import Database
from acs.storage.store import Store
from tests.postgres import Cluster
from tests.programs import program
from tests.storage.support import ID, NOW, Desk, Guard, informed, judged, proposal, sampled

_CONFIG = """
[databases]
* = host={host} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 2
max_client_conn = 40
server_idle_timeout = 0
server_lifetime = 0
"""


@pytest.fixture(scope="module")
def bouncer(cluster: Cluster) -> Iterator[int]:
    """The port of a pgbouncer before the cluster."""
    path = program("pgbouncer")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    host = make_url(cluster.url("template_acs")).query["host"]
    with tempfile.TemporaryDirectory(prefix="acsd-pgb-") as folder:
        Path(folder).chmod(0o755)
        config = Path(folder) / "pgbouncer.ini"
        config.write_text(_CONFIG.format(host=host, port=port))
        # It will not run as root; the server's own user may use the server's socket.
        user = Path(str(host)).stat().st_uid if os.geteuid() == 0 else None
        running = subprocess.Popen([path, str(config)], stderr=subprocess.PIPE, user=user)  # noqa: S603 - the installed one
        try:
            _await_port(port, running)
            yield port
        finally:
            running.terminate()
            running.communicate(timeout=10)


def _await_port(port: int, running: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 15
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert running.poll() is None, "pgbouncer ended"
        assert time.monotonic() < deadline, "pgbouncer does not listen"


@pytest.fixture
def url(cluster: Cluster, bouncer: int) -> Iterator[str]:
    name = cluster.create()
    yield f"postgresql://postgres@127.0.0.1:{bouncer}/{name}"
    cluster.drop(name)


def test_two_stores_share_two_connections(desk: Desk) -> None:
    stores: list[Store] = [desk.open(pooled=True) for _ in range(2)]
    desk.commit(stores[0], informed())
    for number in range(20):  # the driver would prepare a statement at its sixth use
        for store in stores:
            desk.commit(store, informed(), sampled(NOW + number), judged(NOW + number, "reboot"))
            row = desk.wait(store.router(ID))
            assert row is not None
            assert row.router_id == ID
    desk.wait(stores[0].propose(proposal("one"), Guard()))
    got = [desk.wait(store.claim(ID, NOW, Guard())) for store in stores]
    assert [command.command_id for command in got if command is not None] == ["one"]
    assert len(desk.wait(stores[1].samples(ID, 0, NOW + 99, 99))) == 20


def test_limits_of_time_hold_in_every_transaction_and_end_with_it(url: str) -> None:
    database = Database(url, busy_timeout=2.5, pooled=True)
    for engine in (database.writer, database.readers):
        for _ in range(3):
            with engine.connect() as connection:
                shown = [
                    connection.execute(text(f"SHOW {name}")).scalar_one()
                    for name in ("lock_timeout", "statement_timeout", "synchronous_commit")
                ]
            assert shown == ["2500ms", "10s", "on"]
    database.close()
    plain = Database(url, pooled=True)
    with plain.readers.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        connection.rollback()
        cursor = raw.cursor()
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchall() == [("0",)]  # nobody else inherits what we set
        cursor.close()
    plain.close()
