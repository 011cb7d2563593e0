"""The catalogue and the uploads as rows; on both databases."""

import pytest
from msgspec.structs import replace

from acs.facts import Quarantined
from acs.storage.errors import FactRefusedError
from acs.storage.file_rows import FileRow, UploadRow
from acs.storage.settings import Retention
from acs.storage.store import Store
from tests.storage.support import DEVICE, ID, NOW, OTHER, OTHER_ID, Desk, informed

FILE = FileRow(
    file_id="f1",
    name="hub5.bin",
    kind="1 Firmware Upgrade Image",
    manufacturer="Acme Corp.",
    oui="001122,00D09E",
    product_class="Model *",
    model="",
    version="2.0",
    sha256="ab" * 32,
    size=5_000_000_000,
    added_at=NOW,
    added_by="socket",
    note="for München 🛰",
)
UPLOAD = UploadRow(
    router_id=ID,
    command_id="c1",
    file_type="1 Vendor Configuration File",
    sha256="cd" * 32,
    size=7,
    at=NOW,
    path="p1",
)


def test_a_file_comes_back_as_it_was(desk: Desk, store: Store) -> None:
    desk.wait(store.add_file(FILE))
    assert desk.wait(store.file("f1")) == FILE
    assert desk.wait(store.file("f2")) is None
    later = replace(FILE, file_id="f2", added_at=NOW + 1)
    desk.wait(store.add_file(later))
    assert desk.wait(store.files()) == [later, FILE]
    with pytest.raises(FactRefusedError):
        desk.wait(store.add_file(FILE))


def test_a_file_is_removed_once(desk: Desk, store: Store) -> None:
    desk.wait(store.add_file(FILE))
    assert desk.wait(store.remove_file("f1")) is True
    assert desk.wait(store.remove_file("f1")) is False
    assert desk.wait(store.files()) == []


def test_one_upload_of_a_command(desk: Desk, store: Store) -> None:
    desk.commit(store, informed(), informed(device=OTHER))
    assert desk.wait(store.add_upload(UPLOAD)) is True
    assert desk.wait(store.add_upload(replace(UPLOAD, sha256="", path="p2"))) is False
    assert desk.wait(store.upload(ID, "c1")) == UPLOAD
    assert desk.wait(store.upload(OTHER_ID, "c1")) is None
    second = replace(UPLOAD, command_id="c2", at=NOW + 1, path="p2")
    desk.wait(store.add_upload(second))
    assert desk.wait(store.uploads(ID, 9)) == [second, UPLOAD]
    assert desk.wait(store.uploads(ID, 1)) == [second]
    assert desk.wait(store.uploads(OTHER_ID, 9)) == []
    assert desk.wait(store.known_uploads(["p1", "p2", "p3"])) == {"p1", "p2"}


def test_an_upload_of_an_unknown_router_is_refused(desk: Desk, store: Store) -> None:
    with pytest.raises(FactRefusedError, match="there is no router"):
        desk.wait(store.add_upload(UPLOAD))


def test_old_uploads_come_first_and_go(desk: Desk, store: Store) -> None:
    desk.commit(store, informed())
    for number in range(3):
        row = replace(UPLOAD, command_id=f"c{number}", at=NOW + number, path=f"p{number}")
        desk.wait(store.add_upload(row))
    old = desk.wait(store.old_uploads(NOW + 2, 9))
    assert [row.command_id for row in old] == ["c0", "c1"]
    assert len(desk.wait(store.old_uploads(NOW + 2, 1))) == 1
    assert desk.wait(store.remove_upload(ID, "c0")) is True
    assert desk.wait(store.remove_upload(ID, "c0")) is False
    assert len(desk.wait(store.uploads(ID, 9))) == 2


def test_uploads_go_with_their_router(desk: Desk, store: Store) -> None:
    desk.commit(store, Quarantined(router_id=ID, at=NOW, device=DEVICE, address="192.0.2.1"))
    desk.wait(store.add_upload(UPLOAD))
    desk.wait(store.prune(NOW + 31 * 86_400, Retention(), 100))
    assert desk.wait(store.router(ID)) is None
    assert desk.wait(store.known_uploads(["p1"])) == set()
