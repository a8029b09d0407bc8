"""The tables of what the hub and each network tell each other of the network's records."""

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column, Index, LargeBinary, String, Table, Text

from hub.store import ledger
from hub.store.columns import HASH, NUMBER, UtcDateTime, key_type

metadata = ledger.metadata

# What the national level proposes to networks. current, proposed: as JSON texts. answer: null while it waits.
corrections = Table(
    "corrections",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("source", key_type, nullable=False),
    Column("collection", key_type, nullable=False),
    Column("local_id", key_type, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("proposed", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("answer", String(10)),
    Column("answer_reason", Text),
    Column("answered_at", UtcDateTime),
    CheckConstraint("answer IN ('accepted', 'refused')", name="answer"),
    Index("ix_corrections_key", "source", "collection", "local_id"),
)

# What each network is told of each of its records. number: of the line, rising within one source: a network asks for
# what came after the last one it has. fingerprint: of all that the line was made of.
feedback = Table(
    "feedback",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("collection", key_type, primary_key=True),
    Column("local_id", key_type, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("fate", String(12), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("line", LargeBinary, nullable=False),
    Index("ix_feedback_number", "source", "number", unique=True),
    Index("ix_feedback_fate", "source", "fate"),
)

# inputs: of all that the lines of a source were made of. number: of its last line.
accounts = Table(
    "accounts",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("as_of", UtcDateTime, nullable=False),
    Column("read_seq", BigInteger),
    Column("totals", JSON, nullable=False),
    Column("inputs", HASH, nullable=False),
)
