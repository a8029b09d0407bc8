"""Compare names: the weight of the words in common against the weight of the words that stand alone.

Words that differ by a slip of the pen or are cut short count for most of their weight. Where one name is only the
acronym of the other, the words of the other are no difference.
"""

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from hub.resolution.columns import Columns, Floats, Ints, Lists, Measures, shared, tally
from hub.resolution.rarity import known_shares

_MOST_SHARED = 14.0
_OWN = 5.0  # weight from which a word is one that hardly any other name has
_ALIKE = 0.8  # OSA similarity from which two words are one word misspelt
_CUT_SHORT = 5  # letters from which a word may stand for a longer one that begins with it
_FIRST_LETTER = 5  # letters from which the first one may be the slip
_SLIP = 0.8  # what a misspelt word is worth of the word
_LONGEST_ACRONYM = 7
_LEAST_LETTERS = 7  # letters of a name from which a slip can be told from another name
_LETTERS_A_SLIP = 14  # one slip of the pen, and one more for so many letters
_CUT_OFF = 18  # letters from which the beginning of a name stands for the whole


def compare_names(columns: Columns, left: Ints, right: Ints) -> Measures:
    """The measures of names, acronyms and numbers; see `compare.compare`."""
    size = len(left)
    (names,), (heads,) = columns.lists("names"), columns.lists("heads")
    same = tally(names.split(_common(names, names, left, right))[0], size) > 0
    common, lone_left, lone_right = _words(columns, left, right)
    nearly, cut = _slips(columns, left, right, ~same)
    whole = _SLIP * np.minimum(common + lone_left, common + lone_right)
    common = np.where(nearly | cut, np.maximum(common, whole), common)
    acronyms, initials, core = columns.lists("acronyms", "initials", "core")
    written = _letters(acronyms, acronyms, left, right)
    spelt = np.maximum(_letters(acronyms, initials, left, right), _letters(initials, acronyms, left, right))
    said = (acronyms.sizes() > 0)[left] & (acronyms.sizes() > 0)[right]
    spelt = np.where(said, 0, spelt)
    bare = bare_names(core, acronyms)
    written = np.where((bare[left] & bare[right]) | same, 0, written)
    explained = (bare[left] | bare[right]) & ((written > 0) | (spelt > 0) | (common > 0))
    lone_left, lone_right = (np.where(explained | same | nearly | cut, 0, lone) for lone in (lone_left, lone_right))
    spread = np.maximum(columns.numbers("spread")[left], columns.numbers("spread")[right])
    return {
        "name.same": same.astype(np.float64),
        "name.nearly": nearly.astype(np.float64),
        "name.head": ((tally(heads.split(_common(heads, heads, left, right))[0], size) > 0) & ~same).astype(np.float64),
        "name.cut": cut.astype(np.float64),
        "name.shared": np.minimum(common, _MOST_SHARED),
        "name.own": np.maximum(_rarest(columns, left, right) - _OWN, 0),
        "name.rest": np.minimum(lone_left, lone_right),
        "name.tail": np.abs(lone_left - lone_right),
        "name.spread": np.where((common > 0) & ~same_place(columns, left, right), spread, 0),
        "name.nothing": ((common == 0) & (lone_left > 0) & (lone_right > 0)).astype(np.float64),
        "acronym.same": np.maximum(np.minimum(written, _LONGEST_ACRONYM) - 1, 0),
        "acronym.initials": np.maximum(np.minimum(spelt, _LONGEST_ACRONYM) - 1, 0),
        "acronym.other": (said & (written == 0) & ~(bare[left] & bare[right]) & ~same).astype(np.float64),
        "number.other": _numbers_differ(columns, left, right),
    }


def _slips(columns: Columns, left: Ints, right: Ints, asked: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], ...]:
    """Where asked: whether the letters of two names differ by a slip of the pen, and whether one is cut off.

    A slip that makes another number ("phase 2") or another known word ("Niger", "Nigeria") is none.
    """
    codes, texts = columns.coded("letters")
    length = np.array([len(text) for text in texts])
    first = np.array([ord(text[0]) if text else 0 for text in texts])
    a, b = codes[left], codes[right]
    shorter, longer = np.minimum(length[a], length[b]), np.maximum(length[a], length[b])
    maybe = asked & (a >= 0) & (b >= 0) & (first[a] == first[b]) & (shorter >= _LEAST_LETTERS)
    close = np.flatnonzero(maybe & (longer - shorter <= 1 + longer // _LETTERS_A_SLIP))
    one, two = ([texts[code] for code in side[close]] for side in (a, b))
    distance = cpdist(one, two, scorer=OSA.distance, dtype=np.int32) if one else np.zeros(0, np.int32)
    nearly = np.zeros(len(left), dtype=bool)
    nearly[close] = distance <= 1 + longer[close] // _LETTERS_A_SLIP
    cut = np.zeros(len(left), dtype=bool)
    begun = np.flatnonzero(maybe & (shorter >= _CUT_OFF) & (longer > shorter))
    cut[begun] = [_is_begun(texts[x], texts[y]) for x, y in zip(a[begun], b[begun], strict=True)]
    return nearly & (_numbers_differ(columns, left, right) == 0), cut


def _is_begun(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one)


def same_place(columns: Columns, left: Ints, right: Ints) -> NDArray[np.bool_]:
    """Whether both are of one commune, by seat or by name, or both name one département: a body that many places have
    is one body there."""
    commune, named = columns.codes("commune", "named_commune")
    department = columns.codes("named_department")[0]
    department = np.where(named < 0, department, -1)
    towns = [(commune, commune), (commune, named), (named, commune), (named, named), (department, department)]
    return np.asarray(np.any([(one[left] >= 0) & (one[left] == two[right]) for one, two in towns], axis=0))


def _words(columns: Columns, left: Ints, right: Ints) -> tuple[Floats, Floats, Floats]:
    """The weight of the words in common, of those only on the left, and of those only on the right."""
    size = len(left)
    (core,) = columns.lists("core")
    weight = columns.by_text(core, "core", "weights")
    ours, theirs = core.keys(left), core.keys(right)
    is_ours, is_theirs = shared(ours, theirs), shared(theirs, ours)
    common, ours, theirs = ours[is_ours], ours[~is_ours], theirs[~is_theirs]

    def total(keys: Ints) -> Floats:
        positions, codes = core.split(keys)
        return tally(positions, size, weight[codes])

    alike_ours, alike_theirs = _alike(core, ours, theirs)
    slips_left, slips_right = total(alike_ours), total(alike_theirs)
    both = total(common) + _SLIP * np.minimum(slips_left, slips_right)
    found = (both, total(ours) - slips_left, total(theirs) - slips_right)
    return tuple(np.round(np.maximum(each, 0), 3) for each in found)  # type: ignore[return-value] # three of them


def _rarest(columns: Columns, left: Ints, right: Ints) -> Floats:
    """The weight of the rarest word that both names hold, 0 when they share none."""
    (core,) = columns.lists("core")
    positions, codes = core.split(_common(core, core, left, right))
    found = np.zeros(len(left))
    np.maximum.at(found, positions, columns.by_text(core, "core", "weights")[codes])
    return found


def _alike(core: Lists, ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Of the words that stand alone on each side of the same pair, those that are nearly a word of the other side."""
    first = np.array([ord(text[0]) if text else 0 for text in core.texts])
    length = np.array([len(text) for text in core.texts])
    positions, codes = core.split(ours)
    their_positions, their_codes = core.split(theirs)
    starts = np.searchsorted(their_positions, positions)
    counts = np.searchsorted(their_positions, positions, side="right") - starts
    mine = np.repeat(np.arange(len(ours)), counts)
    other = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    a, b = codes[mine], their_codes[other]
    shorter = np.minimum(length[a], length[b])
    maybe = (shorter > 3) & ((first[a] == first[b]) | (shorter > _FIRST_LETTER))
    mine, other, a, b = mine[maybe], other[maybe], a[maybe], b[maybe]
    alike = _nearly(core.texts, a, b)
    return np.unique(ours[mine[alike]]), np.unique(theirs[other[alike]])


def _nearly(texts: tuple[str, ...], a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Whether two words are one: a slip of the pen, or one cut short; each couple of words is measured once."""
    couples, back = np.unique(np.stack([a, b]), axis=1, return_inverse=True)
    one, two = ([texts[code] for code in side] for side in couples)
    close = cpdist(one, two, scorer=OSA.normalized_similarity, dtype=np.float64) >= _ALIKE if one else np.zeros(0, bool)
    cut = [_is_cut_short(x, y) for x, y in zip(one, two, strict=True)]
    found: NDArray[np.bool_] = (close | np.array(cut, dtype=bool))[back.reshape(-1)]
    return found


def _is_cut_short(one: str, two: str) -> bool:
    """ "integrat" for "integration", but not two known words such as "niger" and "nigeria"."""
    short, long = sorted((one, two), key=len)
    return len(short) >= _CUT_SHORT and long.startswith(short) and short not in known_shares()


def _common(one: Lists, two: Lists, left: Ints, right: Ints) -> Ints:
    ours = one.keys(left)
    return ours[shared(ours, two.keys(right))]


def _letters(one: Lists, two: Lists, left: Ints, right: Ints) -> Floats:
    """The letters of the longest acronym that the left side of `one` and the right side of `two` have in common."""
    lengths = np.array([len(text) for text in one.texts], dtype=np.float64)
    positions, codes = one.split(_common(one, two, left, right))
    longest = np.zeros(len(left))
    np.maximum.at(longest, positions, lengths[codes])
    return longest


def bare_names(core: Lists, acronyms: Lists) -> NDArray[np.bool_]:
    """Rows whose name is nothing but an acronym."""
    rows = np.arange(len(core.starts) - 1)
    both = tally(core.split(_common(core, acronyms, rows, rows))[0], len(rows))
    found: NDArray[np.bool_] = (core.sizes() == 1) & (both == 1)
    return found


def _numbers_differ(columns: Columns, left: Ints, right: Ints) -> Floats:
    (numbers,) = columns.lists("numbers")
    said = (numbers.sizes() > 0)[left] & (numbers.sizes() > 0)[right]
    common = tally(numbers.split(_common(numbers, numbers, left, right))[0], len(left))
    return np.asarray(said & (common == 0), dtype=np.float64)
