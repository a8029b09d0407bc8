"""What a JSON Schema cannot say: checksums, vocabularies, places, dates in order, mailboxes, markup.

The schemas themselves name the rules, so that a property gets its checks by being declared:

    x-vocabulary    the codes that a text, a list or the `code` of a list's objects may hold
    x-kind          url, email, personal-email, phone, long-text, html, partial-date
    x-ordered       pairs of properties whose first may not come after the second
    x-rule          identifier, place, contact, scope: rules that read several properties at once

`compiled` turns a schema once into nested functions, so that a record is walked once. Rules rely on the types that
the schema asks for; `validate` takes away what broke it before they run.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import Any

from schemas import html, identifiers, places
from schemas.canonical import JSON
from schemas.codes import fault
from schemas.geography import department, region
from schemas.record import Issue
from schemas.registry import resolved, schema_of
from schemas.text import fold
from schemas.vocabularies import vocabulary

# Where a value stands: () for the whole, else where its holder stands and its name, or its place, there. Most records
# have nothing wrong with them, and then nobody spells a pointer.
At = tuple[Any, ...]
Rule = Callable[[Any, At, list[Issue]], None]

# Mailboxes of private persons in France: an association's own address rarely ends there, a volunteer's often does.
PERSONAL_DOMAINS = frozenset(
    """
    aliceadsl.fr aol.com aol.fr bbox.fr cegetel.net club-internet.fr free.fr gmail.com gmx.com gmx.fr googlemail.com
    hotmail.com hotmail.fr icloud.com laposte.net live.com live.fr mac.com me.com msn.com neuf.fr noos.fr
    numericable.fr orange.fr outlook.com outlook.fr proton.me protonmail.com sfr.fr tele2.fr wanadoo.fr yahoo.com
    yahoo.fr ymail.com
    """.split()
)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[^\W\d_][\w-]*[^\W_]\.?")
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([^/?#:]*)")
_PHONE = re.compile(r"(?:[+()./\s-]*[0-9]){4}[0-9+()./\s-]*")
_SHORTEST_NAME = 4


@cache
def compiled(schema_id: str) -> Rule:
    """The rules of a schema as one function (payload, (), issues found so far)."""
    document = schema_of(schema_id)
    return _rule(document, document, required=True) or _nothing


def _rule(document: JSON, raw: JSON, *, required: bool) -> Rule | None:
    node = resolved(document, raw)
    if node.get("type") == "array":
        return _array_rule(document, node)
    if "properties" in node:
        return _object_rule(document, node)
    if words := node.get("x-vocabulary"):
        return _code_rule(words, "unknown-code-required" if required else "unknown-code")
    return _BY_KIND.get(node.get("x-kind", ""))


def _array_rule(document: JSON, node: JSON) -> Rule | None:
    items = resolved(document, node["items"])
    if words := node.get("x-vocabulary") if "properties" not in items else None:
        return _codes_rule(words)
    each = _rule(document, items, required=False)
    if each is None:
        return None

    def check(values: Any, at: At, found: list[Issue]) -> None:
        for index, value in enumerate(values):
            each(value, (at, index), found)

    return check


def _object_rule(document: JSON, node: JSON) -> Rule:
    properties: JSON = node["properties"]
    needed = node.get("required", ()) if node is document else ()
    below = {name: _rule(document, child, required=name in needed) for name, child in properties.items()}
    ordered = [(*pair, _order_rule(document, node, *pair)) for pair in node.get("x-ordered", ())]
    whole = _BY_NAME[node["x-rule"]] if "x-rule" in node else None
    spellings, rule_of = _misspellings(document, properties), below.get

    def check(value: Any, at: At, found: list[Issue]) -> None:
        unknown: list[str] = []
        for name, one in value.items():
            rule = rule_of(name, _strange)
            if rule is _strange:
                unknown.append(name)
            elif rule is not None:
                rule(one, (at, name), found)
        for first, second, comes_first in ordered:
            if first in value and second in value:
                comes_first(value, at, found)
        if whole is not None:
            whole(value, at, found)
        if unknown:
            _check_spelling(unknown, spellings, at, found)

    return check


def _misspellings(document: JSON, properties: JSON) -> Mapping[str, str]:
    """What a property may have been written as, instead of its name: its French heading, or one letter less."""
    found: dict[str, str] = {}
    for name, raw in properties.items():
        for spelling in (name, resolved(document, raw).get("x-column", name)):
            squeezed = fold(spelling).replace(" ", "")
            for reading in _one_letter_less(squeezed):
                found.setdefault(reading, name)
    return found


def _check_spelling(unknown: Iterable[str], spellings: Mapping[str, str], at: At, found: list[Issue]) -> None:
    for name in unknown:
        squeezed = fold(name[:60]).replace(" ", "")
        meant = next((spellings[reading] for reading in _one_letter_less(squeezed) if reading in spellings), None)
        if meant is not None:
            sentence = f"La propriété « {name} » n'est pas connue et ne sera pas lue. Vouliez-vous dire « {meant} » ?"
            found.append(_fault("misspelt-property", (at, name), sentence))


def _one_letter_less(word: str) -> list[str]:
    """The word, and the word with any one letter missing: two words one letter apart share a reading."""
    if len(word) < _SHORTEST_NAME:
        return [word]
    return [word, *(word[:index] + word[index + 1 :] for index in range(len(word)))]


def _code_rule(words: str, issue_code: str) -> Rule:
    terms = vocabulary(words).terms

    def check(value: Any, at: At, found: list[Issue]) -> None:
        if value not in terms:
            found.append(_fault(issue_code, at, _unknown_code(words, value)))

    return check


def _codes_rule(words: str) -> Rule:
    terms = vocabulary(words).terms

    def check(values: Any, at: At, found: list[Issue]) -> None:
        for index, value in enumerate(values):
            if value not in terms:
                found.append(_fault("unknown-code", (at, index), _unknown_code(words, value)))

    return check


@lru_cache(maxsize=4096)
def _unknown_code(words: str, value: str) -> str:
    known = vocabulary(words)
    meant = known.find(value) or next(iter(get_close_matches(value.upper()[:40], known.terms, n=1, cutoff=0.7)), None)
    example = meant or next(iter(known.terms))
    question = f"Vouliez-vous dire « {example} »" if meant else f"Exemple : « {example} »"
    return f"« {value} » n'est pas un code du vocabulaire « {words} ». {question} ({known.label(example)})."


def _order_rule(document: JSON, node: JSON, first: str, second: str) -> Rule:
    titles = [resolved(document, node["properties"][name])["title"] for name in (first, second)]

    def check(value: Any, at: At, found: list[Issue]) -> None:
        low, high = value[first], value[second]
        if _comes_after(low, high):
            sentence = f"« {titles[1]} » ({high}) vient avant « {titles[0]} » ({low}). Vérifiez les deux valeurs."
            found.append(_fault("wrong-order", (at, second), sentence))

    return check


def _comes_after(low: Any, high: Any) -> bool:
    """Numbers by value, moments by instant, dates by what both of them tell: "2024-03" is not after "2024"."""
    if not isinstance(low, str):
        return bool(low > high)
    if len(low) > len("2026-01-01"):
        try:
            return datetime.fromisoformat(low.upper()) > datetime.fromisoformat(high.upper())
        except ValueError:  # a leap second
            return False
    told = min(len(low), len(high))
    return bool(low[:told] > high[:told])


def _fault(code: str, at: At, sentence: str) -> Issue:
    return fault(code, _pointer(at), sentence)


def _pointer(at: At) -> str:
    """As an RFC 6901 JSON Pointer."""
    spelt = ""
    while at:
        at, name = at
        spelt = f"/{str(name).replace('~', '~0').replace('/', '~1')}{spelt}"
    return spelt


def _nothing(value: Any, at: At, found: list[Issue]) -> None:
    """The rule of a schema that has none."""


def _strange(value: Any, at: At, found: list[Issue]) -> None:
    """Stands for the rule of a property that the schema does not name."""


def _url(value: Any, at: At, found: list[Issue]) -> None:
    host = _HOST.match(value)
    if host is None or not _DOMAIN.fullmatch(host[1]):
        sentence = f"L'adresse « {value[:200]} » ne mène à aucun domaine public. Exemple : « https://www.exemple.fr »."
        found.append(_fault("url-host", at, sentence))


def _email(value: Any, at: At, found: list[Issue]) -> None:
    domain = value.rpartition("@")[2]
    if domain.lower() in PERSONAL_DOMAINS:
        sentence = (
            f"« {domain} » est une messagerie de particulier : publiez plutôt une boîte générique de la structure. "
            "Exemple : « contact@exemple.fr »."
        )
        found.append(_fault("personal-mailbox", at, sentence))
    else:
        _personal_email(value, at, found)


def _personal_email(value: Any, at: At, found: list[Issue]) -> None:
    if not _DOMAIN.fullmatch(value.rpartition("@")[2]):
        sentence = "Ce qui suit le @ n'est pas un domaine. Exemple : « contact@exemple.fr »."
        found.append(_fault("email-domain", at, sentence))


def _plain(value: Any, at: At, found: list[Issue]) -> None:
    if html.has_markup(value):
        sentence = (
            "Ce texte contient du HTML (balises ou entités), qui serait affiché tel quel. Donnez du texte simple."
        )
        found.append(_fault("html-in-text", at, sentence))


def _rich(value: Any, at: At, found: list[Issue]) -> None:
    if not html.is_clean(value):
        allowed = ", ".join(sorted(html.TAGS))
        sentence = f"Une partie de la mise en forme sera retirée. Balises permises : {allowed}."
        found.append(_fault("html-cleaned", at, sentence))


def _partial_date(value: Any, at: At, found: list[Issue]) -> None:
    try:
        date.fromisoformat(value + "2000-01-01"[len(value) :])
    except ValueError:
        sentence = f"« {value} » n'existe pas dans le calendrier. Exemple : « 2024-02-29 », « 2024-02 » ou « 2024 »."
        found.append(_fault("impossible-date", at, sentence))


def _phone(value: Any, at: At, found: list[Issue]) -> None:
    if not _PHONE.fullmatch(value):
        sentence = f"« {value} » n'est pas un numéro de téléphone. Exemple : « +33 2 38 00 00 00 »."
        found.append(_fault("phone-shape", at, sentence))


def _contact(value: Any, at: At, found: list[Issue]) -> None:
    if "consent" not in value:
        sentence = "Sans accord (« consent »), cette personne ne sera pas transmise. Indiquez sa portée et sa date."
        found.append(_fault("contact-without-consent", at, sentence))


def _scope(value: Any, at: At, found: list[Issue]) -> None:
    known = {"region": region, "department": department}.get(value.get("level", ""))
    for index, code in enumerate(value.get("codes", ()) if known else ()):
        if known is not None and known(code) is None:
            sentence = (
                f"« {code} » n'est le code d'aucun territoire de ce niveau. Exemple : « 24 » (Centre-Val de Loire)."
            )
            found.append(_fault("unknown-territory", ((at, "codes"), index), sentence))


def _identifier(value: Any, at: At, found: list[Issue]) -> None:
    scheme, number = value.get("scheme"), value.get("value")
    if scheme is not None and number is not None and (problem := _identifier_problem(scheme, number)):
        found.append(_fault(problem[0], (at, "value"), problem[1]))


@lru_cache(maxsize=1 << 14)
def _identifier_problem(scheme: str, number: str) -> tuple[str, str] | None:
    """The code and the sentence of what is wrong with an identifier."""
    if identifiers.is_valid(scheme, number):  # what has the shape of its scheme is tidy
        return None
    tidy = identifiers.tidy(scheme, number)
    name, example = scheme.upper(), f"Exemple : « {identifiers.EXAMPLES[scheme]} »."
    if not identifiers.has_shape(scheme, tidy):
        return "identifier-shape", f"« {number} » n'a pas la forme d'un identifiant {name}. {example}"
    if not identifiers.is_valid(scheme, tidy):
        sentence = f"La clé de contrôle de l'identifiant {name} « {number} » est fausse : vérifiez chaque chiffre."
        return "identifier-checksum", f"{sentence} {example}"
    return "identifier-untidy", f"L'identifiant {name} s'écrit « {tidy} », sans rien d'autre."


def _siren_and_siret(value: Any, at: At, found: list[Issue]) -> None:
    given = value.get("identifiers", ())
    sirens = {one.get("value") for one in given if one.get("scheme") == "siren"} if len(given) > 1 else ()
    for index, one in enumerate(given if sirens else ()):
        siret = one.get("value") or ""
        if one.get("scheme") == "siret" and siret[:9] not in sirens:
            sentence = (
                f"Le SIRET « {siret} » n'appartient pas au SIREN de la fiche : ses neuf premiers chiffres devraient "
                "être ce SIREN."
            )
            found.append(_fault("siren-siret-mismatch", (((at, "identifiers"), index), "value"), sentence))


def _place(value: Any, at: At, found: list[Issue]) -> None:
    for code, name, sentence in places.problems(
        value.get("country", "FR"),
        value.get("postcode"),
        value.get("city"),
        value.get("insee"),
        value.get("lat"),
        value.get("lon"),
    ):
        found.append(_fault(code, (at, name), sentence))


_BY_KIND: Mapping[str, Rule] = {
    "url": _url,
    "email": _email,
    "personal-email": _personal_email,
    "phone": _phone,
    "long-text": _plain,
    "html": _rich,
    "partial-date": _partial_date,
}
_BY_NAME: Mapping[str, Rule] = {
    "identifier": _identifier,
    "identifiers": _siren_and_siret,
    "place": _place,
    "contact": _contact,
    "scope": _scope,
}
