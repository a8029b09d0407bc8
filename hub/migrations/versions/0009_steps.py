"""What becomes of a record by no line of its feed is kept among the statements too."""

from alembic import op

revision = "0009"
down_revision = "0008"

OP = (
    "op IN ('put', 'delete', 'rekey', 'unreadable', 'absent', 'released', 'proposed', 'awaited', 'admitted',"
    " 'continued', 'kept', 'apart')"
)


def upgrade() -> None:
    # SQLite changes no constraint: there the table is copied, with its others.
    with op.batch_alter_table("statements") as batch:
        batch.drop_constraint(op.f("ck_statements_op"), type_="check")
        batch.create_check_constraint(op.f("ck_statements_op"), OP)
