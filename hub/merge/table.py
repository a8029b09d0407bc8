"""Which rule chooses which property, and the same in words for the readers of the portal."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hub.merge import rules
from hub.merge.rules import Said
from hub.merge.statements import Chosen

Chooser = Callable[[Said], Chosen | list[Chosen]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one property of a golden record is chosen. `name` is what provenance cites."""

    name: str
    collection: str
    property: str
    text_fr: str
    text_en: str


# Rule -> how it chooses, in French, in English.
_RULES: Mapping[str, tuple[Chooser, str, str]] = {
    "fullest-name": (
        rules.fullest_name,
        "Le nom le plus complet, écrit en minuscules ; à égalité, celui que donnent le plus de réseaux.",
        "The fullest name, not in capitals; of equals, the one that most networks give.",
    ),
    "other-spellings": (
        rules.union,
        "Toutes les autres façons d'écrire le nom.",
        "Every other spelling of the name.",
    ),
    "most-supported": (
        rules.most_supported,
        "La valeur que donnent le plus de réseaux ; à égalité, la plus récente.",
        "The value that most networks give; of equals, the freshest.",
    ),
    "freshest": (rules.freshest, "La valeur modifiée en dernier.", "The value that was last modified."),
    "most-precise-code": (
        rules.most_precise_code,
        "La famille que donnent le plus de réseaux, dans son code le plus fin.",
        "The family that most networks give, in its finest code.",
    ),
    "most-precise-place": (
        rules.most_precise_place,
        "L'adresse la plus précise, reprise d'un seul tenant ; à égalité, la plus récente.",
        "The most precise place, taken as one block; of equals, the freshest.",
    ),
    "most-precise-date": (
        rules.most_precise_date,
        "La date la plus précise ; à égalité, celle que donnent le plus de réseaux.",
        "The most precise date; of equals, the one that most networks give.",
    ),
    "longest-of-freshest": (
        rules.longest_of_freshest,
        "Le texte le plus long parmi les plus récents.",
        "The longest of the freshest texts.",
    ),
    "latest-confirmed": (
        rules.latest_confirmed,
        "Ce que dit la fiche confirmée en dernier.",
        "What the record that was last confirmed says.",
    ),
    "known-reference": (
        rules.known_reference,
        "Un organisme du catalogue plutôt qu'un simple nom ; à égalité, le plus récent.",
        "A body of the catalogue before a mere name; of equals, the freshest.",
    ),
    "any": (rules.any_of_them, "Oui dès qu'un réseau le dit.", "True as soon as one network says so."),
    "earliest": (rules.earliest, "La première des dates.", "The first of the dates."),
    "union": (
        rules.union,
        "Tout ce que dit au moins un réseau, le plus répandu d'abord.",
        "Whatever at least one network says, the most common first.",
    ),
    "union-of-countries": (
        rules.union_of_countries,
        "Tous les pays cités, avec tous leurs rôles.",
        "Every country named, with all its roles.",
    ),
    "union-of-identifiers": (
        rules.union_of_identifiers,
        "Tous les identifiants officiels, avec leurs dates les plus récentes.",
        "Every official identifier, with its freshest dates.",
    ),
}

# Collection -> property -> rule. A property that is not here is not published; `attribution` goes with each source.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "actor": {
        "name": "fullest-name",
        "acronym": "most-supported",
        "other_names": "other-spellings",
        "former_names": "union",
        "type": "most-precise-code",
        "parent": "known-reference",
        "identifiers": "union-of-identifiers",
        "seat": "most-precise-place",
        "website": "most-supported",
        "email": "most-supported",
        "phone": "most-supported",
        "social": "union",
        "description": "longest-of-freshest",
        "sectors": "union",
        "countries": "union-of-countries",
        "zones": "union",
        "sdgs": "union",
        "modes": "union",
        "audiences": "union",
        "status": "latest-confirmed",
        "confirmed_on": "latest-confirmed",
        "confirmed_by": "latest-confirmed",
        "founded_on": "most-precise-date",
        "closed_on": "latest-confirmed",
        "successor": "known-reference",
        "member": "any",
        "member_since": "earliest",
    },
    "project": {
        "title": "fullest-name",
        "lead": "known-reference",
        "partners": "union",
        "countries": "union-of-countries",
        "zones": "union",
        "places": "union",
        "sectors": "union",
        "sdgs": "union",
        "stage": "freshest",
        "starts_on": "most-precise-date",
        "ends_on": "most-precise-date",
        "budget": "freshest",
        "funders": "union",
        "summary": "longest-of-freshest",
        "programme": "most-supported",
        "seeking": "union",
        "url": "most-supported",
    },
    "announcement": {
        "kind": "most-supported",
        "title": "fullest-name",
        "summary": "longest-of-freshest",
        "body": "longest-of-freshest",
        "starts_at": "freshest",
        "ends_at": "freshest",
        "opens_at": "freshest",
        "closes_at": "freshest",
        "place": "most-precise-place",
        "scope": "most-supported",
        "organiser": "known-reference",
        "partners": "union",
        "funders": "union",
        "amount": "freshest",
        "eligible_types": "union",
        "sectors": "union",
        "countries": "union-of-countries",
        "zones": "union",
        "sdgs": "union",
        "campaign": "most-supported",
        "relayed_from": "most-supported",
        "url": "freshest",
    },
}

RULES: tuple[Rule, ...] = tuple(
    Rule(name=name, collection=collection, property=prop, text_fr=_RULES[name][1], text_en=_RULES[name][2])
    for collection, choices in CHOICES.items()
    for prop, name in choices.items()
)


def chooser(rule: str) -> Chooser:
    """How a rule chooses."""
    return _RULES[rule][0]
