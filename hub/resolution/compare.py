"""Compare: what a batch of pairs has in common and what tells it apart, as measures without an opinion.

    pairs (left, right: row numbers) + rows ──► name of measure ──► one number a pair, 0 when it does not apply

A measure of what is not said on both sides is 0: an absent field is never evidence. `model.json` says what each measure
is worth. All arithmetic is element by element, so that a pair is worth the same in any batch.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hub.resolution.columns import Bools, Codes, Columns, Floats, Ints, Measures, in_common, tally
from hub.resolution.compare_names import (
    as_named,
    bare_names,
    compare_names,
    homonymous,
    other_town,
    same_commune,
    same_place,
    same_town,
)
from hub.resolution.gazetteer import city_of
from hub.resolution.lexicon import lexicon

_OFFICIAL = ("siren", "rna", "uai", "ror")
_WORDS_NEEDED = 5
_WHATEVER_ELSE = ("jumelage",)


Found = Iterator[tuple[str, NDArray[np.generic]]]


def compare(pairs: pa.Table | pa.RecordBatch, rows: pa.Table) -> Measures:
    """The measures of every pair, in the order of `pairs`.

    pairs: integer columns `left` and `right`, row numbers of `rows`.
    rows:  the columns of `features.SCHEMA` and of `rarity.add_rarity`.
    """
    left, right = (np.asarray(pairs[side], dtype=np.intp) for side in ("left", "right"))
    return {name: np.asarray(value, dtype=np.float64) for name, value in measures(Columns(rows), left, right)}


def measures(columns: Columns, left: Ints, right: Ints) -> Found:
    """The same one by one, always in the same order: first `facts`, then the measures of names."""
    here = same_town(columns, left, right)
    yield from facts(columns, left, right, here)
    yield from compare_names(columns, left, right, here).items()


def facts(columns: Columns, left: Ints, right: Ints, here: Bools) -> Found:
    """The measures that cost little: all but those of names. here: what `same_town` says of the pairs."""
    for placed in (_places, _named_places, _kinds):
        yield from placed(columns, left, right, here)
    for part in (_identifiers, _contacts, _activity, _circumstances):
        yield from part(columns, left, right)


def _places(columns: Columns, left: Ints, right: Ints, here: Bools) -> Found:
    department, _ = columns.codes("department", "named_department")
    (region,), (postcode,) = columns.codes("region"), columns.codes("postcode")
    other = other_town(columns, left, right, here)
    same_department, far = _agree(department, left, right)

    yield "place.postcode", _agree(postcode, left, right)[0]
    yield "place.department", same_department & ~here & ~other
    yield "place.near", other & same_department
    yield "place.far", far
    yield "place.town", other & ~same_department & ~far
    other |= _agree(columns.codes("district")[0], left, right)[1]
    yield "place.district", other & here
    yield "place.namesake", _where(other, left, right, lambda one, two: _is_namesake(columns, one, two))
    yield "place.region", _agree(region, left, right)[1]


def _is_namesake(columns: Columns, left: Ints, right: Ints) -> Bools:
    """Whether either name is one that many places have."""
    is_homonymous = homonymous(columns)
    return np.asarray(is_homonymous.take(left) | is_homonymous.take(right))


def _named_places(columns: Columns, left: Ints, right: Ints, here: Bools) -> Found:
    """Places inside names, against each other where both names say one, else against the other's seat.

    That two names say one place is no news of two bodies seated in one commune, and one seat is none of two bodies
    whose names say two places.
    """
    commune, named = columns.codes("commune", "named_commune")
    department, named_department = columns.codes("department", "named_department")
    (named_region,) = columns.codes("named_region")
    is_part = columns.once("part of a city", lambda: _districts(columns))
    level = columns.once("level", lambda: _levels(columns))
    level_left, level_right = _both(level, left, right)
    one_level = level_left == level_right
    is_both = (level_left == 3) | (level_right == 3)  # a commune and its département say no level
    same, other = _agree(named, left, right)
    for each in (named_department, named_region):
        other |= _agree(each, left, right)[1]
    levels = ~one_level & ~is_both & (level_left > 0) & (level_right > 0) & ~other
    yield "place.commune", same_commune(columns, left, right, here) * ~(other | levels)
    yield "named.same", (same | (one_level & (level_left == 1) & ~other) | as_named(columns, left, right)) & ~here
    yield "named.other", other
    yield "named.level", levels
    yield "named.branch", (other | levels) & _agree(columns.codes("national")[0], left, right)[0]

    def against_seat(one: Ints, two: Ints) -> dict[str, Bools]:
        at = np.flatnonzero((level.take(one) > 0) & (level.take(two) == 0))
        one, two = one[at], two[at]
        is_town, said, town = level.take(one) >= 2, named.take(one), commune.take(two)
        is_placed = department.take(two) >= 0
        near = is_placed & (named_department.take(one) == department.take(two))
        in_town = is_town & (town >= 0) & ~is_part.take(one)
        return {
            "named.seat": _put(at, in_town & (said == town), len(left)),
            "named.department": _put(at, near & ~is_town, len(left)),
            "named.near": _put(at, in_town & near & (said != town), len(left)),
            "named.far": _put(at, is_placed & ~near, len(left)),
        }

    forth, back = against_seat(left, right), against_seat(right, left)
    yield from ((name, forth[name] | back[name]) for name in forth)


def _levels(columns: Columns) -> Codes:
    """What a name says of places: 0 nothing, 1 a département, 2 a commune, 3 both."""
    named, department = columns.codes("named_commune", "named_department")
    (wide,) = columns.codes("named_wide")
    return np.where(wide >= 0, 3, np.where(named >= 0, 2, np.where(department >= 0, 1, 0)))


def _districts(columns: Columns) -> Bools:
    """Rows whose name says a district of a city: no seat does."""
    codes = columns.coded("named_commune").texts
    return columns.is_one_of("named_commune", [code for code in codes if city_of(code) != code])


def _kinds(columns: Columns, left: Ints, right: Ints, here: Bools) -> Found:
    kind, unit = columns.codes("kind")[0], columns.codes("unit")[0]
    family = columns.codes("family")[0]
    (core,) = columns.lists("core")
    compatible = _pairs_of(columns, "kind", lexicon().compatible_kinds)
    silent = columns.once("silent", lambda: (kind < 0) & ~bare_names(columns))  # an acronym has no room for a kind
    bare = columns.once("no core", lambda: core.sizes == 0)
    same, other = _agree(kind, left, right)

    yield "kind.same", same
    yield "kind.other", _where(other, left, right, lambda one, two: ~compatible(one, two))
    yield "kind.one_here", _where(same, left, right, lambda one, two: _one_here(columns, bare, one, two))
    yield "kind.national", _agree(columns.codes("national")[0], left, right)[1]
    yield "kind.family", _agree(family, left, right)[1]
    unsaid = columns.once("unsaid", lambda: kind < 0)
    yield "kind.unsaid", _one_of_each(silent, ~unsaid, left, right)
    only = columns.once("only", lambda: columns.is_one_of("kind", lexicon().one_per_place) & bare)
    yield "kind.alone", _one_of_each(only, columns.once("named", lambda: unsaid & ~bare), left, right)
    yield "kind.left_out", _one_of_each(unsaid, columns.is_one_of("kind", lexicon().never_left_out), left, right)
    whole = columns.once("whole body", lambda: unit < 0)
    at = np.flatnonzero(whole.take(left) != whole.take(right))
    yield "kind.unit", _put(at, ~same_place(columns, left[at], right[at], here[at]), len(left))


def _one_here(columns: Columns, bare: Bools, left: Ints, right: Ints) -> Bools:
    """Whether the place of both, said in the name before the seat, has only one body of the left side's kind.

    bare: rows whose name says no more than the kind and the place. A name with words of its own may be another one's,
          but beside its home in a twinning committee's name they are the partner's.
    """
    places = {
        "region": columns.codes("named_region", "region"),
        "departement": columns.codes("named_department", "department"),
        "": columns.codes("named_commune", "commune"),
    }
    found, named = np.zeros(len(left), dtype=bool), places[""][0]
    has_no_more = bare[left] | bare[right]
    says_home = columns.once("says home", lambda: (named >= 0) | bare)
    at_home = says_home[left] & says_home[right]
    for kind in lexicon().one_per_place:
        place = columns.once(f"place of {kind}", partial(_said_or_seated, *places.get(kind, places[""])))
        is_kind = columns.is_one_of("kind", (kind,))[left]
        found |= is_kind & _agree(place, left, right)[0] & (has_no_more | (at_home & (kind in _WHATEVER_ELSE)))
    return found


def _said_or_seated(named: Codes, seat: Codes) -> Codes:
    return np.where(named >= 0, named, seat)


def _identifiers(columns: Columns, left: Ints, right: Ints) -> Found:
    for scheme in _OFFICIAL:
        yield from _said(columns, scheme, left, right)
    (siren,), (siret,) = columns.codes("siren"), columns.codes("siret")
    same, other = _agree(siret, left, right)
    yield "siret.same", same
    yield "siret.other", other & _agree(siren, left, right)[0]
    yield "identifier.same", _in_common(columns, "other_ids", left, right)


def _contacts(columns: Columns, left: Ints, right: Ints) -> Found:
    website, mail_domain = columns.codes("website", "mail_domain")
    for name in ("website", "email", "phone"):
        yield from _said(columns, name, left, right)
    (kind,) = columns.codes("kind")
    one_site = _agree(website, left, right)[0]
    one_domain = _agree(mail_domain, left, right)[0] | _crossed(website, mail_domain, left, right)
    yield "website.kind", one_site & _agree(kind, left, right)[0]
    yield "website.mail", one_domain & ~one_site
    (street,), (postcode,), (commune,) = (columns.codes(each) for each in ("street", "postcode", "commune"))
    in_town = _agree(postcode, left, right)[0] | _agree(commune, left, right)[0]
    same, other = _agree(street, left, right)
    yield "street.same", same & in_town
    yield "street.shared", (same & in_town) * columns.numbers("street_shared")[left]
    yield "street.other", other & in_town
    private = np.minimum(_in_common(columns, "match_keys", left, right), 2)
    yield "private.same", private
    even, odd = (
        _agree(columns.codes(name)[0], left, right)[0] * columns.numbers(f"{name}_shared")[left]
        for name in ("private_even", "private_odd")
    )
    yield "private.shared", private * np.maximum(even, odd)


def _said(columns: Columns, name: str, left: Ints, right: Ints) -> Found:
    """Of an identifier or a contact: that it is the same, behind how many names it stands, that it is another."""
    same, other = _agree(columns.codes(name)[0], left, right)
    yield f"{name}.same", same
    yield f"{name}.shared", same * columns.numbers(f"{name}_shared")[left]
    yield f"{name}.other", other


def _activity(columns: Columns, left: Ints, right: Ints) -> Found:
    for name in ("countries", "sectors"):
        (lists,) = columns.lists(name)
        said = (lists.sizes[left] > 0) & (lists.sizes[right] > 0)
        in_common = _in_common(columns, name, left, right) > 0
        yield f"{name}.same", said & in_common
        yield f"{name}.other", said & ~in_common
    (words,) = columns.lists("words")
    least = np.minimum(words.sizes[left], words.sizes[right])
    alike = _in_common(columns, "words", left, right) / np.maximum(least, 1)
    yield "description.alike", np.where(least >= _WORDS_NEEDED, np.round(alike, 3), 0)


def _circumstances(columns: Columns, left: Ints, right: Ints) -> Found:
    for name in ("owner", "starts", "ends", "amount", "founded"):
        same, other = _agree(columns.codes(name)[0], left, right)
        yield f"{name}.same", same
        yield f"{name}.other", other


def _agree(codes: Codes, left: Ints, right: Ints) -> tuple[Bools, Bools]:
    """Whether both sides say the same, and whether they say two things."""
    one, two = _both(codes, left, right)
    said, equal = one >= 0, one == two
    same = said & equal
    said &= two >= 0
    said &= ~equal
    return same, said


def _both(codes: Codes, left: Ints, right: Ints) -> tuple[Codes, Codes]:
    return codes.take(left), codes.take(right)


def _one_of_each(one: Bools, two: Bools, left: Ints, right: Ints) -> Bools:
    """Whether one side is of the first sort and the other of the second."""
    found: Bools = one.take(left) & two.take(right)
    found |= one.take(right) & two.take(left)
    return found


def _where(asked: Bools, left: Ints, right: Ints, question: Callable[[Ints, Ints], Bools]) -> Bools:
    """A question that is put only where it is asked, and answered with no elsewhere."""
    at = np.flatnonzero(asked)
    return _put(at, question(left[at], right[at]), len(asked))


def _put(at: Ints, values: Bools, size: int) -> Bools:
    found = np.zeros(size, dtype=bool)
    found[at] = values
    return found


def _crossed(one: Codes, two: Codes, left: Ints, right: Ints) -> Bools:
    there, back = one.take(left), one.take(right)
    found: Bools = (there >= 0) & (there == two.take(right))
    found |= (back >= 0) & (back == two.take(left))
    return found


def _in_common(columns: Columns, name: str, left: Ints, right: Ints) -> Floats:
    """How many texts of a column of lists both sides hold."""
    (lists,) = columns.lists(name)
    return tally(in_common(lists, lists, left, right)[0], len(left))


def _pairs_of(columns: Columns, name: str, wanted: frozenset[frozenset[str]]) -> Callable[[Ints, Ints], Bools]:
    """A question on two rows: are their texts one of the wanted pairs?"""
    coded = columns.coded(name)

    def found() -> Bools:
        texts = [*coded.texts, ""]  # the last row and the last column stand for what is not said
        return np.array([[frozenset((one, two)) in wanted for two in texts] for one in texts], dtype=bool)

    matrix = columns.once(f"pairs of {name}", found)
    return lambda left, right: matrix[coded.codes[left], coded.codes[right]]
