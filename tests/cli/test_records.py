import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import click
import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from acs.cli.app import COMMANDS, app
from acs.cli.records import as_csv

Run = Callable[..., Result]


def each_command(group: click.Group, ctx: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        assert command is not None
        if isinstance(command, click.Group):
            inner = click.Context(command, parent=ctx, info_name=name)
            for below, each in each_command(command, inner):
                yield f"{name} {below}", each
        else:
            yield name, command


def printing() -> list[tuple[str, click.Command]]:
    return [
        (name, command)
        for name, command in each_command(app, click.Context(app))
        if any(param.name == "as_json" for param in command.params)
    ]


def test_every_command_that_offers_json_offers_csv_too() -> None:
    found = printing()
    assert len(found) > len(COMMANDS) / 2
    for name, command in found:
        forms = [param for param in command.params if "--output" in param.opts]
        assert len(forms) == 1, name
        assert isinstance(forms[0].type, click.Choice), name
        assert list(forms[0].type.choices) == ["table", "json", "csv"], name


def test_no_option_called_json_is_of_another_kind() -> None:
    other = [
        name
        for name, command in each_command(app, click.Context(app))
        if any("--json" in param.opts and param.name != "as_json" for param in command.params)
    ]
    assert other == ["rpc"]  # there it is the call's arguments, and the answer is JSON always


def test_a_list_is_a_line_for_each_record_under_all_their_fields() -> None:
    text = as_csv([{"id": "a", "n": 1, "ok": True}, {"id": 'b "2", x', "deep": {"k": [1]}}])
    assert text == 'id,n,ok,deep\r\na,1,true,\r\n"b ""2"", x",,,"{""k"":[1]}"\r\n'


def test_a_document_is_one_line_with_paths_for_columns() -> None:
    at = datetime(2026, 9, 21, 14, 10, 20, tzinfo=UTC)
    text = as_csv({"verdict": {"action": "reboot", "causes": []}, "at": at, "none": None})
    assert text == "verdict.action,verdict.causes,at,none\r\nreboot,[],2026-09-21T14:10:20Z,\r\n"


def test_a_document_around_a_list_is_the_list() -> None:
    assert as_csv({"items": [{"a": 1}], "next": None}) == "a\r\n1\r\n"
    assert as_csv([]) == ""
    assert as_csv(["x", 2]) == "value\r\nx\r\n2\r\n"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_compute_is_guarded(first: str) -> None:
    text = as_csv([{"a": f"{first}HYPERLINK(1)", f"{first}b": "x=1"}])
    heading, row = csv.reader(io.StringIO(text))
    assert row[0].startswith("'")
    assert row[1] == "x=1"
    assert heading[1].startswith("'")


def test_negative_numbers_stay_numbers_and_controls_are_written_out() -> None:
    text = as_csv([{"rssi": -70, "name": "\x1b[2J\u202ex"}])
    assert text == "rssi,name\r\n-70,\\u001b[2J\\u202ex\r\n"


@given(st.lists(st.dictionaries(st.sampled_from("abc"), st.text() | st.integers(), min_size=1)))
def test_what_is_written_is_read_back(records: list[dict[str, Any]]) -> None:
    text = as_csv(records)
    read = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(read) == len(records)
    for record, row in zip(records, read, strict=True):
        for name, value in record.items():
            assert isinstance(row[name], str)
            if str(value).isalnum():
                assert row[name] == str(value)
    assert "\x1b" not in text


def test_devices_as_csv_are_the_same_records_as_in_json(acs: Run, known_router: str) -> None:
    result = acs("devices", "--query", known_router, "--output", "csv")
    assert result.exit_code == 0, result.stderr
    (row,) = csv.DictReader(io.StringIO(result.stdout))
    (same,) = json.loads(acs("devices", "--query", known_router, "--output", "json").stdout)
    assert row["last_inform_at"] == same["last_inform_at"] == "2026-09-21T14:10:20Z"
    assert float(row["uptime_seconds"]) == same["uptime_seconds"] == 90_000
    assert list(row) == list(same)
    assert same == json.loads(acs("devices", "--query", known_router, "--json").stdout)[0]


def test_a_table_is_asked_for_by_name_and_two_forms_are_refused(
    acs: Run, known_router: str
) -> None:
    table = acs("devices", "--query", known_router, "--output", "table")
    assert table.stdout == acs("devices", "--query", known_router).stdout
    both = acs("devices", "--json", "--output", "csv")
    assert both.exit_code == 2
    assert "give one" in both.stderr


def test_one_router_and_one_command_are_csv_too(acs: Run, known_router: str) -> None:
    shown = acs("show", known_router, "--output", "csv")
    (row,) = csv.DictReader(io.StringIO(shown.stdout))
    assert row["router.software_version"] == "1.2.3"
    given_command = acs("refresh", known_router, "--output", "csv")
    (command,) = csv.DictReader(io.StringIO(given_command.stdout))
    assert command["state"] == "queued"
