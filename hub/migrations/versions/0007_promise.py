"""What the hub promises of a network's freshness."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("sources", sa.Column("promise_days", sa.Integer(), server_default="2", nullable=False))
