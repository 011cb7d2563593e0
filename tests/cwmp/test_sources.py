from importlib.resources import files

import pytest

from acs.cwmp.sources import ROOTS, SOURCES, SourceError, parse
from diagnostics.catalogue import CATALOGUE

HEAD = "metric\tpath\tkind\tcombine\tscope\twith\twhen\treason\n"
BAD = {
    "no.such\tDevice.X\tu32\tone\t\t\t\t": "not in the catalogue",
    "sys.uptime\tDevice.X\tu33\tone\t\t\t\t": "unknown kind",
    "sys.uptime\tDevice.X\tu32\tbest\t\t\t\t": "unknown combine",
    "sys.uptime\tDevice.X\tu32\tone\tlan\t\t\t": "unknown combine or scope",
    "sys.uptime\tDevice.X\tu32\tratio\t\t\t\t": "companion",
    "sys.uptime\tDevice.X\tu32\tone\t\tDevice.Y\t\t": "companion",
    "sys.uptime\tOther.X\tu32\tone\t\t\t\t": "roots",
    "sys.uptime\tDevice.X;InternetGatewayDevice.X\tu32\tone\t\t\t\t": "roots",
    "sys.uptime\tDevice.{i}.X\tu32\tcounters\t\t\tDevice.{i}.Y=Up\t": "counters",
    "sys.uptime\tDevice.{*}.X.Y\tu32\tmax\t\t\t\t": "leaves",
}


def test_every_path_of_the_catalogue_is_read_or_said_not_to_be() -> None:
    text = (files("acs.cwmp") / "sources.tsv").read_text(encoding="utf-8")
    known = {
        (source.metric, path.replace("{*}", "{i}"))
        for source in parse(text)
        for path in source.paths
    }
    wanted = {
        (vital.metric, path)
        for vital in CATALOGUE.values()
        for path in (*vital.tr181, *vital.tr098)
    }
    assert wanted <= known, "add these to sources.tsv, with how their instances combine"


def test_each_of_several_instances_has_a_reason() -> None:
    for root in ROOTS:
        for ways in SOURCES[root].values():
            for source in ways:
                if source.combine != "one":
                    assert source.reason, source


@pytest.mark.parametrize(("row", "message"), BAD.items())
def test_a_bad_row_is_refused(row: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        parse(HEAD + row)
