"""What the catalogue takes, and which routers a file is for."""

from typing import Any

import pytest
from msgspec.structs import replace

from acs.files.catalogue import BadEntryError, check_target, kind_of, misfit, name_of, ouis_of
from acs.storage.file_rows import FileRow
from acs.storage.rows import RouterRow

ROW = FileRow(
    file_id="f1",
    name="hub5.bin",
    kind="1 Firmware Upgrade Image",
    manufacturer="",
    oui="",
    product_class="Hub-5",
    model="",
    version="2.0",
    sha256="",
    size=1,
    added_at=0,
    added_by="x",
    note="",
)


def router(**known: Any) -> RouterRow:
    empty = dict.fromkeys(RouterRow.__struct_fields__, None)
    given = {
        "manufacturer": "Example Networks",
        "oui": "00D09E",
        "product_class": "Hub-5",
        "model_name": "Hub 5 Pro",
        **known,
    }
    return RouterRow(**{**empty, **given})


@pytest.mark.parametrize(
    ("target", "fits"),
    [
        ({"product_class": "Hub-5"}, True),
        ({"product_class": "hub-*"}, True),
        ({"product_class": "Hub-6"}, False),
        ({"product_class": "Hub"}, False),
        ({"model": "Hub 5*"}, True),
        ({"model": "Hub 5"}, False),
        ({"oui": "001122,00D09E"}, True),
        ({"oui": "001122"}, False),
        ({"manufacturer": "EXAMPLE networks", "product_class": "*"}, True),
        ({"manufacturer": "Other", "product_class": "*"}, False),
        ({"product_class": "Hub-5", "model": "Other"}, False),
        ({}, False),
    ],
)
def test_firmware_is_for_the_routers_that_it_names(target: dict[str, str], *, fits: bool) -> None:
    row = replace(ROW, **{"product_class": "", **target})
    why = misfit(row, router())
    assert (why == "") is fits
    if not fits:
        assert why.startswith("hub5.bin ")
        assert why.endswith(".")


def test_a_misfit_is_a_sentence_with_both_sides() -> None:
    assert misfit(ROW, router(product_class="Hub-6")) == (
        "hub5.bin is for product class 'Hub-5', the router has 'Hub-6'."
    )
    assert misfit(replace(ROW, model="X"), router(model_name="")) == (
        "hub5.bin is for model 'X', the router has not told its own."
    )


def test_other_kinds_need_no_target_but_keep_to_it() -> None:
    config = replace(ROW, kind="3 Vendor Configuration File", product_class="")
    assert misfit(config, router()) == ""
    assert misfit(replace(config, model="Other"), router()) != ""
    check_target(config)
    with pytest.raises(BadEntryError, match="model: firmware needs a model"):
        check_target(replace(ROW, product_class=""))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("firmware", "1 Firmware Upgrade Image"),
        ("Config", "3 Vendor Configuration File"),
        ("1 Firmware Upgrade Image", "1 Firmware Upgrade Image"),
        ("X 00D09E Splash", "X 00D09E Splash"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert kind_of(text) == kind


@pytest.mark.parametrize("text", ["", "7 Other", "1 Firmware", "X ", "X a\nb", "x" * 99])
def test_other_kinds_are_refused(text: str) -> None:
    with pytest.raises(BadEntryError, match="kind: found"):
        kind_of(text)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a b", "a\n", "a\0", "é.bin", "x" * 65, "-x"],
)
def test_names_are_no_paths(name: str) -> None:
    with pytest.raises(BadEntryError, match="name: found"):
        name_of(name)


def test_ouis_have_one_spelling() -> None:
    assert ouis_of(" 00d09e, 001122 00D09E ") == "001122,00D09E"
    with pytest.raises(BadEntryError, match="oui: found '00:D0:9E'"):
        ouis_of("00:D0:9E")
