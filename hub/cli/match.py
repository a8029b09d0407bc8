"""`rrma-hub match`: find the records of any directories that speak of one body, without a hub."""

import hashlib
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import pyarrow as pa
import typer

from hub.cli.door import ATTENTION, DONE, AsJson, show_facts, show_json
from hub.resolution import keeping, matching
from hub.resolution.model import Model, load
from schemas.errors import NotFound

app = typer.Typer()

_TOLD = 20  # lines about records told in full; --json tells all

Files = Annotated[
    list[Path], typer.Argument(help='NDJSON: {"source", "id", "record"}, or {"source", "id", "op": "delete"}.')
]
Out = Annotated[Path, typer.Option(help="CSV: record_id, cluster_id.")]
Pairs = Annotated[Path | None, typer.Option(help="CSV of the pairs inside clusters: log-odds and their parts.")]
State = Annotated[
    Path | None, typer.Option(help="A folder that keeps what was read: next time, only what changed need be given.")
]
Weights = Annotated[Path | None, typer.Option(help="Another model, as `rrma-hub model train` writes it.")]
Threads = Annotated[int, typer.Option(min=1, help="How many threads score pairs; the result is the same.")]


@app.command()
def match(
    files: Files,
    out: Out,
    pairs: Pairs = None,
    state: State = None,
    model: Weights = None,
    threads: Threads = 1,
    as_json: AsJson = False,
) -> None:
    """Group the records of NDJSON files that speak of one body.

    Exit codes: 0 done, 2 a file is missing or the state is another version's, 3 done but for lines left out.
    """
    if missing := [str(path) for path in files if not path.is_file()]:
        raise NotFound(f"no such file: {', '.join(missing)}")
    weights = load(model)
    actors, name = weights.collections["actor"], _name(weights)
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
    _tell(night, found, after.register.compared if after is not kept else 0, as_json=as_json)
    raise typer.Exit(ATTENTION if night.broken else DONE)


def _tell(night: matching.Night, found: pa.Table, compared: int, *, as_json: bool) -> None:
    facts = {
        "lines": night.lines,
        "changed": len(night.ids),
        "records": len(found),
        "clusters": len(found["cluster_id"].unique()),
        "compared": compared,
        "left_out": len(night.broken),
        "invalid": len({told.record_id for told in night.odd}),
    }
    if as_json:
        told = {"left_out": night.broken, "invalid": night.odd}
        show_json(facts | {name: list(map(asdict, each)) for name, each in told.items()})
        return
    lines = [*night.broken, *night.odd]
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
