"""What routers' own tests found, as text for people. Nothing is asked of anybody here."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from acs.cli.answers import Command
from acs.cli.output import table
from acs.cli.words import number, plain

Figures = Mapping[str, Any]


def _rows(figures: Figures, name: str) -> list[Figures]:
    found = figures.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _ms(value: object) -> str | None:
    return None if value is None else f"{number(value)} ms"


def show_echoes(command: Command) -> None:
    """Packets sent, lost, and how long their answers took."""
    found = command.result
    answered, lost = found.get("answered"), found.get("lost")
    if isinstance(answered, int) and isinstance(lost, int):
        share = f" ({100 * lost / (answered + lost):.0f}%)" if answered + lost else ""
        click.echo(f"sent {answered + lost}, answered {answered}, lost {lost}{share}")
    names = ("minimum_ms", "average_ms", "maximum_ms")
    times = [f"{name.partition('_')[0]} {_ms(found[name])}" for name in names if name in found]
    if times:
        click.echo(", ".join(times))
    if found.get("address"):
        click.echo(f"from {plain(found['address'])}")


def show_route(command: Command) -> None:
    """The hops of a route."""
    table(("HOP", "HOST", "ADDRESS", "TIMES", "ICMP"), _hops(command.result))


def _hops(figures: Figures) -> Iterator[tuple[object, ...]]:
    for count, hop in enumerate(_rows(figures, "hops"), 1):
        times = hop.get("times_ms")
        said = ", ".join(f"{each} ms" for each in times) if isinstance(times, list) else ""
        code = hop.get("icmp_code")
        yield count, hop.get("host"), hop.get("address"), said or "*", code


def show_lookups(command: Command) -> None:
    """Each look-up's answer."""
    rows = _rows(command.result, "results")
    table(("STATUS", "NAME", "ADDRESSES", "SERVER", "TIME", "ANSWER"), map(_lookup, rows))


def _lookup(row: Figures) -> tuple[object, ...]:
    addresses = row.get("addresses")
    listed = ", ".join(map(str, addresses)) if isinstance(addresses, list) else None
    names = (row.get("status"), row.get("name"), listed, row.get("server"))
    return (*names, _ms(row.get("time_ms")), row.get("answer"))


def show_load(command: Command) -> None:
    """A throughput."""
    found = command.result
    moved, seconds = found.get("bytes"), found.get("seconds")
    if "mbit_per_s" in found:
        click.echo(f"{number(found['mbit_per_s'])} Mbit/s")
    if moved is not None and seconds is not None:
        click.echo(f"{number(moved)} bytes in {number(seconds)} s")
    if "connect_ms" in found:
        click.echo(f"connected in {_ms(found['connect_ms'])}")


def show_networks(command: Command) -> None:
    """Neighbouring Wi-Fi networks, the strongest first."""
    rows = sorted(_rows(command.result, "networks"), key=lambda row: -_signal(row))
    heads = ("SSID", "BSSID", "BAND", "CHANNEL", "SIGNAL", "NOISE", "SECURITY", "STANDARDS")
    table(heads, map(_network, rows))


def _signal(row: Figures) -> float:
    found = row.get("signal_dbm")
    return float(found) if isinstance(found, int | float) else -1000.0


def _network(row: Figures) -> tuple[object, ...]:
    names = ("ssid", "bssid", "band", "channel", "signal_dbm", "noise_dbm", "security", "standards")
    return tuple(
        f"{row[name]} dBm" if name.endswith("_dbm") and name in row else row.get(name)
        for name in names
    )


_DSL = {
    "psd_dbm_per_hz_ds": ("power spectral density, downstream", "dBm/Hz"),
    "psd_dbm_per_hz_us": ("power spectral density, upstream", "dBm/Hz"),
    "power_dbm_ds": ("aggregate power, downstream", "dBm"),
    "power_dbm_us": ("aggregate power, upstream", "dBm"),
}


def show_dsl(command: Command) -> None:
    """Figures of a DSL line."""
    found = command.result
    rows = [
        (says, f"{number(found[name])} {unit}")
        for name, (says, unit) in _DSL.items()
        if name in found
    ]
    raw = found.get("raw")
    if not rows and isinstance(raw, Mapping):
        rows = [(name, str(value)) for name, value in raw.items()]
    table(("FIGURE", "VALUE"), rows)


def show_self_test(command: Command) -> None:
    """What the maker's own test says."""
    says = command.result.get("says")
    click.echo("\n".join(map(plain, str(says).splitlines())) if says else "it says nothing")
