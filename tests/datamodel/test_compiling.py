"""Documents become models: bases, components, data types, imports and what is missing."""

import csv
import gzip
import os
from pathlib import Path

import msgspec
import pytest

from acs.datamodel.compiling import compile_models
from acs.datamodel.documents import DocumentError, Library
from acs.datamodel.syntaxes import python_pattern
from acs.datamodel.table import Bounds, DataModel, Items, ModelError, Syntax, name_of, verify
from tests.datamodel.xml import FILES, TYPES, document, find_in, from_rows

TABLES = Path(os.environ.get("ACSD_DATAMODELS", "/work/shared/cwmp/datamodel"))


def compiled(file: str = "model.xml", **files: bytes) -> dict[str, DataModel]:
    known = {**FILES, **{name.replace("_", "."): data for name, data in files.items()}}
    return {model.name: model for model in compile_models(Library(find_in(known)), file)}


def syntax(model: DataModel, path: str) -> Syntax:
    found = model.parameter(path)
    assert found is not None
    return found[1]


def test_a_model_has_its_objects_parameters_and_components() -> None:
    model = compiled()["Device:2.1"]
    assert model.unresolved == ()
    assert set(model.objects) == {
        "Device.",
        "Device.WiFi.Radio.{i}.",
        "Device.NAT.PortMapping.{i}.",
        "Device.Diagnostics.Ping.",
    }
    assert model.objects["Device.NAT.PortMapping.{i}."].writable
    assert not model.objects["Device.WiFi.Radio.{i}."].writable
    radio = "Device.WiFi.Radio.{i}."
    assert syntax(model, f"{radio}Enable") == Syntax("boolean")
    assert syntax(model, f"{radio}Channel") == Syntax("unsignedInt", ranges=(Bounds(1, 255),))
    assert syntax(model, f"{radio}Load") == Syntax("unsignedInt", ranges=(Bounds(None, 100),))
    assert syntax(model, f"{radio}OperatingStandards") == Syntax(
        "string", values=("a", "n", "ac"), items=Items(Bounds(1, 3))
    )
    found = model.parameter(f"{radio}Load")
    assert found is not None
    assert not found[0].writable
    assert model.count == 12
    verify(model)


def test_data_types_rest_on_each_other_and_have_other_names_where_imported() -> None:
    model = compiled()["Device:2.1"]
    rule = "Device.NAT.PortMapping.{i}."
    address = syntax(model, f"{rule}InternalClient")
    assert address.type == "string"
    assert address.sizes == (Bounds(None, 15),)
    assert len(address.patterns) == 2
    assert syntax(model, f"{rule}Mac").sizes == (Bounds(None, 17),)
    assert syntax(model, f"{rule}Key").sizes == (Bounds(2, 2), Bounds(4, 4))
    state = syntax(model, "Device.Diagnostics.Ping.DiagnosticsState")
    assert state.values == ("Requested", "Canceled")
    assert state.told == ("None", "Complete")


def test_a_newer_version_changes_what_it_names() -> None:
    model = compiled()["Device:2.2"]
    radio = "Device.WiFi.Radio.{i}."
    assert syntax(model, f"{radio}OperatingStandards").values == ("n", "ac", "ax")
    assert syntax(model, f"{radio}OperatingStandards").items == Items(Bounds(1, 3))
    assert syntax(model, f"{radio}Channel").ranges == (Bounds(1, 14), Bounds(36, 200))
    assert syntax(model, f"{radio}Power").ranges == (Bounds(-1, 100),)
    assert syntax(model, f"{radio}Enable") == Syntax("boolean")
    found = model.parameter(f"{radio}Channel")
    assert found is not None
    assert found[0].writable


def test_a_service_has_no_root() -> None:
    model = compiled("service.xml")["StorageService:1.0"]
    assert model.is_service
    assert model.parameter("StorageServiceNumberOfEntries") is not None
    assert syntax(model, "StorageService.{i}.HostName").sizes == (Bounds(None, 4),)


def test_what_is_not_there_is_said() -> None:
    library = Library(find_in({"model.xml": FILES["model.xml"]}))
    models = compile_models(library, "model.xml")
    assert "file types.xml: it is not there" in models[0].unresolved
    assert any("dataType IPv4Address" in text for text in models[0].unresolved)
    assert syntax(models[0], "Device.NAT.PortMapping.{i}.InternalClient") == Syntax("any")
    assert syntax(models[0], "Device.WiFi.Radio.{i}.Channel").ranges == (Bounds(1, 255),)


def test_what_is_named_and_nowhere_defined_is_said() -> None:
    content = '<model name="X:1.0" base="X:0.9"><component ref="Gone"/></model>'
    model = compiled("a.xml", a_xml=document(content))["X:1.0"]
    assert model.unresolved == ("model X:0.9, named in a.xml", "component Gone, named in a.xml")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"nothing", "no XML"),
        (b"<a/>", "allowed is <document>"),
        (b"<!DOCTYPE x><x/>", "DOCTYPE"),
        (
            b'<!DOCTYPE d [<!ENTITY a "x">]><d:document xmlns:d="urn:broadband-forum-org:cwmp:x"/>',
            "DOCTYPE",
        ),
        (document(TYPES), "defines no model"),
        (document("<model name='Device 2'/>"), "no name of a data model"),
    ],
)
def test_a_wrong_file_is_told_clearly(data: bytes, says: str) -> None:
    with pytest.raises((DocumentError, ModelError), match=says):
        compiled("wrong.xml", wrong_xml=data)


def test_a_file_that_is_not_there_is_told_clearly() -> None:
    with pytest.raises(DocumentError, match="not there"):
        compiled("none.xml")


@pytest.mark.parametrize(
    "content",
    [
        '<model name="A:1.0" base="A:1.0"/>',
        '<component name="C"><component ref="C"/></component><model name="A:1.0">'  # noqa: ISC004 - one
        '<component ref="C"/></model>',
    ],
)
def test_circles_end(content: str) -> None:
    with pytest.raises(ModelError):
        compiled("a.xml", a_xml=document(content))


def test_a_circle_of_data_types_ends_and_is_said() -> None:
    content = (
        '<dataType name="A" base="B"/><dataType name="B" base="A"/>'
        '<model name="M:1.0"><object name="M."><parameter name="P"><syntax>'
        '<dataType ref="A"/></syntax></parameter></object></model>'
    )
    model = compiled("a.xml", a_xml=document(content))["M:1.0"]
    assert "circle" in model.unresolved[0]


@pytest.mark.parametrize(
    ("pattern", "made"),
    [
        ("2\\.\\d+", "2\\.\\d+"),
        ("^a$", "\\^a\\$"),
        ("[^a]", "[^a]"),
        ("\\i\\c*", "[A-Za-z_:][A-Za-z0-9_:.-]*"),
        ("[a-z-[aeiou]]", None),
        ("\\p{Lu}", None),
        ("(?i)a", None),
        ("(", None),
        ("a\\", None),
    ],
)
def test_patterns_of_xml_schema_become_those_of_python(pattern: str, made: str | None) -> None:
    assert python_pattern(pattern) == made


def test_a_pattern_that_cannot_be_had_takes_the_others_with_it() -> None:
    content = (
        '<model name="M:1.0"><object name="M."><parameter name="P" access="readWrite"><syntax>'
        '<string><pattern value="a"/><pattern value="\\p{Lu}"/></string></syntax></parameter>'
        "</object></model>"
    )
    model = compiled("a.xml", a_xml=document(content))["M:1.0"]
    assert syntax(model, "M.P").patterns == ()
    assert "\\p{Lu}" in model.unresolved[0]


@pytest.mark.parametrize("name", ["Device", "Device:", "Device:2.", ":2.1", "Device:2.1.1", ""])
def test_a_models_name_has_a_version(name: str) -> None:
    with pytest.raises(ModelError):
        name_of(name)


def test_a_wrong_table_is_refused() -> None:
    model = compiled()["Device:2.1"]
    raw = msgspec.to_builtins(model)
    raw["syntaxes"] = raw["syntaxes"][:1]
    with pytest.raises(ModelError, match="which is not there"):
        verify(msgspec.convert(raw, DataModel))
    raw["syntaxes"] = [{"type": "string", "patterns": ["("]}] * 20
    with pytest.raises(ModelError, match="cannot be read"):
        verify(msgspec.convert(raw, DataModel))


@pytest.mark.skipif(not TABLES.is_dir(), reason=f"no tables of data models in {TABLES}")
@pytest.mark.parametrize(
    ("table", "name"), [("tr181", "Device:2.19"), ("tr098", "InternetGatewayDevice:1.14")]
)
def test_models_of_full_size(table: str, name: str) -> None:
    with gzip.open(TABLES / f"{table}.tsv.gz", "rt", encoding="utf-8") as file:
        next(file)
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    model = compiled("full.xml", full_xml=from_rows(name, rows))[name]
    verify(model)
    parameters = [row for row in rows if row["type"] != "object"]
    assert model.count == len(parameters)
    for row in parameters:
        found = model.parameter(row["path"])
        assert found is not None
        assert found[0].writable == (row["access"] != "readOnly"), row["path"]
        assert f"xsd:{found[1].type}" == row["type"]
    assert len(msgspec.json.encode(model)) < 700_000
