"""The ids that no file may state again by itself: those whose last change was an erasure.

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased",
        sa.Column("collection", sa.Text(), primary_key=True),
        sa.Column("local_id", sa.Text(), primary_key=True),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    op.execute(
        "INSERT INTO erased SELECT collection, local_id, modified_at FROM changes AS last WHERE reason = 'erased'"
        " AND NOT EXISTS (SELECT 1 FROM changes AS later WHERE later.collection = last.collection"
        " AND later.local_id = last.local_id AND later.seq > last.seq)"
    )
