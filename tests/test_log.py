"""Logs: one JSON object a line, stable names, no secrets, nothing forged."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from twisted.logger import LogLevel
from twisted.python.failure import Failure

from acs.log import LogSettings, configure, observe_twisted


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(format="json"))
    structlog.get_logger("x").info("cwmp.session", router="a\nforged=1", turns=3)
    (event,) = lines(capsys)
    assert event["event"] == "cwmp.session"
    assert event["router"] == "a\nforged=1"
    assert event["level"] == "info"
    assert str(event["timestamp"]).endswith("Z")


def test_a_console_line_cannot_be_forged(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(format="console"))
    structlog.get_logger("x").info("cwmp.session", router="a\nforged line")
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_looks_like_a_secret_is_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(format="json"))
    structlog.get_logger("x").info(
        "e", password="hunter2", Authorization="Basic aHVudGVyMg==", api_token="hunter2"
    )
    configure(LogSettings(format="json"))
    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert "aHVudGVyMg" not in err
    assert err.count("[redacted]") == 3


def test_the_level_drops_what_is_below(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(format="json", level="warning"))
    log = structlog.get_logger("x")
    log.info("small")
    log.warning("big")
    assert [event["event"] for event in lines(capsys)] == ["big"]


def test_the_standard_library_speaks_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure(LogSettings(format="json"))
    logging.getLogger("alembic").warning("something %s", "odd")
    (event,) = lines(capsys)
    assert event["event"] == "something odd"
    assert event["logger"] == "alembic"


def test_a_failure_of_twisted_is_an_error_with_its_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure(LogSettings(format="json"))
    try:
        raise ValueError("broken")  # noqa: TRY301 - a real traceback is wanted
    except ValueError:
        failure = Failure()  # type: ignore[no-untyped-call]  # Twisted's is untyped
    observe_twisted({"log_level": LogLevel.critical, "log_failure": failure})
    observe_twisted({"log_level": LogLevel.info, "log_format": "chatter"})
    (event,) = lines(capsys)
    assert event["event"] == "twisted.failure"
    assert "ValueError: broken" in str(event["exception"])
