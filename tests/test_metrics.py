"""The metrics: what they count, that labels stay bounded, that other rooms' protocols are met."""

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from acs.actions.telemetry import ActionMetrics
from acs.cwmp.telemetry import CwmpMetrics
from acs.facts import EVENT_CODES
from acs.files.telemetry import FileMetrics
from acs.metrics import Metrics
from acs.storage.writer import WriterMetrics


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> Metrics:
    return Metrics(registry, "1.2.3")


def test_the_rooms_protocols_are_met(metrics: Metrics) -> None:
    def takes(
        _cwmp: CwmpMetrics, _actions: ActionMetrics, _writer: WriterMetrics, _files: FileMetrics
    ) -> None:
        """The type checker is the judge."""

    takes(metrics, metrics, metrics, metrics)


def test_files_are_counted(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.file_request("download", 206)
    metrics.file_bytes("out", 5_000_000_000)
    metrics.file_connections(2)
    value = registry.get_sample_value
    assert value("acs_file_requests_total", {"kind": "download", "status": "2xx"}) == 1
    assert value("acs_file_bytes_total", {"direction": "out"}) == 5_000_000_000
    assert value("acs_file_bytes_total", {"direction": "in"}) == 0
    assert value("acs_file_connections") == 2


def test_what_happens_is_counted(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.informed("2 PERIODIC")
    metrics.informed("2 PERIODIC")
    metrics.session_ended("done", 0.2)
    metrics.command("reboot", "queued")
    metrics.outcome("reboot", "helped")
    metrics.refused("voice")
    metrics.turn(0.003)
    metrics.observe_commit(0.004, 16)
    metrics.set_queue_depth(3)
    metrics.judged("technician")
    metrics.connections(7)
    metrics.http_refused(413)
    value = registry.get_sample_value
    assert value("acs_informs_total", {"event": "2 PERIODIC"}) == 2
    assert value("acs_sessions_total", {"outcome": "done"}) == 1
    assert value("acs_commands_total", {"kind": "reboot", "state": "queued"}) == 1
    assert value("acs_command_outcomes_total", {"kind": "reboot", "outcome": "helped"}) == 1
    assert value("acs_refusals_total", {"guard": "voice"}) == 1
    assert value("acs_turn_seconds_bucket", {"le": "0.005"}) == 1
    assert value("acs_commit_items_sum") == 16
    assert value("acs_queue_depth", {"queue": "writer"}) == 3
    assert value("acs_verdicts_total", {"action": "technician"}) == 1
    assert value("acs_connections") == 7
    assert value("acs_http_refused_total", {"status": "413"}) == 1
    assert value("acs_build_info", {"version": "1.2.3"}) == 1


def test_known_events_stand_at_zero_before_the_first(
    registry: CollectorRegistry, metrics: Metrics
) -> None:
    for event in EVENT_CODES:
        assert registry.get_sample_value("acs_informs_total", {"event": event}) == 0


def test_routers_by_verdict_fall_back_to_zero(
    registry: CollectorRegistry, metrics: Metrics
) -> None:
    metrics.set_routers({"reboot": 4, None: 2})
    metrics.set_routers({"none": 6})
    value = registry.get_sample_value
    assert value("acs_routers", {"verdict": "reboot"}) == 0
    assert value("acs_routers", {"verdict": "none"}) == 6
    assert value("acs_routers", {"verdict": "unjudged"}) == 0


@pytest.mark.parametrize(
    "text", ["X 00D09E CHAOS", "", "2 PERIODIC\n", 'a"} 1\nacs_x 1', "9" * 999]
)
def test_an_event_that_no_one_knows_counts_as_other(
    registry: CollectorRegistry, metrics: Metrics, text: str
) -> None:
    metrics.informed(text)
    assert registry.get_sample_value("acs_informs_total", {"event": "other"}) == 1
    assert registry.get_sample_value("acs_informs_total", {"event": text}) is None


def test_hostile_labels_do_not_add_series(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.quirk("x")
    before = len(generate_latest(registry).splitlines())
    for number in range(1000):
        metrics.informed(f"X {number}")
        metrics.command(f"kind{number}", "queued")
        metrics.quirk(f'"}} {number}')
    after = len(generate_latest(registry).splitlines())
    assert after - before <= 6  # "other" with its _created line, for each of the three


def test_names_coined_by_our_code_are_bounded_too(
    registry: CollectorRegistry, metrics: Metrics
) -> None:
    for number in range(1000):
        metrics.malformed(f"code-{number}")
    assert registry.get_sample_value("acs_malformed_total", {"code": "other"}) == 900


def test_ways_to_reach_routers(registry: CollectorRegistry, metrics: Metrics) -> None:
    metrics.connection_request("udp", "informed")
    metrics.connection_request("http", "timeout")
    metrics.reached("udp", 0.2)
    metrics.stun("bound")
    value = registry.get_sample_value
    asked = "acs_connection_requests_total"
    assert value(asked, {"way": "udp", "outcome": "informed"}) == 1
    assert value(asked, {"way": "http", "outcome": "timeout"}) == 1
    assert value("acs_connection_request_seconds_sum", {"way": "udp"}) == 0.2
    assert value("acs_stun_requests_total", {"outcome": "bound"}) == 1


def test_no_metric_lacks_the_prefix_or_the_help(
    registry: CollectorRegistry, metrics: Metrics
) -> None:
    for family in registry.collect():
        assert family.name.startswith(("acs_", "process_", "python_"))
        assert family.documentation
