"""A night resolves and compiles what it touches: registers are kept, and clusters know what they were made of and when.

The next cycle after this resolves and compiles everything once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("clusters", sa.Column("statement", NUMBER, nullable=False, server_default="0"))
    op.add_column("clusters", sa.Column("founded_on", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clusters", sa.Column("founded_as", KEY, nullable=True))
    op.add_column("clusters", sa.Column("since", NUMBER, nullable=False, server_default="0"))
    op.create_index("ix_records_founder", "records", ["source", "collection", "founded_as"])
    op.create_table(
        "mentions",
        sa.Column("source", KEY, nullable=False),
        sa.Column("actor", KEY, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("local_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("source", "actor", "collection", "local_id", name=op.f("pk_mentions")),
    )
    op.create_index("ix_mentions_key", "mentions", ["collection", "source", "local_id"])
    op.create_table(
        "registers",
        sa.Column("collection", KEY, nullable=False),
        sa.Column("part", KEY, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "part", name=op.f("pk_registers")),
    )
    meta = sa.table("meta", sa.column("key"))
    op.execute(sa.delete(meta).where(meta.c.key.in_(("resolved", "compiled"))))
