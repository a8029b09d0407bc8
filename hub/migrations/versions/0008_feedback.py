"""Networks are told what became of their records."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("source", KEY, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("local_id", KEY, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "collection", "local_id", name=op.f("pk_feedback")),
    )
    op.create_index("ix_feedback_number", "feedback", ["source", "number"], unique=True)
    op.create_index("ix_feedback_fate", "feedback", ["source", "fate"], unique=False)
    op.create_table(
        "accounts",
        sa.Column("source", KEY, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_seq", sa.BigInteger(), nullable=True),
        sa.Column("totals", sa.JSON(), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_accounts")),
    )
