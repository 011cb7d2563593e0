"""The symptoms: one family per file, each registered by one line here."""

from functools import lru_cache

from diagnostics.symptoms import (
    boots,
    conntrack,
    course,
    docsis,
    dsl,
    gateway,
    lan,
    lte,
    memory,
    optical,
    power,
    processes,
    segment,
    session,
    traffic,
    wan_ethernet,
    wifi_congestion,
    wifi_coverage,
    wifi_radio,
)
from diagnostics.symptoms.base import Symptom

SYMPTOMS: tuple[Symptom, ...] = (
    *segment.SYMPTOMS,
    *boots.SYMPTOMS,
    *course.SYMPTOMS,
    *session.SYMPTOMS,
    *gateway.SYMPTOMS,
    *traffic.SYMPTOMS,
    *wan_ethernet.SYMPTOMS,
    *dsl.SYMPTOMS,
    *optical.SYMPTOMS,
    *docsis.SYMPTOMS,
    *lte.SYMPTOMS,
    *memory.SYMPTOMS,
    *processes.SYMPTOMS,
    *conntrack.SYMPTOMS,
    *power.SYMPTOMS,
    *wifi_radio.SYMPTOMS,
    *wifi_coverage.SYMPTOMS,
    *wifi_congestion.SYMPTOMS,
    *lan.SYMPTOMS,
)


@lru_cache(maxsize=4096)
def applicable(metrics: tuple[str, ...]) -> tuple[Symptom, ...]:
    """The symptoms that a router which offers these metrics can show."""
    offered = frozenset(metrics)
    return tuple(s for s in SYMPTOMS if not s.needs or not offered.isdisjoint(s.needs))


@lru_cache(maxsize=4096)
def names(metrics: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the symptoms that a router which offers these metrics can show."""
    return tuple(symptom.name for symptom in applicable(metrics))
