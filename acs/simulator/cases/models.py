"""The products of the cases: which vitals each model and firmware offers, and its habits.

The makers are invented. What a reading is worth in a case is made elsewhere.
"""

from typing import NamedTuple

_GROUPS: dict[str, tuple[str, ...]] = {
    "base": ("sys.uptime", "sys.fw_version", "sys.clock_synced", "wifi.radio_status"),
    "wan": ("eth.rx_bytes", "eth.tx_bytes", "eth.rx_packets"),
    "memory": ("sys.mem_total", "sys.mem_free"),
    "util": ("sys.mem_util",),
    "boots": ("sys.boot_count", "sys.boot_watchdog", "sys.boot_cold", "sys.last_boot_cause"),
    "faults": ("sys.kernel_faults_prev_boot", "sys.process_faults_prev_boot"),
    "slab": ("sys.slab_unreclaim", "sys.fd_open", "sys.oom_kills"),
    "load": ("sys.load1_per_core", "sys.softirq_share"),
    "conntrack": ("sys.conntrack_used", "sys.conntrack_max"),
    "conntrack_drop": ("sys.conntrack_drop",),
    "cpu": ("sys.cpu_util", "sys.process_count"),
    "temp": ("sys.temp_cpu",),
    "voltage": ("sys.voltage",),
    "flash": ("sys.flash_free",),
    "nslookup": ("sys.dns_proxy_fail",),
    "ping": ("ip.ping_loss_gw", "ip.ping_rtt_gw"),
    "speed_test": ("ip.tput_dl",),
    "wan_errors": ("eth.err_rx", "eth.err_tx", "eth.disc_rx", "eth.disc_tx"),
    "eth": ("eth.link_up", "eth.speed", "eth.duplex"),
    "eth_age": ("eth.link_last_change",),
    "fcs": ("eth.fcs_err",),
    "phy": ("eth.align_err", "eth.symbol_err"),
    "switch": ("eth.switch_port_fcs",),
    "tdr": ("eth.tdr_pair_status",),
    "ppp": ("ppp.state", "ppp.last_error", "ppp.uptime"),
    "dhcp": ("ip.state", "dhcp.status"),
    "lease": ("dhcp.lease_left",),
    "tcp": ("tcp.retrans_ratio",),
    "wifi": ("wifi.assoc", "lan.hosts_active"),
    "wifi_signal": ("wifi.client_rssi_p10",),
    "wifi_snr": ("wifi.client_snr_p10",),
    "wifi_rate": ("wifi.phy_rate_p10",),
    "wifi_retry": ("wifi.retry_ratio", "wifi.fail_ratio"),
    "wifi_air": ("wifi.chan_util", "wifi.chan_util_other", "wifi.neighbors_cochannel"),
    "wifi_noise": ("wifi.noise", "wifi.chan_changes"),
    "wifi_errors": ("wifi.fcs_err", "wifi.plcp_err"),
    "wifi_resets": ("wifi.reset_counter",),
    "psk": ("wifi.psk_fail",),
    "lan": ("lan.port_speed", "lan.err_rx"),
    "bcast": ("lan.bcast_rate",),
    "voip": ("voip.call_active", "voip.reg_status"),
    "acs": ("acs.session_rtt", "acs.fault_rate", "acs.cr_success"),
    "dsl": (
        "dsl.snr_margin_ds",
        "dsl.snr_margin_us",
        "dsl.atten_ds",
        "dsl.rate_ds",
        "dsl.rate_max_ds",
        "dsl.link_status",
    ),
    "dsl_errors": ("dsl.es", "dsl.ses", "dsl.crc_ds", "dsl.fec_ds"),
    "dsl_more": ("dsl.showtime", "dsl.retrain", "dsl.hec_ds", "dsl.atten_us"),
    "pon": ("pon.rx_power", "pon.tx_power", "pon.bias", "pon.temp", "pon.voltage"),
    "pon_errors": ("pon.fec_uncorr", "pon.fec_corr", "pon.fec_total"),
    "pon_bip": ("pon.bip_ds",),
    "pon_alarms": ("pon.los", "pon.sd_sf"),
    "pon_olt": ("pon.olt_rx_power",),
    "cm": ("cm.ds_power", "cm.ds_snr", "cm.us_power", "cm.t3", "cm.t4"),
    "cm_words": ("cm.uncorr", "cm.corr", "cm.unerr", "cm.partial_service"),
    "cm_cmts": ("cm.us_snr_cmts", "cm.resets"),
    "lte": ("lte.rsrp", "lte.rsrq", "lte.rssi", "lte.rat"),
    "lte_more": ("lte.sinr", "lte.cell_id"),
}

_LAN_098 = "base wan memory cpu wifi lan psk"
_LAN_181 = (
    "base wan memory cpu temp wifi wifi_signal wifi_snr wifi_retry wifi_noise wifi_errors "
    "wifi_resets lan nslookup"
)
_NEW_181 = f"{_LAN_181} util boots faults wifi_air wifi_rate ping bcast"


class RouterModel(NamedTuple):
    """One product.

    Attributes:
        manufacturer: invented.
        model: its name.
        access: its access technology.
        firmwares: versions in use; the last came last.
        groups: names of groups of vitals that it offers.
        lacks: groups that firmware of a version does not offer.
        octets: bits of its byte and packet counters.
        memory: KiB.
        cached: share of memory that its page cache takes over the weeks and gives back on need.
        cores: of its processor.
        connections: size of its NAT table.
        ticks: its uptime counts hundredths of a second in 32 bits (RFC 3418, sysUpTime).
        sentinels: counters that it lists and never fills (TR-106: 4294967295 is no data).
        stale: it goes on listing Wi-Fi clients of a hung radio.
    """

    manufacturer: str
    model: str
    access: str
    firmwares: tuple[str, ...]
    groups: str
    lacks: tuple[tuple[str, str], ...] = ()
    octets: int = 64
    memory: int = 262_144
    cached: float = 0.0
    cores: int = 2
    connections: int = 16_384
    ticks: bool = False
    sentinels: tuple[str, ...] = ()
    stale: bool = False

    def metrics(self, firmware: str) -> frozenset[str]:
        """The vitals that this model offers with this firmware."""
        lacking = {group for version, group in self.lacks if version == firmware}
        groups = [name for name in self.groups.split() if name not in lacking]
        return frozenset(metric for name in groups for metric in _GROUPS[name])


_FTTB_181 = f"{_LAN_181} wan_errors eth eth_age fcs dhcp lease acs"
_FTTB_098 = f"{_LAN_098} wan_errors eth ppp acs"

SEEN: tuple[RouterModel, ...] = (
    RouterModel("Kestrel", "K2", "FTTB", ("3.2.0", "3.4.1"), f"{_FTTB_181} switch voip"),
    RouterModel("Kestrel", "K3", "FTTB", ("4.0.2", "4.1.0"), f"{_NEW_181} wan_errors eth eth_age "
                "fcs dhcp lease acs switch slab", memory=524_288, cached=0.2, cores=4),
    RouterModel("Lumen", "L5", "FTTB", ("1.9.20", "1.9.22"), _FTTB_098, octets=32, memory=131_072),
    RouterModel("Harbour", "H1", "FTTB", ("V2.0.6", "V2.0.7"), f"{_LAN_098} eth dhcp switch",
                octets=32, memory=65_536, sentinels=("lan.err_rx",)),
    RouterModel("Oakmoor", "OM-20", "FTTB", ("6.45", "6.48"), "base wan memory cpu temp voltage "
                "load conntrack conntrack_drop wan_errors eth fcs phy dhcp wifi wifi_signal ping "
                "nslookup lan slab tcp switch tdr", ticks=True, connections=32_768, cached=0.15),
    RouterModel("Kestrel", "K2G", "GPON", ("3.2.0", "3.4.1"),
                f"{_LAN_181} wan_errors dhcp acs pon pon_errors"),
    RouterModel("Lumen", "LG8", "GPON", ("2.1.3", "2.1.9"), f"{_LAN_098} ppp pon pon_bip acs",
                octets=32, memory=131_072, stale=True),
    RouterModel("Tarn", "T-Fibre", "GPON", ("21.1", "21.3"),
                f"{_NEW_181} dhcp lease pon pon_errors pon_bip pon_alarms pon_olt acs voip",
                lacks=(("21.1", "wifi_air"),), memory=524_288, cores=4),
    RouterModel("Lumen", "LD3", "xDSL", ("0.8.1", "0.8.4"),
                f"{_LAN_098} ppp dsl dsl_errors acs", octets=32, memory=65_536),
    RouterModel("Kestrel", "K2D", "xDSL", ("3.1.0", "3.4.1"),
                f"{_LAN_181} ppp dsl dsl_errors dsl_more acs voip", sentinels=("dsl.hec_ds",)),
    RouterModel("Tarn", "T-Cable", "DOCSIS", ("12.0", "12.2"),
                f"{_LAN_181} dhcp cm cm_words cm_cmts acs"),
    RouterModel("Harbour", "HC2", "DOCSIS", ("V1.3", "V1.5"), f"{_LAN_098} dhcp cm cm_words",
                octets=32, memory=131_072),
    RouterModel("Oakmoor", "OM-LTE", "LTE", ("6.45", "6.48"), "base wan memory cpu temp wifi "
                "wifi_signal lan lte lte_more ping nslookup conntrack load dhcp", ticks=True),
    RouterModel("Kestrel", "K2M", "LTE", ("3.3.0", "3.4.1"), f"{_LAN_181} dhcp lte acs"),
)  # fmt: skip

UNSEEN: tuple[RouterModel, ...] = (
    RouterModel("Brae", "B100", "FTTB", ("10.2", "10.4", "11.0"), f"{_LAN_181} wan_errors eth "
                "eth_age dhcp conntrack acs wifi_air", memory=131_072, cached=0.25, stale=True),
    RouterModel("Brae", "B7", "FTTB", ("7.7",), f"{_LAN_098} nslookup eth fcs ppp", octets=32,
                memory=65_536, connections=8_192, sentinels=("eth.fcs_err",)),
    RouterModel("Corrie", "AX4", "FTTB", ("2026.1", "2026.2"), f"{_NEW_181} wan_errors eth "
                "eth_age fcs dhcp lease acs slab conntrack conntrack_drop load switch tdr",
                memory=1_048_576, cached=0.35, cores=4, connections=65_536),
    RouterModel("Corrie", "AX2", "FTTB", ("2025.3", "2025.4"), "base wan memory cpu wifi "
                "wifi_signal wifi_rate eth dhcp acs ping", octets=64, lacks=(("2025.4", "ping"),)),
    RouterModel("Brae", "B100G", "GPON", ("10.2", "11.0"), f"{_LAN_181} ppp pon pon_alarms acs",
                cached=0.25),
    RouterModel("Corrie", "AX4G", "GPON", ("2026.1",), f"{_NEW_181} dhcp pon pon_errors pon_olt "
                "acs slab", memory=1_048_576, cached=0.3, cores=4),
    RouterModel("Brae", "B5D", "xDSL", ("5.2", "5.3"), f"{_LAN_098} ppp dsl dsl_errors dsl_more "
                "temp", octets=32, memory=65_536),
    RouterModel("Corrie", "AXC", "DOCSIS", ("1.0", "1.1"), f"{_NEW_181} dhcp lease cm cm_words "
                "acs", memory=524_288),
    RouterModel("Brae", "B9M", "LTE", ("9.0",), f"{_LAN_098} nslookup ping dhcp lte lte_more"),
)  # fmt: skip
