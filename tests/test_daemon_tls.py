"""The routers' ports with TLS, as a daemon serves them beside the plain ones."""

import contextlib
import http.client
import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509

from acs.cwmp.messages import (
    Download,
    DownloadResponse,
    GetParameterNames,
    InformResponse,
)
from acs.simulator.service import Service, free_port
from tests.cwmp.routers import DEVICE, OTHER, SAYS, inform
from tests.running import PATIENCE, Peer
from tests.test_daemon_files import ask
from tests.tls.authority import Authority, Pair

FIRMWARE = b"firmware" * 5000


class Secured(Peer):
    """A peer that speaks TLS and trusts one authority."""

    def __init__(
        self, port: int, root: Authority, own: Pair | None = None, before: bytes = b""
    ) -> None:
        super().__init__(port)
        self._socket.sendall(before)
        context = ssl.create_default_context(cafile=str(root.file))
        context.check_hostname = False
        if own is not None:
            context.load_cert_chain(own.certificate, own.key)
        try:
            self._socket = context.wrap_socket(self._socket)
        except BaseException:
            self._socket.close()
            raise

    def serial(self) -> int:
        assert isinstance(self._socket, ssl.SSLSocket)
        shown = self._socket.getpeercert(binary_form=True)
        assert shown is not None
        return x509.load_der_x509_certificate(shown).serial_number


class House:
    """A daemon with TLS on both listeners, and the authority of its certificates."""

    def __init__(self, folder: Path, **cwmp: Any) -> None:
        self.root = Authority(folder, "root")
        self.pair = self.root.issue("acs", "acs.example")
        self.port, self.files_port = free_port(), free_port()
        files = {"certificate": str(self.pair.certificate), "key": str(self.pair.key)}
        extra = cwmp.pop("tls", {})
        tables: dict[str, dict[str, Any]] = {
            "cwmp": {
                "enrolment": "open",
                "connection_requests": False,
                "tls": {"listen": f"127.0.0.1:{self.port}", **files, **extra},
                **cwmp,
            },
            "files": {"tls": {"listen": f"127.0.0.1:{self.files_port}", **files}},
            "log": {"level": "info"},
        }
        self.service = Service(folder / "state", tables)
        self.service.start()

    def peer(self, own: Pair | None = None) -> Secured:
        return Secured(self.port, self.root, own)

    def log(self) -> str:
        return self.service.log.read_text()

    def metrics(self) -> str:
        with self.service.client() as client:
            return client.get("/metrics").text

    def close(self) -> None:
        self.service.stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.close()


def test_a_session_over_tls(house: House) -> None:
    with house.peer() as router:
        begun = router.post(inform())
        assert (begun.status, begun.message) == (200, InformResponse())
        assert isinstance(router.talk()[0], GetParameterNames)
    with Peer(house.service.cwmp_port) as plain:
        assert plain.post(inform()).status == 200


def test_tls_passed_on_by_a_load_balancer(tmp_path: Path) -> None:
    """The PROXY protocol's header comes before the handshake."""
    house = House(tmp_path, proxies=["127.0.0.1/32"])
    try:
        header = b"PROXY TCP4 192.0.2.77 10.0.0.2 4711 7548\r\n"
        with Secured(house.port, house.root, before=header) as router:
            assert router.post(inform()).message == InformResponse()
            router.talk()
        with house.service.client() as client:
            assert client.get("/v1/routers", params={"q": "192.0.2.77"}).json()["items"]
    finally:
        house.close()


def test_a_large_answer_comes_whole(house: House) -> None:
    """More than one TLS record, read slowly."""
    identity = "9" * 100_000
    body = inform().replace(b">1</cwmp:ID>", f">{identity}</cwmp:ID>".encode())
    with house.peer() as router:
        answer = router.post(body)
        assert answer.status == 200
        assert identity.encode() in answer.body
    assert house.service.is_running()


def test_a_refusal_arrives(house: House) -> None:
    with house.peer() as router:
        assert router.post(bytes(2 * 1_048_576)).status == 413
    with house.peer() as router:
        assert router.raw(b"GET / HTTP/1.1\r\nHost: acs\r\n\r\n").status == 405


def test_who_speaks_no_tls_is_cut_off(house: House) -> None:
    with socket.create_connection(("127.0.0.1", house.port), PATIENCE) as plain:
        plain.sendall(b"POST / HTTP/1.1\r\nHost: acs\r\nContent-Length: 0\r\n\r\n")
        try:
            received = plain.recv(4096)
        except ConnectionError:
            received = b""
        assert b"HTTP" not in received
    assert house.service.is_running()
    assert "Traceback" not in house.log()


def old_client() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def test_an_old_version_is_refused(house: House) -> None:
    with (
        socket.create_connection(("127.0.0.1", house.port), PATIENCE) as plain,
        pytest.raises(ssl.SSLError),
    ):
        old_client().wrap_socket(plain)
    assert house.service.is_running()


def test_an_old_version_is_taken_where_the_listener_says_so(tmp_path: Path) -> None:
    house = House(tmp_path, tls={"minimum": "1.1"})
    try:
        with (
            socket.create_connection(("127.0.0.1", house.port), PATIENCE) as plain,
            old_client().wrap_socket(plain) as secured,
        ):
            assert secured.version() == "TLSv1.1"
        with (
            socket.create_connection(("127.0.0.1", house.files_port), PATIENCE) as plain,
            pytest.raises(ssl.SSLError),
        ):
            old_client().wrap_socket(plain)
        shown = house.metrics()
        assert 'acs_tls_relaxed{listener="cwmp"} 1.0' in shown
        assert 'acs_tls_relaxed{listener="files"} 0.0' in shown
        assert 'acs_tls_handshakes_total{listener="cwmp",outcome="TLSv1.1"} 1.0' in shown
        assert "tls.relaxed" in house.log()
    finally:
        house.close()


# --- files --------------------------------------------------------------------------------------


def test_links_are_https_and_work(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with Peer(house.service.cwmp_port) as router:
        router.post(inform())
        router.talk()
    about = {"name": "fw.bin", "product_class": DEVICE.product_class, "version": "2.0"}
    with house.service.client() as client:
        added = client.post("/v1/files", params=about, content=FIRMWARE).json()
        assert ask(client, "download", file=added["file_id"]).status_code == 202
    monkeypatch.setitem(SAYS, Download, DownloadResponse(1, "", ""))
    with Peer(house.service.cwmp_port) as router:
        router.post(inform())
        (download,) = [each for each in router.talk() if isinstance(each, Download)]
    assert download.url.startswith(f"https://127.0.0.1:{house.files_port}/")
    context = ssl.create_default_context(cafile=str(house.root.file))
    context.check_hostname = False
    with httpx.Client(verify=context) as loader:
        assert loader.get(download.url).content == FIRMWARE


# --- renewal ------------------------------------------------------------------------------------


def wait_for(house: House, word: str, count: int = 1) -> None:
    deadline = time.monotonic() + PATIENCE
    while house.log().count(word) < count:
        assert time.monotonic() < deadline, house.log()
        time.sleep(0.02)


def test_a_renewed_certificate_is_taken_on_sighup_and_a_bad_one_is_not(house: House) -> None:
    with house.peer() as before:
        first = before.serial()
        house.root.issue("acs", "acs.example", days=1000)
        os.kill(house.service.pid, signal.SIGHUP)
        wait_for(house, "daemon.reloaded")
        with house.peer() as router:
            second = router.serial()
            assert second != first
        assert before.post(inform()).status == 200  # what stands, stands
    house.pair.certificate.write_text("spoilt")
    os.kill(house.service.pid, signal.SIGHUP)
    wait_for(house, "daemon.reloaded", 2)
    assert "tls.certificate_unusable" in house.log()
    with house.peer() as router:
        assert router.serial() == second
        assert router.post(inform()).status == 200
    shown = house.metrics()
    assert 'acs_certificate_expiry_timestamp_seconds{listener="cwmp"} 1.8' in shown
    assert 'acs_certificate_expiry_timestamp_seconds{listener="files"} 1.8' in shown


# --- time and number ----------------------------------------------------------------------------


# Python's own wrap_socket leaves its socket open when the peer is gone before it has begun.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
def test_a_handshake_has_the_time_of_headers(tmp_path: Path) -> None:
    house = House(tmp_path, headers_timeout="1s", connections_per_address=2)
    try:
        silent = [socket.create_connection(("127.0.0.1", house.port), PATIENCE) for _ in range(2)]
        silent[0].sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
        with (
            socket.create_connection(("127.0.0.1", house.port), PATIENCE) as third,
            pytest.raises((ssl.SSLError, ConnectionError)),
        ):
            ssl.create_default_context(cafile=str(house.root.file)).wrap_socket(
                third, server_hostname="acs.example"
            )
        for one in silent:  # both are cut off: by an end of file, or by a reset
            with contextlib.suppress(ConnectionError):
                assert one.recv(100) == b""
            one.close()
        with house.peer() as router:
            assert router.post(inform()).status == 200
    finally:
        house.close()


# --- client certificates ------------------------------------------------------------------------


@pytest.fixture
def routers(tmp_path: Path) -> Authority:
    folder = tmp_path / "routers"
    folder.mkdir()
    return Authority(folder, "routers")


def bound(tmp_path: Path, routers: Authority, wish: str) -> House:
    tls = {"client_certificates": wish, "client_ca": str(routers.file)}
    house = House(tmp_path, enrolment="closed", tls=tls)
    with house.service.client() as client:
        for device in (DEVICE, OTHER):
            path = f"/v1/routers/{device.router_id.replace('%', '%25')}/enrol"
            assert client.post(path, json={}).status_code in (200, 201)
    return house


@pytest.mark.parametrize("name", [DEVICE.router_id, f"{DEVICE.oui}-S%2D1"])
def test_a_certificate_is_good_for_its_router(
    tmp_path: Path, routers: Authority, name: str
) -> None:
    house = bound(tmp_path, routers, "required")
    own = routers.issue("router", name)
    try:
        with house.peer(own) as router:
            begun = router.post(inform())
            assert begun.status == 200
            assert router.talk()
        with house.peer(own) as router:  # no cookies, a connection for each request
            router.post(inform())
        with house.peer(own) as router:
            assert isinstance(router.talk()[0], GetParameterNames)
        with house.peer(own) as router:
            assert router.post(inform(OTHER)).status == 401
        wait_for(house, "identity_mismatch")
        stranger = Authority(routers.folder, "stranger").issue("fake", name)
        with (
            pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)),
            house.peer(stranger) as fake,
        ):
            fake.post(inform())
        with (
            pytest.raises((ssl.SSLError, ConnectionError, http.client.HTTPException)),
            house.peer() as bare,
        ):
            bare.post(inform())
        with Peer(house.service.cwmp_port) as plain:
            assert plain.post(inform()).status == 401
    finally:
        house.close()


def test_where_certificates_are_optional_passwords_stay_good(
    tmp_path: Path, routers: Authority
) -> None:
    house = bound(tmp_path, routers, "optional")
    try:
        with house.peer() as router:
            assert router.post(inform()).status == 401
        shared = routers.issue("shared", "cpe.example.net")
        with house.peer(shared) as router:
            assert router.post(inform()).status == 401
        own = routers.issue("router", "", dns=(DEVICE.router_id,))
        with house.peer(own) as router:
            assert router.post(inform()).status == 200
        unknown = routers.issue("unknown", f"{DEVICE.oui}-Box-S%2D9")
        with house.peer(unknown) as router:
            assert router.post(inform()).status == 401
    finally:
        house.close()
