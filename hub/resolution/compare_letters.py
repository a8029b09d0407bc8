"""Compare letters: is one name the other one mistyped, cut off, or with its words cut short?"""

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from hub.resolution.columns import Bools, Columns, Ints
from hub.resolution.lexicon import lexicon

_LEAST_LETTERS = 7  # letters of a name from which a slip can be told from another name
_LETTERS_A_SLIP = 14  # one slip of the pen, and one more for so many letters
_CUT_OFF = 18  # letters from which the beginning of a name stands for the whole


def slips_of(columns: Columns, name: str, left: Ints, right: Ints, asked: Bools) -> tuple[Ints, Bools]:
    """Where asked: by how many slips of the pen the letters of two names differ, 0 where by too many, and whether one
    is cut off. name: the column of these letters."""
    coded = columns.coded(name)
    texts, length = coded.texts, coded.texts.lengths
    first, _ = texts.ends
    a, b = coded.codes[left], coded.codes[right]
    shorter, longer = np.minimum(length[a], length[b]), np.maximum(length[a], length[b])
    maybe = asked & (a >= 0) & (b >= 0) & (first[a] == first[b]) & (shorter >= _LEAST_LETTERS)
    close = np.flatnonzero(maybe & (longer - shorter <= 1 + longer // _LETTERS_A_SLIP))
    one, two = (texts.at(side[close]) for side in (a, b))
    distance = cpdist(one, two, scorer=OSA.distance, dtype=np.int32) if one else np.zeros(0, np.int32)
    slips = np.zeros(len(left), dtype=np.int64)
    slips[close] = np.where(distance <= 1 + longer[close] // _LETTERS_A_SLIP, distance, 0)
    cut = np.zeros(len(left), dtype=bool)
    beginning = columns.beginnings(name, _CUT_OFF)
    begun = np.flatnonzero(maybe & (shorter >= _CUT_OFF) & (longer > shorter) & (beginning[a] == beginning[b]))
    cut[begun] = list(map(_is_begun, texts.at(a[begun]), texts.at(b[begun])))
    return slips, cut


def abbreviated(columns: Columns, left: Ints, right: Ints, asked: Bools) -> Bools:
    """Where asked: whether each word of a name is the beginning of the other's word in its place, be it now on one
    side and now on the other: "union sport herblain", "soc entraid memb leg honneur"."""
    begun, whole = columns.coded("begun").codes, columns.coded("whole")
    at = np.flatnonzero(asked & (begun.take(left) >= 0) & (begun.take(left) == begun.take(right)))
    found = np.zeros(len(left), dtype=bool)
    found[at] = list(map(_is_word_by_word, *(whole.texts.at(whole.codes[side[at]]) for side in (left, right))))
    return found


def _is_word_by_word(one: str, two: str) -> bool:
    """ "jean" and "jeanne" are two patrons, and no word and its beginning."""
    known = lexicon()
    ours, theirs = (
        [word for word in text.split() if word not in known.articles and word not in known.legal_forms]
        for text in (one, two)
    )
    return len(ours) == len(theirs) and all(
        _is_begun(mine, other) and (mine == other or not {mine, other} <= known.patrons)
        for mine, other in zip(ours, theirs, strict=True)
    )


def _is_begun(one: str, two: str) -> bool:
    return one.startswith(two) or two.startswith(one)
