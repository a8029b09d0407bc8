"""The first shape of the working database."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NATIONAL_ID = sa.String(13).with_variant(sa.String(13, collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "clusters",
        sa.Column("collection", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("local_id", KEY, nullable=False),
        sa.Column("national_id", NATIONAL_ID, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("collection", "source", "local_id", name=op.f("pk_clusters")),
    )
    op.create_index(op.f("ix_clusters_national_id"), "clusters", ["national_id"], unique=False)
    op.create_table(
        "edges",
        sa.Column("collection", KEY, nullable=False),
        sa.Column("left_source", KEY, nullable=False),
        sa.Column("left_id", KEY, nullable=False),
        sa.Column("right_source", KEY, nullable=False),
        sa.Column("right_id", KEY, nullable=False),
        sa.Column("log_odds", sa.Float(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(
            "collection", "left_source", "left_id", "right_source", "right_id", name=op.f("pk_edges")
        ),
    )
    op.create_table(
        "golden",
        sa.Column("national_id", NATIONAL_ID, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("publication", sa.Text(), nullable=False),
        sa.Column("made_of", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("national_id", name=op.f("pk_golden")),
    )
    op.create_index(op.f("ix_golden_collection"), "golden", ["collection"], unique=False)
    op.create_table(
        "issued_ids",
        sa.Column("national_id", NATIONAL_ID, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("local_id", KEY, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("leads_to", NATIONAL_ID, nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'redirect') = (leads_to IS NOT NULL)", name=op.f("ck_issued_ids_leads_to")),
        sa.CheckConstraint("state IN ('live', 'redirect', 'gone')", name=op.f("ck_issued_ids_state")),
        sa.PrimaryKeyConstraint("national_id", name=op.f("pk_issued_ids")),
    )
    op.create_table(
        "jobs",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("proof", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_source"), "jobs", ["source"], unique=False)
    op.create_table(
        "judgements",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("left_source", KEY, nullable=False),
        sa.Column("left_id", KEY, nullable=False),
        sa.Column("right_source", KEY, nullable=False),
        sa.Column("right_id", KEY, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('same', 'different', 'unsure')", name=op.f("ck_judgements_verdict")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_judgements")),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "records",
        sa.Column("source", KEY, nullable=False),
        sa.Column("collection", KEY, nullable=False),
        sa.Column("local_id", KEY, nullable=False),
        sa.Column("bucket", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_statement", NUMBER, nullable=False),
        sa.Column("declared_hash", sa.String(length=64), nullable=True),
        sa.Column("accepted_statement", NUMBER, nullable=True),
        sa.Column("accepted_hash", sa.String(length=64), nullable=True),
        sa.Column("founded_on", sa.DateTime(timezone=True), nullable=True),
        sa.Column("founded_as", KEY, nullable=True),
        sa.Column("minted", sa.Integer(), nullable=False),
        sa.Column("successor_source", sa.Text(), nullable=True),
        sa.Column("successor_id", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('accepted', 'quarantined', 'held', 'deleted')", name=op.f("ck_records_state")),
        sa.PrimaryKeyConstraint("source", "collection", "local_id", name=op.f("pk_records")),
    )
    op.create_index("ix_records_state", "records", ["source", "state"], unique=False)
    op.create_table(
        "source_state",
        sa.Column("source", KEY, nullable=False),
        sa.Column("job", NUMBER, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("proved_job", NUMBER, nullable=True),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_state")),
    )
    op.create_table(
        "sources",
        sa.Column("name", KEY, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("licence", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sources")),
    )
    op.create_table(
        "statements",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("collection", KEY, nullable=True),
        sa.Column("local_id", KEY, nullable=True),
        sa.Column("op", sa.String(length=10), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("detail", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("issues", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("op IN ('put', 'delete', 'rekey', 'absent', 'unreadable')", name=op.f("ck_statements_op")),
        sa.CheckConstraint("verdict IN ('accepted', 'quarantined')", name=op.f("ck_statements_verdict")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_statements")),
    )
    op.create_index("ix_statements_key", "statements", ["source", "collection", "local_id"], unique=False)
