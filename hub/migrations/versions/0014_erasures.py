"""What networks asked to erase, and what lost its content, are found without reading everything they said."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TOMBSTONE = sa.text("op = 'delete'")
ERASED = sa.text("op = 'put' AND payload IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_statements_tombstones",
        "statements",
        ["source", "number"],
        sqlite_where=TOMBSTONE,
        postgresql_where=TOMBSTONE,
    )
    op.create_index("ix_statements_erased", "statements", ["collection"], sqlite_where=ERASED, postgresql_where=ERASED)
