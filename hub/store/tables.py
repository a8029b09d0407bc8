"""The working database, as SQLAlchemy Core tables that SQLite and PostgreSQL both understand.

    precious   statements (what was received, append only) · judgements, undos (what people decided and took back)
               rulings, instructions, source_keys (what they decided about holds and told us of sources)
               corrections (what was proposed to networks, and what they answered), in `correspondence.py`
               moments (resolutions and releases, so that they can be done again in the same order)
    position   sources · source_state · jobs · records (one row a key: which statement stands); in
               `ledger.py`, runs · pings · told · notices
    derived    clusters · mentions · edges · registers · doubts · issued_ids · golden: rebuilt from the precious part
               to the same bytes
    told       feedback · accounts, in `correspondence.py`: derived too, but numbered in the order in which it was told

`issued_ids` is derived too, but is never emptied: an identifier once given answers for ever.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from hub.store import correspondence
from hub.store.columns import HASH, NATIONAL_ID, NULLABLE_JSON, NUMBER, UtcDateTime, key_type

metadata = correspondence.metadata  # so that whoever knows these tables knows those beside them too

# Conditions of partial indexes, spelt out in queries too: with bound values no index of these would be used.
A_TOMBSTONE = text("op = 'delete'")
ERASED = text("op = 'put' AND payload IS NULL")
A_RENAME = text("op IN ('rekey', 'continued')")

sources = Table(
    "sources",
    metadata,
    Column("name", key_type, primary_key=True),
    Column("title", Text, nullable=False),
    Column("regions", JSON, nullable=False),
    Column("website", Text),
    Column("licence", Text),
    Column("promise_days", Integer, nullable=False, server_default="2"),
)

# How far a source was read. `job` is the visit that may write: a newer visit takes it over (a fencing token).
# judged_with: the stamp of the gate that looked last at all that waits of this source.
source_state = Table(
    "source_state",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("job", NUMBER, nullable=False),
    Column("epoch", Text),
    Column("seq", BigInteger),
    Column("etag", Text),
    Column("proved_job", NUMBER),
    Column("judged_with", Text),
)

jobs = Table(
    "jobs",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("source", key_type, nullable=False, index=True),
    Column("kind", String(12), nullable=False, server_default="visit"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("status", String(16), nullable=False),
    Column("tally", JSON, nullable=False),
    Column("proof", NULLABLE_JSON),
    Column("error", Text),
    Column("reason", Text),
    Column("notes", JSON, nullable=False),
    Column("shown", HASH),
    Column("waived", Text),
)

# number: job * 2**32 + place in the job, so that many jobs append at once without asking each other for numbers.
# op: a line of the feed, or a step of the hub: see hub.model.statement. payload: the canonical bytes
# of a put that could be spelt, else the beginning of the line as it came. schema, judged_with: of a put, the schema
# that its node states and the stamp of the gate (hub/quality/gate.py) that judged it.
statements = Table(
    "statements",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("source", key_type, nullable=False),
    Column("collection", key_type),
    Column("local_id", key_type),
    Column("op", String(10), nullable=False),
    Column("seq", BigInteger),
    Column("hash", HASH),
    Column("modified_at", UtcDateTime),
    Column("detail", NULLABLE_JSON),
    Column("payload", LargeBinary),
    Column("verdict", String(12), nullable=False),
    Column("issues", NULLABLE_JSON),
    Column("schema", Text),
    Column("judged_with", Text),
    Column("received_at", UtcDateTime, nullable=False),
    CheckConstraint(
        "op IN ('put', 'delete', 'rekey', 'unreadable', 'absent', 'released', 'proposed', 'awaited', 'admitted',"
        " 'continued', 'kept', 'apart')",
        name="op",
    ),
    CheckConstraint("verdict IN ('accepted', 'quarantined')", name="verdict"),
    Index("ix_statements_key", "source", "collection", "local_id"),
    Index("ix_statements_tombstones", "source", "number", sqlite_where=A_TOMBSTONE, postgresql_where=A_TOMBSTONE),
    Index("ix_statements_erased", "collection", sqlite_where=ERASED, postgresql_where=ERASED),
    Index("ix_statements_renames", "source", "collection", sqlite_where=A_RENAME, postgresql_where=A_RENAME),
)

# declared_hash: of the last statement received, good or bad; null once the source no longer states the record.
# accepted_*: of the last statement that passed the gate; null once a deletion was applied.
# founded_on, founded_as: when and under which of its source's ids it was first accepted; a rekey hands both on.
# minted: how many founding ids this record gave out, so that none is given twice.
# successor_*: the record that this one was merged into, moved to, or renamed to.
# proposed: of a held record, the id under which it seems to go on. ruled: what a person decided about it since it left.
records = Table(
    "records",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("collection", key_type, primary_key=True),
    Column("local_id", key_type, primary_key=True),
    Column("bucket", String(2), nullable=False),
    Column("state", String(12), nullable=False),
    Column("received_statement", NUMBER, nullable=False),
    Column("declared_hash", HASH),
    Column("accepted_statement", NUMBER),
    Column("accepted_hash", HASH),
    Column("founded_on", UtcDateTime),
    Column("founded_as", key_type),
    Column("minted", Integer, nullable=False),
    Column("successor_source", Text),
    Column("successor_id", Text),
    Column("proposed", key_type),
    Column("ruled", String(8)),
    CheckConstraint("state IN ('accepted', 'quarantined', 'held', 'deleted')", name="state"),
    Index("ix_records_state", "source", "state", "collection"),
    Index("ix_records_founder", "source", "collection", "founded_as"),
)

# source, id: the key that founded the record, which a rekey carries along. statement: what the author had before them.
judgements = Table(
    "judgements",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("collection", key_type, nullable=False),
    Column("left_source", key_type, nullable=False),
    Column("left_id", key_type, nullable=False),
    Column("right_source", key_type, nullable=False),
    Column("right_id", key_type, nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("left_statement", NUMBER),
    Column("right_statement", NUMBER),
    CheckConstraint("verdict IN ('same', 'different', 'unsure')", name="verdict"),
)

undos = Table(
    "undos",
    metadata,
    Column("judgement", NUMBER, ForeignKey("judgements.number"), primary_key=True, autoincrement=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# Each resolution and each release, with how far the log had come: source -> number of its last statement, the last job,
# the last judgement, those taken back.
moments = Table(
    "moments",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("resolved_with", HASH),
    Column("released_as", Text),
    Column("statements", JSON, nullable=False),
    Column("job", NUMBER, nullable=False),
    Column("judgement", NUMBER, nullable=False),
    Column("undone", JSON, nullable=False),
)

# place: of the record in its cluster, in founding order; the record at 0 founded the identifier.
# statement, founded_on, founded_as: of the record when it was resolved. since: the last resolution that touched it.
clusters = Table(
    "clusters",
    metadata,
    Column("collection", key_type, primary_key=True),
    Column("source", key_type, primary_key=True),
    Column("local_id", key_type, primary_key=True),
    Column("national_id", NATIONAL_ID, nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("statement", NUMBER, nullable=False, server_default="0"),
    Column("founded_on", UtcDateTime),
    Column("founded_as", key_type),
    Column("since", NUMBER, nullable=False, server_default="0"),
)

# actor: a record of the same source that the payload refers to by the id its network gave it.
mentions = Table(
    "mentions",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("actor", key_type, primary_key=True),
    Column("collection", key_type, primary_key=True),
    Column("local_id", key_type, primary_key=True),
    Index("ix_mentions_key", "collection", "source", "local_id"),
)

# What resolution knows of a collection between two nights (see hub.resolution.keeping), part by part.
registers = Table(
    "registers",
    metadata,
    Column("collection", key_type, primary_key=True),
    Column("part", key_type, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

edges = Table(
    "edges",
    metadata,
    Column("collection", key_type, primary_key=True),
    Column("left_source", key_type, primary_key=True),
    Column("left_id", key_type, primary_key=True),
    Column("right_source", key_type, primary_key=True),
    Column("right_id", key_type, primary_key=True),
    Column("log_odds", Float, nullable=False),
    Column("parts", JSON, nullable=False),
)

# Pairs that a person should look at. link: log-odds of the two sides that the pair stands for.
# moved: records that would change identifier, networks: how many it concerns, if the decision were the other one.
doubts = Table(
    "doubts",
    metadata,
    Column("collection", key_type, primary_key=True),
    Column("left_source", key_type, primary_key=True),
    Column("left_id", key_type, primary_key=True),
    Column("right_source", key_type, primary_key=True),
    Column("right_id", key_type, primary_key=True),
    Column("joined", Boolean, nullable=False),
    Column("log_odds", Float, nullable=False),
    Column("link", Float, nullable=False),
    Column("moved", Integer, nullable=False),
    Column("networks", Integer, nullable=False),
    Column("parts", JSON, nullable=False),
)

# source, local_id: the founding record. leads_to: only for a redirect, and always to a live identifier.
issued_ids = Table(
    "issued_ids",
    metadata,
    Column("national_id", NATIONAL_ID, primary_key=True),
    Column("collection", key_type, nullable=False),
    Column("source", key_type, nullable=False),
    Column("local_id", key_type, nullable=False),
    Column("state", String(10), nullable=False),
    Column("leads_to", NATIONAL_ID),
    Column("issued_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('live', 'redirect', 'gone')", name="state"),
    CheckConstraint("(state = 'redirect') = (leads_to IS NOT NULL)", name="leads_to"),
)

# made_of: hash of everything the line was made of, so that only touched clusters are compiled again.
# publication: as the source asks; a counted-only record is in statistics and nowhere else.
golden = Table(
    "golden",
    metadata,
    Column("national_id", NATIONAL_ID, primary_key=True),
    Column("collection", key_type, nullable=False, index=True),
    Column("line", LargeBinary, nullable=False),
    Column("hash", HASH, nullable=False),
    Column("publication", Text, nullable=False),
    Column("made_of", HASH, nullable=False),
)

# What people decided about holds, and told the hub about a source. verdict, kind: see hub.store.rulings.
rulings = Table(
    "rulings",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("source", key_type, nullable=False),
    Column("job", NUMBER, nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("records", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# kind: pause or override. until: the last day of an override, in France; a pause has none. ended_*: taken back.
instructions = Table(
    "instructions",
    metadata,
    Column("number", NUMBER, primary_key=True),
    Column("source", key_type, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("until", Date),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Text),
    Column("ended_reason", Text),
)

# Public keys that a source's answers are signed with. until: the last day an older key is accepted, in France.
source_keys = Table(
    "source_keys",
    metadata,
    Column("source", key_type, primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("until", Date),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
