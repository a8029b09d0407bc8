"""`rrma-hub model`: the weights of resolution."""

import csv
import gzip
import hashlib
from pathlib import Path
from typing import Annotated

import orjson
import typer

from hub.resolution.model import PRIOR, load, save
from hub.resolution.train import HIDDEN, Examples, hidden, judged, labelled, train
from schemas.canonical import JSON
from schemas.errors import RequestError

app = typer.Typer()
_model = typer.Typer(name="model", help="The weights of resolution.", no_args_is_help=True)
app.add_typer(_model)

_SEED = 2026

_DIRECTORIES, _JUDGED = Path("tests/data/training/directories.ndjson.gz"), Path("tests/data/judged")

Labelled = Annotated[
    list[Path] | None,
    typer.Argument(help='gzip NDJSON, {"source", "id", "record", "body"} a line; by default the repository\'s.'),
]
Judged = Annotated[
    Path, typer.Option("--judged", help="records.ndjson and pairs.csv; only pairs whose split is fit are used.")
]
Out = Annotated[Path, typer.Option(help="Where to write the model.")]


@_model.command("train")
def train_model(
    labelled_files: Labelled = None,
    judged_folder: Judged = _JUDGED,
    out: Out = Path("model.json"),
    version: Annotated[str, typer.Option(help="What to call it.")] = "local",
) -> None:
    """Fit the weights of actors to pairs whose truth is known. The same files give the same bytes."""
    examples: list[Examples] = []
    provenance: dict[str, str] = {}
    for path in labelled_files or [_DIRECTORIES]:
        raw = path.read_bytes()
        lines = [orjson.loads(line) for line in gzip.decompress(raw).splitlines()]
        records, bodies = [line["record"] for line in lines], [line["body"] for line in lines]
        examples.append(labelled(records, bodies))
        examples += [labelled(hidden(records, _SEED, share), bodies) for share in HIDDEN]
        provenance[path.name] = _digest(raw)
    examples.append(_judged(judged_folder, provenance))
    provenance[PRIOR.name] = _digest(PRIOR.read_bytes())
    save(train(load(PRIOR), examples, version=version, provenance=provenance), out)
    typer.echo(f"{sum(len(each.same) for each in examples)} pairs, model {version} written to {out}")


def _judged(folder: Path, provenance: dict[str, str]) -> Examples:
    raw = (folder / "records.ndjson").read_bytes()
    lines = [orjson.loads(line) for line in raw.splitlines()]
    numbers = {f"{line['source']}/{line['id']}": number for number, line in enumerate(lines)}
    table = (folder / "pairs.csv").read_bytes()
    provenance |= {"records.ndjson": _digest(raw), "pairs.csv": _digest(table)}
    pairs = [
        pair
        for pair in csv.DictReader(table.decode("utf-8").splitlines())
        if pair["split"] == "fit" and pair["verdict"] != "unsure"
    ]
    try:
        couples = [(numbers[pair["left"]], numbers[pair["right"]]) for pair in pairs]
    except KeyError as unknown:
        raise RequestError(f"pairs.csv speaks of {unknown}, which records.ndjson does not hold") from None
    records: list[JSON] = [line["record"] for line in lines]
    return judged(records, couples, [pair["verdict"] == "same" for pair in pairs])


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
