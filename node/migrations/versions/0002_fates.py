"""What the national level says of our records.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "nation",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1", name=op.f("ck_nation_one_row")), primary_key=True),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Text(), nullable=False),
        sa.Column("read_seq", sa.Integer()),
        sa.Column("fetched_at", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "fates",
        sa.Column("collection", sa.Text(), primary_key=True),
        sa.Column("local_id", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("fate", "label", "words", "line")),
        sqlite_strict=True,
    )
    op.create_index("ix_fates_fate_words", "fates", ["fate", "words"])
