"""Every threshold of the diagnosis, with its unit and its basis. Values only: no rule is here.

"Proposed" means a proposal that waits for data; keys in brackets name published sources.
"""

import msgspec

from diagnostics import model


class _Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Limits of one family of symptoms."""


class Memory(_Limits, frozen=True, kw_only=True):
    """Memory of the router."""

    high: float = 70.0  # % in use; [KPI] warns at 70
    critical: float = 85.0  # % in use; [KPI] critical above 85
    steady: float = 3.0  # robust z from its own median that is still "as always"; proposed
    floor: float = 2.0  # % of memory: least deviation that counts for z; proposed
    trend: float = 2.33  # Mann-Kendall z, one-sided p < 0.01 [Garg98]
    days_left: float = 7.0  # days until exhausted at this slope: growing [Garg98]
    months_left: float = 30.0  # days until exhausted at this slope: no leak that counts; proposed
    sure: float = 4.0  # Mann-Kendall z that leaves no doubt, p < 1e-4 [Garg98]
    early: float = 0.6  # share of the growth that came in the first half of the time: a leak's is
    # half, a page cache fills ever more slowly; proposed
    risen: float = 10.0  # % of memory by which it grew without doubt: a leak however slow; proposed
    hours_left: float = 24.0  # hours until exhausted: critical [Garg98]
    slab_share: float = 1.0  # % of memory a day that kernel memory may grow; proposed
    oom_kills: float = 2.0  # kills in 24 h that are several; proposed


class Processes(_Limits, frozen=True, kw_only=True):
    """Processes, processor and the router's own services."""

    lookups_some: float = 0.01  # share of failed look-ups; proposed
    lookups_failing: float = 0.10  # share of failed look-ups; [US9379939] uses DNS time-outs
    lookups_dead: float = 0.50  # share of failed look-ups: the service is gone, not slow; proposed
    cpu_busy: float = 70.0  # % busy; proposed
    cpu_full: float = 90.0  # % busy; proposed
    cpu_risen: float = 30.0  # points above its own median: one core of several spins; proposed
    cpu_raised: float = 3.0  # robust z of the processor's load; proposed
    cpu_floor: float = 5.0  # points: least deviation that counts for z; proposed
    idle_traffic: float = 0.5  # share of its usual packet rate up to which traffic explains nothing
    more: float = 3.0  # robust z of the number of processes: no chance; proposed
    many: float = 5.0  # robust z of the number of processes; proposed
    rampant: float = 8.0  # robust z of the number of processes; proposed
    processes_floor: float = 2.0  # processes: least deviation that counts for z; proposed
    slower: float = 2.0  # robust z of the session's duration: one in forty by chance; proposed
    slow: float = 3.0  # robust z of the session's duration; proposed
    very_slow: float = 6.0  # robust z of the session's duration; proposed
    slow_floor: float = 0.5  # seconds: least deviation that counts for z; proposed
    load_high: float = 2.0  # one-minute load per core; proposed
    files_floor: float = 50.0  # open files: least deviation that counts for z; proposed
    faults_some: float = 0.005  # share of calls answered by a fault; proposed
    faults_many: float = 0.05  # share of calls answered by a fault; proposed
    crashes_many: float = 3.0  # process or kernel faults in the previous boot cycle; proposed
    conntrack_filling: float = 0.70  # share of the table in use; proposed
    conntrack_full: float = 0.95  # share of the table in use; proposed
    conntrack_drops: float = 60.0  # drops an hour that are many; proposed


class Power(_Limits, frozen=True, kw_only=True):
    """Restarts, heat and supply."""

    boots_some: int = 2  # restarts in 24 h; base rate 0.06 to 0.9 a day [BISmark]
    boots_loop: int = 4  # restarts in 24 h that are a boot loop; proposed
    boots_storm: int = 8  # restarts in 24 h; proposed
    siblings: int = 3  # neighbours that restart within 10 min: the mains, not the router; proposed
    hot: float = 70.0  # degrees Celsius [KPI]
    overheating: float = 85.0  # degrees Celsius [KPI]
    voltage_low: float = 0.90  # of its own median; proposed
    voltage_very_low: float = 0.85  # of its own median; proposed
    watchdog_days: float = 7.0  # days in which watchdog restarts are counted; proposed


class Wifi(_Limits, frozen=True, kw_only=True):
    """Wi-Fi."""

    rssi_good: float = -67.0  # dBm, 10th percentile of the clients [7925G]
    rssi_weak: float = -75.0  # dBm, 10th percentile of the clients; proposed
    snr_good: float = 25.0  # dB [7925G]; used where the router gives no RSSI
    snr_weak: float = 15.0  # dB; proposed
    retries_some: float = 0.10  # share of frames sent again; proposed
    retries_many: float = 0.20  # share of frames sent again; proposed
    low_rate: float = 24_000.0  # kbit/s, 10th percentile: lowest OFDM rates; proposed
    channel_busy: float = 50.0  # % of air time [7925G]
    channel_full: float = 70.0  # % of air time; proposed
    others_some: float = 30.0  # % of air time taken by neighbours; proposed
    others_many: float = 50.0  # % of air time taken by neighbours; proposed
    neighbours_some: float = 3.0  # access points on the channel; proposed
    neighbours_many: float = 6.0  # access points on the channel; proposed
    resets_many: float = 3.0  # radio resets in 24 h; proposed
    handshakes_some: float = 6.0  # failed handshakes in 24 h above its usual ones; proposed
    handshakes_many: float = 24.0  # the same: one every hour, somebody keeps trying; proposed
    handshakes_usual: float = 0.3  # failed handshakes between two reports that nobody need
    # explain; proposed
    handshakes_now: float = 2.0  # deviate of those since the last report; proposed
    noise_some: float = -92.0  # dBm [7925G]
    noise_much: float = -85.0  # dBm; proposed
    usual_day: float = 0.3  # quantile of a day that stands for it: three hours in ten
    few_clients: float = 0.6  # of the clients usual at this time of day; proposed
    often_empty: float = 0.2  # share of the quarters of a day that once had no client; proposed
    home_traffic: float = 0.3  # share of its usual packet rate that shows somebody at home


class Cable(_Limits, frozen=True, kw_only=True):
    """Ethernet to the house and at home."""

    errors_some: float = 1.0  # damaged frames per million; 1e-6 at a bit error rate of 1e-10
    errors_many: float = 100.0  # damaged frames per million [CatOS]
    fewest_packets: float = 100_000.0  # packets below which a ratio is noise; proposed
    fewest_errors: float = 5.0  # damaged frames below which a ratio is noise; proposed
    port_errors_some: float = 1.0  # errors an hour on a port without packet counts; proposed
    port_errors_new: float = 0.2  # of the rate lately: what was usual before is a step; proposed
    port_errors_many: float = 60.0  # errors an hour on a port without packet counts; proposed
    reduced: float = 0.5  # of the best speed seen: four pairs carry 1000, two carry 100 Mbit/s
    minimal: float = 10.0  # Mbit/s; no plan is that slow
    flaps_some: int = 2  # link losses in 24 h; proposed
    flaps_many: int = 11  # link losses in 24 h; proposed
    storm_some: float = 50.0  # broadcasts a second; proposed
    storm: float = 1000.0  # broadcasts a second; proposed


class Line(_Limits, frozen=True, kw_only=True):
    """Copper, fibre, coaxial cable and radio; units are the catalogue's."""

    margin_good: float = 100.0  # 0.1 dB [WWN]
    margin_poor: float = 60.0  # 0.1 dB; 6 dB is the usual target margin
    errors_some: float = 60.0  # CRC an hour; proposed
    errors_many: float = 600.0  # CRC an hour; proposed
    seconds_some: float = 10.0  # errored seconds an hour; proposed
    seconds_many: float = 60.0  # errored seconds an hour; proposed
    severe_many: float = 10.0  # severely errored seconds an hour; proposed
    retrains_some: float = 2.0  # retrains in 24 h, restarts subtracted; proposed
    retrains_many: float = 6.0  # retrains in 24 h; proposed
    step: float = 30.0  # 0.1 dB of attenuation above its own median; proposed
    jump: float = 50.0  # 0.1 dB of attenuation above its own median; proposed
    rate_low: float = 0.90  # of its own median; proposed
    rate_very_low: float = 0.75  # of its own median; proposed
    light_doubtful: float = -24_000.0  # 0.001 dBm [VEEX]
    light_bad: float = -27_000.0  # 0.001 dBm: sensitivity of class B+ [G984]
    light_strong: float = -8_000.0  # 0.001 dBm: overload [G984]
    light_drop: float = (
        1_500.0  # 0.001 dB below its own median; a bend costs 2 dB or more; proposed
    )
    light_big_drop: float = 3_000.0  # 0.001 dB below its own median; proposed
    olt_doubtful: float = -26.0  # dBm [G984]
    olt_bad: float = -28.0  # dBm [G984]
    fibre_errors_some: float = 4.0  # BIP or uncorrectable codewords an hour; proposed
    fibre_errors_many: float = 4000.0  # an hour; proposed (1000 in 15 min)
    bias_doubtful: float = 15_000.0  # uA [vendor optical]
    bias_bad: float = 20_000.0  # uA [vendor optical]
    bias_risen: float = 1.5  # of its own median [vendor optical]
    send_doubtful: float = 500.0  # 0.001 dBm: class B+ launches 0.5 to 5 dBm [G984]
    send_bad: float = 0.0  # 0.001 dBm [G984]
    supply: float = 3300.0  # mV of an optical module
    supply_doubtful: float = 100.0  # mV off [KPI]
    supply_bad: float = 200.0  # mV off [KPI]
    laser_hot: float = 60.0  # degrees Celsius [KPI]
    laser_overheating: float = 70.0  # degrees Celsius [KPI]
    cable_snr_doubtful: float = 350.0  # 0.1 dB at 256QAM [uBR]
    cable_snr_bad: float = 330.0  # 0.1 dB at 256QAM [uBR]
    cable_send_doubtful: float = 490.0  # 0.1 dBmV [GACQ]
    cable_send_bad: float = 510.0  # 0.1 dBmV [GACQ]
    cable_receive_doubtful: float = 70.0  # 0.1 dBmV, either sign [uBR]
    cable_receive_bad: float = 150.0  # 0.1 dBmV, either sign [uBR]
    codewords_some: float = 1.0  # uncorrectable per million; proposed
    codewords_many: float = 100.0  # uncorrectable per million: visible; proposed
    upstream_doubtful: float = 300.0  # 0.1 dB at the CMTS; proposed
    upstream_bad: float = 250.0  # 0.1 dB at the CMTS; proposed
    timeouts_some: float = 3.0  # T3 in 24 h; proposed
    timeouts_many: float = 25.0  # T3 in 24 h; proposed
    timeouts_lost: float = 3.0  # T4 in 24 h; proposed
    rsrp_weak: float = -105.0  # dBm [Digi]
    rsrp_bad: float = -115.0  # dBm [Digi]
    sinr_weak: float = 4.5  # dB [RFopt]
    sinr_bad: float = 1.0  # dB [RFopt]
    rsrq_loaded: float = -12.0  # dB [RFopt]


class Network(_Limits, frozen=True, kw_only=True):
    """The gateway, the segment and the hours."""

    loss_some: float = 0.01  # share of pings lost; proposed
    loss_much: float = 0.03  # share of pings lost; proposed
    lease_late: float = 0.125  # share of a lease left: past T2, nobody renews it (RFC 2131, 4.4.5)
    redials_some: float = 2.0  # PPP sessions lost in 24 h; proposed
    redials_many: float = 6.0  # PPP sessions lost in 24 h; proposed
    lost_night: float = 1.5  # hours after local midnight in which accounts are blocked; proposed
    lost_long: float = 20.0  # hours without a session: one that is stuck rarely lasts so; proposed
    lost_about: float = 4.0  # hours between two readings within which a loss is dated; proposed
    delay_longer: float = 3.0  # robust z of the round trip to the gateway; proposed
    delay_long: float = 6.0  # robust z of the round trip to the gateway; proposed
    delay_floor: float = 3.0  # ms: least deviation for z; nobody notices 10 ms more; proposed
    delay_least: float = 50.0  # ms below which no delay is long; proposed
    drops_some: float = 100.0  # dropped per million frames sent; proposed
    drops_many: float = 10_000.0  # dropped per million frames sent; proposed
    evening_from: float = 19.0  # local hour; proposed
    evening_until: float = 23.0  # local hour; proposed
    evening_step: float = 3.0  # robust z of the evening against the rest of the day; proposed
    evening_ratio: float = 1.5  # of the delay in the evening to that in the rest; proposed
    offline_least: int = 3  # siblings beside this one that are more than chance; proposed
    offline_rate: float = 0.02  # share offline on an ordinary day; proposed
    error_rate: float = 0.05  # share of siblings in error on an ordinary day; proposed
    call_rate: float = 0.002  # calls of a router in 15 min on an ordinary day; proposed
    boot_rate: float = 0.002  # restarts of a router in 10 min: 0.3 a day [BISmark]
    calls_floor: float = 0.7  # calls in 15 min on top: one may be the subscriber's own; proposed
    count_doubtful: float = 1.0  # deviate of a count from the segment's own usual (signed root of
    # the Poisson deviance): one segment in six at any time
    count_likely: float = 2.0  # the same: one segment in forty
    count_sure: float = 3.1  # the same: p < 1e-3 (guard rails: segment anomaly)
    count_vast: float = 4.5  # the same: p < 1e-5, no chance in a fleet of any size
    usual_hours: float = 6.0  # hours of a segment's own past that count as much as the fleet's
    # rate; proposed
    usual_most: float = 2.0  # of the fleet's rate: more is never usual; proposed
    calls_many: float = 5.0  # calls in 15 min, where only their number is known; proposed
    large_share: float = 0.20  # of the segment; proposed
    lately: float = 3600.0  # seconds of the segment's newest states; older ones say what is usual
    restarts_age: float = 7200.0  # seconds that restarts of neighbours together are news; proposed
    traffic_none: float = 0.05  # of the usual traffic: nothing but what devices do alone; proposed
    traffic_little: float = 0.3  # of the usual traffic while somebody calls; proposed
    traffic_more: float = 2.0  # of the usual traffic; proposed
    traffic_far_more: float = 4.0  # of the usual traffic; proposed
    late: float = 1.5  # sampling intervals since the newest sample; proposed
    silent: float = 3.0  # sampling intervals since the newest sample; proposed
    state_age: float = 7200.0  # seconds that a state of the segment is news; proposed


class Course(_Limits, frozen=True, kw_only=True):
    """What happened before: firmware, reboots, contacts."""

    firmware_days: float = 14.0  # days that a change of firmware is news; proposed
    cohort_z: float = 3.0  # deviate of two shares: routers of this firmware are worse; proposed
    cohort_ratio: float = 1.5  # least ratio of the shares; proposed
    cohort_far: float = 0.05  # share of routers in error on top: the firmware is bad; proposed
    relapse_share: float = 0.15  # of the cohort relapsing in 7 days; proposed
    days: float = 7.0  # days that a reboot and a contact are remembered; design, guard rails
    repeated: float = 24.0  # cost of doing again what did not help: one more contact; costs.tsv


class Thresholds(_Limits, frozen=True, kw_only=True):
    """All that the diagnosis can be told by configuration.

    ``priors``, ``costs`` and ``likelihoods`` replace single figures of the package's tables
    ``causes.tsv``, ``costs.tsv`` and ``likelihoods.toml``, and are empty by default.

    Attributes:
        hold: seconds after a restart in which a verdict is held (proposed: readings settle).
        contact: seconds after a contact began in which it counts as going on.
        healthy: share of routers without any fault at a moment when nobody calls; proposed.
        tempering: factor of the evidence's log-likelihoods: symptoms of one fault are not
            independent, so their sum overstates what is known; proposed.
        leak_days: days of uptime at which a leak is as likely as its share; less uptime makes it
            proportionally less likely, more up to twice. Uptime is a prior, never evidence.
        least_leak: the lowest such factor.
        fresh: seconds from the onset of a fault to the call, mean: what a restart cured must have
            come back since. Half an hour after one it is a quarter as likely.
        fresh_factor: the least such factor.
        excess: what an acceptable action costs more than the right one, at most (evaluation).
        nearly: so close to the least expected cost the action likelier to be right is chosen;
            proposed.
        clear: probability of being right from which an action may cost ``hedge`` more; proposed.
        hedge: what an action that is clearly right may cost more than a hedge, that is half a
            contact (costs.tsv).
        least_reboot: least probability that a reboot is right for the verdict to be one: by cost
            alone it would be the cheap answer to knowing nothing; proposed.
        fresh_age: seconds after which readings are old enough to ask for new ones; proposed.
        fresh_worth: what knowing the cause must save for that, in the unit of the costs; proposed.
        shown: findings that a verdict shows at most.
        least_shown: log-odds below which a finding is not worth a sentence.
        priors: cause to its share of calls.
        costs: right action to chosen action to cost; a technician's visit is 100.
        likelihoods: symptom to cause (or ``others``) to the probability of each level.
    """

    hold: float = 900.0
    contact: float = 3600.0
    healthy: float = 0.9
    tempering: float = 0.9
    leak_days: float = 7.0
    least_leak: float = 0.15
    fresh: float = 7200.0
    fresh_factor: float = 0.25
    excess: float = 2.0
    nearly: float = 2.0
    clear: float = 0.65
    hedge: float = 12.0
    least_reboot: float = 0.3
    fresh_age: float = 600.0
    fresh_worth: float = 6.0
    shown: int = 8
    least_shown: float = 0.3
    memory: Memory = Memory()
    processes: Processes = Processes()
    power: Power = Power()
    wifi: Wifi = Wifi()
    cable: Cable = Cable()
    line: Line = Line()
    network: Network = Network()
    course: Course = Course()
    priors: dict[str, float] = {}
    costs: dict[str, dict[str, float]] = {}
    likelihoods: dict[str, dict[str, tuple[float, ...]]] = {}

    def __post_init__(self) -> None:
        """Refuse figures that are no probabilities, and tables that do not fit the package's.

        Raises:
            ValueError: which figure it is.
        """
        for name in ("healthy", "tempering"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must be above 0 and at most 1")
        if self.healthy == 1:
            raise ValueError("healthy must be below 1: no evidence could outweigh it")
        model.merged(self.priors, self.costs, self.likelihoods)
