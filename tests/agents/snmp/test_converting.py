import pytest

from agents.snmp.ber import Oid
from agents.snmp.converting import (
    added_up,
    combined,
    one_value,
    rows_of,
    said,
    unwrapped,
)
from agents.snmp.pdus import COUNTER32, COUNTER64, Raw, Varbind
from agents.snmp.profiles import Combine, Read, Where
from diagnostics.sample import Value

UPTIME = Read("sys.uptime", "1.3.6.1.2.1.1.3.0", scale=0.01)
_TURN = 2**32 / 100


def _nothing(_: str) -> Raw:
    return None


def _column(*cells: tuple[Oid, Raw]) -> dict[Oid, Varbind]:
    return {index: Varbind(index, 2, value) for index, value in cells}


@pytest.mark.parametrize(
    ("read", "raw", "expected"),
    [
        (UPTIME, 12345, 123.45),
        (UPTIME, b"12345", 123.45),
        (UPTIME, b"\xff", None),
        (UPTIME, b"three days", None),
        (UPTIME, float("inf"), None),
        (UPTIME, None, None),
        (Read("eth.rx_bytes", "1.3"), 2**63 + 1, 2**63 + 1),
        (Read("sys.temp_cpu", "1.3", absent=(0,)), 0, None),
        (Read("sys.cpu_util", "1.3", scale=-1, offset=100), 97, 3),
        (Read("eth.link_up", "1.3", words={"1": "Up"}), 1, "Up"),
        (Read("eth.link_up", "1.3", words={"1": "Up"}), 9, None),
        (Read("sys.fw_version", "1.3", text=True), b"7.16\0", "7.16"),
        (Read("sys.fw_version", "1.3", text=True, pattern="v([0-9.]+)"), b"Box v2.1 x", "2.1"),
        (Read("sys.fw_version", "1.3", text=True, pattern="v([0-9.]+)"), b"Box", None),
    ],
)
def test_one_raw_value(read: Read, raw: Raw, expected: Value | None) -> None:
    assert one_value(read, raw, _nothing) == expected


def test_companions_are_part_of_the_value() -> None:
    beside = {"1.4": 100, "1.5": 4096, "1.6": 10}
    free = Read("sys.mem_free", "1.3", from_="1.4", times="1.5", scale=1 / 1024)
    assert one_value(free, 40, beside.get) == 240
    total = Read("sys.mem_free", "1.3", plus=("1.4", "1.6"))
    assert one_value(total, 40, beside.get) == 150
    assert one_value(free, 40, _nothing) is None


def test_a_used_part_may_be_larger_than_the_whole_and_then_says_nothing_valid() -> None:
    free = Read("sys.mem_free", "1.3", from_="1.4")
    assert one_value(free, 140, {"1.4": 100}.get) == -40


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("sum", 6),
        ("min", -4),
        ("max", 7),
        ("mean", 2),
        ("extreme", 7),
        ("first", 3),
        ("any", 1),
        ("p10", -4),
        ("only", None),
    ],
)
def test_rows_become_one_value(combine: Combine, expected: float | None) -> None:
    read = Read("cm.ds_power", "1.3", at="table", combine=combine)
    assert combined(read, [(3, 2), (-4, 2), (7, 2)]) == expected
    assert combined(read, []) is None


def test_a_sum_of_narrow_counters_wraps_as_they_do() -> None:
    read = Read("cm.uncorr", "1.3", at="table", combine="sum")
    high = 2**32 - 1
    assert combined(read, [(high, COUNTER32), (5, COUNTER32)]) == 4
    assert combined(read, [(high, COUNTER64), (5, COUNTER64)]) == high + 5


def test_only_rows_that_count_are_taken() -> None:
    ram, disk = "1.3.6.1.2.1.25.2.1.2", "1.3.6.1.2.1.25.2.1.4"
    read = Read(
        "sys.mem_free", "1.6", at="table", from_="1.5", times="1.4", where=Where("1.2", ram)
    )
    columns = {
        "1.2": _column(
            ((1,), (1, 3, 6, 1, 2, 1, 25, 2, 1, 2)), ((2,), tuple(map(int, disk.split("."))))
        ),
        "1.4": _column(((1,), 1024), ((2,), 512)),
        "1.5": _column(((1,), 100), ((2,), 900)),
        "1.6": _column(((1,), 30), ((2,), 1), ((3,), 1)),
    }
    assert rows_of(read, columns, _nothing) == [(70 * 1024, 2)]


def test_rows_are_told_apart_by_their_index() -> None:
    columns = {"1.4": _column(((7, 1), 60), ((7, 2), 90))}
    read = Read("dsl.snr_margin_ds", "1.4", at="table", combine="min", index=r"\.2$")
    assert rows_of(read, columns, _nothing) == [(90, 2)]


def test_quarter_hours_are_added_up() -> None:
    total = None
    for raw in (5, 9, 2, 2, 11):
        total = added_up(raw, total)
    assert total == (11, 5 + 4 + 2 + 0 + 9)


@pytest.mark.parametrize(
    ("ticks", "before", "at", "expected"),
    [
        (100.0, None, 0.0, 100.0),
        (400.0, (100.0, 0.0), 300.0, 400.0),
        (50.0, (_TURN - 250.0, 0.0), 300.0, _TURN + 50.0),
        (350.0, (_TURN + 50.0, 0.0), 300.0, _TURN + 350.0),
        (20.0, (5_000.0, 0.0), 300.0, 20.0),
        (20.0, (_TURN - 100_000.0, 0.0), 300.0, 20.0),
        (120.0, (_TURN + 50.0, 0.0), 300.0, 120.0),
    ],
)
def test_an_uptime_goes_on_after_497_days_unless_it_was_a_reboot(
    ticks: float, before: tuple[float, float] | None, at: float, expected: float
) -> None:
    assert unwrapped(ticks, before, at) == pytest.approx(expected)


def test_raw_values_are_shown_as_people_write_them() -> None:
    assert said(b"eth0") == "eth0"
    assert said(b"\x00\x1a\xff") == "001aff"
    assert said((1, 3, 6)) == "1.3.6"
    assert said(7) == "7"
