"""What waits is judged again when the gate changed: what judged each statement, and jobs that read nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("kind", sa.String(length=12), server_default="visit", nullable=False))
    op.add_column("source_state", sa.Column("judged_with", sa.Text(), nullable=True))
    op.add_column("statements", sa.Column("schema", sa.Text(), nullable=True))
    op.add_column("statements", sa.Column("judged_with", sa.Text(), nullable=True))
