"""Where Twisted and asyncio meet: the one reactor, and the two conversions between their promises.

Nothing else belongs here; parts that need neither world import neither.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar, cast

from twisted.internet import asyncioreactor
from twisted.internet.defer import CancelledError, Deferred
from twisted.python.failure import Failure

T = TypeVar("T")


class ForeignReactorError(Exception):
    """Another reactor is installed already; ours must come before whatever imports it."""


def install_reactor() -> Any:
    """Install Twisted's asyncio reactor on a uvloop event loop, and return it.

    Called before anything imports ``twisted.internet.reactor``; called again, it returns the same
    reactor. The result provides IReactorTime, IReactorTCP and so on; it is typed ``Any`` because
    zope's interfaces mean nothing to the type checker.

    Raises:
        ForeignReactorError: a reactor of another kind is installed already.
    """
    if not _is_installed():
        asyncioreactor.install(_new_loop())  # type: ignore[no-untyped-call]  # Twisted's is untyped
    from twisted.internet import reactor  # noqa: PLC0415, TID251 - this is the one place

    if not isinstance(reactor, asyncioreactor.AsyncioSelectorReactor):
        raise ForeignReactorError(f"installed is {type(reactor).__name__}")
    return reactor


def _new_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - absent on platforms that it does not support
    except ImportError:
        loop = asyncio.new_event_loop()
    else:
        loop = cast("asyncio.AbstractEventLoop", uvloop.new_event_loop())
    asyncio.set_event_loop(loop)
    return loop


@cache
def _reactor_loop() -> asyncio.AbstractEventLoop:
    # The installed reactor's; kept, because other threads have no current loop to ask for.
    reactor = install_reactor()
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # noqa: SLF001 - no public name
    return loop


def _loop() -> asyncio.AbstractEventLoop:
    # While the reactor starts, its loop is set but does not run yet.
    return asyncio.get_event_loop() if _is_installed() else asyncio.get_running_loop()


def _is_installed() -> bool:
    return "twisted.internet.reactor" in sys.modules


def from_thread(call: Callable[[], None]) -> None:
    """Have ``call`` run in the event loop's thread; called from any other thread.

    As ``reactor.callFromThread``, without the delayed call that it makes for each: a fifteenth of
    the CPU of a busy daemon.
    """
    _reactor_loop().call_soon_threadsafe(call)


def soon(call: Callable[[], None]) -> None:
    """Have ``call`` run when the event loop has done what this pass of it brought.

    Called in the loop's own thread; cheaper than ``reactor.callLater(0, call)``.
    """
    _reactor_loop().call_soon(call)


def to_asyncio(deferred: "Deferred[T]") -> "asyncio.Future[T]":
    """A future of the event loop with the Deferred's result; it consumes result and failure.

    Cancelling the future cancels the Deferred. A Deferred that was cancelled cancels the future.
    The Deferred must fire in the loop's own thread.

    Raises:
        RuntimeError: no event loop is running, and no reactor is installed that will run one.
    """
    future: asyncio.Future[T] = _loop().create_future()

    def succeed(result: T) -> None:
        if not future.done():
            future.set_result(result)

    def fail(failure: Failure) -> None:
        if future.done():
            return
        cause = failure.value
        if isinstance(cause, CancelledError):
            future.cancel()
        elif isinstance(cause, StopIteration):
            # A future refuses StopIteration: awaiting it would end the waiting generator.
            error = RuntimeError("the Deferred failed with StopIteration")
            error.__cause__ = cause
            future.set_exception(error)
        else:
            future.set_exception(cause or RuntimeError("the Deferred failed without a reason"))

    def cancel(ended: "asyncio.Future[T]") -> None:
        if ended.cancelled():
            deferred.cancel()

    deferred.addCallbacks(succeed, fail)
    future.add_done_callback(cancel)
    return future


def to_deferred(awaitable: Awaitable[T]) -> "Deferred[T]":
    """A Deferred with the awaitable's result; a coroutine is started as a task of the loop.

    Cancelling the Deferred cancels the task and fails the Deferred with Twisted's
    ``CancelledError`` at once; whatever the task still returns is dropped.

    Raises:
        RuntimeError: no event loop is running, and no reactor is installed that will run one.
    """
    future = asyncio.ensure_future(awaitable, loop=_loop())

    def cancel(_: "Deferred[T]") -> None:
        future.cancel()

    deferred: Deferred[T] = Deferred(cancel)

    def finish(ended: "asyncio.Future[T]") -> None:
        if deferred.called:  # cancelled by its holder, who was answered then
            return
        if ended.cancelled():
            deferred.errback(CancelledError())
            return
        error = ended.exception()
        if error is None:
            deferred.callback(ended.result())
        else:
            deferred.errback(error)  # carries its own traceback

    future.add_done_callback(finish)
    return deferred
