"""A small XMPP server for tests: streams, TLS, SASL PLAIN and ANONYMOUS, binding, routed iqs."""

import base64
import datetime as dt
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import quoteattr

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet import ssl
from twisted.internet.protocol import Factory, Protocol

DOMAIN = "xmpp.test"
_STREAM = "{http://etherx.jabber.org/streams}stream"
_CLIENT = "{jabber:client}"
_SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
_TLS = "urn:ietf:params:xml:ns:xmpp-tls"
_BIND = "urn:ietf:params:xml:ns:xmpp-bind"


def certificate(folder: Path, domain: str = DOMAIN) -> tuple[Path, Path]:
    """A self-signed certificate and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, domain)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


class XmppServer(Factory["Connection"]):
    """The server.

    Args:
        accounts: passwords by local part.
        tls: certificate and key; None: it offers no TLS.
        mechanisms: of SASL.

    Attributes:
        online: connections by full JID.
        heard: all stanzas, as (from, text).
        logins: attempts to log in.
        secured: connections that were encrypted.
        silent: full JIDs that nothing is delivered to, and nobody is told.
    """

    noisy = False

    def __init__(
        self,
        accounts: dict[str, str],
        *,
        tls: tuple[Path, Path] | None = None,
        mechanisms: tuple[str, ...] = ("PLAIN",),
    ) -> None:
        self.accounts = accounts
        self.mechanisms = mechanisms
        self.context: Any = None
        if tls is not None:
            self.context = ssl.DefaultOpenSSLContextFactory(str(tls[1]), str(tls[0]))
        self.online: dict[str, Connection] = {}
        self.connections: list[Connection] = []
        self.heard: list[tuple[str, str]] = []
        self.logins = 0
        self.secured = 0
        self.silent: set[str] = set()

    def buildProtocol(self, addr: object) -> "Connection":  # noqa: N802 - Twisted's
        made = Connection(self)
        self.connections.append(made)
        return made


class Connection(Protocol):
    """One client."""

    transport: Any

    def __init__(self, server: XmppServer) -> None:
        self.server = server
        self.user = ""
        self.jid = ""
        self.is_secure = False
        self._reset()

    def _reset(self) -> None:
        self._parser: Any = ET.XMLPullParser(("start", "end"))
        self._depth = 0
        self._root: Any = None

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        parser = self._parser
        parser.feed(data)
        for kind, element in parser.read_events():
            if kind == "start":
                self._depth += 1
                if self._depth == 1:
                    self._root = element
                    self._open()
            else:
                self._depth -= 1
                if self._depth == 1:
                    self._root.remove(element)
                    self._take(element)
            if self._parser is not parser:
                return

    def connectionLost(self, reason: object = None) -> None:  # noqa: N802 - Twisted's
        self.server.online.pop(self.jid, None)
        if self in self.server.connections:
            self.server.connections.remove(self)

    def say(self, text: str) -> None:
        self.transport.write(text.encode())

    def _open(self) -> None:
        assert self._root.tag == _STREAM
        self.say(
            "<?xml version='1.0'?><stream:stream xmlns='jabber:client' version='1.0' id='s' "
            f"xmlns:stream='http://etherx.jabber.org/streams' from='{DOMAIN}'><stream:features>"
        )
        if self.server.context is not None and not self.is_secure:
            self.say(f"<starttls xmlns='{_TLS}'><required/></starttls>")
        elif not self.user:
            offered = "".join(f"<mechanism>{each}</mechanism>" for each in self.server.mechanisms)
            self.say(f"<mechanisms xmlns='{_SASL}'>{offered}</mechanisms>")
        else:
            self.say(f"<bind xmlns='{_BIND}'/>")
        self.say("</stream:features>")

    def _take(self, element: Any) -> None:
        if element.tag == f"{{{_TLS}}}starttls":
            self.say(f"<proceed xmlns='{_TLS}'/>")
            self.transport.startTLS(self.server.context)
            self.is_secure = True
            self.server.secured += 1
            self._reset()
        elif element.tag == f"{{{_SASL}}}auth":
            self._authenticate(element)
        elif element.tag == f"{_CLIENT}iq":
            self._iq(element)

    def _authenticate(self, element: Any) -> None:
        self.server.logins += 1
        mechanism = element.get("mechanism")
        assert mechanism in self.server.mechanisms
        user = "anonymous"
        if mechanism == "PLAIN":
            _, user, password = base64.b64decode(element.text).decode().split("\0")
            if self.server.accounts.get(user) != password:
                self.say(f"<failure xmlns='{_SASL}'><not-authorized/></failure>")
                return
        self.user = user
        self.say(f"<success xmlns='{_SASL}'/>")
        self._reset()

    def _iq(self, iq: Any) -> None:
        bind = iq.find(f"{{{_BIND}}}bind")
        if bind is not None:
            resource = bind.findtext(f"{{{_BIND}}}resource") or f"r{len(self.server.online)}"
            self.jid = f"{self.user}@{DOMAIN}/{resource}"
            self.server.online[self.jid] = self
            self.say(
                f"<iq type='result' id={quoteattr(iq.get('id'))}><bind xmlns='{_BIND}'>"
                f"<jid>{self.jid}</jid></bind></iq>"
            )
            return
        to = iq.get("to")
        iq.set("from", self.jid)
        text = ET.tostring(iq, encoding="unicode", default_namespace=None)
        self.server.heard.append((self.jid, text))
        if to in self.server.silent:
            return
        if to in self.server.online:
            self.server.online[to].say(text)
        elif iq.get("type") in ("get", "set"):
            self.say(
                f"<iq type='error' from={quoteattr(to)} to='{self.jid}' id='{iq.get('id')}'>"
                "<error type='cancel'><service-unavailable "
                "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>"
            )
