"""Vocabularies: the words of the federation as versioned data, one JSON file each, read when first asked for.

The lists that the networks share are working proposals: replacing a file replaces a list, and no code.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from schemas.canonical import JSON
from schemas.errors import ContractError
from schemas.text import fold

NAMES = (
    "actor-types",
    "announcement-kinds",
    "audiences",
    "campaigns",
    "countries",
    "modes",
    "programmes",
    "sdgs",
    "sectors",
    "stages",
    "zones",
)


class UnknownVocabulary(ContractError):
    """No vocabulary has that name."""

    code = "unknown-vocabulary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One entry. `parent` is the broader term's code; `crosswalks` leads to codes of other lists.

    Crosswalks in use: countries have iso3, m49, iati and zone; sectors have dac (three-digit categories) and sdg.
    """

    code: str
    label_fr: str
    label_en: str
    parent: str | None = None
    definition: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    crosswalks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Terms in the order of their file, by code."""

    name: str
    version: str
    status: str
    source: str
    licence: str
    terms: Mapping[str, Term]
    _codes: Mapping[str, str] = field(repr=False, compare=False)

    def __contains__(self, code: object) -> bool:
        return code in self.terms

    def get(self, code: str) -> Term | None:
        return self.terms.get(code)

    def label(self, code: str, lang: str = "fr") -> str:
        """The label of a code in French or ("en") English; the code itself when it is unknown."""
        term = self.terms.get(code)
        if term is None:
            return code
        return term.label_en if lang == "en" else term.label_fr

    def find(self, text: str) -> str | None:
        """The code whose code, label or alias is this text, accents, case and punctuation apart."""
        return self._codes.get(fold(text))

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Broader codes, nearest first; empty for a top term and for an unknown code."""
        found: list[str] = []
        term = self.terms.get(code)
        while term is not None and term.parent is not None:
            found.append(term.parent)
            term = self.terms.get(term.parent)
        return tuple(found)

    def children(self, code: str) -> tuple[str, ...]:
        """Codes just below, in the order of the file."""
        return tuple(term.code for term in self.terms.values() if term.parent == code)


@cache
def vocabulary(name: str) -> Vocabulary:
    """A vocabulary by name, one of NAMES. Raises UnknownVocabulary."""
    if name not in NAMES:
        raise UnknownVocabulary(f"no vocabulary is called {name!r}; known: {', '.join(NAMES)}")
    raw: JSON = json.loads((files(__package__) / f"{name}.json").read_text("utf-8"))
    terms = {one["code"]: _term(one) for one in raw["terms"]}
    return Vocabulary(
        name=raw["name"],
        version=raw["version"],
        status=raw["status"],
        source=raw["source"],
        licence=raw["licence"],
        terms=terms,
        _codes=_spellings(terms),
    )


@cache
def digest() -> str:
    """Of every vocabulary and table of places, in 64 digits: it moves with any word of them."""
    folder = files(__package__)
    parts = [folder / f"{name}.json" for name in NAMES]
    parts += sorted((folder / "geography").iterdir(), key=lambda file: file.name)
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.name.encode() + b"\n" + hashlib.sha256(part.read_bytes()).digest())
    return whole.hexdigest()


def _term(raw: JSON) -> Term:
    return Term(
        code=raw["code"],
        label_fr=raw["fr"],
        label_en=raw["en"],
        parent=raw.get("parent"),
        definition=raw.get("definition"),
        valid_from=raw.get("valid_from"),
        valid_until=raw.get("valid_until"),
        crosswalks={scheme: tuple(codes) for scheme, codes in raw.get("crosswalks", {}).items()},
        aliases=tuple(raw.get("aliases", ())),
    )


def _spellings(terms: Mapping[str, Term]) -> dict[str, str]:
    """Every folded spelling of every term. Codes come first, then labels, then aliases: the first claim stands."""
    found: dict[str, str] = {}
    for pick in (_codes_of, _labels_of, _aliases_of):
        for term in terms.values():
            for spelling in pick(term):
                found.setdefault(fold(spelling), term.code)
    return found


def _codes_of(term: Term) -> tuple[str, ...]:
    return (term.code,)


def _labels_of(term: Term) -> tuple[str, ...]:
    return (term.label_fr, term.label_en)


def _aliases_of(term: Term) -> tuple[str, ...]:
    return term.aliases
