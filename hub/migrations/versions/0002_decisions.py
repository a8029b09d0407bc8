"""Judgements are taken back, follow the record that was judged, and know what their author saw; pairs are doubted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("judgements", sa.Column("left_statement", NUMBER, nullable=True))
    op.add_column("judgements", sa.Column("right_statement", NUMBER, nullable=True))
    _name_by_founder("left")
    _name_by_founder("right")
    op.create_table(
        "undos",
        sa.Column("judgement", NUMBER, autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["judgement"], ["judgements.number"], name=op.f("fk_undos_judgement_judgements")),
        sa.PrimaryKeyConstraint("judgement", name=op.f("pk_undos")),
    )
    op.create_table(
        "doubts",
        sa.Column("collection", KEY, nullable=False),
        sa.Column("left_source", KEY, nullable=False),
        sa.Column("left_id", KEY, nullable=False),
        sa.Column("right_source", KEY, nullable=False),
        sa.Column("right_id", KEY, nullable=False),
        sa.Column("joined", sa.Boolean(), nullable=False),
        sa.Column("log_odds", sa.Float(), nullable=False),
        sa.Column("link", sa.Float(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("networks", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "collection", "left_source", "left_id", "right_source", "right_id", name=op.f("pk_doubts")
        ),
    )


def _name_by_founder(side: str) -> None:
    """A record was named by its key; from now on by the key that founded it, which no rename changes."""
    judgements, records = (
        sa.table("judgements", sa.column("collection"), sa.column(f"{side}_source"), sa.column(f"{side}_id")),
        sa.table("records", *map(sa.column, ("collection", "source", "local_id", "founded_as"))),
    )
    key = judgements.c[f"{side}_id"]
    founder = sa.select(records.c.founded_as).where(
        records.c.collection == judgements.c.collection,
        records.c.source == judgements.c[f"{side}_source"],
        records.c.local_id == key,
    )
    op.execute(sa.update(judgements).values({key: sa.func.coalesce(founder.scalar_subquery(), key)}))
