"""A real PostgreSQL server for the tests, with a template database of the current schema."""

from itertools import count

from sqlalchemy import Engine, text

from acs.storage.upgrading import upgrade


class Cluster:
    """A PostgreSQL server with a template database that has the current schema."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._numbers = count(1)
        self.run("CREATE DATABASE template_acs")
        upgrade(self.url("template_acs"))

    def url(self, database: str) -> str:
        return self._engine.url.set(drivername="postgresql", database=database).render_as_string(
            hide_password=False
        )

    def run(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(statement))

    def create(self, *, template: str = "template_acs") -> str:
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
