import pytest

from acs.cwmp.messages import ParameterValue
from acs.cwmp.orders.spelling import Scalar, is_hidden, same, spell


@pytest.mark.parametrize(
    ("value", "before", "kind", "text"),
    [
        (True, ("0", "boolean"), "boolean", "1"),
        (True, ("false", "boolean"), "boolean", "true"),
        ("TRUE", ("0", "boolean"), "boolean", "1"),
        ("yes", ("0", "boolean"), "boolean", "yes"),
        (True, None, "boolean", "true"),
        (True, ("0", "unsignedInt"), "unsignedInt", "1"),
        (7, None, "string", "7"),
        (7, ("1", "int"), "int", "7"),
        ("x", ("", ""), "string", "x"),
    ],
)
def test_values_are_written_as_the_router_writes_them(
    value: Scalar, before: tuple[str, str] | None, kind: str, text: str
) -> None:
    found = None if before is None else ParameterValue("a", *before)
    assert spell("a", value, found) == ParameterValue("a", text, kind)


def test_a_type_that_is_given_outweighs_the_routers() -> None:
    assert spell("a", 1, ParameterValue("a", "0", "string"), "int").type == "int"


@pytest.mark.parametrize(
    ("kind", "wanted", "found", "says_so"),
    [
        ("string", "home", "home ", True),
        ("string", "Home", "home", False),
        ("boolean", "1", "True", True),
        ("boolean", "1", "0", False),
        ("boolean", "yes", "no", False),
        ("unsignedInt", "7", "007", True),
        ("unsignedInt", "x", "y", False),
        ("int", "-7", "7", False),
        ("dateTime", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00.000", True),
        ("dateTime", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", False),
        ("hexBinary", "AB", "ab", True),
    ],
)
def test_whether_two_texts_say_the_same(kind: str, wanted: str, found: str, says_so: bool) -> None:  # noqa: FBT001 - a column of the table
    assert same(ParameterValue("a", wanted, kind), found) == says_so


def test_secrets_may_be_hidden_and_other_values_may_not() -> None:
    assert is_hidden(ParameterValue("A.Password", "x"), "***")
    assert not is_hidden(ParameterValue("A.Password", "x"), "y")
    assert not is_hidden(ParameterValue("A.SSID", "x"), "")
