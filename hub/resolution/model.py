"""The model: what each measure is worth, in natural log-odds, in a file that a person can read and change.

`model.json` -> collection -> bias (what a candidate pair starts from), unscored (what a pair across two clusters costs
when it was never compared), weights (measure -> log-odds a unit). A positive sum means "the same thing": that is the
whole threshold, whatever the size of the base.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One collection's part of the model, in log-odds."""

    bias: float
    unscored: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A version, the weights of each collection, and what they were fitted to (file -> its SHA-256)."""

    version: str
    collections: Mapping[str, Weights]
    provenance: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Raises KeyError or TypeError on anything but the shape of `model.json`."""
        parts = {name: Weights(**part) for name, part in raw["collections"].items()}
        return cls(version=raw["version"], collections=parts, provenance=raw.get("provenance", {}))


def load(path: Path | None = None) -> Model:
    """The model of a file, or the one that comes with this version of the program."""
    source = path or files("hub.resolution").joinpath("model.json")
    return Model.from_json(orjson.loads(source.read_bytes()))


def save(model: Model, path: Path) -> None:
    """Write a model as `load` reads it, one measure a line; the same model gives the same bytes."""
    path.write_bytes(orjson.dumps(asdict(model), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


PRIOR = Path(str(files("hub.resolution").joinpath("prior.json")))
"""What a person set, from which training starts."""
