"""The tables of a node's first version.

Revision: 0001, the first
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "node",
        sa.Column("id", sa.Integer(), sa.CheckConstraint("id = 1", name=op.f("ck_node_one_row")), primary_key=True),
        _text("epoch"),
        _integer("seq"),
        _integer("compacted_before"),
        _text("stated_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "collections",
        sa.Column("name", sa.Text(), primary_key=True),
        _integer("count"),
        _text("digest"),
        sqlite_strict=True,
    )
    op.create_table(
        "records",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        _text("collection"),
        _text("local_id"),
        _text("origin"),
        _text("bucket"),
        _text("modified_at"),
        sa.Column("hash", sa.Text()),
        sa.Column("payload", sa.LargeBinary()),
        sa.Column("reason", sa.Text()),
        sa.Column("words", sa.Text()),
        sa.CheckConstraint("(hash IS NULL) = (payload IS NULL)", name=op.f("ck_records_content")),
        sqlite_strict=True,
    )
    op.create_index("ix_records_collection_local_id", "records", ["collection", "local_id"], unique=True)
    op.create_index("ix_records_collection_bucket", "records", ["collection", "bucket"])
    op.create_index("ix_records_collection_words", "records", ["collection", "words"])
    op.create_table(
        "changes",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        _integer("ingest"),
        _text("op"),
        _text("collection"),
        _text("local_id"),
        sa.Column("hash", sa.Text()),
        sa.Column("reason", sa.Text()),
        _text("modified_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "ingests",
        sa.Column("id", sa.Integer(), primary_key=True),
        *map(_text, ("origin", "collection", "file", "ingested_at", "dated")),
        *map(_integer, ("rows", "accepted", "issues", "kept_back", "new", "changed", "same", "vanished", "seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "kept_back",
        sa.Column("id", sa.Integer(), primary_key=True),
        _text("origin"),
        _text("collection"),
        _integer("row"),
        sa.Column("sheet", sa.Text()),
        sa.Column("local_id", sa.Text()),
        _text("issues"),
        sqlite_strict=True,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)
