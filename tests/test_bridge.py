"""The conversions between Deferreds and futures, and the installation of the reactor."""

import asyncio
import subprocess
import sys
import traceback

import pytest
from twisted.internet.defer import CancelledError, Deferred, fail, succeed
from twisted.python.failure import Failure

from acs.bridge import to_asyncio, to_deferred


class UnluckyError(Exception):
    pass


async def settle() -> None:
    for _ in range(5):  # turns of the loop: task, done-callback, Deferred
        await asyncio.sleep(0)


def failure_of(deferred: "Deferred[None]") -> BaseException:
    seen: list[Failure] = []
    deferred.addErrback(seen.append)
    error = seen[0].value
    assert error is not None
    return error


def test_a_fired_deferred_becomes_its_result() -> None:
    async def main() -> int:
        return await to_asyncio(succeed(7))

    assert asyncio.run(main()) == 7


def test_a_deferred_that_fires_later_wakes_the_waiter() -> None:
    async def main() -> str:
        deferred: Deferred[str] = Deferred()
        asyncio.get_running_loop().call_soon(deferred.callback, "late")
        return await to_asyncio(deferred)

    assert asyncio.run(main()) == "late"


def test_a_failure_is_raised_as_the_same_exception() -> None:
    error = UnluckyError("x")

    async def main() -> None:
        await to_asyncio(fail(error))

    with pytest.raises(UnluckyError) as caught:
        asyncio.run(main())
    assert caught.value is error


def test_stop_iteration_cannot_end_the_waiter_by_itself() -> None:
    async def main() -> None:
        await to_asyncio(fail(StopIteration(3)))

    with pytest.raises(RuntimeError, match="StopIteration"):
        asyncio.run(main())


def test_cancelling_the_future_cancels_the_deferred() -> None:
    cancelled: list[object] = []

    async def main() -> None:
        deferred: Deferred[None] = Deferred(cancelled.append)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(to_asyncio(deferred), 0.001)
        await asyncio.sleep(0)
        assert cancelled == [deferred]

    asyncio.run(main())


def test_a_result_after_cancellation_is_dropped() -> None:
    async def main() -> None:
        deferred: Deferred[int] = Deferred(lambda d: d.callback(1))
        future = to_asyncio(deferred)
        future.cancel()
        await asyncio.sleep(0)
        assert future.cancelled()

    asyncio.run(main())


def test_a_cancelled_deferred_cancels_the_future() -> None:
    async def main() -> bool:
        deferred: Deferred[None] = Deferred()
        future = to_asyncio(deferred)
        deferred.cancel()
        await asyncio.wait([future])
        return future.cancelled()

    assert asyncio.run(main())


def test_a_coroutine_becomes_a_deferred_with_its_result() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 5

    async def main() -> list[int]:
        seen: list[int] = []
        to_deferred(work()).addCallback(seen.append)
        await settle()
        return seen

    assert asyncio.run(main()) == [5]


def test_an_exception_of_a_coroutine_fails_the_deferred_with_its_traceback() -> None:
    async def work() -> None:
        raise UnluckyError

    async def main() -> BaseException:
        deferred = to_deferred(work())
        await settle()
        return failure_of(deferred)

    error = asyncio.run(main())
    assert isinstance(error, UnluckyError)
    assert "in work" in "".join(traceback.format_exception(error))


def test_cancelling_the_deferred_cancels_the_task() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def main() -> BaseException:
        deferred = to_deferred(work())
        await asyncio.sleep(0)
        deferred.cancel()
        await settle()
        return failure_of(deferred)

    assert isinstance(asyncio.run(main()), CancelledError)
    assert ended == ["cancelled"]


def test_a_cancelled_task_fails_the_deferred() -> None:
    async def main() -> BaseException:
        task = asyncio.ensure_future(asyncio.sleep(60))
        deferred = to_deferred(task)
        task.cancel()
        await settle()
        return failure_of(deferred)

    assert isinstance(asyncio.run(main()), CancelledError)


def test_there_and_back_again() -> None:
    async def work() -> str:
        return "same"

    async def main() -> str:
        return await to_asyncio(to_deferred(work()))

    assert asyncio.run(main()) == "same"


def run(program: str) -> str:
    # A reactor cannot be uninstalled, so each installation has a process of its own.
    done = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_reactor_runs_on_uvloop_and_carries_both_worlds() -> None:
    pytest.importorskip("uvloop")
    out = run(
        """
import sys
from acs.bridge import install_reactor, to_deferred, to_asyncio
assert "twisted.internet.reactor" not in sys.modules
reactor = install_reactor()
assert install_reactor() is reactor
import asyncio
from twisted.internet.threads import deferToThread

async def work():
    await asyncio.sleep(0)
    found = await to_asyncio(deferToThread(lambda: "from a thread"))
    return f"{found} on {type(asyncio.get_running_loop()).__module__}"

def start():
    to_deferred(work()).addCallback(print).addBoth(lambda _: reactor.stop())

reactor.callWhenRunning(start)
reactor.run()
"""
    )
    assert out == "from a thread on uvloop\n"


def test_another_reactor_is_an_error() -> None:
    out = run(
        """
from twisted.internet import selectreactor
selectreactor.install()
from acs.bridge import ForeignReactorError, install_reactor
try:
    install_reactor()
except ForeignReactorError as error:
    print(error)
"""
    )
    assert out == "installed is SelectReactor\n"
