"""Alembic's door: runs the migrations on the connection that `hub.migrations.upgrade` hands over."""

from alembic import context

from hub.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
