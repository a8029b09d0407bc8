"""Alembic's door: runs the revisions on the connection that `node.store.migrate` hands over."""

from alembic import context

from node.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
