"""Runs the migrations on the connection, and in the transaction, of `archive/schema.py`."""

from alembic import context

from archive.schema import VERSION_TABLE
from archive.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
