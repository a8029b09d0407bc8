"""From a mapping's TOML to its rules. Whatever is wrong is said in French: which table, which key, what is expected."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, time
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from connectors.clean import CLEANERS, Cleaner
from connectors.headings import heading_key
from connectors.rules import FileSettings, IdRule, Mapping, Rule
from connectors.targets import Target, UnknownProperty, target
from connectors.terms import Term, Terms
from schemas import vocabularies
from schemas.canonical import JSON
from schemas.errors import ConfigError
from schemas.record import COLLECTIONS

_ROLES = ("project", "partner", "origin")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Properties that are plain text in the schema and have a spelling of their own, by the last word of their path.
_CLEAN_BY_NAME = {"phone": "phone", "postcode": "postcode", "insee": "insee"}


class MappingError(ConfigError):
    """A mapping cannot be used as it is written: whoever keeps the node's configuration must mend it."""

    code = "mapping"


def load(path: Path) -> Mapping:
    """Read a mapping from a TOML file. Raises MappingError, naming the file."""
    try:
        return parse(path.read_text("utf-8-sig"))
    except OSError as error:
        raise MappingError(f"{path.name} : ce fichier ne peut pas être lu ({error.strerror}).") from None
    except UnicodeDecodeError:
        raise MappingError(f"{path.name} : ce fichier n'est pas en UTF-8. Enregistrez-le en UTF-8.") from None
    except MappingError as error:
        raise MappingError(f"{path.name} : {error}") from None


def parse(text: str) -> Mapping:
    """Read a mapping from TOML. Raises MappingError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if "overwrite" in str(error) or "twice" in str(error):
            raise MappingError(
                f"une même clé est écrite deux fois ({error}) : un titre n'est relié qu'une fois."
            ) from None
        raise MappingError(f"ce n'est pas du TOML valide : {error}.") from None
    return _mapping(_Section(raw, ""))


class _Section:
    """A table of the TOML, its place for messages, and the keys already asked for."""

    def __init__(self, raw: JSON, where: str) -> None:
        self.raw, self.where = raw, where
        self.known: set[str] = set()

    def refuse(self, message: str) -> NoReturn:
        raise MappingError(f"{self.where} : {message}" if self.where else message)

    def take(self, key: str, kind: type, expected: str) -> Any:
        """The value of a key, None when it is absent. `expected` ends the sentence « on attend … »."""
        self.known.add(key)
        value = self.raw.get(key)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            self.refuse(f"« {key} » : on attend {expected}, trouvé {_shown(value)}.")
        return value

    def need(self, key: str, expected: str) -> str:
        value = self.take(key, str, expected)
        if not value:
            self.refuse(f"« {key} » manque : on attend {expected}.")
        return str(value)

    def section(self, key: str) -> "_Section":
        raw = self.take(key, dict, f"une table [{key}]") or {}
        return _Section(raw, f"{self.where} [{key}]".strip())

    def close(self) -> None:
        """Refuse the keys nobody asked for: each would be a wish silently unheard."""
        for key in self.raw:
            if key not in self.known:
                self.refuse(f"clé inconnue « {key} ».{_did_you_mean(key, self.known)}")


def _mapping(top: _Section) -> Mapping:
    name = top.need("name", 'un nom court, par exemple name = "associations"')
    if not _NAME.fullmatch(name):
        top.refuse(f"« name » : on attend des minuscules, des chiffres et des traits d'union, trouvé {_shown(name)}.")
    collection = top.need("collection", f"l'un de {_listed(COLLECTIONS)}")
    if collection not in COLLECTIONS:
        top.refuse(f"« collection » : on attend l'un de {_listed(COLLECTIONS)}, trouvé {_shown(collection)}.")
    terms = top.section("terms")
    mapping = Mapping(
        name=name,
        collection=collection,
        file=_file(top.section("file")),
        id=_id(top.section("id")),
        rules=tuple(_rules(top.section("columns"), collection, terms)),
        constants=_constants(top.section("constants"), collection),
    )
    _refuse_overlap(top.section("columns"), mapping)
    for unused in terms.raw.keys() - terms.known:
        terms.refuse(f"la table de termes « {unused} » n'est utilisée par aucune colonne.")
    top.close()
    return mapping


def _file(section: _Section) -> FileSettings:
    settings = FileSettings(
        sheet=section.take("sheet", str, "le nom d'une feuille"),
        header_row=section.take("header_row", int, "un numéro de ligne, par exemple 3"),
        encoding=section.take("encoding", str, 'un encodage, par exemple "cp1252"'),
        delimiter=section.take("delimiter", str, "un seul caractère"),
    )
    if settings.header_row is not None and settings.header_row < 1:
        section.refuse(f"« header_row » : les lignes se comptent à partir de 1, trouvé {settings.header_row}.")
    if settings.delimiter is not None and (len(settings.delimiter) != 1 or settings.delimiter in '"\r\n '):
        section.refuse(f"« delimiter » : on attend un seul caractère, trouvé {_shown(settings.delimiter)}.")
    section.close()
    return settings


def _id(section: _Section) -> IdRule:
    columns = _texts(section, "columns")
    derived = _texts(section, "from")
    template = section.take("template", str, 'un modèle, par exemple "ROR-{ror}"')
    section.close()
    if sum(map(bool, (columns, derived, template))) != 1:
        section.refuse(
            'on attend une seule de ces clés : columns = ["N°"] (la clé du réseau), template = "ROR-{ror}" ou '
            'from = ["nom", "commune"] (clé calculée).'
        )
    if template is not None:
        found = tuple(re.findall(r"\{([^{}]+)\}", template))
        if not found:
            section.refuse(f"« template » : aucun titre entre accolades dans {_shown(template)}.")
        return IdRule(columns=found, template=template)
    named = columns or derived
    return IdRule(columns=named, template="-".join(f"{{{one}}}" for one in named), derived=bool(derived))


def _texts(section: _Section, key: str) -> tuple[str, ...]:
    values = section.take(key, list, "une liste de titres entre guillemets") or []
    if not all(isinstance(value, str) and value.strip() for value in values):
        section.refuse(f"« {key} » : on attend une liste de titres entre guillemets, trouvé {_shown(values)}.")
    return tuple(values)


def _constants(section: _Section, collection: str) -> JSON:
    payload: JSON = {}
    for path, raw in section.raw.items():
        place = _target(section, collection, path)
        if place.many and path != ".".join(place.steps):
            section.refuse(f"« {path} » : on attend la liste entière, sous « {'.'.join(place.steps)} ».")
        group = payload
        for step in place.steps[:-1]:
            group = group.setdefault(step, {})
        group[place.steps[-1]] = _constant(section, path, place, raw)
    return payload


def _constant(section: _Section, path: str, place: Target, raw: object) -> object:
    value = _json(section, path, raw)
    if not place.many:
        if isinstance(value, list | dict) and place.known:
            section.refuse(f"« {path} » : on attend une seule valeur, trouvé {_shown(raw)}.")
        return value
    objects = bool(place.inside or place.scheme)
    if not isinstance(value, list) or not all(isinstance(one, dict) == objects for one in value):
        expected = "de tables entre accolades" if objects else "de valeurs"
        section.refuse(f"« {path} » : on attend une liste {expected}, trouvé {_shown(raw)}.")
    if path == "countries" and not all("code" in one for one in value):
        section.refuse('« countries » : on attend un code par pays, par exemple [{ code = "SN" }].')
    return value


def _json(section: _Section, path: str, value: object) -> object:
    """A value of TOML as one of JSON: dates become text."""
    if isinstance(value, dict):
        return {key: _json(section, path, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_json(section, path, one) for one in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float) and not abs(value) <= 2**53:  # NaN too compares false
        section.refuse(f"« {path} » : {value} est un nombre que l'échange ne peut pas porter.")
    return value


def _refuse_overlap(section: _Section, mapping: Mapping) -> None:
    """A property cannot be both a value and a group of values."""
    places = {target.steps for rule in mapping.rules for target in rule.targets} | set(_leaves(mapping.constants, ()))
    for place in sorted(places):
        for length in range(1, len(place)):
            if place[:length] in places:
                section.refuse(
                    f"« {'.'.join(place[:length])} » est à la fois une valeur et le groupe de « {'.'.join(place)} »."
                )


def _leaves(value: object, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict) and value:
        for key, one in value.items():
            yield from _leaves(one, (*way, key))
    elif way:
        yield way


def _rules(section: _Section, collection: str, terms: _Section) -> Iterator[Rule]:
    if not section.raw:
        section.refuse('aucune colonne n\'est reliée : on attend par exemple "Nom" = "name".')
    seen: dict[str, str] = {}
    for heading, raw in section.raw.items():
        first = seen.setdefault(heading_key(heading), heading)
        if first != heading:
            section.refuse(f"« {first} » et « {heading} » sont le même titre : un titre n'est relié qu'une fois.")
        place = _Section(raw if isinstance(raw, dict) else {"to": raw}, f"{section.where} « {heading} »")
        yield _rule(heading, place, collection, terms)


def _rule(heading: str, section: _Section, collection: str, terms: _Section) -> Rule:
    section.take("why", str, "une raison en clair")
    if section.take("ignore", bool, "true ou false"):
        section.close()
        return Rule(heading=heading)
    targets = _targets(section, collection)
    split = _split(section)
    if len(targets) > 1 and split is None:
        section.refuse('plusieurs propriétés demandent un séparateur, par exemple split = ",".')
    role = section.take("role", str, f"l'un de {_listed(_ROLES)}")
    if role is not None and (role not in _ROLES or targets[0].path != "countries"):
        section.refuse(f"« role » : on attend l'un de {_listed(_ROLES)}, pour « countries » seulement.")
    rule = Rule(
        heading=heading,
        targets=targets,
        clean=_cleaner(section, targets[0]),
        terms=_terms(section, targets[0], terms),
        split=split,
        join=section.take("join", str, 'ce qui sépare deux textes, par exemple ", "'),
        role=role,
    )
    section.close()
    return rule


def _targets(section: _Section, collection: str) -> tuple[Target, ...]:
    section.known.add("to")
    raw = section.raw.get("to", "")
    paths = [path for path in (raw if isinstance(raw, list) else [raw]) if isinstance(path, str) and path]
    if not paths or len(paths) != (len(raw) if isinstance(raw, list) else 1):
        section.refuse('on attend une propriété, par exemple "name", ou ignore = true pour une colonne à laisser.')
    return tuple(_target(section, collection, path) for path in paths)


def _target(section: _Section, collection: str, path: str) -> Target:
    if path == "id":
        section.refuse('« id » : la table [id] fait l\'identifiant, par exemple columns = ["N°"].')
    try:
        return target(collection, path)
    except UnknownProperty as error:
        near = f" Vouliez-vous dire « {error.nearest} » ?" if error.nearest else ""
        section.refuse(f"propriété inconnue « {path} ».{near}")


def _split(section: _Section) -> re.Pattern[str] | None:
    section.known.add("split")
    raw = section.raw.get("split")
    if raw is None:
        return None
    separators = [*raw] if isinstance(raw, str | list) else []
    if not separators or not all(isinstance(one, str) and one for one in separators):
        section.refuse(f'« split » : on attend des séparateurs, par exemple ";,", trouvé {_shown(raw)}.')
    return re.compile("|".join(re.escape(one) for one in sorted(separators, key=len, reverse=True)))


def _cleaner(section: _Section, place: Target) -> Cleaner:
    name = section.take("clean", str, f"l'un de {_listed(CLEANERS)}")
    if name is not None and name not in CLEANERS:
        section.refuse(f"« clean » : nettoyage inconnu « {name} ».{_did_you_mean(name, CLEANERS)}")
    if name is None:
        name = place.scheme or _CLEAN_BY_NAME.get(place.path.rpartition(".")[2]) or place.kind
    if name == "date" and place.kind == "partial-date":
        name = "partial-date"
    return CLEANERS.get(name, CLEANERS["text"])


def _terms(section: _Section, place: Target, tables: _Section) -> Terms | None:
    name = section.take("terms", str, "le nom d'une table [terms.…]")
    own = Terms(
        vocabulary=vocabularies.vocabulary(place.vocabulary) if place.vocabulary else None,
        choices=place.choices or {},
    )
    if name is None:
        return own if own.vocabulary or own.choices else None
    if name not in tables.raw:
        section.refuse(f"« terms » : pas de table [terms.{name}].{_did_you_mean(name, tables.raw)}")
    return _term_table(tables.section(name), own)


def _term_table(section: _Section, own: Terms) -> Terms:
    """`own`: the codes that the property admits, against which those of the table are held."""
    name = section.take("vocabulary", str, f"l'un de {_listed(vocabularies.NAMES)}")
    if name is not None and name not in vocabularies.NAMES:
        section.refuse(f"« vocabulary » : vocabulaire inconnu « {name} ».{_did_you_mean(name, vocabularies.NAMES)}")
    entries: dict[str, Term] = {}
    for word, raw in section.raw.items():
        if word == "vocabulary":
            continue
        term = _term(_Section(raw if isinstance(raw, dict) else {"code": raw}, f"{section.where} « {word} »"), own)
        if entries.setdefault(heading_key(word), term) != term:
            section.refuse(f"« {word} » est écrit deux fois, accents et majuscules mis à part, avec deux codes.")
    return Terms(
        entries=entries,
        vocabulary=vocabularies.vocabulary(name) if name else None,
        choices=own.choices,
    )


def _term(section: _Section, own: Terms) -> Term:
    drop = section.take("drop", bool, "true ou false")
    lossy = bool(section.take("lossy", bool, "true ou false"))
    section.known.add("code")
    raw = section.raw.get("code", [])
    codes = raw if isinstance(raw, list) else [raw]
    section.close()
    if bool(drop) == bool(codes) or not all(isinstance(code, str) and code for code in codes):
        section.refuse('on attend un code, par exemple "EAU" ou { code = "EAU", lossy = true }, ou { drop = true }.')
    for code in codes:
        known = own.vocabulary.terms if own.vocabulary else own.choices
        if known and code not in known:
            section.refuse(f"code inconnu « {code} ».{_did_you_mean(code, known)}")
    return Term(codes=tuple(codes), lossy=lossy)


def _did_you_mean(word: str, known: Iterable[str]) -> str:
    nearest = get_close_matches(word, [*known], n=1, cutoff=0.5)
    return f" Vouliez-vous dire « {nearest[0]} » ?" if nearest else f" Connus : {_listed(known)}." if known else ""


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"« {word} »" for word in [*words][:30])


def _shown(value: object) -> str:
    return f"« {value} »" if isinstance(value, str) else repr(value)
