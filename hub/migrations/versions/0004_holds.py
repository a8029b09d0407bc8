"""Holds are decided by people, sources are paused, guards overridden, keys pinned."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("jobs", sa.Column("shown", sa.String(length=64), nullable=True))
    op.add_column("jobs", sa.Column("waived", sa.Text(), nullable=True))
    op.add_column("records", sa.Column("proposed", KEY, nullable=True))
    op.add_column("records", sa.Column("ruled", sa.String(length=8), nullable=True))
    op.create_table(
        "rulings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("job", NUMBER, nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rulings")),
    )
    op.create_index(op.f("ix_rulings_job"), "rulings", ["job"], unique=False)
    op.create_table(
        "instructions",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_instructions")),
    )
    op.create_index(op.f("ix_instructions_source"), "instructions", ["source"], unique=False)
    op.create_table(
        "source_keys",
        sa.Column("source", KEY, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_source_keys")),
    )
