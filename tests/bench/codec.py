"""What reading and writing a message costs, beside a bare parse of the same bytes by libxml2.

CPU time in this process, turn about in one run, medians. Run as ``python -m tests.bench.codec``.
"""

import argparse
import gc
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from acs.cwmp.codec import decode, encode
from tests.bench import wire
from tests.bench.sessions import Bar

ROUNDS = 15
SECONDS = 0.05  # of each measurement of a round, about


class Subject(NamedTuple):
    """A message to be measured, and the limit of its reading over the bare parse."""

    title: str
    body: bytes
    limit: float


class Figure(NamedTuple):
    """CPU microseconds for one message: read, parsed only, written."""

    read: float
    parsed: float
    written: float


def names_response(size: int) -> bytes:
    """A GetParameterNamesResponse of about ``size`` bytes."""
    structs: list[str] = []
    length = number = 0
    while length < size:
        rule, field = divmod(number, 8)
        name = f"InternetGatewayDevice.Layer3Forwarding.Forwarding.{rule + 1}.X_Bench_Field{field}"
        structs.append(
            f"<ParameterInfoStruct>\n<Name>{name}</Name>\n<Writable>{number % 2}</Writable>\n"
            "</ParameterInfoStruct>\n"
        )
        length += len(structs[-1])
        number += 1
    return wire.envelope(
        "7",
        "<cwmp:GetParameterNamesResponse>"
        f'<ParameterList soap-enc:arrayType="cwmp:ParameterInfoStruct[{number}]">\n'
        f"{''.join(structs)}</ParameterList></cwmp:GetParameterNamesResponse>",
    ).encode()


def subjects() -> list[Subject]:
    """What is measured."""
    inform = wire.Script(0, 100).inform(0)
    return [
        Subject("Inform", inform[inform.index(b"<?xml") :], 2.5),
        Subject("GetParameterNamesResponse", names_response(40_000), 4.0),
        Subject("GetParameterNamesResponse", names_response(600_000), 4.0),
    ]


def cpu(action: Callable[[], object]) -> float:
    """CPU seconds of one call, over as many as take about ``SECONDS``."""
    before = time.process_time()
    action()
    once = max(time.process_time() - before, 1e-6)
    count = max(1, int(SECONDS / once))
    before = time.process_time()
    for _ in range(count):
        action()
    return (time.process_time() - before) / count


def measure(body: bytes, rounds: int) -> Figure:
    """Medians of one message, turn about."""
    told = decode(body)
    found: list[Figure] = []
    for _ in range(rounds):
        gc.collect()
        found.append(
            Figure(
                1e6 * cpu(lambda: decode(body)),
                1e6 * cpu(lambda: etree.fromstring(body)),
                1e6 * cpu(lambda: encode(told.message, namespace=told.namespace, id=told.id)),
            )
        )
    return Figure(*(statistics.median(column) for column in zip(*found, strict=True)))


def memory(body: bytes) -> tuple[float, float]:
    """Bytes at the peak of reading a message, and those still held afterwards, over its size."""
    decode(body)  # what is remembered of every message is no part of it
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    told = decode(body)
    _, peak = tracemalloc.get_traced_memory()
    del told
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (peak - before) / len(body), (after - before) / len(body)


def main() -> None:
    """Measure and print; exit 1 with ``--strict`` when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    rounds = 5 if options.quick else ROUNDS
    bars: list[Bar] = []
    head = "".join(f"{name:>10}" for name in Figure._fields)
    sys.stdout.write(f"{'CPU microseconds, medians':<40}{head}\n")
    for title, body, limit in subjects():
        name = f"{title} of {len(body) / 1000:.1f} kB"
        figure = measure(body, rounds)
        sys.stdout.write(
            f"{name:<40}{figure.read:>10.1f}{figure.parsed:>10.1f}{figure.written:>10.1f}\n"
        )
        bars.append(Bar(f"{name}, read over parsed", figure.read / figure.parsed, limit, "x"))
    peak, held = memory(body)
    bars.append(Bar(f"{name}, memory over its size", peak, 20, "x"))
    bars.append(Bar(f"{name}, memory held afterwards", held, 0.1, "x"))
    sys.stdout.write("\n" + "\n".join(map(str, bars)) + "\n")
    if options.strict and not all(bar.kept for bar in bars):
        sys.exit(1)


if __name__ == "__main__":
    main()
