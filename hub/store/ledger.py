"""The tables that say what the hub does by itself: its runs, who asked for one, and whom it told by mail."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Date, Integer, String, Table, Text, UniqueConstraint

from hub.store import columns
from hub.store.columns import NULLABLE_JSON, NUMBER, UtcDateTime, key_type

metadata = columns.metadata

# local_date: null for a run that no date asks for. turn: 1 while it is open, so that only one is.
# owner: the token of the process that may write for it. The status is derived from evidence and error.
runs = Table(
    "runs",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("errand", String(16), nullable=False),
    Column("local_date", Date),
    Column("sources", NULLABLE_JSON),
    Column("turn", Integer, unique=True),
    Column("owner", Text),
    Column("attempt", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("heartbeat_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, index=True),
    Column("evidence", NULLABLE_JSON),
    Column("error", Text),
    Column("reason", Text),
    UniqueConstraint("errand", "local_date"),
    CheckConstraint("(turn IS NULL) = (ended_at IS NOT NULL)", name="turn"),
)

# asked_at: since when the source waits to be read; null once a reading began that answers it.
pings = Table(
    "pings",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("asked_at", UtcDateTime),
    Column("served_at", UtcDateTime),
)

# What was told last of each source, "" standing for the hub itself: a mail goes out when it changes.
told = Table(
    "told",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("failing", Boolean, nullable=False),
    Column("hold", String(12)),
    Column("quarantined", Integer, nullable=False),
)

# about: the job, or the run, that showed it. facts: what the text is made of. claimed_*: by a sender, for a while.
# handed_at: set before the mail server is given the text; with neither sent_at nor refused_at, nobody knows.
notices = Table(
    "notices",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("source", key_type, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("about", NUMBER, nullable=False),
    Column("audience", String(8), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("claimed_by", Text),
    Column("claimed_at", UtcDateTime),
    Column("handed_at", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("refused_at", UtcDateTime),
    Column("error", Text),
    UniqueConstraint("source", "kind", "about", "audience"),
)
