"""Running coroutines in plain tests, each on a loop of its own that must end clean."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T], seconds: float = 30.0) -> T:
    loop = asyncio.new_event_loop()
    troubles: list[str] = []
    loop.set_exception_handler(lambda _, context: troubles.append(str(context["message"])))
    try:
        result = loop.run_until_complete(asyncio.wait_for(work, seconds))
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.close()
    assert troubles == []
    return result
