from pathlib import Path

import pytest

from agents.snmp.ber import parse_oid
from agents.snmp.profiles import ProfileError, build, load_profiles, read_profile
from diagnostics.catalogue import CATALOGUE

BOOK = load_profiles()
READ = '[[read]]\nvital = "{vital}"\noid = "{oid}"\n'
HEAD = 'name = "x"\nsummary = "x"\n'


def test_every_profile_of_the_package_is_whole() -> None:
    names = {profile.name for profile in BOOK}
    assert {"generic", "netsnmp", "docsis", "mikrotik", "cisco", "switch-dlink"} <= names
    assert all(profile.summary for profile in BOOK)


def test_profiles_name_the_variables_of_the_catalogue() -> None:
    """What the catalogue knows of SNMP is read by some profile, but for what cannot be."""
    read = {one.vital for profile in BOOK for one in profile.read}
    with_oids = {
        line.split("\t")[1]
        for line in (Path(__file__).parents[3] / "diagnostics/vitals.tsv").read_text().splitlines()
        if len(line.split("\t")) > 9 and line.split("\t")[9].startswith("1.")
    }
    assert sorted(with_oids - read - NOT_READ.keys()) == []
    assert read <= CATALOGUE.keys()


NOT_READ = {
    "sys.softirq_share": "needs two readings of raw ticks",
    "pon.epon_crc8": "stands in the OLT",
    "cm.us_snr_cmts": "stands in the CMTS",
    "ppp.state": "the PPP interface is the one that counts where there is one: eth.link_up",
    "ppp.err_rx": "the same: eth.err_rx",
    "dsl.link_status": "the same",
    "ip.ping_loss_gw": "DISMAN-PING-MIB makes the device ping",
    "ip.ping_rtt_gw": "the same",
    "tcp.retrans_ratio": "needs two readings",
    "wifi.retry_ratio": "needs two readings",
    "wifi.fail_ratio": "needs two readings",
    "wifi.fcs_err": "IEEE802dot11-MIB, no device that we know of has it",
    "wifi.psk_fail": "the same",
    "lan.port_speed": "which ports are the house's is not told",
    "lan.err_rx": "the same",
    "lan.bcast_rate": "needs two readings",
}


def test_the_longest_prefix_picks_the_profile() -> None:
    assert BOOK.of(parse_oid("1.3.6.1.4.1.14988.1")).name == "mikrotik"
    assert BOOK.of(parse_oid("1.3.6.1.4.1.9.1.576")).name == "cisco"
    assert BOOK.of(parse_oid("1.3.6.1.4.1.99999.1")).name == "generic"
    assert BOOK.of(parse_oid("1.3.6.1.4.1.99")).name == "generic"
    assert BOOK.of(()).name == "generic"


def test_included_readings_follow_a_profiles_own() -> None:
    vitals = [one.object for one in BOOK.named("cisco").read if one.vital == "sys.mem_free"]
    assert vitals[0] == "ciscoMemoryPoolFree"
    assert "memSysAvail" in vitals


def test_an_unknown_profile_is_named_with_those_that_are_known() -> None:
    with pytest.raises(ProfileError, match="'zyxel' is not known; known are adsl, cisco"):
        BOOK.named("zyxel")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("name = ", "not TOML"),
        ('name = "x"\n', "summary"),
        (HEAD + "colour = 1\n", "colour"),
        (HEAD + READ.format(vital="sys.colour", oid="1.3.6.1"), "no vital of the catalogue"),
        (HEAD + READ.format(vital="sys.uptime", oid="sysUpTime"), "allowed is an object ident"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + 'combine = "sum"\n', "for tables"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + 'combine = "all"\n', "combine"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + "text = true\n", "is a number"),
        (HEAD + READ.format(vital="sys.fw_version", oid="1.3"), "words or text"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + "counts_again = true\n", "counters"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + 'from = "x"\n', "'x'"),
        (HEAD + READ.format(vital="sys.uptime", oid="1.3") + 'pattern = "("\n', "no pattern"),
        (HEAD + 'sys_object_id = ["1.x"]\n', "1.x"),
        (HEAD + 'interface = { names = ["("] }\n', "no pattern"),
        (HEAD + 'actions.reboot = { set = [{ oid = "a", value = 1 }] }\n', "'a'"),
        (HEAD + "actions.explode = { set = [] }\n", "explode"),
    ],
)
def test_what_is_wrong_is_said_with_where(text: str, why: str) -> None:
    with pytest.raises(ProfileError, match=f"(?s)bad.toml: .*{why}"):
        read_profile(text, "bad.toml")


def test_a_folder_adds_and_replaces_profiles(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        'name = "acme"\nsummary = "ACME"\nsys_object_id = ["1.3.6.1.4.1.99999"]\n'
        'include = ["system"]\n'
    )
    (tmp_path / "b.toml").write_text('name = "cisco"\nsummary = "ours"\n')
    book = load_profiles(tmp_path)
    assert book.of(parse_oid("1.3.6.1.4.1.99999.5")).name == "acme"
    assert book.named("cisco").summary == "ours"
    assert any(one.vital == "sys.uptime" for one in book.named("acme").read)


def test_a_broken_file_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("?")
    with pytest.raises(ProfileError, match=r"bad\.toml: not TOML"):
        load_profiles(tmp_path)


@pytest.mark.parametrize(
    ("others", "why"),
    [
        ('include = ["x"]', "include each other: x > x"),
        ('include = ["y"]', "includes 'y', which is not there"),
    ],
)
def test_includes_that_lead_nowhere_are_refused(others: str, why: str) -> None:
    profile = read_profile(HEAD + others + "\n", "x.toml")
    generic = read_profile('name = "generic"\nsummary = "g"\n', "g.toml")
    with pytest.raises(ProfileError, match=why):
        build({"generic": generic, "x": profile})


def test_two_profiles_may_not_want_the_same_devices() -> None:
    one = read_profile(HEAD + 'sys_object_id = ["1.3.6.1.4.1.9"]\n', "x.toml")
    with pytest.raises(ProfileError, match="both want"):
        build({**{profile.name: profile for profile in BOOK}, "x": one})
