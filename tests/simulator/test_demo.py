"""The demonstration as a user runs it: one router is rebooted and well, another is left alone."""

import signal
import subprocess
import sys
import time

PATIENCE = 120.0  # s; alone on a machine it takes about thirty


def test_a_viewer_sees_a_reboot_that_helped_and_one_that_was_refused() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "acs.cli", "demo", "--routers", "10"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        deadline = time.monotonic() + PATIENCE
        said = ""
        for line in demo.stdout:
            said += line
            if "verified: helped" in said and "no reboot: A voice call" in said:
                break
            if time.monotonic() > deadline:
                break
        demo.send_signal(signal.SIGTERM)
        rest, _ = demo.communicate(timeout=30)
    assert demo.returncode == 0, said
    assert 'back with "M Reboot"' in said
    assert "verified: helped" in said
    assert "no reboot: A voice call is active" in said
    assert rest.splitlines()[-1].startswith("10 routers · 10 online")
