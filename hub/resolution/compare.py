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

from hub.resolution.columns import Bools, Codes, Columns, Floats, Measures, in_common, tally
from hub.resolution.compare_names import bare_names, compare_names, same_commune, same_place
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
    left, right = (np.asarray(pairs[side], dtype=np.int32) for side in ("left", "right"))
    return {name: np.asarray(value, dtype=np.float64) for name, value in measures(Columns(rows), left, right)}


def measures(columns: Columns, left: Codes, right: Codes) -> Found:
    """The same one by one, always in the same order: first `facts`, then the measures of names."""
    yield from facts(columns, left, right)
    yield from compare_names(columns, left, right).items()


def facts(columns: Columns, left: Codes, right: Codes) -> Found:
    """The measures that cost little: all but those of names."""
    for part in (_places, _kinds, _identifiers, _contacts, _activity, _circumstances):
        yield from part(columns, left, right)


def _places(columns: Columns, left: Codes, right: Codes) -> Found:
    commune, named = columns.codes("commune", "named_commune")
    department, named_department = columns.codes("department", "named_department")
    (region,) = columns.codes("region")
    (named_region,) = columns.codes("named_region")
    (postcode,) = columns.codes("postcode")
    same, other = _same(commune, left, right), _other(commune, left, right)
    same_department, far = _same(department, left, right), _other(department, left, right)

    yield "place.commune", same_commune(columns, left, right)
    yield "place.postcode", _same(postcode, left, right)
    yield "place.department", same_department & ~same & ~other
    yield "place.near", other & same_department
    yield "place.far", far
    yield "place.region", _other(region, left, right)

    level = columns.once("level", lambda: np.where(named >= 0, 2, np.where(named_department >= 0, 1, 0)))
    yield from _named_places(level, named, named_department, named_region, commune, department, left, right)


def _named_places(
    level: Codes,
    named: Codes,
    named_department: Codes,
    named_region: Codes,
    commune: Codes,
    department: Codes,
    left: Codes,
    right: Codes,
) -> Found:
    """Places inside names, against each other where both names say one, else against the other's seat.

    That two names say one place is no news of two bodies seated in one commune.
    """
    one_level, here = level[left] == level[right], _same(commune, left, right)
    other = _other(named, left, right) | _other(named_department, left, right) | _other(named_region, left, right)
    yield "named.same", (_same(named, left, right) | (one_level & (level[left] == 1) & ~other)) & ~here
    yield "named.other", other
    yield "named.level", ~one_level & (level[left] > 0) & (level[right] > 0) & ~other

    def against_seat(one: Codes, two: Codes) -> dict[str, Bools]:
        alone = (level[one] > 0) & (level[two] == 0)
        near = alone & (department[two] >= 0) & (named_department[one] == department[two])
        in_town = alone & (level[one] == 2) & (commune[two] >= 0)
        return {
            "named.seat": in_town & (named[one] == commune[two]),
            "named.department": near & (level[one] == 1),
            "named.near": in_town & near & (named[one] != commune[two]),
            "named.far": alone & (department[two] >= 0) & ~near,
        }

    forth, back = against_seat(left, right), against_seat(right, left)
    yield from ((name, forth[name] | back[name]) for name in forth)


def _kinds(columns: Columns, left: Codes, right: Codes) -> Found:
    kind, unit = columns.codes("kind")[0], columns.codes("unit")[0]
    family = columns.codes("family")[0]
    (core,) = columns.lists("core")
    compatible = _pairs_of(columns, "kind", lexicon().compatible_kinds)
    silent = columns.once("silent", lambda: (kind < 0) & ~bare_names(columns))  # an acronym has no room for a kind
    has_no_more = (core.sizes[left] == 0) | (core.sizes[right] == 0)

    yield "kind.same", _same(kind, left, right)
    yield "kind.other", _other(kind, left, right) & ~compatible(left, right)
    yield "kind.one_here", _same(kind, left, right) & _one_here(columns, has_no_more, left, right)
    yield "kind.national", _other(columns.codes("national")[0], left, right)
    yield "kind.family", _other(family, left, right)
    yield "kind.unsaid", (silent[left] & (kind[right] >= 0)) | (silent[right] & (kind[left] >= 0))
    only = columns.once("only", lambda: columns.is_one_of("kind", lexicon().one_per_place) & (core.sizes == 0))
    has_name = columns.once("named", lambda: (kind < 0) & (core.sizes > 0))
    yield "kind.alone", (only[left] & has_name[right]) | (only[right] & has_name[left])
    exclusive = columns.is_one_of("kind", lexicon().never_left_out)
    yield "kind.left_out", ((kind[left] < 0) & exclusive[right]) | ((kind[right] < 0) & exclusive[left])
    yield "kind.unit", ((unit[left] < 0) != (unit[right] < 0)) & ~same_place(columns, left, right)


def _one_here(columns: Columns, has_no_more: Bools, left: Codes, right: Codes) -> Bools:
    """Whether the place of both, said in the name before the seat, has only one body of the left side's kind.

    A name with words of its own may be another one's, but in a twinning committee's they are the partner's.
    """
    places = {
        "region": columns.codes("named_region", "region"),
        "departement": columns.codes("named_department", "department"),
        "": columns.codes("named_commune", "commune"),
    }
    found = np.zeros(len(left), dtype=bool)
    for kind in lexicon().one_per_place:
        place = columns.once(f"place of {kind}", partial(_said_or_seated, *places.get(kind, places[""])))
        found |= (
            columns.is_one_of("kind", (kind,))[left]
            & _same(place, left, right)
            & (has_no_more | (kind in _WHATEVER_ELSE))
        )
    return found


def _said_or_seated(named: Codes, seat: Codes) -> Codes:
    return np.where(named >= 0, named, seat)


def _identifiers(columns: Columns, left: Codes, right: Codes) -> Found:
    for scheme in _OFFICIAL:
        (value,) = columns.codes(scheme)
        same = _same(value, left, right)
        yield f"{scheme}.same", same
        yield f"{scheme}.shared", same * columns.numbers(f"{scheme}_shared")[left]
        yield f"{scheme}.other", _other(value, left, right)
    (siren,), (siret,) = columns.codes("siren"), columns.codes("siret")
    yield "siret.same", _same(siret, left, right)
    yield "siret.other", _other(siret, left, right) & _same(siren, left, right)
    yield "identifier.same", _in_common(columns, "other_ids", left, right)


def _contacts(columns: Columns, left: Codes, right: Codes) -> Found:
    website, mail_domain = columns.codes("website", "mail_domain")
    for name, value in (("website", website), *((each, columns.codes(each)[0]) for each in ("email", "phone"))):
        same = _same(value, left, right)
        yield f"{name}.same", same
        yield f"{name}.shared", same * columns.numbers(f"{name}_shared")[left]
        yield f"{name}.other", _other(value, left, right)
    one_domain = _same(mail_domain, left, right) | _crossed(website, mail_domain, left, right)
    (kind,) = columns.codes("kind")
    yield "website.kind", _same(website, left, right) & _same(kind, left, right)
    yield "website.mail", one_domain & ~_same(website, left, right)
    (street,), (postcode,), (commune,) = (columns.codes(each) for each in ("street", "postcode", "commune"))
    in_town = _same(postcode, left, right) | _same(commune, left, right)
    yield "street.same", _same(street, left, right) & in_town
    yield "street.shared", (_same(street, left, right) & in_town) * columns.numbers("street_shared")[left]
    yield "street.other", _other(street, left, right) & in_town
    private = np.minimum(_in_common(columns, "match_keys", left, right), 2)
    yield "private.same", private
    even, odd = (
        _same(columns.codes(name)[0], left, right) * columns.numbers(f"{name}_shared")[left]
        for name in ("private_even", "private_odd")
    )
    yield "private.shared", private * np.maximum(even, odd)


def _activity(columns: Columns, left: Codes, right: Codes) -> Found:
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


def _circumstances(columns: Columns, left: Codes, right: Codes) -> Found:
    for name in ("owner", "starts", "ends", "amount", "founded"):
        (value,) = columns.codes(name)
        yield f"{name}.same", _same(value, left, right)
        yield f"{name}.other", _other(value, left, right)


def _same(codes: Codes, left: Codes, right: Codes) -> Bools:
    return np.asarray((codes[left] >= 0) & (codes[left] == codes[right]))


def _other(codes: Codes, left: Codes, right: Codes) -> Bools:
    return np.asarray((codes[left] >= 0) & (codes[right] >= 0) & (codes[left] != codes[right]))


def _crossed(one: Codes, two: Codes, left: Codes, right: Codes) -> Bools:
    return np.asarray(((one[left] >= 0) & (one[left] == two[right])) | ((one[right] >= 0) & (one[right] == two[left])))


def _in_common(columns: Columns, name: str, left: Codes, right: Codes) -> Floats:
    """How many texts of a column of lists both sides hold."""
    (lists,) = columns.lists(name)
    return tally(in_common(lists, lists, left, right)[0], len(left))


def _pairs_of(columns: Columns, name: str, wanted: frozenset[frozenset[str]]) -> Callable[[Codes, Codes], Bools]:
    """A question on two rows: are their texts one of the wanted pairs?"""
    coded = columns.coded(name)
    size = len(coded.texts)
    alike = [[frozenset((one, two)) in wanted for two in (*coded.texts, "")] for one in (*coded.texts, "")]
    matrix = np.array(alike, dtype=bool).reshape(size + 1, size + 1)
    return lambda left, right: matrix[coded.codes[left], coded.codes[right]]
