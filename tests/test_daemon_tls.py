"""The routers' port with TLS, as a daemon serves it beside the plain one."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from acs.cwmp.messages import GetParameterNames, InformResponse
from acs.simulator.service import Service, free_port
from tests.cwmp.routers import inform
from tests.cwmp.test_tls import pair
from tests.running import PATIENCE, Peer


class Secured(Peer):
    """A peer that speaks TLS and trusts one certificate."""

    def __init__(self, port: int, certificate: str) -> None:
        super().__init__(port)
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        self._socket = context.wrap_socket(self._socket)


@pytest.fixture
def tls_port() -> int:
    return free_port()


@pytest.fixture
def service(tmp_path: Path, tls_port: int) -> Iterator[Service]:
    settings = pair(tmp_path)
    tls = {
        "listen": f"127.0.0.1:{tls_port}",
        "certificate": settings.certificate,
        "key": settings.key,
    }
    cwmp = {"enrolment": "open", "connection_requests": False, "tls": tls}
    service = Service(tmp_path / "state", {"cwmp": cwmp})
    service.start()
    yield service
    service.kill()
    service.stop()


def test_a_session_over_tls(service: Service, tls_port: int, tmp_path: Path) -> None:
    with Secured(tls_port, f"{tmp_path}/acs.crt") as router:
        begun = router.post(inform())
        assert (begun.status, begun.message) == (200, InformResponse())
        assert isinstance(router.talk()[0], GetParameterNames)
    with Peer(service.cwmp_port) as plain:
        assert plain.post(inform()).status == 200


def test_a_large_answer_comes_whole(service: Service, tls_port: int, tmp_path: Path) -> None:
    """More than one TLS record, read slowly."""
    identity = "9" * 100_000
    body = inform().replace(b">1</cwmp:ID>", f">{identity}</cwmp:ID>".encode())
    with Secured(tls_port, f"{tmp_path}/acs.crt") as router:
        answer = router.post(body)
        assert answer.status == 200
        assert identity.encode() in answer.body
    assert service.is_running()


def test_a_refusal_arrives(service: Service, tls_port: int, tmp_path: Path) -> None:
    with Secured(tls_port, f"{tmp_path}/acs.crt") as router:
        assert router.post(bytes(2 * 1_048_576)).status == 413
    with Secured(tls_port, f"{tmp_path}/acs.crt") as router:
        assert router.raw(b"GET / HTTP/1.1\r\nHost: acs\r\n\r\n").status == 405


def test_who_speaks_no_tls_is_cut_off(service: Service, tls_port: int) -> None:
    with socket.create_connection(("127.0.0.1", tls_port), PATIENCE) as plain:
        plain.sendall(b"POST / HTTP/1.1\r\nHost: acs\r\nContent-Length: 0\r\n\r\n")
        try:
            received = plain.recv(4096)
        except ConnectionError:
            received = b""
        assert b"HTTP" not in received
    assert service.is_running()
    assert "Traceback" not in service.log.read_text()


def test_an_old_version_is_refused(service: Service, tls_port: int) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", tls_port), PATIENCE) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain)
    assert service.is_running()
