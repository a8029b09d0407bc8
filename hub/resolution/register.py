"""Register: all that resolution knows of a base between two nights, and how a night's changes revise it.

    changed rows ─► rarity ─► dirty rows ─► keys ─► candidates ─► score ─► components touched ─► cluster

A record has a place in the register, given when it came and never given again; a record that changes gets a new place.
What a record is worth to another hangs on the two rows, on how common their words, names, contacts are, and on the
sizes of the blocks they share: whenever one of these changes, the rows concerned are dirty and everything that touches
them is found anew. So a register revised night by night says what one made at once says, for any order of arrival.

A whole run is the revision of an empty register.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.resolution import rarity
from hub.resolution.block import MOST_IN_BLOCK, Couples, as_table, distinct, within
from hub.resolution.columns import Bools, Columns, Floats, Ints, in_one, shared
from hub.resolution.components import MOST_IN_GROUP, couples_of, ends, every_couple, labels, members
from hub.resolution.features import SCHEMA
from hub.resolution.grouping import Evidence, homes
from hub.resolution.hashing import Hashes
from hub.resolution.keys import Records, keys
from hub.resolution.model import Weights
from hub.resolution.rarity import SHARED, Numbers, Shares
from hub.resolution.score import likely, log_odds

NO_COUPLES: Couples = np.zeros(0, np.int64)
_FEW = 0.5  # share of rows up to which it pays to pick them out


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One collection's records by place. A place whose record is gone is not `alive`, and nothing else of it counts.

    ids:      of each place, what orders records and names clusters.
    rows:     of each place, the columns of `features.SCHEMA`.
    keys, places: every key of every living record, in order.
    ties:     couples of living records whose log-odds are positive.
    home:     of each place, the place of the first record of its cluster by id.
    same, different: what a person judged, couples of living records.
    touched:  the living places that the last revision grouped anew, ascending: whatever it changed is among them.
    compared: how many couples the last revision scored.
    """

    ids: pa.ChunkedArray
    rows: pa.Table
    alive: Bools
    numbers: Numbers
    shares: Shares
    spread: Floats
    behind: Mapping[str, Floats]
    keys: Hashes
    places: Records
    ties: Couples
    home: Ints
    same: Couples
    different: Couples
    touched: Ints
    compared: int = 0

    @classmethod
    def empty(cls) -> Self:
        rows = SCHEMA.empty_table()
        return cls(
            ids=pa.chunked_array([], pa.string()),
            rows=rows,
            alive=np.zeros(0, bool),
            numbers=Numbers.of(rows),
            shares=Shares.none(),
            spread=np.zeros(0),
            behind={name: np.zeros(0) for name in SHARED},
            keys=np.zeros(0, np.uint64),
            places=np.zeros(0, np.int32),
            ties=NO_COUPLES,
            home=np.zeros(0, np.int64),
            same=NO_COUPLES,
            different=NO_COUPLES,
            touched=np.zeros(0, np.int64),
        )

    def __len__(self) -> int:
        return len(self.alive)


def revise(
    register: Register,
    ids: Sequence[str] | pa.Array,
    rows: pa.Table,
    gone: Ints,
    weights: Weights,
    *,
    same: Couples = NO_COUPLES,
    different: Couples = NO_COUPLES,
    threads: int = 1,
) -> Register:
    """The register after a night.

    ids, rows: of the records that are new or changed; their places follow those of the register, in this order.
    gone:      the places of those that changed or went, ascending.
    same, different: what people judged of living records, all that stands; ascending.
    Raises Contradiction when `same` ties two records that `different` parts.
    """
    grown, dirty = _with_rarity(_grown(register, ids, rows, gone), register, gone)
    _give_back()
    dirty, fresh = _indexed(grown, register, gone, dirty)
    _give_back()
    couples = _candidates(fresh, dirty)
    _give_back()
    is_likely = _likely(fresh, couples, weights, threads)
    _give_back()
    is_changed = _marked(len(fresh), gone, dirty)
    kept = register.ties[~np.any([is_changed[end] for end in ends(register.ties)], axis=0)]
    ties = distinct(np.concatenate([kept, couples[is_likely]]))
    fresh = replace(fresh, ties=ties, same=same, different=different)
    label, touched = _touched(register, fresh, np.concatenate([gone, dirty, _rejudged(register, fresh)]))
    groups = list(members(label, touched))
    several = _in_order(fresh, [group for group in groups if len(group) > 1])
    found = _inside(fresh, several)
    evidence = Evidence(couples=found, log_odds=_worth(fresh, found, weights, threads), same=same, different=different)
    alone = np.sort(np.concatenate(groups)) if groups else np.zeros(0, np.int64)
    fresh.home[alone] = alone
    home = homes(fresh.home, several, evidence, weights.unscored)
    compared = len(couples) + int((~shared(found, couples)).sum())
    return replace(fresh, home=home, touched=alone, compared=compared)


def places(register: Register, ids: Sequence[str]) -> Ints:
    """The place of the living record of each id, -1 when there is none; each id once."""
    found = np.full(len(ids), -1)
    if len(ids) and len(register):
        asked = pc.index_in(in_one(register.ids), value_set=pa.array(ids, pa.string()))
        at = asked.fill_null(-1).to_numpy()
        there = np.flatnonzero((at >= 0) & register.alive)
        found[at[there]] = there
    return found


def clusters(register: Register, wanted: Ints | None = None) -> list[Ints]:
    """The places of each cluster, ascending, in order of the first record of each.

    wanted: places of whole clusters of living records; all of them when not given.
    """
    living = np.flatnonzero(register.alive) if wanted is None else wanted
    order = living[np.argsort(register.home[living], kind="stable")]
    starts = np.flatnonzero(np.diff(register.home[order], prepend=-1))
    return np.split(order, starts[1:]) if len(order) else []


def inside(register: Register, groups: Iterable[Ints]) -> Couples:
    """Every couple that stands in one of some clusters and is worth comparing."""
    return _inside(register, [group for group in groups if len(group) > 1])


def scored(register: Register, couples: Couples) -> tuple[pa.Table, pa.Table]:
    """What `score.score` takes: couples as positions among the rows they speak of, and these rows with their rarity.

    Where they speak of most rows, all are given: nothing is copied.
    """
    asked = np.flatnonzero(_marked(len(register), *ends(couples)))
    if len(asked) > _FEW * len(register):
        return as_table(couples), _rows(register)
    place = np.zeros(len(register), dtype=np.int32)
    place[asked] = np.arange(len(asked), dtype=np.int32)
    left, right = (place[end] for end in ends(couples))
    return pa.table({"left": left, "right": right}), _rows(register, asked)


def _give_back() -> None:
    """Give memory that a step no longer needs back to the machine before the next one takes more: what the allocator
    keeps lies in pieces too small for the arrays that follow."""
    pa.default_memory_pool().release_unused()


def _grown(register: Register, ids: Sequence[str] | pa.Array, rows: pa.Table, gone: Ints) -> Register:
    """With the new rows behind the old ones, and those that are gone no longer alive."""
    alive = np.concatenate([register.alive, np.ones(len(rows), bool)])
    alive[gone] = False
    return replace(
        register,
        ids=pa.chunked_array([*register.ids.chunks, pa.array(ids, pa.string())]),
        rows=pa.concat_tables([register.rows, rows]) if len(register) else rows,
        alive=alive,
        numbers=register.numbers.followed_by(Numbers.of(rows)),
        home=np.concatenate([register.home, np.arange(len(register), len(alive))]),
    )


def _with_rarity(grown: Register, before: Register, gone: Ints) -> tuple[Register, Ints]:
    """With the rarities of now, and the places where they are not what they were; the new ones among them."""
    numbers, new = grown.numbers, np.arange(len(before), len(grown))
    changed = np.concatenate([gone, new])
    words = numbers.words_of(new), numbers.words_of(gone)
    shares = before.shares.changed(*words, int(grown.alive.sum()))
    dirty = np.zeros(len(grown), dtype=bool)
    dirty[new] = True
    dirty |= _holding(numbers, _reweighed(before.shares, shares, np.concatenate(words)))
    blank = np.zeros(len(new))
    spread = np.concatenate([before.spread, blank])
    behind = {name: np.concatenate([values, blank]) for name, values in before.behind.items()}
    there = _sharing(grown, numbers.name, changed)
    dirty |= _put(spread, there, rarity.spread(numbers, there))
    for name in SHARED:
        there = _sharing(grown, numbers.values[name], changed)
        dirty |= _put(behind[name], there, rarity.behind(numbers, name, there))
    return replace(grown, shares=shares, spread=spread, behind=behind), np.flatnonzero(dirty & grown.alive)


def _reweighed(before: Shares, after: Shares, words: Hashes) -> Hashes | None:
    """Of the words that came or went, those that weigh otherwise now; None when any word may."""
    if before.weights(np.zeros(1, np.uint64)) != after.weights(np.zeros(1, np.uint64)) or not before.names:
        return None
    asked = np.unique(words)
    reweighed: Hashes = asked[before.weights(asked) != after.weights(asked)]
    return reweighed


def _holding(numbers: Numbers, words: Hashes | None) -> Bools:
    """The rows that hold any of the words."""
    if words is None:
        return np.ones(len(numbers), dtype=bool)
    found = np.zeros(len(numbers), dtype=bool)
    at = np.flatnonzero(shared(numbers.words, words))
    found[np.searchsorted(numbers.starts, at, side="right") - 1] = True
    return found


def _sharing(register: Register, values: Hashes, places: Ints) -> Ints:
    """The living records that hold a value which any of the places holds or held."""
    if len(places) == len(values):
        return np.flatnonzero(register.alive)
    asked = np.unique(values[places])
    return np.flatnonzero(shared(values, asked[asked != rarity.nothing()]) & register.alive)


def _put(column: Floats, there: Ints, values: Floats) -> Bools:
    """Write values into a column; says where they differ from what stood there."""
    differs = np.zeros(len(column), dtype=bool)
    differs[there] = column[there] != values
    column[there] = values
    return differs


def _indexed(grown: Register, before: Register, gone: Ints, dirty: Ints) -> tuple[Ints, Register]:
    """With the keys of now. Where a block grew too large or is no longer, its members are dirty too."""
    records, mine = keys(_rows(grown, None if len(dirty) == len(grown) else dirty))
    owners = dirty.astype(np.int32)[records]
    if not len(before):
        return dirty, replace(grown, keys=mine, places=owners)
    is_old = _marked(len(grown), gone, dirty)[before.places]
    kept = before.keys[~is_old]
    where = np.searchsorted(kept, mine, side="right")
    fresh = replace(grown, keys=np.insert(kept, where, mine), places=np.insert(before.places[~is_old], where, owners))
    asked = np.unique(np.concatenate([before.keys[is_old], mine]))
    turned = asked[(_sizes(before, asked) <= MOST_IN_BLOCK) != (_sizes(fresh, asked) <= MOST_IN_BLOCK)]
    if not len(turned):
        return dirty, fresh
    return np.union1d(dirty, fresh.places[np.isin(fresh.keys, turned)]), fresh


def _marked(size: int, *places: Ints) -> Bools:
    """For each of `size` places, whether it is one of some."""
    found = np.zeros(size, dtype=bool)
    for each in places:
        found[each] = True
    return found


def _sizes(register: Register, asked: Hashes) -> Ints:
    return np.searchsorted(register.keys, asked, side="right") - np.searchsorted(register.keys, asked)


def _candidates(register: Register, dirty: Ints) -> Couples:
    """Every couple that shares a block and touches a dirty record."""
    if len(dirty) == register.alive.sum():
        return within(register.keys, register.places)
    if len(dirty) > _FEW * register.alive.sum():
        is_dirty = _marked(len(register), dirty)
        found = within(register.keys, register.places)
        return found[np.any([is_dirty[end] for end in ends(found)], axis=0)]
    at = np.flatnonzero(_marked(len(register), dirty)[register.places])
    starts = np.searchsorted(register.keys, register.keys[at])
    counts = np.searchsorted(register.keys, register.keys[at], side="right") - starts
    small = counts <= MOST_IN_BLOCK
    at, starts, counts = at[small], starts[small], counts[small]
    mine = np.repeat(register.places[at], counts)
    others = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    theirs = register.places[others]
    return couples_of(mine[mine != theirs], theirs[mine != theirs])


def _likely(register: Register, couples: Couples, weights: Weights, threads: int) -> Bools:
    if not len(couples):
        return np.zeros(0, dtype=bool)
    pairs, rows = scored(register, couples)
    _give_back()
    return likely(Columns(rows), pairs["left"].to_numpy(), pairs["right"].to_numpy(), weights, threads)


def _worth(register: Register, couples: Couples, weights: Weights, threads: int) -> Floats:
    if not len(couples):
        return np.zeros(0)
    pairs, rows = scored(register, couples)
    return log_odds(Columns(rows), pairs["left"].to_numpy(), pairs["right"].to_numpy(), weights, threads)


def _rows(register: Register, places: Ints | None = None) -> pa.Table:
    """Some rows with their rarity; all of them, lent and not copied, when none are named."""
    numbers, at = register.numbers, slice(None) if places is None else places
    rows = register.rows if places is None else register.rows.take(pa.array(places))
    words = numbers.words if places is None else numbers.words_of(places)
    behind = {name: values[at] for name, values in register.behind.items()}
    return rarity.with_rarity(rows.combine_chunks(), register.shares.weights(words), register.spread[at], behind)


def _rejudged(before: Register, after: Register) -> Ints:
    """The places of the couples that people judge otherwise than before."""
    pairs = ((before.same, after.same), (before.different, after.different))
    return np.concatenate([end for pair in pairs for end in ends(np.setxor1d(*pair))])


def _touched(before: Register, after: Register, changed: Ints) -> tuple[Ints, Ints]:
    """The component of each place, and which of them hold a changed record or one that was in a component with one."""
    old, new = (labels(len(after), np.concatenate([each.ties, each.same])) for each in (before, after))
    concerned = _marked(len(after), old[changed])[old]
    concerned[changed] = True
    return new, np.unique(new[concerned & after.alive])


def _inside(register: Register, groups: list[Ints]) -> Couples:
    """The couples inside groups that are worth comparing: all of them, or the candidates where a group is large."""
    found = [every_couple(groups)]
    for group in groups:
        if len(group) > MOST_IN_GROUP:
            at = np.flatnonzero(np.isin(register.places, group))
            at = at[_sizes(register, register.keys[at]) <= MOST_IN_BLOCK]
            found.append(within(register.keys[at], register.places[at]))
    return distinct(np.concatenate(found))


def _in_order(register: Register, groups: list[Ints]) -> list[Ints]:
    """The places of each group in the order of their ids."""
    asked = np.concatenate(groups) if groups else np.zeros(0, np.int64)
    ids = dict(zip(asked.tolist(), register.ids.take(pa.array(asked)).to_pylist(), strict=True))
    return [np.array(sorted(group.tolist(), key=ids.__getitem__), dtype=np.int64) for group in groups]
