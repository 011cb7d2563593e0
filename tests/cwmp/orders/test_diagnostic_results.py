import pytest

from acs.cwmp.orders.arguments import Diagnostic
from acs.cwmp.orders.diagnostic_results import Figures, Vitals, read_results
from acs.cwmp.orders.diagnostic_tests import TestName as Name  # pytest would collect the other name

AT = "Device.X."


def read(test: Name, leaves: dict[str, str], **wanted: object) -> tuple[Figures, Vitals]:
    needs: dict[str, object] = {"host": "h"} if test in ("ping", "traceroute", "nslookup") else {}
    if test == "udp_echo":
        needs = {"host": "h", "port": 7}
    asked = Diagnostic(test=test, **{**needs, **wanted})  # type: ignore[arg-type]
    values = {AT + name: text for name, text in leaves.items()}
    figures, vitals = read_results(test, asked, {**values, "Other.Thing": "1"}, AT)
    raw = figures.pop("raw")
    assert raw == leaves
    return figures, vitals


def test_times_with_microseconds_are_better() -> None:
    figures, _vitals = read(
        "ping",
        {
            "SuccessCount": "10",
            "FailureCount": "0",
            "AverageResponseTime": "1",
            "AverageResponseTimeDetailed": "1234",
            "MinimumResponseTime": "1",
            "IPAddressUsed": "192.0.2.1",
        },
    )
    assert figures == {
        "answered": 10,
        "lost": 0,
        "address": "192.0.2.1",
        "loss_ratio": 0.0,
        "average_ms": 1.234,
        "minimum_ms": 1.0,
    }


def test_no_answer_has_no_time() -> None:
    figures, vitals = read(
        "ping", {"SuccessCount": "0", "FailureCount": "4", "AverageResponseTime": "0"}, gateway=True
    )
    assert figures == {"answered": 0, "lost": 4, "loss_ratio": 1.0}
    assert vitals == {"ip.ping_loss_gw": 1.0}


@pytest.mark.parametrize("text", ["", "x", "-", "1.5", "1e3", "9" * 30, "٣"])
def test_what_is_no_number_is_not_there(text: str) -> None:
    figures, vitals = read("ping", {"SuccessCount": text, "FailureCount": "1"}, gateway=True)
    assert figures == {"lost": 1}
    assert vitals == {}


def test_echoes_are_told_in_microseconds() -> None:
    figures, _ = read(
        "udp_echo", {"SuccessCount": "1", "FailureCount": "1", "AverageResponseTime": "2500"}
    )
    assert figures == {"answered": 1, "lost": 1, "loss_ratio": 0.5, "average_ms": 2.5}


@pytest.mark.parametrize("prefix", ["", "Hop"])
def test_a_route(prefix: str) -> None:
    figures, _ = read(
        "traceroute",
        {
            "ResponseTime": "31",
            f"RouteHops.10.{prefix}Host": "last",
            f"RouteHops.10.{prefix}RTTimes": "31,*,30",
            f"RouteHops.2.{prefix}Host": "second",
            f"RouteHops.2.{prefix}HostAddress": "192.0.2.2",
            f"RouteHops.2.{prefix}ErrorCode": "11",
            f"RouteHops.2.{prefix}RTTimes": "",
        },
    )
    assert figures == {
        "response_ms": 31,
        "hops": [
            {"host": "second", "address": "192.0.2.2", "icmp_code": 11, "times_ms": []},
            {"host": "last", "times_ms": [31, 30]},
        ],
    }


def test_names_that_are_none_are_an_answer() -> None:
    leaves = {
        "SuccessCount": "2",
        "Result.1.Status": "Success",
        "Result.1.IPAddresses": "192.0.2.1, 192.0.2.2",
        "Result.1.ResponseTime": "12",
        "Result.2.Status": "Error_HostNameNotResolved",
        "Result.3.Status": "Error_Timeout",
        "Result.4.Status": "Success",
    }
    figures, vitals = read("nslookup", leaves)
    assert (figures["answered"], figures["loss_ratio"]) == (2, 0.25)
    results = figures["results"]
    assert isinstance(results, list)
    assert results[0] == {
        "status": "Success",
        "addresses": ["192.0.2.1", "192.0.2.2"],
        "time_ms": 12,
    }
    assert vitals == {"sys.dns_proxy_fail": 0.25}
    # another server's answers say nothing of the router's own
    assert read("nslookup", leaves, server="192.0.2.53")[1] == {}
    # nor those of a server that somebody else had put there
    assert read("nslookup", {**leaves, "DNSServer": "192.0.2.53"})[1] == {}
    assert read("nslookup", {"SuccessCount": "0"})[1] == {}


def test_lookups_are_counted_where_they_are_not_listed() -> None:
    figures, vitals = read("nslookup", {"SuccessCount": "1", "NumberOfRepetitions": "10"})
    assert (figures["answered"], figures["loss_ratio"]) == (1, 0.9)
    assert vitals == {"sys.dns_proxy_fail": 0.9}
    assert read("nslookup", {"SuccessCount": "11", "NumberOfRepetitions": "10"})[1] == {}


def test_times_since_the_start_are_times() -> None:
    leaves = {
        "BOMTime": "0001-01-01T00:10:00Z",
        "EOMTime": "0001-01-01T00:10:02Z",
        "TestBytesReceived": "1000000",
    }
    assert read("download", leaves)[1] == {"ip.tput_dl": 4.0}


def test_throughput_from_first_byte_to_last() -> None:
    figures, vitals = read(
        "download",
        {
            "BOMTime": "2024-05-01T10:00:00.500000Z",
            "EOMTime": "2024-05-01T10:00:02.500000Z",
            "TestBytesReceived": "25000000",
            "TotalBytesReceived": "26000000",
            "TCPOpenRequestTime": "2024-05-01T10:00:00.100000Z",
            "TCPOpenResponseTime": "2024-05-01T10:00:00.112000Z",
        },
    )
    assert figures == {
        "bytes": 25_000_000,
        "seconds": 2.0,
        "connect_ms": 12.0,
        "mbit_per_s": 100.0,
    }
    assert vitals == {"ip.tput_dl": 100.0}


def test_throughput_under_full_loading_is_better() -> None:
    figures, vitals = read(
        "upload",
        {
            "BOMTime": "2024-05-01T10:00:00Z",
            "EOMTime": "2024-05-01T10:00:20Z",
            "TestBytesSent": "1000",
            "TestBytesSentUnderFullLoading": "12500000",
            "PeriodOfFullLoading": "2000000",
        },
    )
    assert (figures["mbit_per_s"], figures["seconds"]) == (50.0, 2.0)
    assert vitals == {}


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00Z", "2024-05-01T10:00:02Z"),
        ("2024-05-01T10:00:00.5Z", "0001-01-01T00:00:00.000000Z"),
        ("1970-01-01T00:00:09Z", "2024-05-01T10:00:02Z"),  # the clock was set meanwhile
        ("2024-05-01T10:00:02Z", "2024-05-01T10:00:00Z"),
        ("2024-05-01T10:00:00", "2024-05-01T10:00:02Z"),
        ("yesterday", "2024-05-01T10:00:02Z"),
        ("", ""),
    ],
)
def test_no_rate_without_times(begin: str, end: str) -> None:
    leaves = {"BOMTime": begin, "EOMTime": end, "TestBytesReceived": "5"}
    figures, vitals = read("download", leaves)
    assert figures == {"bytes": 5}
    assert vitals == {}


def test_neighbours_by_channel() -> None:
    figures, vitals = read(
        "wifi_scan",
        {
            "ResultNumberOfEntries": "2",
            "Result.1.SSID": "a",
            "Result.1.Channel": "6",
            "Result.1.SignalStrength": "-71",
            "Result.2.SSID": "b",
            "Result.2.Channel": "6",
        },
    )
    assert figures == {
        "networks": [
            {"ssid": "a", "channel": 6, "signal_dbm": -71},
            {"ssid": "b", "channel": 6},
        ],
        "by_channel": {"6": 2},
    }
    assert vitals == {}


def test_a_self_test_says_what_it_says() -> None:
    assert read("self_test", {"Results": "all well"})[0] == {"says": "all well"}
