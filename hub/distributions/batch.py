"""Records on their way through the writers of a group, some thousand at a time, as Arrow holds them.

    lines ──► a batch ──► records (as stated, nested) ──► cells (flat, typed) ──► texts

What a writer needs of a batch is made when first asked for, and shared with the writers after it.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from typing import Any, TypeVar, cast

import pyarrow as pa
import pyarrow.json

from hub.distributions import flat
from hub.distributions.kernels import Column
from schemas.canonical import JSON
from schemas.registry import LATEST, resolved, schema_of

_RECORDS, _BYTES = 4_000, 4 << 20  # of a batch: the first that is reached ends it
_SCALARS = {"string": pa.string(), "number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
# What a public line says beyond its schema: see `hub.model.golden`. Its provenance is not read.
_SOURCE = {"network": pa.string(), "id": pa.string(), "attribution": pa.struct({"source": pa.string()})}
_HUBS = {"networks": pa.list_(pa.string()), "sources": pa.list_(pa.struct(_SOURCE))}
_Made = TypeVar("_Made")


class Batch:
    """Some records of a collection, in the order of the file. lines: canonical JSON, at least one."""

    def __init__(self, collection: str, lines: list[bytes]) -> None:
        self.collection, self.lines = collection, lines
        self._made: dict[Any, Any] = {}

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def raw(self) -> bytes:
        """The lines, each with its end; made anew each time, to be let go."""
        return b"\n".join([*self.lines, b""])

    @cached_property
    def records(self) -> Any:
        """A column for each property of the schema, groups as structs. Raises ValueError on what is no such record."""
        raw = self.raw
        read = pyarrow.json.read_json(
            pa.BufferReader(raw),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(raw)),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=shape(self.collection), unexpected_field_behavior="ignore"
            ),
        )
        return read.combine_chunks().to_batches()[0]

    @cached_property
    def cells(self) -> list[Any]:
        """A column for each of `hub.distributions.table`, with its type."""
        return flat.cells(self.collection, self.records)

    @cached_property
    def texts(self) -> list[Column]:
        """The same columns as a text table has them; null where a cell is empty."""
        return [flat.text(cells) for cells in self.cells]

    @property
    def ids(self) -> list[str]:
        return cast(list[str], self.records["id"].to_pylist())

    def made(self, how: Callable[["Batch"], _Made]) -> _Made:
        """What the writers of a group make of it, once for all of them."""
        if how not in self._made:
            self._made[how] = how(self)
        return cast(_Made, self._made[how])


def batches(collection: str, lines: Iterable[bytes], records: int = _RECORDS) -> Iterator[Batch]:
    """Lines as batches, each of at most so many records. No file tells where one ended."""
    waiting, held = list[bytes](), 0
    for line in lines:
        waiting.append(line)
        held += len(line)
        if len(waiting) == records or held >= _BYTES:
            yield Batch(collection, waiting)
            waiting, held = [], 0
    if waiting:
        yield Batch(collection, waiting)


@cache
def shape(collection: str) -> Any:
    """The Arrow schema of the public lines of a collection, from its JSON Schema."""
    document = schema_of(LATEST[collection])
    return pa.schema({field.name: field.type for field in _type(document, document)} | _HUBS)


def _type(document: JSON, node: JSON) -> Any:
    node = resolved(document, node)
    if "properties" in node:
        children = {name: resolved(document, child) for name, child in node["properties"].items()}
        return pa.struct(
            {name: _type(document, child) for name, child in children.items() if child.get("x-public", True)}
        )
    if "items" in node:
        return pa.list_(_type(document, node["items"]))
    return _SCALARS[node["type"] if isinstance(node["type"], str) else node["type"][0]]  # ["number", "null"]
