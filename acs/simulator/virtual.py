"""``acs virtual-router``: virtual routers in a process of their own, until they are stopped."""

import time
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import msgspec

from acs.bridge import install_reactor
from acs.simulator.auth import Credentials
from acs.simulator.client import NotLoopbackError, RouterClient, Target
from acs.simulator.cpe import Cpe, CpeSettings
from acs.simulator.dump import DumpError, read_dump, serial_of
from acs.simulator.equipment import equipped
from acs.simulator.illness import Body
from acs.simulator.models import HARBOUR, KESTREL, KESTREL_VOICE, LUMEN
from acs.simulator.product import Model

__all__ = ["DumpError", "NotLoopbackError", "VirtualOptions", "routers", "run"]
_MODELS: Mapping[str, Model] = {
    "tr181": KESTREL,
    "tr098": LUMEN,
    "voice": KESTREL_VOICE,
    "odd": HARBOUR,
}
_AGE = 86_400.0  # s since their last boot


class VirtualOptions(msgspec.Struct, frozen=True):
    """Which routers, and how they behave.

    Attributes:
        host: of the daemon.
        port: of its listener for routers.
        path: there.
        model: name of an invented product.
        dump: text of a real router's dump, in place of it.
        count: how many.
        serial: serial number; of several, how it begins.
        interval: between periodic Informs, s.
        reboot_takes: s.
        username: for the daemon, "": none.
        password: likewise.
        seconds: end after so long; None: at a signal.
        allow_remote: speak to others than loopback addresses, too.
    """

    host: str
    port: int
    path: str = "/"
    model: str = "tr181"
    dump: str | None = None
    count: int = 1
    serial: str = ""
    interval: float = 60.0
    reboot_takes: float = 10.0
    username: str = ""
    password: str = ""
    seconds: float | None = None
    allow_remote: bool = False

    def __repr__(self) -> str:
        return f"VirtualOptions({self.host}:{self.port}, {self.count} routers)"


def routers(options: VirtualOptions, now: float) -> list[Cpe]:
    """The routers.

    Raises:
        DumpError: the dump is none.
    """
    if options.dump is not None:
        model, known = read_dump(options.dump), serial_of(options.dump)
    else:
        model, known = equipped(_MODELS[options.model]), "V0001"
    base = options.serial or known or "V0001"
    settings = CpeSettings(options.interval, options.reboot_takes, retry_scale=0.2)
    found = []
    for number in range(1, options.count + 1):
        serial = base if options.count == 1 else f"{base}-{number}"
        random = Random(f"{serial}")  # noqa: S311 - waits and figures, no secrets
        body = Body(random.randrange(10_000), "healthy", onset=now, boots=[now - _AGE])
        found.append(Cpe(model, serial, body, settings, random=random, now=now))
    return found


def run(options: VirtualOptions, tell: Callable[[str], object]) -> None:
    """Run the routers until they are stopped.

    Raises:
        DumpError: the dump is none.
        NotLoopbackError: the daemon is on another machine.
    """
    found = routers(options, time.time())
    target = Target(options.host, options.port, options.path, options.allow_remote)
    target.check()
    reactor: Any = install_reactor()
    pair = Credentials(options.username, options.password) if options.username else None
    clients = [RouterClient(reactor, cpe, target, credentials=pair) for cpe in found]
    for cpe in found[:3]:
        tell(f"router {cpe.router_id}: {_name(cpe.model)}")
    if len(found) > 3:  # noqa: PLR2004 - as above
        tell(f"and {len(found) - 3} more")
    if options.seconds is not None:
        reactor.callLater(options.seconds, reactor.stop)
    try:
        reactor.run()
    finally:
        for client in clients:
            client.stop()


def _name(model: Model) -> str:
    """Maker and model; many models' names begin with the maker."""
    is_said = model.name.casefold().startswith(model.manufacturer.casefold())
    return model.name if is_said else f"{model.manufacturer} {model.name}"
