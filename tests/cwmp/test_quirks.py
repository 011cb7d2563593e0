"""Quirks as data: which entries hold for which devices, and every mistake in a file."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.config import ConfigError, load_config
from acs.cwmp.codec import decode
from acs.cwmp.messages import Inform
from acs.cwmp.quirk_book import QuirkBook, claimed_manufacturer
from acs.cwmp.quirk_files import _ALLOWED, QuirkFileError, load_quirks, parse_quirks
from acs.cwmp.quirks import EFFECTS, NONE, Entry, Quirks, matcher
from tests.cwmp.routers import DEVICE, inform

SHIPPED = load_quirks()


def entry(name: str = "ab", **changes: Any) -> Entry:
    return Entry(name=name, why="so it is", **{"oui": "00AA01", "nonce_reuse": True, **changes})


def message(device: Any = DEVICE) -> Inform:
    found = decode(inform(device)).message
    assert isinstance(found, Inform)
    return found


# --- which devices ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("TP-Link*", "tp-link Technologies", True),
        ("TP-Link", "TP-Link Technologies", False),
        ("*.12", "7.12", True),
        ("7.1[0-2]", "7.11", True),
        ("^7\\.(11|12)$", "7.12", True),
        ("^7\\.12$", "17.12", False),
        ("^a|b$", "ab", False),
        ("^.*$", "a\nb", True),
    ],
)
def test_patterns(pattern: str, text: str, matches: bool) -> None:  # noqa: FBT001 - a table
    assert matcher((pattern,))(text) is matches
    assert matcher(("no such", pattern))(text) is matches


def test_all_conditions_must_hold() -> None:
    book = QuirkBook([entry(manufacturer=("Acme", "Apex"), product_class="B*", firmware="1.*")])
    assert book.of("Apex", "00AA01", "Box", "1.0").nonce_reuse
    assert book.of("Acme", "00aa01", "box", "1.9").nonce_reuse
    for device in (
        ("Other", "00AA01", "Box", "1.0"),
        ("Acme", "00AA02", "Box", "1.0"),
        ("Acme", "00AA01", "Cube", "1.0"),
        ("Acme", "00AA01", "Box", "2.0"),
        (None, "00AA01", "Box", "1.0"),  # not known
        ("Acme", "00AA01", "Box", None),
    ):
        assert book.of(*device) is NONE


def test_an_inform_tells_the_device() -> None:
    book = QuirkBook(
        [entry(firmware="1.0"), entry("cd", firmware="2.0", nonce_reuse=False, reply_close=True)]
    )
    first = book.of_inform(message())
    assert first == Quirks(nonce_reuse=True, causes=(("nonce_reuse", "ab"),))
    assert book.of_inform(message()) is first
    plain = QuirkBook([entry(oui="123456")])
    assert plain.of_inform(message()) is NONE
    assert plain.of_inform(message()) is NONE


def test_a_router_is_known_by_its_id() -> None:
    book = QuirkBook([entry(product_class="Box")])
    assert book.of_router("00AA01-Box-S%2D1", None, None).nonce_reuse
    assert book.of_router("00AA01-S1", None, None) is NONE
    assert book.of_router("00AA02-Box-S1", None, None) is NONE


def test_a_claim_is_read_without_decoding() -> None:
    book = QuirkBook([entry(auth=("basic",), manufacturer="Acme")])
    body = inform()
    assert book.hint(body).auth == ("basic",)
    assert book.hint(body) is book.hint(body)
    assert claimed_manufacturer(body) == "Acme"
    for odd in (b"", b"<", b"\xff" * 10, body.replace(b"OUI", b"IUO"), b" " * 5000 + body):
        assert book.hint(odd) is NONE
        assert claimed_manufacturer(odd) is None
    assert QuirkBook([entry()]).hint(body) is NONE  # nothing that a challenge would need


@given(st.binary(max_size=300))
def test_any_claim_is_read(body: bytes) -> None:
    SHIPPED.hint(b"<Manufacturer>" + body + b"</OUI>")
    claimed_manufacturer(body)


def test_several_entries_add_up() -> None:
    book = QuirkBook(
        [
            entry(auth=("basic",), names_per_call=50, empties_to_end=2),
            entry("cd", auth=("digest",), names_per_call=20, empties_to_end=3, nonce_reuse=False),
            entry("ef", names_per_call=100, reply_close=True),
        ]
    )
    quirks = book.of("", "00AA01", "", "")
    assert (quirks.auth, quirks.names_per_call, quirks.empties_to_end) == (("basic",), 20, 3)
    assert (quirks.nonce_reuse, quirks.reply_close) == (True, True)
    assert quirks.cause("auth") == "ab"
    assert quirks.cause("reply_close") == "ef"
    assert quirks.cause("no_empty_path") is None


def test_models_that_peers_make_up_are_forgotten() -> None:
    book = QuirkBook([entry(oui="*")])
    for number in range(10_000):
        assert book.of("", f"{number}", "", "").nonce_reuse
    assert len(book._models) <= 4096


def test_quirks_can_be_saved_with_a_session() -> None:
    quirks = SHIPPED.of("DrayTek Corp.", "001DAA", "Vigor2860L", None)
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(quirks), type=Quirks)
    assert again == quirks
    assert again.names_per_call == 20


# --- those that are shipped ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("device", "effect"),
    [
        (("AVM", "00040E", "FRITZ!Box", "7.12"), "nonce_across_connections"),
        (("Zhone", "00A0A6", "6718", "S3.1"), "digest_without_qop"),
        (("D-Link", "001CF0", "DIR-825", "1"), "auth"),
        (("SAGEM", "001FBF", "F@ST 2764", "1"), "no_empty_path"),
        (("DrayTek", "001DAA", "Vigor2860L", "3.8"), "names_per_call"),
    ],
)
def test_devices_of_the_field(device: tuple[str, str, str, str], effect: str) -> None:
    quirks = SHIPPED.of(*device)
    assert [name for name, _ in quirks.causes] == [effect]
    assert SHIPPED.of("TP-Link", "14CC20", "TD-W9970", "1") is NONE


def test_serials_that_many_share() -> None:
    for serial in ("999999999999999999", "001122334455", "0000", "000000000000"):
        assert SHIPPED.shares_serial(serial)
    for serial in ("S-1", "00112233445566", "0", "1000000"):
        assert not SHIPPED.shares_serial(serial)


def test_every_shipped_entry_says_why() -> None:
    for found in SHIPPED.entries:
        assert re.fullmatch(r"[A-Z].*\.", found.why), found.name
    names = [found.name for found in SHIPPED.entries]
    assert len(set(names)) == len(names)


# --- files --------------------------------------------------------------------------------------

GOOD = '[[quirk]]\nname = "ab"\nwhy = "so it is"\noui = "00AA01"\n'


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("quirk", "not TOML: "),
        ("quirk = 1", "quirk: found no list of tables, allowed are [[quirk]]"),
        ("[[quirks]]", "quirks: unknown key (did you mean 'quirk'?); allowed here: quirk, shared"),
        (GOOD, "quirk 1 (ab): found no effect, allowed are auth, digest_without_qop, "),
        ('[[quirk]]\nname = "ab"\nreply_close = true', "quirk 1 (ab): why: found nothing, allowed"),
        ("[[quirk]]\nname = 1", "quirk 1: name: found 1, allowed is a text"),
        (GOOD + "nonce_reuze = true", "quirk 1 (ab): nonce_reuze: unknown key (did you mean 'nonc"),
        (GOOD + "nonce_reuse = 1", "quirk 1 (ab): nonce_reuse: found 1, allowed is true or false"),
        (GOOD + 'auth = ["ntlm"]', "quirk 1 (ab): auth: found ['ntlm'], allowed is a list of"),
        (GOOD + "empties_to_end = 11", "empties_to_end: found 11, allowed is a whole number from"),
        (GOOD + "names_per_call = -1", "names_per_call: found -1, allowed is a whole number, 0"),
        (GOOD + "manufacturer = 7", "manufacturer: found 7, allowed is a pattern or a list"),
        (GOOD + 'firmware = "^("', "firmware: found '^(', allowed is a regular expression in ^…$"),
        (GOOD + 'firmware = "^($"', "firmware: found '^($', allowed is a regular expression: "),
        (GOOD + 'firmware = ""', "firmware: found an empty pattern, allowed is a glob or ^…$"),
        (GOOD.replace('"ab"', '"A B"'), "quirk 1 (A B): name: found 'A B', allowed are 2 to 64"),
        (GOOD.replace('"so it is"', '" "'), "quirk 1 (ab): why: found nothing, allowed is a sent"),
        (
            '[[quirk]]\nname = "ab"\nwhy = "so"\nreply_close = true',
            "quirk 1 (ab): found no condition, allowed are manufacturer, oui, product_class",
        ),
        ((GOOD + "reply_close = true\n") * 2, "quirk 2 (ab): name: there is one already"),
        ("shared_serials = 9", "shared_serials: found 9, allowed is a list of patterns"),
        ('shared_serials = ["^9"]', "shared_serials: found '^9', allowed is a regular expression"),
    ],
)
def test_every_mistake_names_file_entry_key_found_and_allowed(text: str, error: str) -> None:
    with pytest.raises(QuirkFileError) as caught:
        parse_quirks(text, "own.toml")
    assert error in str(caught.value)
    assert str(caught.value).startswith("own.toml: ")


def test_every_key_has_its_words() -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(Entry)}
    switches = {name for name, kind in fields.items() if kind is bool}
    assert fields.keys() - switches == _ALLOWED.keys()
    assert set(EFFECTS) < fields.keys()


def test_a_folder_adds_and_replaces(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(GOOD + "reply_close = true\n")
    (tmp_path / "a.toml").write_text(
        'shared_serials = ["12345"]\n[[quirk]]\nname = "avm-new-connection"\n'
        'why = "Not here."\ndisabled = true\n'
    )
    (tmp_path / "notes.txt").write_text("nothing")
    book = load_quirks(str(tmp_path))
    assert book.of("", "00AA01", "", "").reply_close
    assert book.of("AVM", "00040E", "", "") is NONE
    assert book.shares_serial("12345")
    assert book.shares_serial("001122334455")


def test_a_name_comes_once(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD + "reply_close = true\n")
    with pytest.raises(QuirkFileError, match=r"b\.toml: quirk ab: name: there is one already"):
        load_quirks(str(tmp_path))


def test_the_configuration_is_checked_with_its_quirks(tmp_path: Path) -> None:
    path = tmp_path / "acsd.toml"
    path.write_text(f'[cwmp]\nquirks_dir = "{tmp_path}/none"\n')
    with pytest.raises(ConfigError, match="none: No such file or directory"):
        load_config(path)
    folder = tmp_path / "quirks"
    folder.mkdir()
    path.write_text(f'[cwmp]\nquirks_dir = "{folder}"\n')
    (folder / "own.toml").write_text(GOOD + "reply_close = 1\n")
    with pytest.raises(ConfigError, match=r"own\.toml: quirk 1 \(ab\): reply_close: found 1, "):
        load_config(path)
    (folder / "own.toml").write_bytes(b"# caf\xe9")
    with pytest.raises(ConfigError, match=r"own\.toml: cannot be read: "):
        load_config(path)
    (folder / "own.toml").write_text(GOOD + "reply_close = true\n")
    assert load_config(path).cwmp.quirks_dir == str(folder)
