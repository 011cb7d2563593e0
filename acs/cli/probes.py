"""Tests that a router carries out itself: ping, traceroute, name look-up, throughput, Wi-Fi, DSL.

What the figures mean for its health is not judged here; how they look is ``findings``' matter.
"""

from collections.abc import Callable
from typing import Any

import click

from acs.cli.errors import USAGE, CliError
from acs.cli.findings import (
    show_dsl,
    show_echoes,
    show_load,
    show_lookups,
    show_networks,
    show_route,
    show_self_test,
)
from acs.cli.giving import Order, given, gives
from acs.cli.session import router_argument
from acs.cli.types import Seconds
from acs.duration import Duration

_count = click.option("--count", "-c", type=click.IntRange(min=1), help="How often to try.")
_size = click.option("--size", type=click.IntRange(min=1), help="Bytes of each try.")
_each = click.option(
    "--each", "try_ms", type=click.IntRange(min=1), metavar="MS", help="Wait so long for a try."
)
_dscp = click.option("--dscp", type=click.IntRange(0, 63), help="DiffServ code point.")
_interface = click.option(
    "--interface",
    default="",
    metavar="PATH",
    help="Interface to use, such as Device.IP.Interface.1.",
)
_protocol = click.option("--protocol", type=click.Choice(["any", "ipv4", "ipv6"]))


def _options(*options: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def add(command: Any) -> Any:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _run(order: Order, test: str, show: Any, **more: object) -> None:
    if "try_ms" in more:
        more["timeout"] = more.pop("try_ms")
    order.give("diagnostic", {"test": test, **given(**more)}, show)


@click.command()
@router_argument
@click.argument("host")
@_options(_count, _size, _each, _dscp, _interface, _protocol)
@click.option("--gateway", is_flag=True, help="HOST is the first hop: the figures are vitals.")
@gives
def ping(order: Order, /, *, host: str, **more: object) -> None:
    """Have ROUTER ping HOST.

    Example:
      acs ping SN123456 192.0.2.1 --count 10
    """
    _run(order, "ping", show_echoes, host=host, **more)


@click.command()
@router_argument
@click.argument("host")
@_options(_count, _size, _each, _dscp, _interface, _protocol)
@click.option("--max-hops", type=click.IntRange(1, 64), help="The most hops.")
@gives
def traceroute(order: Order, /, *, host: str, **more: object) -> None:
    """Have ROUTER trace the route to HOST.

    Example:
      acs traceroute SN123456 example.net
    """
    _run(order, "traceroute", show_route, host=host, **more)


@click.command()
@router_argument
@click.argument("host")
@click.option("--server", default="", help="Name server to ask, in place of the router's own.")
@_options(_count, _each, _interface)
@gives
def nslookup(order: Order, /, *, host: str, **more: object) -> None:
    """Have ROUTER look up the name HOST.

    Example:
      acs nslookup SN123456 example.net --count 10
    """
    _run(order, "nslookup", show_lookups, host=host, **more)


@click.command()
@router_argument
@click.option("--upload", "is_upload", is_flag=True, help="From the router, not to it.")
@click.option("--server", "location", metavar="URL", help="Where to, in place of this server.")
@click.option("--size", type=click.IntRange(min=1), help="Bytes to send, with --upload.")
@click.option("--duration", type=Seconds(), help="Stop after so long.")
@click.option("--connections", type=click.IntRange(min=1), help="At once.")
@_options(_dscp, _interface, _protocol)
@gives
def speedtest(
    order: Order,
    /,
    *,
    is_upload: bool,
    location: str | None,
    size: int | None,
    duration: Duration | None,
    **more: object,
) -> None:
    """Measure ROUTER's throughput (TR-143). It loads the customer's line.

    Examples:
      acs speedtest SN123456
      acs speedtest SN123456 --upload --size 10000000
    """
    seconds = None if duration is None else int(duration)
    if size is not None and not is_upload:
        raise CliError("--size needs --upload: a download's is that of its file", USAGE)
    if seconds is not None and seconds < 1:
        raise CliError("--duration: at least 1s", USAGE)
    test = "upload" if is_upload else "download"
    _run(order, test, show_load, url=location, size=size, duration=seconds, **more)


@click.command("udp-echo")
@router_argument
@click.argument("host")
@click.option("--port", type=click.IntRange(1, 65_535), default=7, show_default=True)
@_options(_count, _size, _each)
@click.option("--interval", type=click.IntRange(min=1), metavar="MS", help="Between two tries.")
@_options(_dscp, _interface, _protocol)
@gives
def udp_echo(order: Order, /, *, host: str, **more: object) -> None:
    """Have ROUTER send datagrams to the UDP echo server HOST (TR-143).

    Example:
      acs udp-echo SN123456 192.0.2.1 --count 100 --interval 20
    """
    _run(order, "udp_echo", show_echoes, host=host, **more)


@click.command("wifi-scan")
@router_argument
@gives
def wifi_scan(order: Order) -> None:
    """Have ROUTER look for neighbouring Wi-Fi networks. Its own may pause meanwhile.

    Example:
      acs wifi-scan SN123456
    """
    _run(order, "wifi_scan", show_networks)


@click.command("dsl-test")
@router_argument
@click.option("--wan", type=click.IntRange(1, 64), help="Number of the WANDevice (TR-098).")
@click.option("--interface", default="", metavar="PATH", help="DSL channel to test (TR-181).")
@gives
def dsl_test(order: Order, /, **more: object) -> None:
    """Have ROUTER test its DSL line. The line goes down meanwhile.

    Example:
      acs dsl-test SN123456
    """
    _run(order, "dsl", show_dsl, **more)


@click.command("self-test")
@router_argument
@gives
def self_test(order: Order) -> None:
    """Have ROUTER test itself, as its maker has it.

    Example:
      acs self-test SN123456
    """
    _run(order, "self_test", show_self_test)
