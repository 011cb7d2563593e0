"""Messages of real routers, read as their manifest and an independent XML library say.

The captures lie outside the project (``ACSD_CAPTURES``); our own messages with the same oddities
are in ``messages/`` and always run.
"""

import csv
import os
import re
from pathlib import Path

import pytest
from lxml import etree

from acs.cwmp import messages as m
from acs.cwmp.codec import decode, encode

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("ACSD_CAPTURES") or ROOT.parent / "shared/cwmp/captures")
STRUCTS = ("ParameterValueStruct", "ParameterInfoStruct", "string", "EventStruct")
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"

# What the manifest says of a file's oddities, and the name under which the codec reports it.
SAME_QUIRK = {
    "arrayType leading zeros": "leading-zeros-in-array-type",
    "no arrayType": "no-array-type",
    "Value without xsi:type": "value-without-type",
    "RetryCount leading zero": "leading-zeros",
    "empty Manufacturer": "no-manufacturer",
}


def manifest() -> list[dict[str, str]]:
    path = FOLDER / "MANIFEST.tsv"
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = manifest()
each_capture = pytest.mark.parametrize("row", ROWS, ids=[row["file"] for row in ROWS])


def read(row: dict[str, str]) -> bytes:
    return (FOLDER / row["file"]).read_bytes()


def tree(body: bytes) -> etree._Element:
    # recover: one capture has a namespace name that is no URI, which concerns nobody here.
    return etree.fromstring(body.strip(), etree.XMLParser(recover=True))


def local_names(root: etree._Element, name: str) -> list[etree._Element]:
    found = root.xpath("//*[local-name() = $name]", name=name)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, etree._Element)]


def test_the_captures_are_there() -> None:
    if not ROWS:
        reason = f"no captured messages at {FOLDER}; set ACSD_CAPTURES"
        if os.environ.get("ACSD_REQUIRE_CAPTURES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    listed = {row["file"] for row in ROWS}
    present = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.xml")}
    assert listed == present


@each_capture
def test_message_and_namespace_are_those_of_the_manifest(row: dict[str, str]) -> None:
    envelope = decode(read(row))
    assert type(envelope.message).__name__ == row["message"]
    assert envelope.namespace == f"urn:dslforum-org:{row['cwmp_ns']}"


@each_capture
def test_identity_events_and_fault_codes_are_those_of_the_manifest(row: dict[str, str]) -> None:
    message = decode(read(row)).message
    told = row["events_or_faultcode"]
    if isinstance(message, m.Inform):
        assert message.device.oui == row["oui"].upper()
        assert {event.code for event in message.events} == set(told.split("|"))
    elif isinstance(message, m.Fault):
        assert str(message.code) == told
    elif isinstance(message, m.TransferComplete):
        assert str(message.fault_code) == told
    else:
        assert told == ""


@each_capture
def test_the_id_is_what_stands_there(row: dict[str, str]) -> None:
    body = read(row)
    written = [element.text or "" for element in local_names(tree(body), "ID")]
    identity = decode(body).id
    assert written == ([] if identity is None else [identity])
    if "no cwmp:ID" not in row["quirks_seen"]:
        assert identity is not None


@each_capture
def test_nothing_is_lost(row: dict[str, str]) -> None:
    body = read(row)
    message = decode(body).message
    root = tree(body)
    counts = {name: len(local_names(root, name)) for name in STRUCTS}
    parameters = getattr(message, "parameters", ())
    if isinstance(message, m.Fault):
        assert len(parameters) == len(local_names(root, "SetParameterValuesFault"))
        return
    assert len(parameters) == counts["ParameterValueStruct"] + counts["ParameterInfoStruct"]
    assert len(getattr(message, "names", ())) == counts["string"]
    codes = local_names(root, "EventCode")
    assert len(getattr(message, "events", ())) == len(codes) >= counts["EventStruct"]
    names = [(element.text or "").strip() for element in local_names(root, "Name")]
    assert [parameter.name for parameter in parameters] == names


@each_capture
def test_values_and_types_are_those_that_stand_there(row: dict[str, str]) -> None:
    body = read(row)
    message = decode(body).message
    if not isinstance(message, m.Inform | m.GetParameterValuesResponse | m.SetParameterValues):
        return
    values = local_names(tree(body), "Value")
    assert [parameter.value for parameter in message.parameters] == [
        element.text or "" for element in values
    ]
    assert [parameter.type for parameter in message.parameters] == [
        str(element.get(TYPE, "")).rpartition(":")[2] for element in values
    ]


@each_capture
def test_the_oddities_of_the_manifest_are_named(row: dict[str, str]) -> None:
    envelope = decode(read(row))
    seen = row["quirks_seen"]
    for told, name in SAME_QUIRK.items():
        if told in seen.split("; "):
            assert name in envelope.quirks
    miscounted = re.search(r"arrayType count [0-9]+ but ([0-9]+) items", seen)
    if miscounted is not None:
        assert "wrong-array-count" in envelope.quirks
        assert len(getattr(envelope.message, "parameters", ())) == int(miscounted[1])
    envelopes = re.search(r"MaxEnvelopes=([0-9]+)", seen)
    if envelopes is not None:
        assert getattr(envelope.message, "max_envelopes", None) == int(envelopes[1])


@each_capture
def test_written_by_us_it_says_the_same(row: dict[str, str]) -> None:
    envelope = decode(read(row))
    ours = encode(envelope.message, namespace=envelope.namespace, id=envelope.id)
    again = decode(ours)
    assert again.message == envelope.message
    assert (again.id, again.namespace) == (envelope.id, envelope.namespace)
