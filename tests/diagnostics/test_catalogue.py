import pytest

from diagnostics.catalogue import BY_ID, CATALOGUE, CatalogueError, parse


def test_every_vital_is_typed() -> None:
    assert len(CATALOGUE) == len(BY_ID) == 140
    for vital in CATALOGUE.values():
        assert (vital.per_second > 0) == (vital.kind == "counter") == (vital.resets is not None)
        assert vital.valid is None or vital.valid[0] < vital.valid[1]


def test_widths_are_known_only_where_all_sources_agree() -> None:
    assert CATALOGUE["sys.boot_count"].width == 32
    assert CATALOGUE["pon.fec_uncorr"].width == 64
    assert CATALOGUE["eth.rx_bytes"].width is None


def test_no_data_of_a_temperature_is_out_of_range() -> None:
    low, _ = CATALOGUE["sys.temp_cpu"].valid or (0, 0)
    assert low > -274


def test_paths_are_split() -> None:
    assert CATALOGUE["eth.link_up"].tr181 == ("Device.Ethernet.Interface.{i}.Status",)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("\tgauge\t", "\tgadget\t"), "kind"),
        (("\t0\t4294967294", "\t\t"), "valid range"),
    ],
)
def test_a_contradictory_row_is_refused(change: tuple[str, str], reason: str) -> None:
    head = "id metric layer access unit kind tr181 tr098 counter_width healthy warn critical"
    head = "\t".join(
        [*head.split(), "thr_source", "resets", "per_second", "valid_low", "valid_high"]
    )
    row = "1\tsys.uptime\tsystem\tall\ts\tgauge" + "\t" * 7 + "\t\t\t0\t4294967294"
    parse(f"{head}\n{row}")
    with pytest.raises(CatalogueError, match=reason):
        parse(f"{head}\n{row.replace(*change)}")


def test_a_name_comes_once() -> None:
    head = "id metric layer access unit kind tr181 tr098 counter_width healthy warn critical"
    head = "\t".join(
        [*head.split(), "thr_source", "resets", "per_second", "valid_low", "valid_high"]
    )
    row = "1\tsys.uptime\tsystem\tall\ts\tgauge" + "\t" * 7 + "\t\t\t0\t4294967294"
    with pytest.raises(CatalogueError, match="twice"):
        parse(f"{head}\n{row}\n{row}")
