"""Programs of others that tests start: found on this machine, and required by CI."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """The path of a program that CI must have; without it the test is skipped elsewhere."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin")
    if found is None:
        if os.environ.get("ACSD_REQUIRE_CAPTURES") == "1":
            pytest.fail(f"{name} is not installed; .ci/run installs it")
        pytest.skip(f"{name} is not installed")
    return found
