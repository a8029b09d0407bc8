"""Mails about changes: what was told last of each source, and what became of each notice."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("source", KEY, nullable=False),
        sa.Column("failing", sa.Boolean(), nullable=False),
        sa.Column("hold", sa.String(12), nullable=True),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_told")),
    )
    op.create_table(
        "notices",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("about", NUMBER, nullable=False),
        sa.Column("audience", sa.String(8), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_notices")),
        sa.UniqueConstraint("source", "kind", "about", "audience", name=op.f("uq_notices_source_kind_about_audience")),
    )
