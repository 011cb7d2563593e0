from prometheus_client import CollectorRegistry, Histogram, generate_latest

from acs.tallies import Distribution, Tally


def test_a_distribution_says_what_the_library_s_own_histogram_says() -> None:
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    bounds = (0.5, 1.0, 2.5)
    distribution = Distribution("acs_x_seconds", "X.", bounds, ours)
    histogram = Histogram("acs_x_seconds", "X.", registry=theirs, buckets=bounds)
    for value in (0.1, 0.5, 0.50001, 1.0, 2.5, 2.6, 1e9):
        distribution.observe(value)
        histogram.observe(value)
    written = [line for line in generate_latest(theirs).splitlines() if b"_created" not in line]
    assert generate_latest(ours).splitlines() == written


def test_a_tally_counts_by_value_and_names_what_may_be_named() -> None:
    registry = CollectorRegistry()
    tally = Tally("acs_x", "X.", "kind", registry, ("a", "b"))
    for value in ("a", "new", "new", "not a label\n", "x" * 65):
        tally.add(value)
    text = generate_latest(registry).decode()
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == [
        'acs_x_total{kind="a"} 1.0',
        'acs_x_total{kind="b"} 0.0',
        'acs_x_total{kind="new"} 2.0',
        'acs_x_total{kind="other"} 2.0',
    ]


def test_a_closed_tally_takes_no_new_values_and_an_open_one_so_many() -> None:
    registry = CollectorRegistry()
    closed = Tally("acs_x", "X.", "kind", registry, ("a",), open_set=False)
    closed.add("b")
    many = Tally("acs_y", "Y.", "kind", registry)
    for number in range(300):
        many.add(f"v{number}")
    assert registry.get_sample_value("acs_x_total", {"kind": "other"}) == 1
    assert registry.get_sample_value("acs_y_total", {"kind": "other"}) == 200
    assert registry.get_sample_value("acs_y_total", {"kind": "v299"}) is None
