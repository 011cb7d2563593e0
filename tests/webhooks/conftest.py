"""A database of a test's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acs.storage.upgrading import upgrade
from tests.storage.support import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    url = f"sqlite:///{tmp_path / 'acs.db'}"
    upgrade(url)
    desk = Desk(url)
    yield desk
    desk.close()
