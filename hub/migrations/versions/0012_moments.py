"""Resolutions and releases are part of the log: each with what it was given."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "moments",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_with", sa.String(64), nullable=True),
        sa.Column("released_as", sa.Text(), nullable=True),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("job", NUMBER, nullable=False),
        sa.Column("judgement", NUMBER, nullable=False),
        sa.Column("undone", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_moments")),
    )
