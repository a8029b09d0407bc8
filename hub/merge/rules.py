"""The survivorship rules: from what members state of a property to what the nation publishes.

A rule for one value returns one Chosen, a rule for a list returns its items. Statements come freshest first, and every
choice is by worth and then by that order, so that the order of members changes nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hub.merge.statements import Chosen, Statement, networks, spelling, support
from schemas.canonical import JSON, canonical
from schemas.identifiers import tidy
from schemas.text import fold

Said = Sequence[Statement]
Worth = Callable[[Statement], tuple[Any, ...]]

_PRECISIONS = {"address": 3, "street": 2, "commune": 1}
_UNSAID_TYPE = "AUTRE"


def fullest_name(said: Said) -> Chosen:
    """Written in small letters and of several words, then most networks, with an official identifier, longest."""
    return _best(
        said,
        lambda each: (
            not each.value.isupper() and not each.value.islower(),
            " " in each.value.strip(),
            support(said, each.value),
            bool(each.member.payload.get("identifiers")),
            len(fold(each.value)),
        ),
    )


def most_supported(said: Said) -> Chosen:
    """What most networks say."""
    return _best(said, lambda each: (support(said, each.value),))


def freshest(said: Said) -> Chosen:
    """What was last modified."""
    return _best(said, lambda _: ())


def most_precise_code(said: Said) -> Chosen:
    """Of a two-level code, the family that most networks say, then the finer code ("ASSO-ASI" before "ASSO")."""

    def worth(each: Statement) -> tuple[Any, ...]:
        family = each.value.partition("-")[0]
        behind = networks(one for one in said if one.value.partition("-")[0] == family)
        return (family != _UNSAID_TYPE, behind, "-" in each.value, support(said, each.value))

    return _best(said, worth)


def most_precise_place(said: Said) -> Chosen:
    """One whole statement, never a mix: the one that is known to a commune, then the most precise, then the fullest."""

    def worth(each: Statement) -> tuple[Any, ...]:
        place = each.value
        fullness = sum(place.get(name) is not None for name in ("street", "postcode", "city", "lat"))
        return (place.get("insee") is not None, _PRECISIONS.get(place.get("precision"), 0), fullness)

    return _best(said, worth)


def most_precise_date(said: Said) -> Chosen:
    """A day before a month before a year, then what most networks say."""
    return _best(said, lambda each: (len(each.value), support(said, each.value)))


def longest_of_freshest(said: Said) -> Chosen:
    """Of the statements of the latest day, the longest."""
    latest = [each for each in said if each.stated_on == said[0].stated_on]
    return _best(latest, lambda each: (len(each.value),))


def latest_confirmed(said: Said) -> Chosen:
    """From the member that was last confirmed by a person."""
    return _best(said, lambda each: (each.member.payload.get("confirmed_on", ""),))


def known_reference(said: Said) -> Chosen:
    """A body of the catalogue before a mere name."""
    return _best(said, lambda each: ("national_id" in each.value, "name" in each.value))


def any_of_them(said: Said) -> Chosen:
    """True as soon as one network says so."""
    return _best(said, lambda each: (each.value is True,))


def earliest(said: Said) -> Chosen:
    """The first of the dates."""
    return _with_others(said, min(said, key=lambda each: str(each.value)))


def union(said: Said) -> list[Chosen]:
    """Every item that any network states, most supported first."""
    return [Chosen(value=alike[0].value, by=alike) for alike in _alike(said, _item)]


def union_of_countries(said: Said) -> list[Chosen]:
    """Every country, with every role that any network gives it."""

    def together(alike: Said) -> JSON:
        roles = sorted({role for each in alike for role in each.value.get("roles", ())})
        return {"code": alike[0].value["code"]} | ({"roles": roles} if roles else {})

    return [Chosen(value=together(alike), by=alike) for alike in _alike(said, lambda value: str(value["code"]))]


def union_of_identifiers(said: Said) -> list[Chosen]:
    """Every official identifier in its tidy spelling, with the freshest dates that anyone gives it."""

    def together(alike: Said) -> JSON:
        first = alike[0].value
        dates = ("valid_from", "valid_until")
        dated: JSON = next((each.value for each in alike if any(name in each.value for name in dates)), {})
        stated = {"scheme": first["scheme"], "value": tidy(first["scheme"], first["value"])}
        return stated | {name: dated[name] for name in dates if name in dated}

    def key(value: Any) -> str:
        return f"{value['scheme']} {tidy(value['scheme'], value['value'])}"

    return [Chosen(value=together(alike), by=alike) for alike in _alike(said, key)]


def _best(said: Said, worth: Worth) -> Chosen:
    """The statement of most worth, the freshest of equals, and after it all that say the same."""
    return _with_others(said, max(said, key=worth))


def _with_others(said: Said, best: Statement) -> Chosen:
    wanted = spelling(best.value)
    others = [each for each in said if each is not best and spelling(each.value) == wanted]
    return Chosen(value=best.value, by=[best, *others])


def _alike(said: Iterable[Statement], key: Callable[[Any], str]) -> list[list[Statement]]:
    """Statements by what they say; what most networks say first, ties by key."""
    groups: dict[str, list[Statement]] = {}
    for each in said:
        groups.setdefault(key(each.value), []).append(each)
    return [alike for _, alike in sorted(groups.items(), key=lambda one: (-networks(one[1]), one[0]))]


def _item(value: Any) -> str:
    if isinstance(value, dict):
        return str(value.get("national_id") or fold(value.get("name", "")) or canonical(value))
    return fold(value) or str(value)
