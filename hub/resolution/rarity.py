"""Rarity: how common a value is decides what it is worth.

Adds to the rows what only the whole base can say, so that scoring needs nothing but the two rows of a pair:

    weights       for each word of `core`, minus the natural log of its share among names: rare words weigh more
    spread        log of how many more départements the core name is seated in: "Secours populaire" is in most of them
    X_shared      log of how many more different names stand behind an identifier or a contact X

Shares are smoothed with the counts of `words.json`, taken from real French directories, so that a base of ten records
knows that "association" is common and a base of a million is not more hopeful than one of a thousand.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hub.resolution.columns import Floats, Ints, codes_of, in_one
from hub.resolution.lexicon import common_words, lexicon, stem
from schemas.text import fold
from schemas.vocabularies import vocabulary

SHARED = ("siren", "siret", "rna", "uai", "ror", "website", "email", "mail_domain", "phone", "street")
_PRIOR_NAMES = 20_000  # how many names of experience `words.json` counts for
_COUNTRY = 0.03  # share of any country's name: a body is easily named after the country it works with
_GENERIC = 0.2  # share of a word that says what kind of body it is: such words come together, not by chance
_UNSEEN = 0.5  # names out of _PRIOR_NAMES that an unknown word is taken to stand in
_LEAST, _MOST = 0.2, 9.5
_BRANCHING_SPREAD = float(np.log(30))


def add_rarity(rows: pa.Table) -> pa.Table:
    """The same rows with the columns `weights`, `spread` and `X_shared` for each X of SHARED."""
    rows = rows.append_column("weights", _weights(rows["core"]))
    rows = rows.append_column("spread", pa.array(_spread(rows)))
    bodies = codes_of(_joined(rows["core"]))
    for name in SHARED:
        rows = rows.append_column(f"{name}_shared", pa.array(_log_distinct(codes_of(rows[name]), bodies)))
    return rows


@cache
def known_shares() -> Mapping[str, float]:
    """Stemmed word -> the share of names it is taken to stand in before a base is looked at."""
    words = common_words()
    countries = vocabulary("countries").terms.values()
    names = {stem(word) for country in countries for word in fold(country.label_fr).split()}
    common = dict.fromkeys(names, _COUNTRY) | {stem(word): _GENERIC for word in lexicon().generic}
    return dict(words) | {word: max(words.get(word, 0), share) for word, share in common.items()}


def _weights(core: pa.ChunkedArray) -> pa.Array:
    lists = in_one(core)
    words = lists.flatten().dictionary_encode()
    codes = words.indices.to_numpy(zero_copy_only=False)
    seen = np.bincount(codes, minlength=len(words.dictionary)).astype(np.float64)
    prior = np.array([known_shares().get(word, _UNSEEN / _PRIOR_NAMES) for word in words.dictionary.to_pylist()])
    share = (seen + prior * _PRIOR_NAMES) / (len(lists) + _PRIOR_NAMES)
    weight = np.round(np.clip(-np.log(share), _LEAST, _MOST), 3) if len(share) else share
    return pa.ListArray.from_arrays(lists.offsets, pa.array(weight[codes] if len(codes) else np.zeros(0)))


def _spread(rows: pa.Table) -> Floats:
    names = _joined(rows["core"])
    spread = _log_distinct(codes_of(names), codes_of(rows["department"]))
    generic = {stem(word) for word in lexicon().generic}
    phrases = {phrase - generic for phrase in lexicon().branching}
    known = {name: frozenset(name.split()) - generic in phrases for name in set(names.to_pylist())}
    is_homonymous = np.isin(rows["kind"].to_pylist(), list(lexicon().homonymous_kinds))
    is_branching = np.array([known[name] for name in names.to_pylist()], dtype=bool) | is_homonymous
    return np.where(is_branching, np.maximum(spread, _BRANCHING_SPREAD), spread)


def _joined(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.binary_join(lists, " ")


def _log_distinct(keys: Ints, values: Ints) -> Floats:
    """For each row, the log of how many more different values its key has anywhere; 0 for one, two or no key.

    Two records that share a key and differ in its value are two values by themselves: only a third one tells more.
    """
    said = (keys >= 0) & (values >= 0)
    pairs = np.unique(np.stack([keys[said], values[said]]), axis=1)
    counts = np.bincount(pairs[0], minlength=int(keys.max(initial=-1)) + 1) if pairs.size else np.zeros(len(keys) + 1)
    found = np.where(keys >= 0, counts[np.maximum(keys, 0)], 1).astype(np.float64)
    return np.asarray(np.round(np.log(np.maximum(found - 1, 1)), 3))
