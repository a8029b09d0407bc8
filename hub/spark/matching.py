"""Matching on Spark: lines of any number in, the clusters of the local engine out.

    lines ─► rows ─► counts ─► keys ─► candidates ─► ties ─► components ─► clusters, pairs
     tasks    SQL     SQL      tasks    SQL          tasks    driver       tasks

The driver holds what was counted (`base.py`) and the ids that a likely pair ties together: components of two ids a
pair are an affair of seconds there, where Spark would shuffle them once for every step of the longest chain. Rows and
candidates stay with the workers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa

from hub.resolution.block import MOST_IN_BLOCK
from hub.resolution.components import MOST_IN_GROUP
from hub.resolution.matching import CLUSTERS, PAIRS, Summary, Told
from hub.resolution.model import Weights
from hub.spark import tasks
from hub.spark.base import FACTS, LEAST_TOLD, WORD, Base
from schemas.errors import NotFound, RequestError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

_TYPES = {
    pa.string(): "string",
    pa.binary(): "binary",
    pa.bool_(): "boolean",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.list_(pa.string()): "array<string>",
}
_TOGETHER = 4_096  # rows of whole teams that one task looks at together

_PARTS = (
    "CAST({given} AS bigint) AS given",
    "_metadata.file_path AS file",
    "_metadata.file_block_start AS block",
    "CAST(value AS binary) AS value",
)
_STANDING = """
    SELECT id, row
    FROM (
        SELECT *, row_number() OVER (PARTITION BY id ORDER BY given DESC, file DESC, block DESC, at DESC) AS age
        FROM {lines} WHERE id <> ''
    )
    WHERE age = 1 AND is_record
"""
_COUNTS = """
    SELECT kind, key, count(*) AS rows, count(DISTINCT value) AS different
    FROM {facts} GROUP BY kind, key HAVING kind = {word} OR count(DISTINCT value) >= {least}
"""
_CANDIDATES = """
    WITH small AS (SELECT key FROM {keys} GROUP BY key HAVING count(*) BETWEEN 2 AND {most}),
         blocks AS (SELECT * FROM {keys} LEFT SEMI JOIN small USING (key))
    SELECT DISTINCT a.id AS one, b.id AS two FROM blocks a JOIN blocks b ON a.key = b.key AND a.id < b.id
"""
_WITH_ROWS = """
    SELECT one, two, a.row AS row_one, b.row AS row_two
    FROM {candidates} JOIN {rows} a ON one = a.id JOIN {rows} b ON two = b.id
"""
_INSIDE = """
    SELECT a.bucket, a.size, one, two
    FROM {candidates} JOIN {teams} a ON one = a.id JOIN {teams} b ON two = b.id AND a.team = b.team
"""
_HOMES = """
    SELECT rows.id AS record_id, coalesce(cluster_id, rows.id) AS cluster_id
    FROM {rows} rows LEFT JOIN {placed} placed ON rows.id = placed.id
"""
_FIGURES = """
    SELECT (SELECT count(*) FROM {lines}) AS lines,
           (SELECT count(*) FROM {lines} WHERE is_record) AS changed,
           (SELECT count(*) FROM {homes}) AS records,
           (SELECT count(DISTINCT cluster_id) FROM {homes}) AS clusters,
           (SELECT count(*) FROM {candidates}) - (SELECT count(*) FROM {inside} WHERE size <= {most}) AS compared
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found: the tables CLUSTERS and PAIRS, each sorted."""

    summary: Summary
    homes: "DataFrame"
    pairs: "DataFrame"


def address(file: str) -> str:
    """A file as Spark names it: a path of this machine, which every worker must see too, or any address Spark reads.

    Raises NotFound; RequestError for a name that Spark would take for a pattern, or for a file to leave out.
    """
    if "://" in file:
        return file
    path = Path(file).resolve()
    if not path.is_file():
        raise NotFound(f"no such file: {file}")
    if path.name[0] in "._" or set(str(path)) & set("*?[]{}\\"):
        raise RequestError(f"Spark cannot read a file of this name, rename it: {file}")
    return f"file://{path}"


def run(spark: "SparkSession", files: Sequence[str], weights: Weights, *, with_pairs: bool) -> Found:
    """Match the lines of files, named as Spark names them; on one record, the last line of the last file stands.

    Without `with_pairs`, `pairs` is empty. Raises what Spark raises.
    """
    raw = _raw(spark, files)
    lines = raw.mapInArrow(tasks.read, _ddl(tasks.LINES)).persist()
    rows = spark.sql(_STANDING, lines=lines).persist()
    base = _base(spark, rows)
    keys = rows.mapInArrow(partial(tasks.keyed, base=base), _ddl(tasks.KEYS)).persist()
    candidates = spark.sql(_CANDIDATES, keys=keys, most=MOST_IN_BLOCK).persist()
    with_rows = spark.sql(_WITH_ROWS, candidates=candidates, rows=rows)
    ties = with_rows.mapInArrow(partial(tasks.tied, base=base, weights=weights), _ddl(tasks.TIES)).toArrow()
    members = tasks.teams(ties, _TOGETHER)
    teams = spark.createDataFrame(members)
    inside = spark.sql(_INSIDE, candidates=candidates, teams=teams).persist()
    place = partial(tasks.placed, base=base, weights=weights, with_pairs=with_pairs)
    placed = _together(spark, rows, teams, inside, place).persist()
    homes = spark.sql(_HOMES, rows=rows, placed=placed.where("id IS NOT NULL")).persist()
    tables = {"lines": lines, "homes": homes, "candidates": candidates, "inside": inside}
    figures = spark.sql(_FIGURES, **tables, most=MOST_IN_GROUP).collect()[0].asDict()
    told = _told(spark, raw, lines)
    summary = Summary(
        **figures | {"compared": figures["compared"] + _every(members)},
        broken=[each for each in told if not each.record_id],
        odd=[each for each in told if each.record_id],
    )
    pairs = placed.where("left IS NOT NULL").select(*PAIRS.names)
    return Found(summary=summary, homes=homes.sort(*CLUSTERS.names), pairs=pairs.sort(*PAIRS.names[:2]))


def written(table: "DataFrame") -> Iterator[bytes]:
    """A sorted table as lines of CSV, some at a time."""
    for row in table.mapInArrow(tasks.written, _ddl(tasks.CSV)).toLocalIterator(prefetchPartitions=True):
        yield bytes(row.lines)


def _raw(spark: "SparkSession", files: Sequence[str]) -> "DataFrame":
    """Every line of every file, with where it stands."""
    texts = (spark.read.option("lineSep", "\n").text(file) for file in files)
    parts = (text.selectExpr(*(part.format(given=number) for part in _PARTS)) for number, text in enumerate(texts))
    return reduce(lambda one, two: one.unionAll(two), parts)


def _base(spark: "SparkSession", rows: "DataFrame") -> Base:
    facts = rows.mapInArrow(tasks.facts, _ddl(FACTS))
    return Base.of(spark.sql(_COUNTS, facts=facts, word=WORD, least=LEAST_TOLD).toArrow(), rows.count())


def _together(
    spark: "SparkSession",
    rows: "DataFrame",
    teams: "DataFrame",
    inside: "DataFrame",
    task: Callable[[pa.Table, pa.Table], pa.Table],
) -> "DataFrame":
    """What a task finds in the rows of whole teams, and the candidates inside those too large to compare whole."""
    members = spark.sql("SELECT bucket, team, r.* FROM {rows} r JOIN {teams} USING (id)", rows=rows, teams=teams)
    large = spark.sql(
        "SELECT bucket AS bucket, one, two FROM {inside} WHERE size > {most}", inside=inside, most=MOST_IN_GROUP
    )
    return members.groupBy("bucket").cogroup(large.groupBy("bucket")).applyInArrow(task, _ddl(tasks.PLACED))


def _every(members: pa.Table) -> int:
    """How many pairs there are inside components small enough to compare whole."""
    sizes = members["size"].to_numpy()
    return int((sizes[sizes <= MOST_IN_GROUP] - 1).sum()) // 2


def _told(spark: "SparkSession", raw: "DataFrame", lines: "DataFrame") -> list[Told]:
    """What is to be told of lines, in their order."""
    place = ["given", "file", "block"]
    odd = lines.where("size(messages) > 0").select(*place, "at", "id", "messages").sort(*place, "at").collect()
    if not odd:
        return []
    parts = spark.sql("SELECT given, file, block, count(*) AS size FROM {raw} GROUP BY ALL", raw=raw)
    return list(_numbered(parts.sort(*place).collect(), odd))


def _numbered(parts: Iterable["Row"], odd: Iterable["Row"]) -> Iterator[Told]:
    """Lines told with their number in the file: `at` counts from the start of a part of it."""
    before: dict[tuple[int, str, int], int] = {}
    for _, of_file in groupby(parts, key=lambda part: (part.given, part.file)):
        lines = 1
        for part in of_file:
            before[part.given, part.file, part.block] = lines
            lines += part.size
    for each in odd:
        line = before[each.given, each.file, each.block] + each.at
        file = unquote(each.file.removeprefix("file:"))
        yield from (Told(file=file, line=line, record_id=each.id, message=message) for message in each.messages)


def _ddl(schema: pa.Schema) -> str:
    """An Arrow schema as Spark writes it."""
    return ", ".join(f"{field.name} {_type(field.type)}" for field in schema)


def _type(type_: pa.DataType) -> str:
    if pa.types.is_struct(type_):
        return f"struct<{', '.join(f'{field.name}: {_type(field.type)}' for field in type_.fields)}>"
    return _TYPES[type_]
