"""How many records of a source stand and wait is counted in an index, without reading the records."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.drop_index("ix_records_state", "records")
    op.create_index("ix_records_state", "records", ["source", "state", "collection"])
