"""The prefixes of columns that kinds of facts load."""

from acs.storage import schema, state


def test_every_column_is_known() -> None:
    apart = {"username", "ha1"}  # written with an enrolment, read with a log-in only
    assert set(state.COLUMNS) | apart == set(schema.routers.c.keys())


def test_what_a_kind_of_fact_writes_is_within_its_prefix() -> None:
    for columns, width in (
        (state.VERDICT_COLUMNS, state.FOR_VERDICT),
        (state.SAMPLE_COLUMNS, state.FOR_SAMPLE),
        (state.INFORM_COLUMNS, state.FOR_INFORM),
        (state.MOVED_COLUMNS, state.FOR_INFORM),
    ):
        assert set(columns) <= set(state.LOADED[:width])
