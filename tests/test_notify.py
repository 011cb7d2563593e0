"""The systemd notifications, against a real datagram socket."""

import os
import socket
from pathlib import Path

from acs.notify import Notifier


def test_lines_reach_the_socket(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        Notifier({"NOTIFY_SOCKET": path}).send("READY=1", "STATUS=listening")
        assert server.recv(100) == b"READY=1\nSTATUS=listening"


def test_without_systemd_nothing_happens(tmp_path: Path) -> None:
    notifier = Notifier({})
    notifier.send("READY=1")
    assert notifier.interval is None
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).send("READY=1")


def test_the_watchdog_interval_is_half_of_the_limit() -> None:
    assert Notifier({"WATCHDOG_USEC": "30000000"}).interval == 15.0
    ours = {"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}
    assert Notifier(ours).interval == 15.0
    assert Notifier({**ours, "WATCHDOG_PID": "1"}).interval is None
    assert Notifier({"WATCHDOG_USEC": "soon"}).interval is None
