"""One router's vitals for Prometheus."""

import os
import shutil
import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families

from diagnostics.sample import Value
from tests.api.harness import NOW, VERDICT, Api

VITALS: dict[str, Value] = {
    "sys.uptime": 1000,
    "sys.mem_free": 9216,
    "eth.fcs_err": 17,
    "eth.rx_packets": 4294967295,
    "ppp.state": "Connected",
}


def scraped(api: Api, router_id: str) -> str:
    answer = api.get(f"/metrics/router/{router_id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return answer.text


def test_what_is_known_is_there_and_what_is_not_is_left_out(api: Api) -> None:
    router_id = api.router(vitals=dict(VITALS), verdict=VERDICT)
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(scraped(api, router_id))
        for sample in family.samples
    }
    assert samples["acs_router_up",] == 1
    assert samples["acs_router_last_inform_timestamp_seconds",] == NOW - 600
    assert samples["acs_router_verdict_confidence", "reboot"] == 0.91
    assert samples["acs_router_vital_count_total", "eth.fcs_err", "frames"] == 17
    assert samples["acs_router_vital_state", "ppp.state", "Connected"] == 1
    assert any(key[:2] == ("acs_router_vital", "sys.mem_free") for key in samples)
    assert not any("eth.rx_packets" in key for key in samples)  # it means: no data


def test_a_silent_router_is_down(api: Api) -> None:
    router_id = api.router()
    api.now += 3 * 3600
    assert "acs_router_up 0.0" in scraped(api, router_id)


def test_an_unknown_router_is_404_and_a_token_for_metrics_does_not_suffice(api: Api) -> None:
    assert api.get("/metrics/router/00D09E-Hub-NONE").status_code == 404
    token = api.token("metrics")
    assert api.get(f"/metrics/router/{api.router()}", token=token).status_code == 403


def test_promtool_finds_nothing_wrong(api: Api) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert "ACSD_REQUIRE_CAPTURES" not in os.environ, "promtool is not installed"
        pytest.skip("promtool is not installed")
    router_id = api.router(vitals=dict(VITALS), verdict=VERDICT)
    done = subprocess.run(  # noqa: S603 - a fixed command
        [promtool, "check", "metrics"],
        input=scraped(api, router_id),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
