"""Keeping: a register in a folder, between two nights.

state.json            what the folder holds and which program made it; written last: a broken night changes nothing
rows-N.arrow          rows of one night, never written again until the folder is made compact
GENERATION-name.npy   everything else, as arrays that are read where they lie
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import orjson
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.columns import Ints
from hub.resolution.features import FEATURES_VERSION
from hub.resolution.hashing import Hashes
from hub.resolution.rarity import SHARED, Numbers, Shares
from hub.resolution.register import Register
from schemas.errors import RequestError

_FORMAT = 1
_STATE = "state.json"
_MOST_SEGMENTS = 24
_MOST_DEAD = 0.3  # share of places whose record is gone


class OtherVersion(RequestError):
    """The folder was made by another version of the program: its nights cannot go on from there."""

    code = "other-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A register, and the digest of the record at each place, by which a line that changes nothing is known.

    is_stale: the register was made with another model; only its ids and rows count.
    """

    register: Register
    digests: Hashes
    segments: tuple[int, ...] = ()
    generation: int = 0
    is_stale: bool = False

    @classmethod
    def empty(cls) -> Self:
        return cls(register=Register.empty(), digests=np.zeros(0, np.uint64))


def read(folder: Path, model: str) -> Kept:
    """What a folder keeps; nothing when it is new. model: names the weights. Raises OtherVersion."""
    path = folder / _STATE
    if not path.exists():
        return Kept.empty()
    state = orjson.loads(path.read_bytes())
    if (state["format"], state["features"]) != (_FORMAT, FEATURES_VERSION):
        raise OtherVersion(f"{folder} was made by another version: delete it and give every record again")

    def array(name: str) -> Any:
        return np.load(folder / f"{state['generation']}-{name}.npy", mmap_mode="r")

    tables = [_table(folder / f"rows-{number}.arrow") for number in state["segments"]]
    rows = pa.concat_tables(tables)
    register = Register(
        ids=rows["id"],
        rows=rows.drop_columns("id"),
        alive=array("alive"),
        numbers=Numbers(
            starts=array("starts"),
            words=array("words"),
            name=array("name"),
            department=array("department"),
            values={name: array(f"value-{name}") for name in SHARED},
            is_branching=array("branching"),
        ),
        shares=Shares(words=array("share-words"), counts=array("share-counts"), names=state["names"]),
        spread=array("spread"),
        behind={name: array(f"behind-{name}") for name in SHARED},
        keys=array("keys"),
        places=array("places"),
        ties=array("ties"),
        home=array("home"),
    )
    return Kept(
        register=register,
        digests=array("digests"),
        segments=tuple(state["segments"]),
        generation=state["generation"],
        is_stale=state["model"] != model,
    )


def write(folder: Path, kept: Kept, model: str) -> None:
    """Keep what a night made of what `read` gave; a folder that holds much of the past is made compact."""
    folder.mkdir(parents=True, exist_ok=True)
    register = kept.register
    is_wasteful = len(kept.segments) >= _MOST_SEGMENTS or (~register.alive).sum() > _MOST_DEAD * len(register)
    if is_wasteful:
        kept = _compact(kept)
        register = kept.register
    segments = list(kept.segments)
    known = sum(_table(folder / f"rows-{number}.arrow").num_rows for number in segments)
    if len(register) > known or not segments:
        number = max(segments, default=kept.generation) + 1
        new = register.rows.slice(known).append_column("id", register.ids.slice(known))
        _write_table(folder / f"rows-{number}.arrow", new)
        segments.append(number)
    generation = kept.generation + 1
    for name, array in _arrays(kept).items():
        np.save(folder / f"{generation}-{name}.npy", array)
    state = {
        "format": _FORMAT,
        "features": FEATURES_VERSION,
        "model": model,
        "generation": generation,
        "segments": segments,
        "names": register.shares.names,
    }
    (folder / "state.new").write_bytes(orjson.dumps(state))
    (folder / "state.new").replace(folder / _STATE)
    wanted = {f"rows-{number}.arrow" for number in segments}
    for path in folder.iterdir():
        is_old = path.suffix == ".npy" and not path.name.startswith(f"{generation}-")
        if is_old or (path.suffix == ".arrow" and path.name not in wanted):
            path.unlink()


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
        "digests": kept.digests,
        **{f"value-{name}": numbers.values[name] for name in SHARED},
        **{f"behind-{name}": register.behind[name] for name in SHARED},
    }


def _compact(kept: Kept) -> Kept:
    """The same without the places that are gone, in one segment still to be written."""
    register = kept.register
    living = np.flatnonzero(register.alive)
    place = np.cumsum(register.alive) - 1
    ends = register.ties >> 32, register.ties & 0xFFFFFFFF
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
        ties=place[ends[0]] << 32 | place[ends[1]],
        home=_moved(place, register.home[living]),
    )
    order = np.lexsort((compact.places, compact.keys))
    compact = replace(compact, keys=compact.keys[order], places=compact.places[order])
    return replace(kept, register=compact, digests=kept.digests[living], segments=())


def _moved(place: Ints, places: Ints) -> Ints:
    return place[places].astype(np.int64)


def _table(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def _write_table(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table.combine_chunks())
