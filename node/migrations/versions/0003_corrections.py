"""Corrections that the national level proposed and the network accepted.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("collection", "local_id", "pointer", "current", "proposed", "accepted_at")
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_corrections_collection_local_id", "corrections", ["collection", "local_id"])
