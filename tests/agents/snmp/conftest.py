"""A real agent: net-snmp's snmpd, when it is installed. .ci/run installs it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.programs import program

PASSWORDS = {"auth": "auth-pass-1234", "priv": "priv-pass-1234"}
_CONFIG = """
agentaddress udp:127.0.0.1:{port}
rocommunity public 127.0.0.1
rwcommunity private 127.0.0.1
createUser modern SHA-256 {auth} AES {priv}
rwuser modern priv
createUser long SHA-512 {auth} AES {priv}
rouser long priv
createUser old MD5 {auth} DES {priv}
rouser old priv
createUser signed SHA {auth}
rouser signed auth
"""


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    path = program("snmpd")
    folder: Path = tmp_path_factory.mktemp("snmpd")
    port = free_udp_port()
    config = folder / "snmpd.conf"
    config.write_text(_CONFIG.format(port=port, **PASSWORDS))
    log = folder / "log"
    running = subprocess.Popen(  # noqa: S603 - the installed one
        [path, "-f", "-C", "-c", str(config), "-Lf", str(log), "-I", "-smux"],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder), "MIBS": ""},
    )
    try:
        deadline = time.monotonic() + 15
        while "NET-SNMP version" not in (log.read_text() if log.exists() else ""):
            assert running.poll() is None, log.read_text() if log.exists() else "snmpd ended"
            assert time.monotonic() < deadline, "snmpd does not start"
            time.sleep(0.05)
        yield "127.0.0.1", port
    finally:
        running.terminate()
        running.wait(10)
