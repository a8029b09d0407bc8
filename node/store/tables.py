"""The node's tables. STRICT, so a wrong type is refused by SQLite itself; times are RFC 3339 texts in UTC.

node         one row: epoch, seq, how far history was compacted
collections  count and set digest of the live records, kept in step with every change
records      the newest change of each record, ready to send; a tombstone has no hash and no payload;
             `words` is what the public page searches and sorts by, none when it may not show the record
changes      every change ever made, append only, without content: an erased record leaves no text behind
ingests      every file taken in, with its counts
kept_back    rows of the last file of each origin that could not be stored, and why
nation       one row: where the feedback of the national level stands
fates        what became of each record there, as last fetched
receipts     what the national level told of each erasure that was asked for, as it signed it
erased       ids whose records were erased on request: no file states them again until that is lifted
corrections  what the national level proposed and the network accepted: it holds until the network's file says otherwise
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

node = Table(
    "node",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("compacted_before", Integer, nullable=False),
    Column("stated_at", Text, nullable=False),
    sqlite_strict=True,
)

collections = Table(
    "collections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    sqlite_strict=True,
)

records = Table(
    "records",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("collection", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("modified_at", Text, nullable=False),
    Column("hash", Text),
    Column("payload", LargeBinary),
    Column("reason", Text),
    Column("words", Text),
    CheckConstraint("(hash IS NULL) = (payload IS NULL)", name="content"),
    Index(None, "collection", "local_id", unique=True),
    Index(None, "collection", "bucket"),
    Index(None, "collection", "words"),
    sqlite_strict=True,
)

changes = Table(
    "changes",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("ingest", Integer, nullable=False),
    Column("op", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("hash", Text),
    Column("reason", Text),
    Column("modified_at", Text, nullable=False),
    sqlite_strict=True,
)

ingests = Table(
    "ingests",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("ingested_at", Text, nullable=False),
    Column("dated", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("issues", Integer, nullable=False),
    Column("kept_back", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("same", Integer, nullable=False),
    Column("vanished", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    sqlite_strict=True,
)

kept_back = Table(
    "kept_back",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("sheet", Text),
    Column("local_id", Text),
    Column("issues", Text, nullable=False),
    sqlite_strict=True,
)

nation = Table(
    "nation",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("epoch", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("read_seq", Integer),
    Column("fetched_at", Text, nullable=False),
    Column("totals", Text, nullable=False),
    sqlite_strict=True,
)

fates = Table(
    "fates",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("local_id", Text, primary_key=True),
    Column("fate", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("line", Text, nullable=False),
    Index(None, "fate", "words"),
    sqlite_strict=True,
)

erased = Table(
    "erased",
    metadata,
    Column("collection", Text, primary_key=True),
    Column("local_id", Text, primary_key=True),
    Column("asked_at", Text, nullable=False),
    sqlite_strict=True,
)

corrections = Table(
    "corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("collection", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("pointer", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("proposed", Text, nullable=False),
    Column("accepted_at", Text, nullable=False),
    Index(None, "collection", "local_id"),
    sqlite_strict=True,
)

receipts = Table(
    "receipts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("collection", Text, nullable=False),
    Column("local_id", Text, nullable=False),
    Column("asked_at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fetched_at", Text, nullable=False),
    sqlite_strict=True,
)
