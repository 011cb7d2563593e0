"""Files of known routers, from the command line into a real store."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from acs.digest import ha1

Run = Callable[..., Result]

GOOD = """\
oui,product_class,serial,username,password,ha1,certificate,account,segment,access,utc_offset
0a2001,Box One,S-1,,first secret,,,A-1,olt-1,GPON,3600
0A2001,,S2,cpe2,second secret,,,,,,
0A2001,Box,S3,cpe3,,0123456789abcdef0123456789ABCDEF,,,,,
0A2001,Box,S4,,,,yes,,olt-1,,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "routers.csv"
    path.write_text(GOOD)
    return path


def credential(daemon: Any, name: str) -> Any:
    return daemon._in_loop(lambda: daemon.store.credential(name))


def test_routers_with_their_credentials_and_owners(acs: Run, daemon: Any, file: Path) -> None:
    dry = acs("enrol", "--import", str(file), "--dry-run")
    assert dry.exit_code == 0, dry.stderr
    assert dry.stderr == "4 routers would be enrolled, 0 were known\n"
    assert credential(daemon, "cpe2") is None
    done = acs("enrol", "--import", str(file), "--json")
    assert json.loads(done.stdout) == {"enrolled": 4, "known": 0, "problems": []}
    assert "secret" not in done.output
    name = "0A2001-Box%20One-S%2D1"
    first = credential(daemon, name)
    assert (first.router_id, first.ha1) == (name, ha1(name, "first secret"))
    assert credential(daemon, "cpe2").router_id == "0A2001-S2"
    assert credential(daemon, "cpe3").ha1 == "0123456789abcdef0123456789abcdef"
    row = daemon._in_loop(lambda: daemon.store.router(name))
    assert (row.account, row.segment, row.access, row.utc_offset) == ("A-1", "olt-1", "GPON", 3600)
    named = daemon._in_loop(lambda: daemon.store.certified("0A2001", "Box", "S4"))
    assert named == "0A2001-Box-S4"


def test_an_import_again_changes_nothing_unless_told_to(acs: Run, daemon: Any, file: Path) -> None:
    acs("enrol", "--import", str(file))
    file.write_text(GOOD.replace("second secret", "another"))
    again = acs("enrol", "--import", str(file))
    assert again.stderr == "0 routers are enrolled, 4 were known\n"
    assert credential(daemon, "cpe2").ha1 == ha1("cpe2", "second secret")
    told = acs("enrol", "--import", str(file), "--replace")
    assert told.exit_code == 0, told.stderr
    assert credential(daemon, "cpe2").ha1 == ha1("cpe2", "another")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("0A20,Box,S5,,secret,,,,,,", "oui: found '0A20', allowed are six hexadecimal digits"),
        ("0A2001,Box,,,secret,,,,,,", "serial: found none"),
        ("0A2001,Box,S5,,,,,,,,", "found neither, allowed is one of them"),
        (f"0A2001,Box,S5,,secret,{'a' * 32},,,,,", "found both, allowed is one of them"),
        ("0A2001,Box,S5,,,xyz,,,,,", "ha1: allowed are 32 hexadecimal digits"),
        ("0A2001,Box,S5,,secret,,yes,,,,", "a router with credentials logs in with them"),
        ("0A2001,Box,S5,,secret,,maybe,,,,", 'certificate: allowed are "yes", "no" and nothing'),
        ("0A2001,Box,S5,,secret,,,,,SDSL,", "access: found 'SDSL', allowed are FTTB"),
        ("0A2001,Box,S5,,secret,,,,,,1h", "utc_offset: allowed are seconds"),
        ("0A2001,Box,S5,,secret,,,,,,99999", "utc_offset: found 99999"),
        ("0A2001,Box,S5,cpe2,secret,,,,,,", "username: it stands in several lines"),
        ("0a2001,,S2,x,secret,,,,,,", "the router of line 3 again"),
        ("0A2001,Box,S5", "3 columns, the header has 11"),
        (f"0A2001,Box,S5,{'x' * 257},secret,,,,,,", "username: allowed are 256 characters"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_taken(
    acs: Run, daemon: Any, file: Path, line: str, says: str
) -> None:
    file.write_text(GOOD + line + "\n0A2001,Box,S6,cpe6,sixth,,,,,,\n")
    result = acs("enrol", "--import", str(file))
    assert result.exit_code == 1
    (shown,) = [one for one in result.stderr.splitlines() if one.startswith(f"{file}:6: ")]
    assert says in shown
    assert "secret" not in result.output
    assert credential(daemon, "cpe6").router_id == "0A2001-Box-S6"
    assert credential(daemon, "cpe3") is not None


def test_lines_are_counted_over_quoted_line_ends(acs: Run, file: Path) -> None:
    file.write_text('oui;serial;password\n0A2001;S1;"a\nb"\n\n0A2001;S2;\n')
    result = acs("enrol", "--import", str(file))
    assert f"{file}:5: password, ha1: found neither" in result.stderr


def test_anothers_user_name_is_refused(acs: Run, daemon: Any, file: Path) -> None:
    acs("enrol", "--import", str(file))
    file.write_text("oui,serial,username,password\n0A2001,S9,cpe2,x\n")
    result = acs("enrol", "--import", str(file), "--replace")
    assert f"{file}:2: username: another router has it" in result.stderr
    assert credential(daemon, "cpe2").router_id == "0A2001-S2"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no column 'oui'"),
        ("0A2001,Box,S1\n", "no column 'oui'"),
        ("oui,serial,colour\n", "found column 'colour', allowed are oui, serial"),
        ("oui,serial,oui\n", "column 'oui' stands there twice"),
    ],
)
def test_a_header_that_is_none(acs: Run, file: Path, text: str, says: str) -> None:
    file.write_text(text)
    result = acs("enrol", "--import", str(file))
    assert result.exit_code == 2
    assert says in result.stderr


def test_what_excludes_each_other(acs: Run, file: Path) -> None:
    for given in (
        ("--import", str(file), "--generate"),
        ("S1", "--import", str(file)),
        ("S1", "--dry-run"),
        (),
    ):
        assert acs("enrol", *given).exit_code == 2
