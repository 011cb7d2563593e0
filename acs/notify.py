"""Telling systemd how we are: readiness, stopping, the watchdog (sd_notify(3)). Nothing else."""

import os
import socket
from collections.abc import Mapping


class Notifier:
    """Sends state lines to the socket that systemd named; does nothing where there is none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        path = environ.get("NOTIFY_SOCKET", "")
        # A leading "@" is an abstract socket (sd_notify(3)).
        self._address = "\0" + path[1:] if path.startswith("@") else path
        watchdog_pid = environ.get("WATCHDOG_PID")
        ours = watchdog_pid in (None, str(os.getpid()))
        usec = environ.get("WATCHDOG_USEC", "")
        #: seconds between two signs of life: half of what systemd allows; None without watchdog
        self.interval = int(usec) / 2e6 if ours and usec.isdigit() and int(usec) > 0 else None

    def send(self, *lines: str) -> None:
        """Send lines such as ``READY=1``. A vanished socket is not our fault and is ignored."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            try:
                sock.connect(self._address)
                sock.sendall("\n".join(lines).encode())
            except OSError:
                return
