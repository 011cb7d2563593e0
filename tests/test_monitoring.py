"""What Prometheus and Grafana are given: the rules hold, and name only what the daemon exports."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from acs.api.telemetry import ApiMetrics
from acs.metrics import Metrics
from acs.tls.telemetry import TlsMetrics
from acs.webhooks.telemetry import WebhookCounters

ETC = Path(__file__).parent.parent / "etc"
RULES = ETC / "prometheus" / "acsd.rules.yml"
DASHBOARDS = sorted((ETC / "grafana").glob("*.json"))
_SERIES = re.compile(r"\b(?:instance(?:_[a-z]+)*:)?(?:acs|process)_[a-z_]+(?::[a-z0-9_]+)?")
_LABELS = re.compile(r"\b((?:acs|process)_[a-z_]+)\{([^}]*)\}")


@pytest.fixture(scope="module")
def exported() -> dict[str, frozenset[str]]:
    """Names of samples and the labels that they have, beside those that Prometheus adds."""
    registry = CollectorRegistry()
    Metrics(registry, "1.0")
    ApiMetrics(registry)
    TlsMetrics(registry)
    WebhookCounters(registry)
    everywhere = frozenset(("instance", "job", "le"))
    labels = {sample.name: everywhere for f in registry.collect() for sample in f.samples}
    for collector in list(registry._collector_to_names):
        names = registry._collector_to_names[collector]
        known = {*everywhere, *getattr(collector, "_labelnames", ())}
        for family in getattr(collector, "describe", tuple)():
            known.update(getattr(family, "_labelnames", ()))
        for name in names:
            labels[name] = frozenset(known)
    return labels


def expressions(dashboard: Path) -> list[str]:
    content: dict[str, Any] = json.loads(dashboard.read_text())
    return [target["expr"] for panel in content["panels"] for target in panel["targets"]]


def recorded() -> set[str]:
    return set(re.findall(r"record: (\S+)", RULES.read_text()))


@pytest.mark.parametrize("source", [RULES, *DASHBOARDS], ids=lambda path: path.stem)
def test_only_what_is_exported_is_asked_for(
    source: Path, exported: dict[str, frozenset[str]]
) -> None:
    text = "\n".join(expressions(source)) if source.suffix == ".json" else source.read_text()
    asked = set(_SERIES.findall(text))
    assert asked
    assert {name for name in asked if name not in exported and name not in recorded()} == set()
    for name, matchers in _LABELS.findall(text):
        if name in exported:
            used = set(re.findall(r"([a-z_]+)(?:=~|!~|!=|=)", matchers))
            assert used <= exported[name], name


def test_there_is_a_dashboard_for_each_reader() -> None:
    titles = {json.loads(path.read_text())["title"] for path in DASHBOARDS}
    assert titles == {"acsd: fleet", "acsd: reboots and their effect", "acsd: daemon"}
    for path in DASHBOARDS:
        content = json.loads(path.read_text())
        assert content["uid"] == path.stem
        assert all(panel["description"] for panel in content["panels"])
        numbers = [panel["id"] for panel in content["panels"]]
        assert len(numbers) == len(set(numbers))


def test_each_alert_says_what_to_do() -> None:
    text = RULES.read_text()
    alerts = text.split("- alert: ")[1:]
    assert len(alerts) > 5
    for alert in alerts:
        assert "severity: page" in alert or "severity: ticket" in alert
        assert "summary: " in alert
        assert "runbook: >-" in alert


def test_each_alert_is_tried() -> None:
    tried = (RULES.parent / "acsd.tests.yml").read_text()
    for name in re.findall(r"- alert: (\S+)", RULES.read_text()):
        named = rf'(alertname: |alertname=\\?"){name}\b'
        assert re.search(named, tried), name


@pytest.mark.parametrize(
    "words",
    [
        ("check", "rules", "--lint-fatal", "acsd.rules.yml"),
        ("check", "config", "--syntax-only", "prometheus.yml"),
        ("test", "rules", "acsd.tests.yml"),
    ],
    ids=" ".join,
)
def test_prometheus_takes_them(words: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        assert "ACSD_REQUIRE_CAPTURES" not in os.environ, "promtool is not installed"
        pytest.skip("promtool is not installed")
    done = subprocess.run(  # noqa: S603 - a fixed command
        [promtool, *words],
        cwd=RULES.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
