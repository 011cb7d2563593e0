"""The examples for load balancers, run by Debian's HAProxy and nginx before real daemons."""

import os
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from acs.cwmp.messages import InformResponse
from acs.simulator.service import Service, free_port
from tests.cwmp.routers import inform
from tests.programs import program
from tests.running import PATIENCE, Peer, Reply
from tests.tls.authority import Authority

EXAMPLES = Path(__file__).parents[1] / "etc"


class Router(Peer):
    """A router at an address of the loopback, on a load balancer's port, over TLS or not."""

    def __init__(self, port: int, address: str, root: Authority | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE, (address, 0))
        if root is not None:
            context = ssl.create_default_context(cafile=str(root.file))
            self._socket = context.wrap_socket(self._socket, server_hostname="acs.example")

    def inform(self) -> Reply:
        return self.post(inform())


class Balancer:
    """A load balancer before two nodes, set up by an example whose addresses are replaced.

    Attributes:
        port: of the routers; secured: the same with TLS; operators: of the API, with TLS.
        nodes: the daemons.
        root: authority of its certificate.
    """

    def __init__(self, folder: Path, **cwmp: object) -> None:
        self.port, self.secured, self.operators = free_port(), free_port(), free_port()
        self.folder = folder
        self.root = Authority(folder, "root")
        self.pair = self.root.issue("acs", "acs.example")
        self.nodes = [
            Service(
                folder / f"node{number}",
                {
                    "cwmp": {
                        "enrolment": "open",
                        "connection_requests": False,
                        "proxies": ["127.0.0.1/32"],
                        **cwmp,
                    }
                },
            )
            for number in (1, 2)
        ]

    def adapted(self, example: str, *more: tuple[str, str]) -> Path:
        """The example with the addresses of here; each that it has must be named."""
        text = (EXAMPLES / example).read_text(encoding="utf-8")
        changes = [*more]
        for number, node in enumerate(self.nodes, 1):
            changes += [
                (f"10.0.0.1{number}:7547", f"127.0.0.1:{node.cwmp_port}"),
                (f"10.0.0.1{number}:7557", f"127.0.0.1:{node.api_port}"),
            ]
        for old, new in changes:
            assert old in text, f"{example} has no {old!r}"
            text = text.replace(old, new)
        file = self.folder / Path(example).name
        file.write_text(text, encoding="utf-8")
        return file

    def await_port(self, running: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + PATIENCE
        for port in (self.port, self.secured, self.operators):
            with socket.socket() as probe:
                while probe.connect_ex(("127.0.0.1", port)):
                    assert running.poll() is None, "the load balancer ended"
                    assert time.monotonic() < deadline, "the load balancer does not listen"

    def seen(self, address: str) -> int:
        """How many nodes know a router that speaks from this address."""
        found = 0
        for node in self.nodes:
            with node.client() as client:
                reply = client.get("/v1/routers", params={"q": address}).raise_for_status()
                found += bool(reply.json()["items"])
        return found


def haproxy(balancer: Balancer) -> list[str]:
    pem = balancer.folder / "acs.pem"
    pem.write_bytes(balancer.pair.certificate.read_bytes() + balancer.pair.key.read_bytes())
    checks = [("check port 7557", f"check port {node.api_port}") for node in balancer.nodes]
    file = balancer.adapted(
        "haproxy/acsd.cfg",
        ("bind :7547", f"bind 127.0.0.1:{balancer.port}"),
        ("bind :7548", f"bind 127.0.0.1:{balancer.secured}"),
        ("bind :443", f"bind 127.0.0.1:{balancer.operators}"),
        ("/etc/haproxy/acs.pem", str(pem)),
        ("maxconn 40000", "maxconn 200"),
    )
    text = file.read_text(encoding="utf-8")
    for old, new in checks:  # each node has its own port here
        text = text.replace(old, new, 1)
    file.write_text(text, encoding="utf-8")
    return [program("haproxy"), "-db", "-f", str(file)]


def nginx(balancer: Balancer) -> list[str]:
    folder = balancer.folder
    file = balancer.adapted(
        "nginx/nginx.conf",
        ("listen 7547;", f"listen 127.0.0.1:{balancer.port};"),
        ("listen 7548 ssl;", f"listen 127.0.0.1:{balancer.secured} ssl;"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{balancer.operators} ssl;"),
        ("/etc/nginx/acs.crt", str(balancer.pair.certificate)),
        ("/etc/nginx/acs.key", str(balancer.pair.key)),
        ("/run/nginx.pid", str(folder / "nginx.pid")),
        ("/var/log/nginx/error.log", str(folder / "error.log")),
    )
    started_by_root = "user root; " if os.geteuid() == 0 else ""
    return [program("nginx"), "-c", str(file), "-g", f"{started_by_root}daemon off;"]


@pytest.fixture(scope="module", params=[haproxy, nginx])
def balancer(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Balancer]:
    command: Callable[[Balancer], list[str]] = request.param
    made = Balancer(tmp_path_factory.mktemp(command.__name__), connections_per_address=4)
    with ExitStack() as stack:
        for node in made.nodes:
            node.start()
            stack.callback(node.stop)
        running = subprocess.Popen(command(made), cwd=made.folder)  # noqa: S603 - the installed ones
        stack.callback(running.wait, 10)
        stack.callback(running.terminate)
        made.await_port(running)
        yield made


def test_a_session_goes_through_and_keeps_to_one_node(balancer: Balancer) -> None:
    for _ in range(4):
        with Router(balancer.port, "127.0.0.7") as router:
            assert isinstance(router.inform().message, InformResponse)
            router.talk()
    assert balancer.seen("127.0.0.7") == 1


def test_tls_ends_at_the_balancer(balancer: Balancer) -> None:
    with Router(balancer.secured, "127.0.0.9", balancer.root) as router:
        assert isinstance(router.inform().message, InformResponse)
        router.talk()
    assert balancer.seen("127.0.0.9") == 1


def test_limits_per_address_hold_for_the_routers(balancer: Balancer) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(Router(balancer.port, "127.0.0.21")) for _ in range(4)]
        for router in held:
            assert router.inform().status == 200
        refused = stack.enter_context(Router(balancer.port, "127.0.0.21"))
        assert refused.inform().status == 503
        other = stack.enter_context(Router(balancer.port, "127.0.0.22"))
        assert other.inform().status == 200


def test_operators_come_through_with_tls(balancer: Balancer) -> None:
    context = ssl.create_default_context(cafile=str(balancer.root.file))
    address = ("127.0.0.1", balancer.operators)
    with (
        socket.create_connection(address, PATIENCE) as plain,
        context.wrap_socket(plain, server_hostname="acs.example") as secured,
    ):
        secured.sendall(b"GET /healthz HTTP/1.1\r\nHost: acs.example\r\nConnection: close\r\n\r\n")
        assert secured.recv(100).startswith(b"HTTP/1.1 200 ")


def test_routers_of_a_node_that_is_down_come_to_the_other(balancer: Balancer) -> None:
    down = balancer.nodes[0]
    down.stop()
    try:
        deadline = time.monotonic() + PATIENCE
        for number in range(30, 50):
            while True:
                assert time.monotonic() < deadline
                with Router(balancer.port, f"127.0.0.{number}") as router:
                    try:
                        reply = router.inform()
                    except (ConnectionError, ValueError):
                        continue  # the balancer has not seen it yet; the router comes again
                    assert reply.status == 200
                    break
    finally:
        down.start()
