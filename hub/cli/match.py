"""`rrma-hub match`: find the records of any directories that speak of one body, without a hub."""

import hashlib
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import orjson
import pyarrow as pa
import typer

from hub.cli.plain import ATTENTION, DONE, AsJson, show_facts, show_json
from hub.resolution import keeping, matching
from hub.resolution.model import Model, Weights, load
from schemas.errors import NotFound, RequestError

app = typer.Typer()

_TOLD = 20  # lines about records told in full; --json tells all

Files = Annotated[
    list[str], typer.Argument(help='NDJSON: {"source", "id", "record"}, or {"source", "id", "op": "delete"}.')
]
Out = Annotated[Path, typer.Option(help="CSV: record_id, cluster_id.")]
Pairs = Annotated[Path | None, typer.Option(help="CSV of the pairs inside clusters: log-odds and their parts.")]
State = Annotated[
    Path | None, typer.Option(help="A folder that keeps what was read: next time, only what changed need be given.")
]
ModelFile = Annotated[Path | None, typer.Option(help="Another model, as `rrma-hub model train` writes it.")]
Threads = Annotated[int, typer.Option(min=1, help="How many threads score pairs; the result is the same.")]


class Engine(StrEnum):
    """What runs a match."""

    LOCAL = "local"
    SPARK = "spark"


Engines = Annotated[Engine, typer.Option(help="spark: past one machine, same result; needs the extra `spark`.")]
Master = Annotated[str, typer.Option(help="Spark only: local[*], yarn, spark://HOST:PORT, k8s://…")]
Settings = Annotated[list[str] | None, typer.Option("--conf", help="Spark only: a setting of Spark, NAME=VALUE.")]


@app.command()
def match(
    files: Files,
    out: Out,
    pairs: Pairs = None,
    state: State = None,
    model: ModelFile = None,
    threads: Threads = 1,
    engine: Engines = Engine.LOCAL,
    master: Master = "local[*]",
    conf: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Group the records of NDJSON files that speak of one body.

    Exit codes: 0 done, 2 a file is missing, the state is another version's, or Spark is not installed, 3 done but for
    lines left out.
    """
    if engine is Engine.SPARK:
        if state:
            raise RequestError("--state keeps nights on one machine: with --engine spark give every record each time")
        summary = _on_spark(files, load(model).collections["actor"], out, pairs, master, conf or [])
    else:
        summary = _here([Path(file) for file in files], load(model), out, pairs, state, threads)
    _tell(summary, as_json=as_json)
    raise typer.Exit(ATTENTION if summary.broken else DONE)


def _here(
    files: list[Path], model: Model, out: Path, pairs: Path | None, state: Path | None, threads: int
) -> matching.Summary:
    if missing := [str(path) for path in files if not path.is_file()]:
        raise NotFound(f"no such file: {', '.join(missing)}")
    pa.set_memory_pool(pa.system_memory_pool())  # gives back what is no longer needed: a fifth less at the peak
    actors, name = model.collections["actor"], _name(model)
    shelf = keeping.Folder(state) if state else None
    kept = keeping.read(shelf, name) if shelf else keeping.Kept.empty()
    night = matching.read(_lines(files), kept)
    after = matching.run(night, kept, actors, threads)
    found = matching.clusters(after)
    _write_csv(out, matching.CLUSTERS, [matching.as_csv(found)])
    if pairs:
        _write_csv(pairs, matching.PAIRS, map(matching.as_csv, matching.pairs(after, actors)))
    if shelf and after is not kept:
        keeping.write(shelf, after, name)
    return matching.Summary(
        lines=night.lines,
        changed=night.changed,
        records=len(found),
        clusters=len(found["cluster_id"].unique()),
        compared=after.register.compared if after is not kept else 0,
        broken=night.broken,
        odd=night.odd,
    )


def _on_spark(
    files: list[str], weights: Weights, out: Path, pairs: Path | None, master: str, conf: list[str]
) -> matching.Summary:
    if unread := [each for each in conf if "=" not in each]:
        raise RequestError(f"--conf takes NAME=VALUE, as spark.executor.memory=4g: {', '.join(unread)}")
    settings = dict(each.split("=", 1) for each in conf)
    on_spark, session = import_module("hub.spark.matching"), import_module("hub.spark.session").session
    with session(master, settings) as spark:
        found = on_spark.run(spark, [on_spark.address(file) for file in files], weights, with_pairs=bool(pairs))
        _write_csv(out, matching.CLUSTERS, on_spark.written(found.homes))
        if pairs:
            _write_csv(pairs, matching.PAIRS, on_spark.written(found.pairs))
        summary: matching.Summary = found.summary
        return summary


def _tell(summary: matching.Summary, *, as_json: bool) -> None:
    facts = {name: getattr(summary, name) for name in ("lines", "changed", "records", "clusters", "compared")}
    facts |= {"left_out": len(summary.broken), "invalid": len({told.record_id for told in summary.odd})}
    if as_json:
        told = {"left_out": summary.broken, "invalid": summary.odd}
        show_json(facts | {name: list(map(asdict, each)) for name, each in told.items()})
        return
    lines = [*summary.broken, *summary.odd]
    for each in lines[:_TOLD]:
        print(f"{each.file}:{each.line}: {each.record_id} {each.message}", file=sys.stderr)
    if len(lines) > _TOLD:
        print(f"… {len(lines) - _TOLD} more; --json tells all", file=sys.stderr)
    show_facts(facts, as_json=False)


def _lines(files: Iterable[Path]) -> Iterator[matching.Line]:
    for path in files:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                yield str(path), number, line.removeprefix(BOM_UTF8) if number == 1 else line


def _write_csv(path: Path, schema: pa.Schema, parts: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.write((",".join(schema.names) + "\n").encode())
        file.writelines(parts)


def _name(model: Model) -> str:
    return hashlib.sha256(orjson.dumps(asdict(model.collections["actor"]))).hexdigest()
