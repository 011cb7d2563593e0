"""Both databases, as storage's own tests have them."""

from tests.storage.conftest import sqlite_template, url

__all__ = ["sqlite_template", "url"]
