"""The OpenAPI document: what the framework derives from the types, with what it cannot know.

Descriptions come from the docstrings of the document and body types, errors from the one problem
type, examples from the table below. No routes are defined here.
"""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import HTTPRoute

from acs.api import (
    arguments,
    audit_documents,
    bodies,
    bulk_documents,
    cohort_documents,
    command_bodies,
    command_documents,
    documents,
    event_documents,
    file_documents,
    find_documents,
    incident_documents,
    learning_documents,
    onboarding_documents,
    problems,
    self_documents,
    target_documents,
    timeline_documents,
    tree_documents,
    webhook_documents,
)
from acs.api.access import Need, need_of
from acs.api.examples import EXAMPLES
from acs.datamodel import table

FRAMEWORK_PATH = "/framework-schema"  # its pages are taken out again
_SECURITY = "token"
_ATTRIBUTE = re.compile(r"^ {4}([a-z_0-9, ]+): (.*(?:\n {8}.*)*)", re.MULTILINE)
_METHODS = ("get", "post", "put", "delete", "patch")

MODULES = (
    documents,
    command_documents,
    event_documents,
    file_documents,
    find_documents,
    incident_documents,
    cohort_documents,
    audit_documents,
    learning_documents,
    self_documents,
    target_documents,
    timeline_documents,
    tree_documents,
    bodies,
    bulk_documents,
    command_bodies,
    arguments,
    problems,
    onboarding_documents,
    table,
    webhook_documents,
)
"""Where the types of bodies and answers are."""

DESCRIPTION = """\
Status and commands of home routers, for contact-centre systems and network engineers.

On TCP each request carries `Authorization: Bearer <token>`; scopes are `read`, `act` (commands),
`admin` and `metrics`, each of the first three including those before it. The Unix socket asks for
no token.

A router's id is OUI-ProductClass-SerialNumber, each part percent-encoded, so it holds percent
signs of its own: encode the id once more in a URL. Times are RFC 3339 in UTC. Errors are problem
details (RFC 9457). Lists come in pages: pass `next` of one page as `cursor` for the following one.
Answers to a token say what it may still ask: `RateLimit-Policy` (`q` requests in any `w` seconds)
and `RateLimit` (`r` left, all of them again in `t` seconds).
"""


def openapi_config(version: str) -> OpenAPIConfig:
    """What the framework is to put into the document by itself."""
    return OpenAPIConfig(
        title="acsd",
        version=version,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        path=FRAMEWORK_PATH,
        components=Components(
            security_schemes={
                _SECURITY: SecurityScheme(
                    type="http", scheme="bearer", description="A token made by `acs tokens create`."
                )
            }
        ),
        tags=[
            Tag(name="routers", description="Routers, what would help them, their readings."),
            Tag(name="subscribers", description="Whose router is whose; contacts."),
            Tag(name="commands", description="Reboots and other commands."),
            Tag(name="datamodels", description="What values are checked against."),
            Tag(name="files", description="Files for routers, and what routers uploaded."),
            Tag(name="fleet", description="Switches for the whole fleet, enrolment, tokens."),
            Tag(name="self-service", description="What a subscriber may ask about himself."),
            Tag(name="events", description="What happens in the fleet, and who is told."),
            Tag(name="service", description="The daemon itself."),
        ],
    )


class OpenApiDocument:
    """The document of one application, made on first use."""

    def __init__(self) -> None:
        self._encoded = b""

    def encoded(self, app: Litestar) -> bytes:
        """The document as JSON."""
        if not self._encoded:
            self._encoded = msgspec.json.encode(complete(app))
        return self._encoded


def complete(app: Litestar) -> dict[str, Any]:
    """The framework's document with descriptions, errors, security and examples added."""
    document: dict[str, Any] = app.openapi_schema.to_schema()
    document["openapi"] = "3.1.0"
    needed = needs_by_route(app)
    document["components"]["schemas"] = _schemas()
    for path, entry in document["paths"].items():
        for method in _METHODS:
            if method in entry:
                _finish(path, method, entry[method], needed[method, path])
    # The framework sees bytes; they are this document.
    served = document["paths"]["/schema"]["get"]["responses"]["200"]["content"]
    served["application/json"]["schema"] = {"type": "object"}
    return document


def needs_by_route(app: Litestar) -> dict[tuple[str, str], Need]:
    """What each route asks for, by method and path as the document writes them."""
    return {
        (method.lower(), route.path_format): need_of(handler)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items()
        if method.lower() in _METHODS
    }


def _schemas() -> dict[str, Any]:
    """The schemas of all types, from msgspec: it is what reads and writes them."""
    kinds = tuple(
        kind
        for module in MODULES
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, msgspec.Struct)
        and kind.__module__.startswith(("acs.api.", "acs.cwmp.importing", "acs.datamodel.table"))
        and not kind.__name__.startswith("_")
    )
    _, schemas = msgspec.json.schema_components(kinds, ref_template="#/components/schemas/{name}")
    for kind in kinds:
        schema = schemas[kind.__name__]
        schema["description"] = _summary(kind)
        for field, text in _attributes(kind).items():
            if field in schema["properties"]:
                schema["properties"][field]["description"] = text
    return schemas


def _summary(kind: type) -> str:
    return (inspect.getdoc(kind) or "").split("\n\nAttributes:")[0]


def _attributes(kind: type) -> dict[str, str]:
    """Field names and their texts, from the docstrings of a class and its bases."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        text = inspect.cleandoc(each.__doc__ or "")
        for names, says in _ATTRIBUTE.findall(text):
            for name in names.split(", "):
                found[name] = " ".join(says.split())
    return found


def _finish(path: str, method: str, operation: dict[str, Any], need: Need) -> None:
    operation["operationId"] = f"{method}{re.sub(r'[^A-Za-z0-9]+', '_', path)}".rstrip("_")
    for parameter in operation.get("parameters", ()):
        parameter["schema"] = _plain(parameter["schema"])
    if (method, path) in _BINARY:
        operation["requestBody"] = {"required": True, "content": _BINARY[method, path]}
    responses = operation["responses"]
    responses.pop("400", None)
    for status in _errors(path, operation, need):
        responses[status] = _error(status)
    if need == "open":
        operation["security"] = []
    elif need == "metrics":
        operation["security"] = [{}, {_SECURITY: []}]
    else:
        operation["security"] = [{_SECURITY: []}]
        operation["description"] = f"{operation.get('description', '')}\n\nScope: `{need}`."
    if path == "/v1/routers/{router_id}/commands":
        responses["202"]["headers"] = {
            "Location": {"description": "Path of the command.", "schema": {"type": "string"}}
        }
    _exemplify(operation, EXAMPLES.get((method, path), {}))


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema; that one left out is empty inside is no one's business."""
    found = {key: value for key, value in schema.items() if key != "description"}
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value != ""]
    if found.get("default") in ("", []):
        del found["default"]
    return found


# Bodies that are no documents: the framework does not know of them.
_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
_LINES = {
    "application/x-ndjson": {
        "schema": {"$ref": "#/components/schemas/SubscriberLine"},
        "example": {"router_id": "00D09E-Hub%2D5-4C1744001122", "account": "100200300"},
    },
    "text/csv": {
        "schema": {"type": "string"},
        "example": "serial,account,segment\n4C1744001122,100200300,sw-17\n",
    },
}
_BINARY: dict[tuple[str, str], dict[str, Any]] = {
    ("post", "/v1/files"): _BYTES,
    ("post", "/v1/subscribers"): _LINES,
}

_TITLES = {
    "400": "The request cannot be read.",
    "401": "There is no valid token.",
    "403": "The token's scope does not suffice.",
    "404": "There is no such thing.",
    "405": "The path does not know this method.",
    "409": "Refused: by guards, with their reasons, or because it conflicts with what is stored.",
    "413": "The body is too large.",
    "415": "The body is of a kind that is not taken.",
    "429": "The token has made too many requests; Retry-After says when it may go on.",
    "422": "The request can be read, and is not allowed.",
    "500": "The daemon failed; its log says why.",
    "503": "Storage cannot be reached now, or (for /healthz) a part is not well.",
}


_NAMING = frozenset({"/v1/events", "/v1/find", "/v1/reboots/resume"})
"""Paths whose query or body names something that may not exist."""


def _errors(path: str, operation: Mapping[str, Any], need: Need) -> list[str]:
    statuses = ["400", "500"]
    if need != "open":
        statuses += ["401", "403", "429", "503"]
    if "{" in path or path in _NAMING:
        statuses.append("404")
    if operation.get("parameters"):
        statuses.append("422")
    if "requestBody" in operation:
        statuses += ["413", "422"]
    if path.endswith(("/commands", "/enrol", "/reboots", "/tokens", "/webhooks", "/test")) and (
        "requestBody" in operation or path.endswith("/test")
    ):
        statuses.append("409")
    if path == "/healthz":
        statuses.append("503")
    if path == "/v1/subscribers" and "requestBody" in operation:
        statuses.append("415")
    return sorted(set(statuses))


def _error(status: str) -> dict[str, Any]:
    return {
        "description": _TITLES[status],
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _exemplify(operation: dict[str, Any], examples: Mapping[str, Any]) -> None:
    """Put examples in; their keys are ``body``, ``bodies`` (each with a name) or a status."""
    for key, value in examples.items():
        if key == "bodies":
            for media in operation["requestBody"]["content"].values():
                media["examples"] = {name: {"value": each} for name, each in value.items()}
            continue
        place = operation["requestBody"] if key == "body" else operation["responses"][key]
        for media in place["content"].values():
            media["example"] = value
