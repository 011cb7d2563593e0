"""Arguments against what a router has shown and what models allow."""

import pytest

from acs.datamodel.checking import (
    Finding,
    Models,
    check_names,
    check_object,
    check_values,
)
from acs.datamodel.compiling import compile_models
from acs.datamodel.documents import Library
from acs.datamodel.table import generic
from acs.storage.tree_pages import Entry
from acs.storage.tree_reading import Known
from tests.datamodel.xml import FILES, find_in

NOW = 1_790_000_000.0
NONE = Models((), "Device.")
CHANNEL = "Device.WiFi.Radio.1.Channel"


@pytest.fixture(scope="module")
def models() -> Models:
    library = Library(find_in(FILES))
    found = [*compile_models(library, "model.xml"), *compile_models(library, "service.xml")]
    return Models(found, "Device.")


def shown(path: str, value: str, kind: str | None, writable: bool | None) -> Known:  # noqa: FBT001 - a column
    return Known({path: Entry(path, value, kind, writable, NOW)})


def test_the_routers_own_type_and_writability_count() -> None:
    path = "Device.X"
    assert check_values({path: "1"}, {}, shown(path, "0", "unsignedInt", True), NONE) == []
    (found,) = check_values({path: "-1"}, {}, shown(path, "0", "unsignedInt", True), NONE)
    assert found == Finding(
        path,
        "'-1'",
        "a whole number of type unsignedInt, 0 to 4294967295, the router's type is unsignedInt",
    )
    (found,) = check_values({path: "1"}, {}, shown(path, "0", "int", False), NONE)
    assert "read-only" in str(found)


def test_what_nobody_knows_may_be_sent() -> None:
    assert check_values({"Device.X": "anything"}, {}, Known(), NONE) == []
    assert check_names(["Device.X", "Device.Y."], Known()) == []
    assert check_object("Device.Y.", Known(), "add to") == []


def test_what_was_not_there_is_refused_with_the_time_of_reading() -> None:
    known = Known({}, {"Device.X": NOW, "Device.Y.": NOW})
    (found,) = check_values({"Device.X": "1"}, {}, known, NONE)
    assert found.found == "no such parameter when all around it was read at 2026-09-21 14:13 UTC"
    assert [each.path for each in check_names(["Device.X", "Device.Y."], known)] == [
        "Device.X",
        "Device.Y.",
    ]
    (found,) = check_object("Device.Y.", known, "add to")
    assert "no such object" in found.found


def test_objects_that_cannot_be_changed_are_refused() -> None:
    known = Known({"Device.Y.": Entry("Device.Y.", writable=False)})
    (found,) = check_object("Device.Y.", known, "add to")
    assert "does not let us add to" in found.found
    assert check_object("Device.Y.", Known({"Device.Y.": Entry("Device.Y.")}), "delete") == []


def test_models_limit_values(models: Models) -> None:
    known = shown(CHANNEL, "6", "unsignedInt", True)
    (found,) = check_values({CHANNEL: "20"}, {}, known, models)
    assert str(found) == "found '20', allowed is a number, 1 to 14 or 36 to 200 in Device:2.2"
    assert check_values({CHANNEL: "36"}, {}, known, models) == []
    assert models.parameter("Device.WiFi.Radio.[lan].Channel") is not None
    assert models.parameter("Device.WiFi.Radio.1.Vendor") is None


def test_services_are_below_any_root(models: Models) -> None:
    path = "Device.Services.StorageService.2.HostName"
    (found,) = check_values({path: "too long"}, {}, Known(), models)
    assert found.allowed == "at most 4 characters in StorageService:1.0"


def test_other_roots_have_other_models(models: Models) -> None:
    other = Models([], "InternetGatewayDevice.")
    assert other.parameter("Device.WiFi.Radio.1.Channel") is None
    assert models.parameter("InternetGatewayDevice.WiFi.Radio.1.Channel") is None


def test_the_value_that_the_router_has_is_no_mistake(models: Models) -> None:
    assert check_values({CHANNEL: "0"}, {}, shown(CHANNEL, "0", "unsignedInt", True), models) == []


def test_a_model_says_read_only_where_the_router_does_not(models: Models) -> None:
    path = "Device.WiFi.Radio.1.Load"
    (found,) = check_values({path: "1"}, {}, Known(), models)
    assert "read-only in Device:2.2" in found.found
    assert check_values({path: "1"}, {}, shown(path, "0", None, True), models) == []


def test_a_type_that_the_engineer_names_counts() -> None:
    known = shown("Device.X", "0", "unsignedInt", True)
    assert check_values({"Device.X": "-1"}, {"Device.X": "int"}, known, NONE) == []


def test_secrets_are_not_repeated() -> None:
    path = "Device.Users.User.1.Password"
    (found,) = check_values({path: "CANARY"}, {}, shown(path, "", "int", True), NONE)
    assert "CANARY" not in str(found)


def test_long_values_are_cut() -> None:
    (found,) = check_values({"Device.X": "y" * 999}, {}, shown("Device.X", "", "int", True), NONE)
    assert len(found.found) < 100


def test_paths_as_models_write_them() -> None:
    assert generic("Device.A.1.B.[x].C1") == "Device.A.{i}.B.{i}.C1"
