"""Findings on firmware over the API."""

from msgspec.structs import replace

from acs.storage.cohort_rows import FindingRow, Firmware
from tests.api.harness import NOW, Api

ROW = FindingRow(
    finding_id="f1",
    firmware=Firmware("Acme", "Box", "1.1"),
    measure="relapse_1d",
    better="1.0",
    hit=30,
    of=60,
    better_hit=5,
    better_of=61,
    chance=1e-7,
    routers=400,
    opened_at=NOW,
    seen_at=NOW + 60,
)


def test_findings_are_listed_with_their_figures_in_words(api: Api) -> None:
    assert api.get("/v1/cohorts").json() == {"items": [], "next": None}
    api.do(api.store.cohorts.keep_findings([ROW], [], NOW))
    (found,) = api.get("/v1/cohorts").json()["items"]
    assert (found["manufacturer"], found["model"], found["firmware"]) == ("Acme", "Box", "1.1")
    assert (found["routers"], found["is_open"], found["closed_at"]) == (400, True, None)
    assert found["says"] == (
        "30 of 60 routers with this firmware relapsed within a day of a reboot, against 5 of 61 "
        "with firmware 1.0."
    )


def test_those_that_fell_are_listed_when_asked_for(api: Api) -> None:
    other = replace(ROW, finding_id="f2", measure="ill")
    api.do(api.store.cohorts.keep_findings([ROW, other], ["f1"], NOW + 5))
    assert [i["finding_id"] for i in api.get("/v1/cohorts").json()["items"]] == ["f2"]
    first = api.get("/v1/cohorts", params={"closed": "true", "limit": 1}).json()
    query = {"closed": "true", "limit": 1, "cursor": first["next"]}
    second = api.get("/v1/cohorts", params=query).json()
    assert [i["is_open"] for i in first["items"] + second["items"]] == [True, False]
    assert second["next"] is None


def test_who_may_see_them(api: Api) -> None:
    assert api.get("/v1/cohorts", token=api.token("read")).status_code == 200
    assert api.get("/v1/cohorts", token=api.token("metrics")).status_code == 403
