"""Keeping: a register on a shelf, between two nights: in a folder, or in the hub's database.

state.json      what the shelf holds and which program made it; written last: a broken night changes nothing
rows-N.arrow    rows of one night, never written again until the register is made compact
N.arrays        everything else, one array after the other, read where they lie
"""

import io
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.block import Couples
from hub.resolution.columns import Ints
from hub.resolution.components import ends
from hub.resolution.features import FEATURES_VERSION
from hub.resolution.hashing import Hashes
from hub.resolution.rarity import SHARED, Numbers, Shares
from hub.resolution.register import Register
from schemas.errors import RequestError

_FORMAT = 2
_STATE = "state.json"
_MOST_SEGMENTS = 24
_MOST_DEAD = 0.3  # share of places whose record is gone
_ALIGNED = 8  # bytes


class OtherVersion(RequestError):
    """The shelf was filled by another version of the program: its nights cannot go on from there."""

    code = "other-version"


class Shelf(Protocol):
    """Where the parts of a register lie, by name."""

    def read(self, name: str) -> pa.Buffer | None:
        """The bytes of a part, None when there is none."""

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        """Keep the parts, one after the other, under a name; what had that name is whole until the new is."""

    def keep_only(self, names: Collection[str]) -> None:
        """Throw away all other parts."""


@dataclass(frozen=True, slots=True)
class Folder:
    """A shelf that is a folder, made when something is put there."""

    path: Path

    def read(self, name: str) -> pa.Buffer | None:
        path = self.path / name
        if not path.exists():
            return None
        with pa.memory_map(str(path)) as file:
            return file.read_buffer()

    def write(self, name: str, parts: Iterable[bytes | memoryview]) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        new = self.path / f"{name}.new"
        with new.open("wb") as file:
            file.writelines(parts)
        new.replace(self.path / name)

    def keep_only(self, names: Collection[str]) -> None:
        for path in self.path.iterdir():
            if path.name not in names and path.suffix in (".arrow", ".arrays", ".new"):
                path.unlink()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A register, and the digest of the record at each place, by which a line that changes nothing is known.

    stamp:    what the register was made of, in the words of whoever keeps it.
    is_stale: the register was made with another model; only its ids and rows count.
    """

    register: Register
    digests: Hashes
    segments: tuple[int, ...] = ()
    generation: int = 0
    stamp: Mapping[str, str] = field(default_factory=dict)
    is_stale: bool = False

    @classmethod
    def empty(cls) -> Self:
        return cls(register=Register.empty(), digests=np.zeros(0, np.uint64))


def stamp(shelf: Shelf, model: str | None = None) -> Mapping[str, str] | None:
    """What the register of a shelf was made of; None when there is none.

    model: none either unless this program and this model go on from it.
    """
    raw = shelf.read(_STATE)
    state = {} if raw is None else orjson.loads(memoryview(raw))
    if not state or (model is not None and not (_is_ours(state) and state["model"] == model)):
        return None
    found: Mapping[str, str] = state["stamp"]
    return found


def read(shelf: Shelf, model: str) -> Kept:
    """What a shelf keeps; nothing when it is new. model: names the weights. Raises OtherVersion."""
    raw = shelf.read(_STATE)
    if raw is None:
        return Kept.empty()
    state = orjson.loads(memoryview(raw))
    if not _is_ours(state):
        raise OtherVersion("the state was made by another version: delete it and give every record again")
    rows = pa.concat_tables(_table(shelf, number) for number in state["segments"])
    arrays = _unpacked(_part(shelf, f"{state['generation']}.arrays"), state["arrays"])
    register = Register(
        ids=rows["id"],
        rows=rows.drop_columns("id"),
        alive=arrays["alive"],
        numbers=Numbers(
            starts=arrays["starts"],
            words=arrays["words"],
            name=arrays["name"],
            department=arrays["department"],
            values={name: arrays[f"value-{name}"] for name in SHARED},
            is_branching=arrays["branching"],
        ),
        shares=Shares(words=arrays["share-words"], counts=arrays["share-counts"], names=state["names"]),
        spread=arrays["spread"],
        behind={name: arrays[f"behind-{name}"] for name in SHARED},
        keys=arrays["keys"],
        places=arrays["places"],
        ties=arrays["ties"],
        home=arrays["home"],
        same=arrays["same"],
        different=arrays["different"],
        touched=np.zeros(0, np.int64),
    )
    return Kept(
        register=register,
        digests=arrays["digests"],
        segments=tuple(state["segments"]),
        generation=state["generation"],
        stamp=state["stamp"],
        is_stale=state["model"] != model,
    )


def write(shelf: Shelf, kept: Kept, model: str) -> None:
    """Keep what a night made of what `read` gave; a register that holds much of the past is made compact."""
    register = kept.register
    if len(kept.segments) >= _MOST_SEGMENTS or (~register.alive).sum() > _MOST_DEAD * len(register):
        kept = _compact(kept)
        register = kept.register
    segments = list(kept.segments)
    known = sum(_table(shelf, number).num_rows for number in segments)
    if len(register) > known or not segments:
        segments.append(max(segments, default=kept.generation) + 1)
        new = register.rows.slice(known).append_column("id", register.ids.slice(known))
        shelf.write(_rows(segments[-1]), _packed(new))
    generation = kept.generation + 1
    arrays = _arrays(kept)
    shelf.write(f"{generation}.arrays", _laid_out(arrays.values()))
    state = {
        "format": _FORMAT,
        "features": FEATURES_VERSION,
        "model": model,
        "generation": generation,
        "segments": segments,
        "names": register.shares.names,
        "arrays": {name: [array.dtype.str, len(array)] for name, array in arrays.items()},
        "stamp": dict(kept.stamp),
    }
    shelf.write(_STATE, [orjson.dumps(state)])
    shelf.keep_only({_STATE, f"{generation}.arrays", *map(_rows, segments)})


def _is_ours(state: Mapping[str, Any]) -> bool:
    return (state["format"], state["features"]) == (_FORMAT, FEATURES_VERSION)


def _arrays(kept: Kept) -> dict[str, NDArray[np.generic]]:
    register, numbers = kept.register, kept.register.numbers
    return {
        "alive": register.alive,
        "starts": numbers.starts,
        "words": numbers.words,
        "name": numbers.name,
        "department": numbers.department,
        "branching": numbers.is_branching,
        "share-words": register.shares.words,
        "share-counts": register.shares.counts,
        "spread": register.spread,
        "keys": register.keys,
        "places": register.places,
        "ties": register.ties,
        "home": register.home,
        "same": register.same,
        "different": register.different,
        "digests": kept.digests,
        **{f"value-{name}": numbers.values[name] for name in SHARED},
        **{f"behind-{name}": register.behind[name] for name in SHARED},
    }


def _compact(kept: Kept) -> Kept:
    """The same without the places that are gone, in one segment still to be written."""
    register = kept.register
    living = np.flatnonzero(register.alive)
    place = np.cumsum(register.alive) - 1
    rows = register.rows.take(pa.array(living))
    compact = replace(
        register,
        ids=pa.chunked_array([register.ids.take(pa.array(living)).combine_chunks()]),
        rows=rows,
        alive=np.ones(len(living), dtype=bool),
        numbers=Numbers.of(rows),
        spread=register.spread[living],
        behind={name: values[living] for name, values in register.behind.items()},
        places=place[register.places].astype(np.int32),
        ties=_moved_couples(place, register.ties),
        same=_moved_couples(place, register.same),
        different=_moved_couples(place, register.different),
        home=_moved(place, register.home[living]),
    )
    order = np.lexsort((compact.places, compact.keys))
    compact = replace(compact, keys=compact.keys[order], places=compact.places[order])
    return replace(kept, register=compact, digests=kept.digests[living], segments=())


def _moved_couples(place: Ints, couples: Couples) -> Couples:
    """Places keep their order, so couples keep theirs."""
    left, right = ends(couples)
    return place[left] << 32 | place[right]


def _moved(place: Ints, places: Ints) -> Ints:
    return place[places].astype(np.int64)


def _part(shelf: Shelf, name: str) -> pa.Buffer:
    found = shelf.read(name)
    if found is None:
        raise OtherVersion(f"{name} is missing from the state: delete it and give every record again")
    return found


def _rows(number: int) -> str:
    return f"rows-{number}.arrow"


def _table(shelf: Shelf, number: int) -> pa.Table:
    return pa.ipc.open_file(_part(shelf, _rows(number))).read_all()


def _packed(table: pa.Table) -> list[memoryview]:
    """A table as an Arrow file of one batch, which is read in place; the columns are lent, not copied."""
    out = _Lent()
    with pa.ipc.new_file(out, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return out.parts


class _Lent(io.RawIOBase):
    """A file that holds on to what is written to it; Arrow gives the buffers of columns as they lie."""

    def __init__(self) -> None:
        self.parts: list[memoryview] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self.parts.append(memoryview(part))
        self._size += self.parts[-1].nbytes
        return self.parts[-1].nbytes

    def tell(self) -> int:
        return self._size


def _laid_out(arrays: Iterable[NDArray[np.generic]]) -> Iterator[bytes | memoryview]:
    """The bytes of arrays one after the other, each beginning where it may be read in place."""
    for array in arrays:
        yield np.ascontiguousarray(array).data.cast("B") if len(array) else b""
        yield bytes(-array.nbytes % _ALIGNED)


def _unpacked(raw: pa.Buffer, laid_out: Mapping[str, tuple[str, int]]) -> dict[str, NDArray[Any]]:
    found, offset = {}, 0
    for name, (kind, count) in laid_out.items():
        found[name] = np.frombuffer(raw, dtype=kind, count=count, offset=offset)
        offset += found[name].nbytes + -found[name].nbytes % _ALIGNED
    return found
