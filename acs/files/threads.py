"""The type of what runs blocking calls away from the reactor. Nothing runs here."""

from collections.abc import Callable
from typing import ParamSpec, Protocol, TypeVar

from twisted.internet.defer import Deferred

P = ParamSpec("P")
T = TypeVar("T")


class InThread(Protocol):
    """Runs a call in another thread; the Deferred fires in the reactor's own."""

    def __call__(  # noqa: D102 - the class says it
        self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Deferred[T]: ...
