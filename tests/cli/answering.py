"""A router's side of a command given on the command line: claims it and answers."""

import threading
from collections.abc import Callable
from typing import Any

from acs.facts import CommandAnswered, CommandFailed
from tests.cli.conftest import NOW


def answering(
    daemon: Any, router_id: str, result: dict[str, object], *, fails: bool = False
) -> Callable[[], Any]:
    """Answer the router's next command in another thread; the call waits and gives it back."""
    claimed: list[Any] = []

    def play() -> None:
        waiting = threading.Event()
        for _ in range(3000):
            command = daemon.claim(router_id)
            if command is not None:
                break
            waiting.wait(0.01)
        assert command is not None
        claimed.append(command)
        common: dict[str, Any] = {"router_id": router_id, "at": NOW, "result": result}
        key = command.command_id
        if fails:
            daemon.commit(CommandFailed(command_id=key, **common))
        else:
            daemon.commit(CommandAnswered(command_id=key, final=True, **common))

    thread = threading.Thread(target=play)
    thread.start()

    def wait() -> Any:
        thread.join(60)
        return claimed[0]

    return wait
