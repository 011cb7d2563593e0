"""Learning which parameters a router has: which objects to list, in which order, within bounds.

The walk is a value; what is said to the router and what becomes of the names is decided elsewhere.
"""

from collections.abc import Iterable, Sequence

import msgspec

from acs.cwmp.messages import GetParameterNames, ParameterInfo
from acs.cwmp.names import pattern_of
from acs.cwmp.sources import ROOTS, SOURCES
from acs.cwmp.topology import SELECTORS

# Objects that are listed whole (NextLevel false): small enough, and full of what is wanted.
# All others are listed level by level, because some trees have thousands of names that nobody
# wants, and some routers time out over them.
WHOLE = frozenset(
    {
        "Device.ATM.Link.",
        "Device.Cellular.Interface.",
        "Device.DHCPv4.Client.",
        "Device.DOCSIS.",
        "Device.DSL.",
        "Device.DeviceInfo.",
        "Device.Ethernet.",
        "Device.IP.Interface.",
        "Device.Optical.Interface.",
        "Device.PPP.Interface.",
        "Device.PTM.Link.",
        "Device.Services.VoiceService.{i}.CallControl.Line.",
        "Device.Services.VoiceService.{i}.VoiceProfile.",
        "Device.WiFi.AccessPoint.",
        "Device.WiFi.DataElements.Network.Device.",
        "Device.WiFi.Radio.",
        "Device.WiFi.SSID.",
        "Device.XPON.ONU.",
        "InternetGatewayDevice.DeviceInfo.",
        "InternetGatewayDevice.LANDevice.{i}.LANEthernetInterfaceConfig.",
        "InternetGatewayDevice.LANDevice.{i}.WLANConfiguration.",
        "InternetGatewayDevice.Services.VoiceService.{i}.VoiceProfile.",
        "InternetGatewayDevice.WANDevice.",
    }
)


def _ancestors(pattern: str) -> Iterable[str]:
    parts = pattern.split(".")
    return (".".join(parts[:depth]) + "." for depth in range(1, len(parts)))


# Patterns of all objects on the way to what is wanted. The rows of a table that is asked whole
# need no listing.
_WANTED = frozenset(
    above
    for pattern in (
        *SELECTORS,
        *(
            pattern
            for ways in SOURCES.values()
            for sources in ways.values()
            for source in sources
            for pattern in source.patterns
        ),
    )
    for above in _ancestors(pattern.partition("{*}")[0])
) - frozenset(
    pattern.partition("{*}")[0]
    for ways in SOURCES.values()
    for sources in ways.values()
    for source in sources
    for pattern in source.paths
    if "{*}" in pattern
)


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one walk, so that no router keeps us walking for ever.

    Attributes:
        calls: requests; names: names heard; seconds: of the session until the walk's end.
        avoided: patterns of objects over which sessions broke off: they are not listed.
    """

    calls: int = 150
    names: int = 20_000
    seconds: float = 300.0
    avoided: tuple[str, ...] = ()


class Walk(msgspec.Struct, frozen=True):
    """A walk under way.

    Attributes:
        root: root object, "" while it is sought.
        todo: what is to be listed, next first: path, and whether only the next level.
        names: all names heard.
        calls: requests made.
        cut: a bound was met, so that names may be missing.
        stepwise: nothing is listed whole.
        writable: those of the names that the router called writable.
    """

    root: str
    todo: tuple[tuple[str, bool], ...]
    names: tuple[str, ...] = ()
    calls: int = 0
    cut: bool = False
    stepwise: bool = False
    writable: tuple[str, ...] = ()


def start(root: str, *, stepwise: bool = False, no_empty_path: bool = False) -> Walk:
    """Begin at ``root``, or, when that is "", with the question which root there is.

    Some routers answer fault to the empty path: then both roots are tried.

    Args:
        root: root object, "" if it is not known.
        stepwise: all is listed level by level.
        no_empty_path: both roots are tried at once.
    """
    todo = tuple((path, True) for path in ((root,) if root else ("", *ROOTS)))
    return Walk(root, todo[1:] if no_empty_path and not root else todo, stepwise=stepwise)


def hurried(walk: Walk) -> Walk:
    """The walk when its time is up: what was not listed yet is left out."""
    return msgspec.structs.replace(walk, todo=(), cut=True) if walk.todo else walk


def request(walk: Walk) -> GetParameterNames | None:
    """What to ask next; None when the walk is over."""
    if not walk.todo:
        return None
    path, next_level = walk.todo[0]
    return GetParameterNames(path, next_level)


def heard(walk: Walk, parameters: Sequence[ParameterInfo], limits: Limits) -> Walk:
    """The walk after an answer."""
    if not walk.todo:
        return walk
    path, _next_level = walk.todo[0]
    names = [p.name for p in parameters if p.name.startswith(path) and len(p.name) > len(path)]
    if not path:
        return _rooted(walk, names, limits)
    # Some routers give all when asked for one level, some one level when asked for all.
    is_level = all("." not in name[len(path) :].rstrip(".") for name in names)
    known = frozenset(walk.names)
    fresh = [name for name in dict.fromkeys(names) if name not in known]
    room = limits.names - len(walk.names)
    told = frozenset(p.name for p in parameters if p.writable)
    below = _below(fresh, limits.avoided, stepwise=walk.stepwise) if is_level else ()
    return _bounded(
        msgspec.structs.replace(
            walk,
            root=walk.root or (path if names and path in ROOTS else ""),
            todo=(*below, *_remaining(walk, found_root=bool(names))),
            names=(*walk.names, *fresh[:room]),
            writable=(*walk.writable, *(name for name in fresh[:room] if name in told)),
            calls=walk.calls + 1,
            cut=walk.cut or len(fresh) > room,
        ),
        limits,
    )


def refused(walk: Walk, limits: Limits) -> Walk:
    """The walk after a fault: what was asked whole is asked level by level, else left out."""
    if not walk.todo:
        return walk
    path, next_level = walk.todo[0]
    todo = walk.todo[1:]
    if not next_level:
        todo = ((path, True), *todo)
    elif path in ROOTS and path == walk.root and not walk.names:
        # the root itself cannot be listed: what we want of it may be
        todo = tuple((name, walk.stepwise) for name in sorted(WHOLE) if _is_direct(name, path))
    return _bounded(msgspec.structs.replace(walk, todo=todo, calls=walk.calls + 1), limits)


def _is_direct(pattern: str, root: str) -> bool:
    return pattern.startswith(root) and "{i}" not in pattern


def _rooted(walk: Walk, names: list[str], limits: Limits) -> Walk:
    root = next((root for root in ROOTS if any(name.startswith(root) for name in names)), "")
    todo = ((root, True),) if root else walk.todo[1:]
    return _bounded(
        msgspec.structs.replace(walk, root=root, todo=todo, calls=walk.calls + 1), limits
    )


def _remaining(walk: Walk, *, found_root: bool) -> tuple[tuple[str, bool], ...]:
    if not walk.root and found_root:
        return ()  # the other root need not be tried
    return walk.todo[1:]


def _below(
    names: Iterable[str], avoided: Sequence[str], *, stepwise: bool
) -> tuple[tuple[str, bool], ...]:
    objects = [(name, pattern_of(name)) for name in names if name.endswith(".")]
    return tuple(
        (name, stepwise or pattern not in WHOLE)
        for name, pattern in objects
        if pattern in _WANTED and pattern not in avoided
    )


def _bounded(walk: Walk, limits: Limits) -> Walk:
    if walk.todo and (walk.calls >= limits.calls or len(walk.names) >= limits.names):
        return msgspec.structs.replace(walk, todo=(), cut=True)
    return walk
