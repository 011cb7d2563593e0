"""A damaged window is folded anew from the stored samples; on both databases."""

import pytest
from sqlalchemy import Connection, update

from acs.storage.rows import Windowed
from acs.storage.schema import windows
from acs.storage.store import Store
from acs.storage.windows import PAST, RECENT
from tests.storage.support import ID, NOW, Desk, informed, sampled

HOURS = 3600.0


def damage(desk: Desk, store: Store, part: int) -> None:
    def write(connection: Connection) -> None:
        changed = update(windows).where(windows.c.part == part).values(body=b"\xc1 damaged")
        assert connection.execute(changed).rowcount == 1

    desk.wait(store._write(write))


@pytest.mark.parametrize("part", [RECENT, PAST])
def test_a_damaged_window_is_folded_anew(desk: Desk, store: Store, part: int) -> None:
    desk.commit(store, informed())
    times = [NOW + HOURS * hour for hour in range(20)]
    for at in times[:-1]:
        desk.commit(store, sampled(at, sys__uptime=at - NOW, eth__fcs_err=5))
    whole = desk.wait(store.window(ID))
    damage(desk, store, part)
    if part == RECENT:
        assert desk.wait(store.window(ID)).last_at == times[-2]
        assert desk.wait(store.window(ID)).encode_past() == whole.encode_past()
    late = times[-1] + 6 * HOURS  # closes a bucket, so the past is needed
    (window,) = desk.commit(store, sampled(late, sys__uptime=late - NOW, eth__fcs_err=5))
    assert isinstance(window, Windowed)
    assert window.history.last_at == late
    again = desk.wait(store.window(ID))
    assert again.encode_past() == window.history.encode_past()
    assert len(again.encode_past()) >= len(whole.encode_past()) > 0
