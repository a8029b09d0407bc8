import gzip
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.distributions import deltas, rrma_verify
from hub.distributions.deltas import Base
from hub.model.release import DeltaEntry
from schemas.canonical import SetDigest, canonical, hash_of

State = Mapping[str, str]
# Ids out of few letters, so that histories meet; names that look like a delta from within.
STATES = st.dictionaries(
    st.text("AB1", min_size=1, max_size=3),
    st.sampled_from(["Eau", "Écoles", 'a","record":{', "\u2028", "𐐷"]),
    max_size=8,
)


def lines(state: State) -> list[bytes]:
    return [canonical({"id": each, "name": state[each]}) for each in sorted(state)]


def shelve(folder: Path, state: State) -> str:
    """Write the actors of a release; their set digest."""
    folder.mkdir()
    (folder / "actors.jsonl.gz").write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines(state))))
    return SetDigest.of(("actor", orjson.loads(line)["id"], hash_of(line)) for line in lines(state)).hex


def delta(folder: Path, before: State, after: State) -> DeltaEntry:
    """A new release in `folder`/new, and its delta from `folder`/old."""
    base = Base(since="24h", release="old", folder=folder / "old", digests={"actor": shelve(folder / "old", before)})
    (made,) = deltas.write(folder / "new", [base], {"actor": shelve(folder / "new", after)})
    return made


def applied(before: State, path: Path) -> list[bytes]:
    """What somebody gets who keeps records by id and takes a delta line by line."""
    held = {orjson.loads(line)["id"]: line for line in lines(before)}
    for line in gzip.decompress(path.read_bytes()).splitlines():
        change = orjson.loads(line)
        if change["op"] == "delete":
            del held[change["id"]]
        else:
            assert (change["id"] in held) == (change["op"] == "modify")
            held[change["id"]] = canonical(change["record"])
    return [held[each] for each in sorted(held)]


@given(STATES, STATES)
def test_the_base_and_its_delta_are_the_whole(before: State, after: State) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        made = delta(folder, before, after)
        new, told = folder / "new", folder / "new" / made.path

        assert applied(before, told) == lines(after)
        assert rrma_verify.added(folder / "old" / "actors.jsonl.gz", told, new / "actors.jsonl.gz")
        assert rrma_verify.chained(told, asdict(made), made.after)
        assert made.add == len(after.keys() - before.keys())
        assert made.delete == len(before.keys() - after.keys())
        assert made.modify == sum(before[each] != after[each] for each in before.keys() & after.keys())


@given(STATES, STATES, STATES)
def test_a_delta_fits_no_other_base_and_no_other_whole(before: State, after: State, other: State) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        told = folder / "new" / delta(folder, before, after).path
        shelve(folder / "other", other)
        old, new, strange = (folder / each / "actors.jsonl.gz" for each in ("old", "new", "other"))

        if other != after:
            with pytest.raises(ValueError, match="≠"):
                rrma_verify.added(old, told, strange)
        if other != before:
            with pytest.raises(ValueError, match="≠"):
                rrma_verify.added(strange, told, new)


def test_each_line_is_canonical_and_says_what_it_replaces(tmp_path: Path) -> None:
    made = delta(tmp_path, {"1": "Eau", "2": "Terre"}, {"2": "Air", "3": "Feu"})

    told = gzip.decompress((tmp_path / "new" / made.path).read_bytes()).splitlines()
    two, three = (hash_of(line) for line in lines({"2": "Air", "3": "Feu"}))

    assert told == [canonical(orjson.loads(line)) for line in told]
    assert [orjson.loads(line) for line in told] == [
        {"before": hash_of(b'{"id":"1","name":"Eau"}'), "id": "1", "op": "delete"},
        {
            "before": hash_of(b'{"id":"2","name":"Terre"}'),
            "hash": two,
            "id": "2",
            "op": "modify",
            "record": {"id": "2", "name": "Air"},
        },
        {"hash": three, "id": "3", "op": "add", "record": {"id": "3", "name": "Feu"}},
    ]
    assert (made.add, made.modify, made.delete) == (1, 1, 1)


def test_a_collection_that_comes_or_leaves_is_a_delta_too(tmp_path: Path) -> None:
    base = Base(
        since="7d", release="old", folder=tmp_path / "old", digests={"actor": shelve(tmp_path / "old", {"1": "Eau"})}
    )
    (tmp_path / "new").mkdir()

    (gone,) = deltas.write(tmp_path / "new", [base], {"actor": SetDigest().hex, "project": SetDigest().hex})

    assert (gone.path, gone.add, gone.modify, gone.delete) == ("deltas/7d/actors.jsonl.gz", 0, 0, 1)


def test_the_same_two_releases_give_the_same_bytes(tmp_path: Path) -> None:
    before, after = {str(each): "Eau" for each in range(99)}, {str(each): "Terre" for each in range(50, 150)}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        delta(tmp_path / name, before, after)

    told = "new/deltas/24h/actors.jsonl.gz"
    assert (tmp_path / "one" / told).read_bytes() == (tmp_path / "two" / told).read_bytes()
