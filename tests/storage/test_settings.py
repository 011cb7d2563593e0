"""Settings of storage."""

from pathlib import Path

import pytest

from acs.storage.settings import StorageSettings


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:", "acs.db"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"allowed is sqlite:///… or postgresql://…"):
        StorageSettings(url=url)


def test_no_readers_are_refused() -> None:
    with pytest.raises(ValueError, match="readers: found 0"):
        StorageSettings(readers=0)


def test_where_the_key_lies() -> None:
    assert StorageSettings(key_file="/etc/k").key_path == Path("/etc/k")
    assert StorageSettings(url="sqlite:////srv/a.db").key_path == Path("/srv/acsd.key")
    assert StorageSettings(url="postgresql://x/y").key_path == Path("/var/lib/acsd/acsd.key")
