"""The database opened without a daemon, for the few commands that write to it themselves.

Only what those commands need; routers and their commands are the daemon's alone.
"""

import getpass
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any

import click
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from acs.audit import Act, acting
from acs.cli.errors import CliError
from acs.facts import Fact
from acs.log import LogSettings, configure
from acs.storage import moving, upgrading
from acs.storage.errors import FactRefusedError, StorageError
from acs.storage.moving import Moved, Progress
from acs.storage.secrets import load_or_create_key
from acs.storage.settings import StorageSettings
from acs.storage.store import Store
from acs.storage.targets import TargetRow

_PAGE = 500
_PATIENCE = 60.0  # seconds; the daemon may hold the database for a moment, not for a minute


class Database:
    """A store whose answers are waited for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_token(
        self,
        hashed: str,
        scopes: Sequence[str],
        name: str,
        expires_at: float | None,
        now: float,
        *,
        account: str | None = None,
    ) -> None:
        """Store a token by its hash, of one subscriber or an operator's; times are Unix seconds.

        Raises:
            CliError: the database would not, or knows a token of that name.
        """
        try:
            added = self._store.add_token(
                hashed, tuple(scopes), name, expires_at, now, account=account
            )
            _wait(added)
        except FactRefusedError as error:
            raise CliError(f"there is a token named {name!r} already") from error
        except StorageError as error:
            raise CliError(f"the database would not store it: {error}") from error

    def commit(self, facts: Sequence[Fact]) -> tuple[object, ...]:
        """Store facts, all of them or none.

        Raises:
            CliError: the database would not.
        """
        try:
            results: tuple[object, ...] = _wait(self._store.commit(facts))
        except StorageError as error:
            raise CliError(f"not stored: {error}") from error
        return results

    def targets(self, router_id: str | None = None) -> Iterator[TargetRow]:
        """Polled devices, in order of router and name.

        Raises:
            CliError: the database would not.
        """
        after = ("", "")
        while True:
            try:
                page = _wait(self._store.targets(after, _PAGE, router_id))
            except StorageError as error:
                raise CliError(f"the database cannot be read: {error}") from error
            yield from page
            if len(page) < _PAGE:
                return
            after = (page[-1].router_id, page[-1].name)


def upgrade(url: str) -> str:
    """Bring a database's schema up to date; its revision.

    Raises:
        CliError: it cannot be reached or written, or is of a newer release.
    """
    configure(LogSettings(level="warning"))
    try:
        return upgrading.upgrade(url)
    except StorageError as error:
        raise CliError(f"cannot upgrade the database: {error}") from error


def move(source: str, destination: str, progress: Progress) -> list[Moved]:
    """Carry a database over, see ``acs.storage.moving.move``.

    Raises:
        CliError: it cannot be done; the destination is as empty as it was.
    """
    configure(LogSettings(level="warning"))
    try:
        return moving.move(source, destination, time.time(), progress)
    except StorageError as error:
        raise CliError(f"not moved: {error}") from error


@contextmanager
def opened(settings: StorageSettings) -> Iterator[Database]:
    """The database of a configuration, brought up to date, and closed at the end.

    Raises:
        CliError: it cannot be opened.
    """
    configure(LogSettings(level="warning"))  # else it goes to stdout, which is the token's
    try:
        key = load_or_create_key(settings.key_path)
        store = Store.open(settings, deliver=lambda call: call(), key=key, metrics=None)
    except (StorageError, OSError) as error:
        raise CliError(f"cannot open the database: {error}") from error
    act = Act(who=getpass.getuser(), channel="cli", what=_words(), at=time.time())
    try:
        with acting(act):
            yield Database(store)
    finally:
        store.close()


def _words() -> str:
    """The command that was given, without its arguments, which may be secret."""
    context = click.get_current_context(silent=True)
    return "acs" if context is None else context.command_path


def _wait(deferred: "Deferred[Any]") -> Any:
    # Without an event loop the Deferred fires in the store's own thread.
    results: SimpleQueue[Any] = SimpleQueue()
    deferred.addBoth(results.put)
    try:
        result = results.get(timeout=_PATIENCE)
    except Empty as error:
        raise CliError(f"the database did not answer in {_PATIENCE:.0f} s") from error
    if isinstance(result, Failure):
        result.raiseException()
    return result
