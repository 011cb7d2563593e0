"""Settings of the CWMP listener, its sessions and connection requests. Plain values."""

from typing import Literal

import msgspec

from acs.cwmp.proxies import networks
from acs.cwmp.targets import TargetRules
from acs.duration import Duration
from acs.listening import address_of
from acs.tls.settings import RouterTlsSettings


class CwmpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Table ``[cwmp]`` of the configuration.

    Attributes:
        listen: address and port of the routers' listener.
        path: the one path that is served.
        enrolment: ``closed``: unknown routers are quarantined; ``open``: any router is taken as it
            names itself, with or without credentials (laboratories).
        auth: HTTP authentication schemes offered, in this order.
        nonce_owner: ``connection``: a Digest nonce is good on the connection it was given on;
            ``address``: on any connection from the same address, for routers that answer a
            challenge on a new connection (seen: AVM FRITZ!Box; there is a quirk for those).
        challenge: ``session``: the Inform that begins a session is authenticated, and what follows
            carries the session's cookie or comes on the same connection; ``connection``: each
            further connection of a session is authenticated too.
        digest_without_qop: whether Digest as of RFC 2069 is taken: ``refuse``, ``allow``, or
            ``quirk``: from routers that have the quirk of this name.
        auth_failures: wrong credentials of one name from one address in ``auth_window``; beyond,
            that name is refused there until the window ends.
        auth_window: see ``auth_failures``.
        quirks_dir: folder of files (``*.toml``) with further quirks of devices; empty: none.
        body_limit: bytes of one request body.
        header_limit: bytes of all headers of one request.
        headers_limit: number of headers of one request.
        headers_timeout: from the first byte of a request (or the connection) to its last header.
        body_timeout: from the last header to the end of the body.
        session_timeout: idle time after which a session is given up (TR-069 Amendment 6, 3.7.1.4:
            30 s at least).
        connections: open connections at most.
        connections_per_address: the same for one peer address.
        proxies: address prefixes of load balancers, whose connections begin with a header of the
            PROXY protocol that tells whose they are.
        admission: requests that may wait for storage at once; a router that comes beyond that with
            a new session is told to come back later, sessions already begun go on.
        collect_interval: a collection is made when the last one is at least this old.
        names_per_call: names in one GetParameterValues at most.
        session_budget: from a session's Inform on; what is still to be asked of the router then
            is left for another session.
        walk_budget: the same for listing the names of a router that is not known yet.
        connection_requests: whether to set connection-request credentials and to call routers.
        connection_request_prefixes: address prefixes that a connection request may go to, beside
            the address that the router spoke from.
        connection_request_ports: ports it may go to, as "low-high".
        connection_request_interval: at most one connection request per router in this time.
        transcript_dir: folder for recorded conversations; empty: none are recorded.
        transcript_routers: ids of the routers whose conversations are recorded.
        tls: a second listener, with TLS.
    """

    listen: str = "0.0.0.0:7547"
    path: str = "/"
    enrolment: Literal["closed", "open"] = "closed"
    auth: tuple[Literal["digest", "basic"], ...] = ("digest", "basic")
    nonce_owner: Literal["connection", "address"] = "connection"
    challenge: Literal["session", "connection"] = "session"
    digest_without_qop: Literal["refuse", "quirk", "allow"] = "quirk"
    auth_failures: int = 20
    auth_window: Duration = Duration(300)
    quirks_dir: str = ""
    body_limit: int = 1_048_576
    header_limit: int = 16_384
    headers_limit: int = 50
    headers_timeout: Duration = Duration(10)
    body_timeout: Duration = Duration(20)
    session_timeout: Duration = Duration(60)
    connections: int = 20_000
    connections_per_address: int = 64
    proxies: tuple[str, ...] = ()
    admission: int = 1_000
    collect_interval: Duration = Duration(600)
    names_per_call: int = 200
    session_budget: Duration = Duration(600)
    walk_budget: Duration = Duration(300)
    connection_requests: bool = True
    connection_request_prefixes: tuple[str, ...] = ()
    connection_request_ports: str = "1-65535"
    connection_request_interval: Duration = Duration(30)
    transcript_dir: str = ""
    transcript_routers: tuple[str, ...] = ()
    tls: RouterTlsSettings = RouterTlsSettings()

    def __post_init__(self) -> None:
        address_of(self.listen)
        networks(self.proxies)
        TargetRules(self.connection_request_prefixes, self.connection_request_ports)
        if not self.path.startswith("/"):
            raise ValueError(f'path: found {self.path!r}, allowed is a path such as "/"')
        if not self.auth:
            raise ValueError('auth: found none, allowed are "digest", "basic" or both')
        if self.session_timeout < _SESSION_TIMEOUT:
            raise ValueError(
                f'session_timeout: found "{self.session_timeout:g}s", '
                f'allowed is "{_SESSION_TIMEOUT}s" or more'
            )
        for name in _ABOVE_ZERO:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: found {getattr(self, name)}, allowed is above 0")


_SESSION_TIMEOUT = 30  # seconds; TR-069 Amendment 6, 3.7.1.4
_ABOVE_ZERO = (
    "auth_failures",
    "auth_window",
    "body_limit",
    "header_limit",
    "headers_limit",
    "headers_timeout",
    "body_timeout",
    "connections",
    "connections_per_address",
    "admission",
    "names_per_call",
    "session_budget",
    "walk_budget",
)
