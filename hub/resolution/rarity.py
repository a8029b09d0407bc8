"""Rarity: how common a value is decides what it is worth.

Adds to the rows what only the whole base can say, so that scoring needs nothing but the two rows of a pair:

    weights       for each word of `core`, minus the natural log of its share among names: rare words weigh more
    spread        log of how many départements the core name is seated in: "Secours populaire" is in most of them
    X_shared      log of how many more different names stand behind an identifier or a contact X

Shares are smoothed with the counts of `words.json`, taken from real French directories, so that a base of ten records
knows that "association" is common and a base of a million is not more hopeful than one of a thousand. All are rounded
to a nat or half a nat, and the size of the base to a power of two: one record more changes hardly any of them, and sums
are exact in any order.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from hub.resolution.columns import Bools, Floats, Ints, in_one
from hub.resolution.hashing import Hashes, hash_of, hashes, joined
from hub.resolution.lexicon import common_words, lexicon, stem
from schemas.text import fold
from schemas.vocabularies import vocabulary

SHARED = (
    *("siren", "siret", "rna", "uai", "ror", "website", "email", "mail_domain", "phone", "street"),
    *("private_even", "private_odd"),
)
_PRIOR_NAMES = 20_000  # how many names of experience `words.json` counts for
_COUNTRY = 0.03  # share of any country's name: a body is easily named after the country it works with
_GENERIC = 0.2  # share of a word that says what kind of body it is: such words come together, not by chance
_PATRON = 0.006  # share of each word of the names that schools, streets and homes are given all over France
_UNSEEN = 0.5  # names out of _PRIOR_NAMES that an unknown word is taken to stand in
_LEAST, _MOST = 0.5, 9.0
_BRANCHING_SPREAD = 3.5  # as if a name were seated in thirty départements
_A_NAT = 2  # steps in a nat


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What rarity needs of each row, as numbers. A row's numbers depend on the row alone.

    starts, words: row i has the words `words[starts[i]:starts[i + 1]]` of its core name.
    name:          its whole core name; `department` where it is seated; NOTHING where it says none.
    values:        for each X of SHARED, its value, NOTHING where it says none.
    is_branching:  its name is one that many places have, whatever this base shows.
    """

    starts: Ints
    words: Hashes
    name: Hashes
    department: Hashes
    values: Mapping[str, Hashes]
    is_branching: Bools

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        core = in_one(rows["core"])
        is_homonymous = pc.not_equal(in_one(rows["homonymous"]), "")
        return cls(
            starts=np.asarray(core.offsets, dtype=np.int64) - int(core.offsets[0].as_py()),
            words=hashes(core.flatten()),
            name=hashes(pc.binary_join(core, " ")),
            department=hashes(in_one(rows["department"])),
            values={name: hashes(in_one(rows[name])) for name in SHARED} | {"street": _addresses(rows)},
            is_branching=np.asarray(pc.or_(is_homonymous, pc.not_equal(in_one(rows["national"]), ""))),
        )

    def __len__(self) -> int:
        return len(self.name)

    def followed_by(self, others: Self) -> Self:
        if not len(self):
            return others
        return replace(
            self,
            starts=np.concatenate([self.starts, others.starts[1:] + self.starts[-1]]),
            words=np.concatenate([self.words, others.words]),
            name=np.concatenate([self.name, others.name]),
            department=np.concatenate([self.department, others.department]),
            values={name: np.concatenate([self.values[name], others.values[name]]) for name in SHARED},
            is_branching=np.concatenate([self.is_branching, others.is_branching]),
        )

    def words_of(self, rows: Ints) -> Hashes:
        """The words of some rows, one after the other."""
        sizes = self.starts[rows + 1] - self.starts[rows]
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        found: Hashes = self.words[np.repeat(self.starts[rows], sizes) + within]
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """How many names of a base hold each word; `words` ascending, `names` how many names there are."""

    words: Hashes
    counts: Ints
    names: int

    @classmethod
    def none(cls) -> Self:
        return cls(words=np.zeros(0, np.uint64), counts=np.zeros(0, np.int64), names=0)

    def changed(self, more: Hashes, less: Hashes, names: int) -> Self:
        """After some words came and others went, once for each name that holds them."""
        words, back = np.unique(np.concatenate([self.words, more, less]), return_inverse=True)
        change = np.concatenate([self.counts, np.ones(len(more), np.int64), -np.ones(len(less), np.int64)])
        counts = np.bincount(back, weights=change, minlength=len(words)).astype(np.int64)
        return replace(self, words=words[counts > 0], counts=counts[counts > 0], names=names)

    def weights(self, words: Hashes) -> Floats:
        """The weight of each word."""
        total = 2.0 ** np.round(np.log2(self.names + _PRIOR_NAMES))
        share = (looked_up(self.words, self.counts, words, 0.0) + looked_up(*_known(), words, _UNSEEN)) / total
        return np.clip(np.round(-np.log(share)), _LEAST, _MOST)


def _addresses(rows: pa.Table) -> Hashes:
    """A street with its commune, or its postcode where that is unknown: every town has a rue Pasteur."""
    street, commune, postcode = (hashes(in_one(rows[name])) for name in ("street", "commune", "postcode"))
    town = np.where(commune != nothing(), commune, postcode)
    return np.where(street != nothing(), joined(street, town), nothing())


@cache
def nothing() -> np.uint64:
    """The hash of what is not said."""
    return hash_of("")


def add_rarity(rows: pa.Table) -> pa.Table:
    """The same rows with the columns `weights`, `spread` and `X_shared` for each X of SHARED, float64."""
    numbers = Numbers.of(rows)
    shares = Shares.none().changed(numbers.words, np.zeros(0, np.uint64), len(numbers))
    return with_rarity(rows, shares.weights(numbers.words), spread(numbers), shared(numbers))


def with_rarity(rows: pa.Table, weights: Floats, spreads: Floats, behind: Mapping[str, Floats]) -> pa.Table:
    """Rows with the columns of `add_rarity`; weights one after the other, for each word of each row."""
    core = in_one(rows["core"])
    starts = pa.array(np.asarray(core.offsets) - core.offsets[0].as_py(), pa.int32())
    rows = rows.append_column("weights", pa.ListArray.from_arrays(starts, pa.array(weights)))
    rows = rows.append_column("spread", pa.array(spreads))
    for name in SHARED:
        rows = rows.append_column(f"{name}_shared", pa.array(behind[name]))
    return rows


def spread(numbers: Numbers, rows: Ints | slice = slice(None)) -> Floats:
    """The spread of some rows, which hold every row of the names they hold."""
    return spread_of(_different(numbers.name[rows], numbers.department[rows]), numbers.is_branching[rows])


def spread_of(departments: Floats, is_branching: Bools) -> Floats:
    """The spread of names that stand in so many départements."""
    found = np.round(np.log(np.maximum(departments, 1)) * _A_NAT) / _A_NAT
    return np.where(is_branching, np.maximum(found, _BRANCHING_SPREAD), found)


def shared(numbers: Numbers) -> Mapping[str, Floats]:
    """For each X, what all rows have as X_shared."""
    return {name: behind(numbers, name) for name in SHARED}


def behind(numbers: Numbers, name: str, rows: Ints | slice = slice(None)) -> Floats:
    """X_shared of some rows, which hold every row of the values of X they hold."""
    return several(_different(numbers.values[name][rows], numbers.name[rows]))


def several(different: Floats) -> Floats:
    """The log of how many more there are than one, rounded; 0 for one or two.

    Two records that share a key and differ in its value are two values by themselves: only a third one tells more.
    """
    return np.round(np.log(np.maximum(different - 1, 1)) * _A_NAT) / _A_NAT


@cache
def known_shares() -> Mapping[str, float]:
    """Stemmed word -> the share of names it is taken to stand in before a base is looked at."""
    words = common_words()
    countries = vocabulary("countries").terms.values()
    names = {stem(word) for country in countries for word in fold(country.label_fr).split()}
    common = dict.fromkeys(names, _COUNTRY) | {stem(word): _PATRON for word in lexicon().patrons}
    common |= {stem(word): _GENERIC for word in lexicon().generic}
    return dict(words) | {word: max(words.get(word, 0), share) for word, share in common.items()}


@cache
def _known() -> tuple[Hashes, Floats]:
    """The words of `known_shares` as hashes, ascending, and in how many of _PRIOR_NAMES they stand."""
    words = hashes(pa.array(list(known_shares()), pa.string()))
    order = np.argsort(words)
    return words[order], np.array(list(known_shares().values()))[order] * _PRIOR_NAMES


def looked_up(keys: Hashes, values: NDArray[np.generic], wanted: Hashes, otherwise: float) -> Floats:
    """The value of each wanted key; keys ascending."""
    if not len(keys):
        return np.full(len(wanted), otherwise)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at].astype(np.float64), otherwise)


def _different(keys: Hashes, values: Hashes) -> Floats:
    """For each row, how many different values its key has over all rows; 1 where it says no key."""
    is_said = keys != nothing()
    found = np.ones(len(keys))
    asked = np.flatnonzero(is_said)
    groups, group = np.unique(keys[asked], return_inverse=True)
    told = values[asked] != nothing()
    order = np.lexsort((values[asked][told], group[told]))
    by_group, by_value = group[told][order], values[asked][told][order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = (by_group[1:] != by_group[:-1]) | (by_value[1:] != by_value[:-1])
    found[asked] = np.bincount(by_group[is_new], minlength=len(groups))[group]
    return found
