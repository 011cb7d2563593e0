"""What is kept of boots, firmware changes and contacts."""

from acs.storage import recent
from acs.storage.recent import NONE, Recent
from diagnostics.context import Boot, Contact, FirmwareChange

DAY = 86_400.0


def test_old_entries_make_way() -> None:
    lately = NONE.with_boot(Boot(0.0)).with_boot(Boot(13 * DAY)).with_boot(Boot(15 * DAY))
    assert [boot.at for boot in lately.boots] == [13 * DAY, 15 * DAY]
    lately = NONE.with_firmware(FirmwareChange(0.0, "1", "2"))
    lately = lately.with_firmware(FirmwareChange(31 * DAY, "2", "3"))
    assert [change.before for change in lately.firmware_changes] == ["2"]


def test_their_number_is_bounded() -> None:
    lately = NONE
    for minute in range(40):
        lately = lately.with_boot(Boot(60.0 * minute, "power"))
        lately = lately.with_contact(Contact(60.0 * minute, "phone"))
    assert len(lately.boots) == len(lately.contacts) == 16
    assert lately.boots[-1].at == 60.0 * 39


def test_they_come_back() -> None:
    lately = Recent(
        (Boot(1.0, "watchdog"),),
        (FirmwareChange(2.0, "a", "b"),),
        (Contact(3.0, "chat", "reboot", helped=True),),
    )
    assert recent.unpack(recent.pack(lately)) == lately
    assert recent.unpack(recent.EMPTY) is NONE


def test_since() -> None:
    boots = (Boot(1.0), Boot(2.0))
    assert recent.since(boots, 0.0) is boots
    assert recent.since(boots, 2.0) == (Boot(2.0),)
    assert recent.since((), 0.0) == ()
