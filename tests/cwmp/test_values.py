import pytest
from hypothesis import given
from hypothesis import strategies as st

from acs.cwmp.values import KINDS, read_value
from diagnostics.sample import Value

CASES: list[tuple[str, str, Value | None]] = [
    ("u32", "42", 42),
    ("u32", " 0042\n", 42),
    ("u32", "+7", 7),
    ("u32", "4294967295", 4294967295),
    ("u32", "4294967296", None),
    ("u32", "-1", None),
    ("u32", "1_000", None),
    ("u32", "12.0", None),
    ("u32", "٣", None),
    ("u32", "", None),
    ("u32", "9" * 5000, None),
    ("u32_positive", "0", None),
    ("u64", "18446744073709551615", 2**64 - 1),
    ("u64", "18446744073709551616", None),
    ("i32", "-274", -274),
    ("i32", "--1", None),
    ("i32", "-2147483649", None),
    ("bool", "1", True),
    ("bool", "FALSE", False),
    ("bool", "yes", None),
    ("word", "up", "Up"),
    ("word", " X_VENDOR_Sleeping ", "X_VENDOR_Sleeping"),
    ("word", "", None),
    ("text", " V1.2 ", "V1.2"),
    ("percent255", "255", 100.0),
    ("percent255", "256", None),
    ("mbit", "5.5", 5500),
    ("mbit", "0", None),
    ("mbit", "nan", None),
    ("mbit", "1e9", None),
    ("decidbm", "-185", -18500),
    # a real router's RXPower of 30 is 3 uW
    ("optical_rx", "30", -25229),
    ("optical_rx", "-18.5", -18500),
    ("optical_rx", "0", None),
    ("optical_rx", "-2350", None),
    ("optical_tx", "2", 2000),
    ("optical_tx", "15849", 2000),
    ("optical_tx", "500", None),
    ("laser_bias", "7", 7000),
    ("laser_bias", "6000", None),
    ("transceiver_celsius", "45", 45),
    ("transceiver_celsius", "11520", 45.0),
    ("transceiver_celsius", "600", None),
    ("transceiver_millivolt", "3415", 3415),
    ("transceiver_millivolt", "33000", 3300.0),
    ("transceiver_millivolt", "33", None),
    ("ethernet_rate", "1000", 1000),
    ("ethernet_rate", "1", None),
    ("ethernet_rate", "Auto", None),
    ("duplex", "half", "Half"),
    ("duplex", "Auto", None),
    ("flashing", "Downloading", True),
    ("flashing", "Available", False),
    ("flashing", "", None),
]


@pytest.mark.parametrize(("kind", "text", "value"), CASES)
def test_text_becomes_a_value_or_nothing(kind: str, text: str, value: Value | None) -> None:
    found = KINDS[kind](text)
    assert found == value
    assert type(found) is type(value)


@given(kind=st.sampled_from(sorted(KINDS)), text=st.text(max_size=40))
def test_no_text_raises(kind: str, text: str) -> None:
    KINDS[kind](text)


@given(kind=st.sampled_from(sorted(KINDS)), number=st.integers() | st.floats())
def test_no_number_raises(kind: str, number: float) -> None:
    KINDS[kind](str(number))


def test_what_the_catalogue_calls_no_reading_is_none() -> None:
    assert read_value("i32", "-274", -273, 250) is None
    assert read_value("i32", "-273", -273, 250) == -273
    assert read_value("word", "Up", None, None) == "Up"
