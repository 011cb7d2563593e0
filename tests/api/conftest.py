"""The application on a real store: ``api`` afresh for each test, ``shared`` for a whole module."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.harness import DATABASE, Api


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema made, to be copied."""
    folder = tmp_path_factory.mktemp("empty")
    Api(folder).close()
    return folder / DATABASE


@pytest.fixture
def api(tmp_path: Path, empty: Path) -> Iterator[Api]:
    shutil.copy(empty, tmp_path)
    made = Api(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, empty: Path) -> Iterator[Api]:
    """For tests that need nothing in the database, or bear what others left there."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(empty, folder)
    made = Api(folder)
    yield made
    made.close()
