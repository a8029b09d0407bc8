"""Compare names: the weight of the words in common against the weight of the words that stand alone.

Words that differ by a slip of the pen or are cut short count for most of their weight. Where one name is only the
acronym of the other, the words of the other are no difference.
"""

from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from hub.resolution.columns import Bools, Columns, Floats, Ints, Lists, Measures, in_common, shared, tally
from hub.resolution.compare_letters import abbreviated, slips_of
from hub.resolution.rarity import known_shares

_FRANCE = 68e6  # inhabitants (INSEE, 2024)
_MOST_SHARED = 14.0
_OWN = 7.0  # weight from which a word is one that hardly any other name has
_ALIKE = 0.8  # OSA similarity from which two words are one word misspelt
_CUT_SHORT = 4  # letters from which a word may stand for a longer one that begins with it
_SHORT = 5  # letters up to which a word may be misspelt only where the dictionary knows one of the two
_FIRST_LETTER = 5  # letters from which the first one may be the slip
_SLIP = 0.8  # what a misspelt word is worth of the word
_LONGEST_ACRONYM = 7
_MOST_ALIKE = 20.0
_ALIKE_FROM = 0.6  # share of the weight of both names that is in common, from which they are more alike than not
_TELLING = 2.5  # weight of the words of one side alone from which they say that it is something else
MOST = {
    "name.same": 1.0,
    "name.nearly": 1.0,
    "name.head": 1.0,
    "name.cut": 1.0,
    "name.alike": _MOST_ALIKE,
    "name.shared": _MOST_SHARED,
    "name.own": _MOST_SHARED - _OWN,
    "acronym.same": _LONGEST_ACRONYM - 1.0,
    "acronym.alone": 1.0,
    "acronym.initials": _LONGEST_ACRONYM - 1.0,
}
"""The measures of names that may speak for a pair, and the most that each can be."""
_TWO = 0.5  # the spread of a name that stands in two départements, as any does that two records give otherwise
_AFTER_A_DASH = 0.25  # what a word alone is worth after a dash, where all before it is in common


def compare_names(columns: Columns, left: Ints, right: Ints, here: Bools) -> Measures:
    """The measures of names, acronyms and numbers; see `compare.compare`. here: what `same_town` says of the pairs."""
    same = _any_in_common(columns, "names", left, right)
    head = _any_in_common(columns, "heads", left, right)
    words = _words(columns, left, right)
    differ = _numbers_differ(columns, left, right)
    slips, cut = slips_of(columns, "letters", left, right, ~same & ~differ)
    is_placed_alike = ~_other_place(columns, left, right)
    is_open = ~same & ~differ & (slips == 0) & ~cut & is_placed_alike
    own_slips, _ = slips_of(columns, "own", left, right, is_open)
    is_own = np.minimum(words.lone_left, words.lone_right) >= _TELLING
    is_short = abbreviated(columns, left, right, ~same & ~differ & ~cut & is_placed_alike & (slips != 1))
    is_all = ~same & ~differ & (words.common > 0) & (words.lone_left + words.lone_right == 0)
    slips = np.maximum(slips, own_slips)
    nearly = (slips == 1) | ((slips > 1) & ~is_own) | (is_all & is_placed_alike) | is_short
    whole = _SLIP * np.minimum(words.common + words.lone_left, words.common + words.lone_right)
    common = np.where(same | nearly | cut, np.maximum(words.common, whole), words.common)
    acronyms, initials = columns.lists("acronyms", "initials")
    written = _letters(acronyms, acronyms, left, right)
    spelt = np.maximum(_letters(acronyms, initials, left, right), _letters(initials, acronyms, left, right))
    bare_left, bare_right = (bare_names(columns).take(side) for side in (left, right))
    one_word_each = bare_left & bare_right & (words.common == 0)  # which of them is the acronym, its letters tell
    said = (acronyms.sizes[left] > 0) & (acronyms.sizes[right] > 0) & ~one_word_each
    written = np.where((bare_left & bare_right & ~one_word_each) | same, 0, written)
    spelt = np.where(said | (written > 0), 0, spelt)
    is_headed = head & ~same & ~_is_national(columns, left, right)
    is_explained = (bare_left | bare_right) & ((written > 0) | (spelt > 0) | (common > 0))
    is_whole = is_explained | same | nearly | cut
    lone_left, lone_right = (
        np.where(is_whole, 0, np.where(is_headed, lone * _AFTER_A_DASH, lone))
        for lone in (words.lone_left, words.lone_right)
    )
    apart = np.minimum(lone_left, lone_right)
    both = apart >= _TELLING
    each = (apart > 0) & ~both
    longer = (apart == 0) & (np.maximum(lone_left, lone_right) >= _TELLING)
    share = np.round(common / np.maximum(common + lone_left + lone_right, 1.0), 3)
    alike = np.maximum(share - _ALIKE_FROM, 0) / (1 - _ALIKE_FROM)
    told = common + lone_left + lone_right > 0
    commune = same_commune(columns, left, right, here)
    are_services = homonymous(columns).take(left) & homonymous(columns).take(right)
    is_begun = cut & (np.minimum(words.lone_left, words.lone_right) == 0)
    goes_on = is_begun & (np.maximum(words.lone_left, words.lone_right) >= _TELLING)
    return {
        "name.same": same.astype(np.float64),
        "name.nearly": nearly.astype(np.float64),
        "name.head": (head & ~same).astype(np.float64),
        "name.cut": cut.astype(np.float64),
        "name.alike": np.round(alike * np.minimum(common, _MOST_ALIKE), 3),
        "name.unlike": np.where(told, np.maximum(_ALIKE_FROM - share, 0) / _ALIKE_FROM, 0),
        "name.both": both.astype(np.float64),
        "name.both_here": both * commune,
        "name.each": each.astype(np.float64),
        "name.each_here": each * commune,
        "name.shared": np.minimum(common, _MOST_SHARED),
        "name.own": np.maximum(words.rarest - _OWN, 0),
        "name.services": ((apart > 0) & are_services).astype(np.float64),
        "name.goes_on": goes_on.astype(np.float64),
        "name.rest": apart,
        "name.tail": np.abs(lone_left - lone_right),
        "name.longer_here": longer * commune,
        "name.spread": _spread(columns, left, right, here, common > 0),
        "name.rivals": (is_whole & _rivals(columns, left, right)).astype(np.float64),
        "name.nothing": ((common == 0) & (lone_left > 0) & (lone_right > 0)).astype(np.float64),
        "acronym.same": np.maximum(np.minimum(written, _LONGEST_ACRONYM) - 1, 0),
        "acronym.alone": ((written > 0) & ((bare_left != bare_right) | one_word_each)).astype(np.float64),
        "acronym.initials": np.maximum(np.minimum(spelt, _LONGEST_ACRONYM) - 1, 0),
        "acronym.other": (said & (written == 0) & ~(bare_left & bare_right) & ~same).astype(np.float64),
        "number.other": differ.astype(np.float64),
    }


def _spread(columns: Columns, left: Ints, right: Ints, here: Bools, asked: Bools) -> Floats:
    """Where asked: in how many places the name of two that are not of one place stands."""
    spread = np.zeros(len(left))
    at = np.flatnonzero(asked)
    one, two = left[at], right[at]
    at = at[~same_place(columns, one, two, here[at]) & ~as_named(columns, one, two)]
    numbers = columns.numbers("spread")
    spread[at] = np.maximum(np.maximum(numbers[left[at]], numbers[right[at]]) - _TWO, 0)
    return spread


def _any_in_common(columns: Columns, name: str, left: Ints, right: Ints) -> Bools:
    (lists,) = columns.lists(name)
    found = np.zeros(len(left), dtype=bool)
    found[in_common(lists, lists, left, right)[0]] = True
    return found


def _other_place(columns: Columns, left: Ints, right: Ints) -> Bools:
    """Whether the names say different places, be it a commune and a département."""
    commune, department = columns.codes("named_commune", "named_department")
    said = columns.once("place said", lambda: np.where(commune >= 0, commune, department))
    one, two = said.take(left), said.take(right)
    return np.asarray((one >= 0) & (two >= 0) & (one != two))


def same_commune(columns: Columns, left: Ints, right: Ints, here: Bools) -> Floats:
    """What it says to be seated in one commune: the log of how many times larger France is; 0 when they are not."""
    rare = columns.once("rare", lambda: np.log(_FRANCE / np.clip(columns.numbers("population"), 100, None)))
    commune = columns.codes("commune")[0].take(left)
    return np.asarray(here * np.where(commune < 0, rare.take(left), rare.take(right)))


def same_town(columns: Columns, left: Ints, right: Ints) -> Bools:
    """Whether both sit in one commune, or say one name that several communes have and nothing tells these apart."""
    (commune,), (town,), (department,) = (columns.codes(each) for each in ("commune", "town", "department"))
    here, there = commune.take(left), commune.take(right)
    found: Bools = (here >= 0) & (here == there)
    at = np.flatnonzero((here < 0) | (there < 0))
    at = at[(town.take(left[at]) >= 0) & (town.take(left[at]) == town.take(right[at]))]
    one, two = department.take(left[at]), department.take(right[at])
    found[at] = (one < 0) | (two < 0) | (one == two)
    return found


def other_town(columns: Columns, left: Ints, right: Ints, here: Bools) -> Bools:
    """Whether they sit in two communes, be it that one is not known by more than a name, which the other has not."""
    (commune,), (town,) = columns.codes("commune"), columns.codes("town")
    is_named = columns.once("town said", lambda: (commune >= 0) | (town >= 0))
    return np.asarray(is_named.take(left) & is_named.take(right) & ~here)


def same_place(columns: Columns, left: Ints, right: Ints, here: Bools) -> Bools:
    """Whether both are of one commune, by seat or by name, or both name one département: a body that many places have
    is one body there."""
    commune, named = columns.codes("commune", "named_commune")
    wide = columns.codes("named_department")[0]
    department = columns.once("department alone", lambda: np.where(named < 0, wide, np.int32(-1)))
    ours, theirs = ([codes.take(side) for codes in (commune, named, department)] for side in (left, right))
    found = here.copy()
    for one, two in ((0, 1), (1, 0), (1, 1), (2, 2)):
        found |= (ours[one] >= 0) & (ours[one] == theirs[two])
    return found


def as_named(columns: Columns, left: Ints, right: Ints) -> Bools:
    """Whether the names are one to the letter, and a place in it was found in one of them alone."""
    letters, (commune, wide) = columns.coded("letters").codes, columns.codes("named_commune", "named_department")
    says = columns.once("says a place", lambda: (commune >= 0) | (wide >= 0))
    one = letters.take(left)
    return np.asarray((one >= 0) & (one == letters.take(right)) & (says.take(left) != says.take(right)))


def _rivals(columns: Columns, left: Ints, right: Ints) -> Bools:
    """Whether one side says no place at all, and the name of the other is borne in several départements: which of
    them it speaks of, nobody can tell."""
    department, named = columns.codes("department", "named_department")
    region, town = columns.codes("named_region")[0], columns.codes("town")[0]
    is_lost = columns.once("lost", lambda: (department < 0) & (named < 0) & (region < 0) & (town < 0))
    is_borne = columns.once("borne", lambda: columns.numbers("spread") > 0)
    one, two = is_lost.take(left), is_lost.take(right)
    return np.asarray((one & ~two & is_borne.take(right)) | (two & ~one & is_borne.take(left)))


def _is_national(columns: Columns, left: Ints, right: Ints) -> Bools:
    (national,) = columns.codes("national")
    return np.asarray((national.take(left) >= 0) | (national.take(right) >= 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """Weights of words: those in common, those of one side alone, and the rarest in common."""

    common: Floats
    lone_left: Floats
    lone_right: Floats
    rarest: Floats


def _words(columns: Columns, left: Ints, right: Ints) -> _Words:
    size = len(left)
    (core,) = columns.lists("core")
    weight = columns.weights_of("core", "weights")
    ours, theirs = core.keys(left), core.keys(right)
    is_ours, is_theirs = shared(ours, theirs), shared(theirs, ours)
    common, ours, theirs = ours[is_ours], ours[~is_ours], theirs[~is_theirs]
    rarest = np.zeros(size)
    positions, codes = core.split(common)
    np.maximum.at(rarest, positions, weight[codes])

    def total(keys: Ints) -> Floats:
        positions, codes = core.split(keys)
        return tally(positions, size, weight[codes])

    alike_ours, alike_theirs = _alike(columns, ours, theirs)
    slips_left, slips_right = total(alike_ours), total(alike_theirs)
    return _Words(
        common=np.round(total(common) + _SLIP * np.minimum(slips_left, slips_right), 3),
        lone_left=np.maximum(total(ours) - slips_left, 0.0),
        lone_right=np.maximum(total(theirs) - slips_right, 0.0),
        rarest=rarest,
    )


def _alike(columns: Columns, ours: Ints, theirs: Ints) -> tuple[Ints, Ints]:
    """Of the words that stand alone on each side of the same pair, those that are nearly a word of the other side."""
    (core,) = columns.lists("core")
    positions, codes = core.split(ours)
    their_positions, their_codes = core.split(theirs)
    starts = np.searchsorted(their_positions, positions)
    counts = np.searchsorted(their_positions, positions, side="right") - starts
    mine = np.repeat(np.arange(len(ours)), counts)
    other = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(starts, counts)
    maybe, alike = _nearly(columns, codes[mine], their_codes[other])
    mine, other = mine[maybe[alike]], other[maybe[alike]]
    return np.unique(ours[mine]), np.unique(theirs[other])


def _nearly(columns: Columns, a: Ints, b: Ints) -> tuple[Ints, Bools]:
    """Which couples of words may be one, and whether they are: by a slip of the pen, or because one is cut short."""
    (core,) = columns.lists("core")
    length, (first, last) = core.texts.lengths, core.texts.ends
    beginning = columns.beginnings("core", _CUT_SHORT)
    shorter, longer = np.minimum(length[a], length[b]), np.maximum(length[a], length[b])
    is_slip = (longer <= _SHORT) | (shorter >= _ALIKE * longer) & (
        (first[a] == first[b]) | ((shorter > _FIRST_LETTER) & (last[a] == last[b]))
    )
    maybe = np.flatnonzero((shorter > 3) & (is_slip | (beginning[a] == beginning[b])))
    couples, back = np.unique(a[maybe].astype(np.int64) * len(core.texts) + b[maybe], return_inverse=True)
    sides = np.divmod(couples, max(len(core.texts), 1))
    one, two = (core.texts.at(side) for side in sides)
    found = cpdist(one, two, scorer=OSA.normalized_similarity, score_cutoff=_ALIKE) > 0 if one else np.zeros(0, bool)
    shorter, (begun, other) = np.minimum(*(length[side] for side in sides)), (beginning[side] for side in sides)
    for question, asked in ((_is_short_slip, shorter <= _SHORT), (_is_cut_short, begun == other)):
        at = np.flatnonzero(asked & ~found)
        found[at] = [question(one[each], two[each]) for each in at.tolist()]
    return maybe, found[back.reshape(-1)]


def _is_short_slip(one: str, two: str) -> bool:
    """ "viea" for "viet", but not "bali" for "mali"."""
    return OSA.distance(one, two, score_cutoff=1) <= 1 and (one in known_shares()) != (two in known_shares())


def _is_cut_short(one: str, two: str) -> bool:
    """ "integrat" for "integration", but not two known words such as "niger" and "nigeria"."""
    short, long = (one, two) if len(one) < len(two) else (two, one)
    return len(short) >= _CUT_SHORT and long.startswith(short) and short not in known_shares()


def _letters(one: Lists, two: Lists, left: Ints, right: Ints) -> Floats:
    """The letters of the longest acronym that the left side of `one` and the right side of `two` have in common."""
    positions, codes = in_common(one, two, left, right)
    longest = np.zeros(len(left))
    np.maximum.at(longest, positions, one.texts.lengths[codes])
    return longest


def homonymous(columns: Columns) -> Bools:
    """Rows whose name is one that many places have: a patron's and that of an establishment."""
    return columns.once("homonymous", lambda: columns.codes("homonymous")[0] >= 0)


def bare_names(columns: Columns) -> Bools:
    """Rows whose name is nothing but an acronym."""

    def found() -> Bools:
        core, acronyms = columns.lists("core", "acronyms")
        rows = np.arange(len(core.sizes))
        in_both = tally(in_common(core, acronyms, rows, rows)[0], len(rows))
        return np.asarray((core.sizes == 1) & (in_both == 1))

    return columns.once("bare", found)


def _numbers_differ(columns: Columns, left: Ints, right: Ints) -> Bools:
    (numbers,) = columns.lists("numbers")
    said = (numbers.sizes[left] > 0) & (numbers.sizes[right] > 0)
    said[in_common(numbers, numbers, left, right)[0]] = False
    return np.asarray(said)
