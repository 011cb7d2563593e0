"""The coaxial cable: levels, lost codewords, ranging time-outs, lost channels."""

from diagnostics.observations import DAY, Finding, Observations
from diagnostics.symptoms.base import Symptom, above

_LEVELS = ("cm.ds_snr", "cm.us_power", "cm.ds_power", "cm.us_snr_cmts")
_TENTH = 10.0
_MILLION = 1e6


def _levels(see: Observations) -> Finding | None:
    limits = see.limits.line
    found: list[Finding] = []
    snr = see.middle("cm.ds_snr")
    if snr is not None:
        level = (snr < limits.cable_snr_doubtful) + (snr < limits.cable_snr_bad)
        says = "Its signal is {:.1f} dB above the noise; 35 dB is good."
        found.append(Finding(level, "cm.ds_snr", says, (snr / _TENTH,)))
    sent = see.middle("cm.us_power")
    if sent is not None:
        level = above(sent, limits.cable_send_doubtful, limits.cable_send_bad)
        says = "It has to send with {:.1f} dBmV; up to 49 dBmV is good."
        found.append(Finding(level, "cm.us_power", says, (sent / _TENTH,)))
    received = see.middle("cm.ds_power")
    if received is not None:
        level = above(abs(received), limits.cable_receive_doubtful, limits.cable_receive_bad)
        says = "It receives {:.1f} dBmV; from -7 to +7 dBmV is good."
        found.append(Finding(level, "cm.ds_power", says, (received / _TENTH,)))
    heard = see.middle("cm.us_snr_cmts")
    if heard is not None:
        level = (heard < limits.upstream_doubtful) + (heard < limits.upstream_bad)
        says = "The exchange hears it {:.1f} dB above the noise; 30 dB is good."
        found.append(Finding(level, "cm.us_snr_cmts", says, (heard / _TENTH,)))
    return max(found, key=lambda finding: finding.level, default=None)


def _codewords(see: Observations) -> Finding | None:
    limits, metric = see.limits.line, "cm.uncorr"
    grown = see.history.grown
    lost, known = grown(metric, DAY)
    total = lost + grown("cm.unerr", DAY)[0] + grown("cm.corr", DAY)[0]
    if not known or total < see.limits.cable.fewest_packets:
        return None
    ratio = lost / total * _MILLION
    level = above(ratio, limits.codewords_some, limits.codewords_many)
    return Finding(level, metric, "Of a million codewords {:,.0f} are lost.", (ratio,))


def _timeouts(see: Observations) -> Finding | None:
    limits = see.limits.line
    t3, t4 = see.in_a_day("cm.t3"), see.in_a_day("cm.t4")
    if t3 is None and t4 is None:
        return None
    level = max(
        above(t3 or 0.0, limits.timeouts_some, limits.timeouts_many),
        above(t4 or 0.0, 1, limits.timeouts_lost),
    )
    says = (
        "It lost the exchange for a moment {:.0f} times in 24 hours, and altogether {:.0f} times."
    )
    return Finding(level, "cm.t3" if t3 is not None else "cm.t4", says, (t3 or 0.0, t4 or 0.0))


def _partial(see: Observations) -> Finding | None:
    metric = "cm.partial_service"
    state = see.numbers.get(metric)
    if state is None:
        return None
    says = "It lost some of its channels." if state else "It uses all its channels."
    return Finding(int(state > 0), metric, says)


SYMPTOMS = (
    Symptom("cm_levels", _LEVELS, _levels),
    Symptom("cm_codewords", ("cm.uncorr",), _codewords),
    Symptom("cm_timeouts", ("cm.t3", "cm.t4"), _timeouts),
    Symptom("cm_partial", ("cm.partial_service",), _partial),
)
