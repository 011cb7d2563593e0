"""Schema changes, oldest first, run by Alembic without an alembic.ini; see ``upgrading``."""
