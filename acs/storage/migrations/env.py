"""Alembic's way in: it runs the changes on the connection that ``upgrading`` hands over."""

from alembic import context

from acs.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
# The caller's transaction: a killed upgrade leaves the old schema whole.
context.run_migrations()
