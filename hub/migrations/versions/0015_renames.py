"""Which records were renamed, and to what, is found without reading everything that was said."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

RENAME = sa.text("op IN ('rekey', 'continued')")


def upgrade() -> None:
    op.create_index(
        "ix_statements_renames",
        "statements",
        ["source", "collection"],
        sqlite_where=RENAME,
        postgresql_where=RENAME,
    )
