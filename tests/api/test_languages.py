"""Status in the operator's language: which one is chosen, that each has all words."""
# ruff: noqa: RUF001 - Cyrillic letters are meant

import re
from typing import Any

import pytest

from acs.actions import guards
from acs.api import words, words_ru
from acs.api.languages import RUSSIAN, words_for
from acs.commands import Refusal
from acs.facts import IncidentOpened, Judged
from diagnostics.verdict import ACTIONS, Action, Evidence, Verdict
from tests.api.harness import VERDICT, Api

RU = {"Accept-Language": "ru"}


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en;q=0.8, RU;q=0.9", "ru"),
        ("de, ru;q=0.1", "ru"),
        ("de", "en"),
        ("ru;q=0", "en"),
        ("*, ru;q=0.5", "en"),
        ("ru;q=x", "en"),
        ("ru;q=9", "en"),
        (";;,=,q", "en"),
        ("en;q=0, *", "ru"),
        ("en;q=0.1, *;q=0.5", "ru"),
        ("*", "en"),
    ],
)
def test_the_language_that_is_liked_best(accept: str, language: str) -> None:
    assert words_for(accept).language == language


def test_both_languages_have_all_words() -> None:
    for name in ("ADVICE", "CUSTOMER", "CAUSES", "REBOOT_STATES", "OUTCOMES", "SAYS"):
        english, russian = getattr(words, name), getattr(words_ru, name)
        assert english.keys() == russian.keys(), name
        for key, text in russian.items():
            assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english[key])), key
            assert not re.search(r"[A-Za-z]", re.sub(r"Wi-Fi|Ethernet|{\w+}", "", text)), text
    assert set(words.ADVICE) == set(words.CUSTOMER) == set(ACTIONS)


def test_every_guard_has_a_word() -> None:
    named = {guard.__name__ for guard in (*guards.GUARDS, *guards.ORDERED)} | {"offered"}
    assert named <= set(words_ru.GUARDS)


@pytest.mark.parametrize(
    ("seconds", "says"),
    [
        (30, "меньше минуты"),
        (60, "1 минуту"),
        (180, "3 минуты"),
        (11 * 60, "11 минут"),
        (3600, "1 час"),
        (22 * 3600, "22 часа"),
        (5 * 86_400, "5 дней"),
        (21 * 86_400, "21 день"),
        (112 * 86_400, "112 дней"),
    ],
)
def test_spans_in_russian(seconds: float, says: str) -> None:
    assert RUSSIAN.span(seconds) == says


def test_what_the_customer_is_told_is_short_and_plain() -> None:
    for text in (*words.CUSTOMER.values(), *words_ru.CUSTOMER.values()):
        assert len(text) <= 140, text
        assert not re.search(r"\d|%", text)


def status(api: Api, router_id: str, **given: Any) -> Any:
    answer = api.get(api.url(router_id, "/status"), **given)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_status_speaks_russian(api: Api) -> None:
    evidence = (Evidence("boots", "It restarted 3 times in 24 hours.", 2.0, "boots"),)
    verdict = Verdict(
        action="reboot",
        confidence=0.91,
        probabilities={},
        causes=VERDICT.causes,
        evidence=evidence,
        would_change=(),
        judged_at=api.now,
    )
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=verdict)
    api.refusals = (Refusal("voice", "A voice call is active."),)
    api.post(api.url(router_id, "/commands"), {"kind": "reboot", "reason": "x"})
    answer = status(api, router_id, headers=RU)
    assert answer.headers["content-language"] == "ru"
    assert "accept-language" in answer.headers["vary"].lower()
    found = answer.json()
    assert found["language"] == "ru"
    assert found["operator"] == [
        "Скорее всего, поможет удалённая перезагрузка (уверенность 91%).",
        "За сутки роутер перезапускался 3 раза.",
    ]
    assert found["sentence"].startswith(
        "Перезагрузка отклонена меньше минуты назад: идёт телефонный разговор."
    )
    assert found["customer"].startswith("Мы можем перезагрузить ваш роутер")
    assert found["verdict"]["causes"][0]["name"] == "утечка памяти"
    assert found["verdict"]["evidence"][0]["says"] == "За сутки роутер перезапускался 3 раза."
    assert found["line"] == {"line": "first", "reason": "Это решает первая линия."}
    english = status(api, router_id).json()
    assert english["language"] == "en"
    assert english["verdict"]["evidence"][0]["says"] == "It restarted 3 times in 24 hours."


def test_a_router_without_a_verdict(api: Api) -> None:
    router_id = api.router()
    found = status(api, router_id, headers=RU).json()
    assert found["operator"] == ["Заключения пока нет: показатели роутера ещё не прочитаны."]
    assert found["customer"] == "Мы посмотрим ваш роутер и скажем, что можно сделать."


@pytest.mark.parametrize(
    ("action", "line"),
    [
        ("none", "first"),
        ("reboot", "first"),
        ("consult_wifi", "first"),
        ("consult_lan", "first"),
        ("incident", "first"),
        ("technician", "second"),
        ("firmware", "second"),
        ("replace", "second"),
        ("escalate", "second"),
    ],
)
def test_which_line_takes_it(api: Api, action: Action, line: str) -> None:
    verdict = Verdict(action, 0.9, {}, (), (), (), api.now)
    router_id = api.router(verdict=verdict)
    found = status(api, router_id).json()["line"]
    assert found["line"] == line
    assert found["reason"].endswith(".")


def test_a_second_contact_about_the_same_goes_to_the_second_line(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    api.contact_finding = "F01"
    for _ in range(2):
        api.post(api.url(router_id, "/contacts"), {"channel": "phone", "action": "reboot"})
        api.now += 86_400
    found = status(api, router_id).json()
    assert found["line"]["line"] == "second"
    assert "second contact" in found["line"]["reason"]
    assert [contact["channel"] for contact in found["contacts"]] == ["phone", "phone"]


def test_the_incident_of_the_place_is_there(api: Api) -> None:
    router_id = api.router(verdict=VERDICT)
    assert status(api, router_id).json()["incident"] is None
    opened = IncidentOpened(
        at=api.now - 60,
        incident_id="i1",
        basis="prefix",
        place="192.0.2.0/24",
        kind="power",
        began_at=api.now - 90,
        routers=(router_id,),
        affected=(router_id,),
    )
    api.commit(opened)
    found = status(api, router_id).json()["incident"]
    assert (found["incident_id"], found["kind"], found["closed_at"]) == ("i1", "power", None)


def test_what_has_not_changed_is_not_sent_again(api: Api) -> None:
    router_id = api.router(vitals={"sys.uptime": 9}, verdict=VERDICT)
    account = "/v1/subscribers/100200300"
    api.request("PUT", account, json={"routers": [{"router_id": router_id}]})
    for path in (api.url(router_id, "/status"), f"{account}/status"):
        first = api.get(path)
        tag = first.headers["etag"]
        api.now += 7
        again = api.get(path, headers={"If-None-Match": f'"x", {tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        for known in ("*", tag.removeprefix("W/")):
            assert api.get(path, headers={"If-None-Match": known}).status_code == 304
        other = api.get(path, headers={"If-None-Match": tag, **RU})
        assert other.status_code == 200
        changed = Verdict("escalate", 0.5, {}, (), (), (), api.now)
        api.commit(Judged(router_id=router_id, at=api.now, verdict=changed))
        assert api.get(path, headers={"If-None-Match": tag}).status_code == 200
        back = VERDICT.__class__(**{f: getattr(VERDICT, f) for f in VERDICT.__struct_fields__})
        api.commit(Judged(router_id=router_id, at=api.now, verdict=back))
