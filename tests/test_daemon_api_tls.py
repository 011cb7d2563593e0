"""The operators' port with TLS, as a daemon serves it: tokens, pages, renewal, the stop."""

import os
import re
import signal
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from acs.simulator.service import Service, ServiceError
from tests.running import PATIENCE
from tests.tls.authority import Authority


@pytest.fixture
def root(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "root")


def service_of(folder: Path, root: Authority) -> Service:
    pair = root.issue("api", "localhost", dns=("localhost",))
    files = {"certificate": str(pair.certificate), "key": str(pair.key)}
    return Service(folder / "state", {"api": files, "log": {"level": "info"}})


@pytest.fixture
def service(tmp_path: Path, root: Authority) -> Iterator[Service]:
    made = service_of(tmp_path, root)
    made.start()
    yield made
    made.stop()


def operator(service: Service, root: Authority) -> httpx.Client:
    trusting = ssl.create_default_context(cafile=str(root.file))
    url = f"https://localhost:{service.api_port}"
    return httpx.Client(base_url=url, verify=trusting, trust_env=False)


def serial(service: Service, root: Authority) -> int:
    with operator(service, root) as client, client.stream("GET", "/healthz") as answer:
        secured = answer.extensions["network_stream"].get_extra_info("ssl_object")
        shown = secured.getpeercert(True)  # httpcore hands out the bare one
    return x509.load_der_x509_certificate(shown).serial_number


def test_tokens_and_pages_over_tls(service: Service, root: Authority) -> None:
    with service.client() as own:
        made = own.post("/v1/tokens", json={"name": "desk", "scopes": ["read"]}).json()["token"]
    with operator(service, root) as client:
        listed = client.get("/v1/routers", headers={"Authorization": f"Bearer {made}"})
        assert (listed.status_code, listed.headers["ratelimit-policy"]) == (
            200,
            '"token";q=500;w=5',
        )
        assert client.get("/v1/routers").status_code == 401
        form = re.search(r'name="form" value="([0-9a-f]+)"', client.get("/login").text)
        assert form is not None
        entered = client.post("/login", data={"token": made, "form": form[1]})
        cookies = entered.headers.get_list("set-cookie")
        assert (entered.status_code, len(cookies)) == (303, 2)
        assert all("secure" in each.lower() for each in cookies)
        assert client.get("/fleet").status_code == 200
    with (
        httpx.Client(trust_env=False) as plain,
        pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)),
    ):
        plain.get(f"http://localhost:{service.api_port}/healthz")
    assert "Traceback" not in service.log.read_text()
    assert service.stop() == 0


def test_a_renewed_certificate_is_taken_on_sighup(service: Service, root: Authority) -> None:
    first = serial(service, root)
    root.issue("api", "localhost", dns=("localhost",))
    os.kill(service.pid, signal.SIGHUP)
    deadline = time.monotonic() + PATIENCE
    while "daemon.reloaded" not in service.log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert serial(service, root) != first
    with service.client() as own:
        assert (
            'acs_certificate_expiry_timestamp_seconds{listener="api"}' in own.get("/metrics").text
        )


def test_a_daemon_with_files_that_cannot_be_used_does_not_start(
    tmp_path: Path, root: Authority
) -> None:
    service = service_of(tmp_path, root)
    (tmp_path / "api.key").unlink()
    with pytest.raises(ServiceError, match=r"cannot start: api\.key: .*No such file"):
        service.start()
