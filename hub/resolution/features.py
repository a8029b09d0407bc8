"""Features: one accepted payload becomes one flat row of what resolution compares.

A row depends on the payload alone, so it may be cached by content hash together with FEATURES_VERSION. Texts are
folded; "" and empty lists mean "not said", and what is not said is never evidence.

    name        whole, letters, own (letters), begun (two letters a word), core[], names[], acronyms[], initials[],
                numbers[], heads[], kind, family, national (body), unit (of a larger body), homonymous (a patron's name,
                as many places have)
    in the name named_commune, named_department, named_region, named_wide (a département said beside its commune)
    seat        commune, town (of a name that several communes have), district (of a city), department, region,
                postcode, street, population
    identifiers siren, siret, rna, uai, ror, other_ids[]
    reach       website, email, mail_domain, phone, match_keys[], private_even, private_odd (one match key each)
    activity    countries[], sectors[], words[] (of the description), founded
    projects and announcements besides: owner (lead or organiser), starts, ends, amount
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import islice
from operator import itemgetter
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa

from hub.resolution import gazetteer
from hub.resolution.lexicon import kinds_asked, lexicon, mend, stem
from hub.resolution.names import Name, read_name
from hub.resolution.seats import city_meant, placed, street, written_out
from hub.resolution.spelling import names_in
from schemas.canonical import JSON
from schemas.identifiers import is_valid, tidy
from schemas.text import fold

FEATURES_VERSION = "13"

Row = Mapping[str, Any]

_TEXTS = (
    "whole", "letters", "own", "begun", "kind", "national", "unit", "family", "homonymous",
    "named_commune", "named_department", "named_region", "named_wide",
    "commune", "town", "district", "department", "region", "postcode", "street", "siren", "siret", "rna", "uai", "ror",
    "website", "email", "mail_domain", "phone", "private_even", "private_odd",
    "founded", "owner", "starts", "ends", "amount",
)  # fmt: skip
_LISTS = (
    "core", "names", "acronyms", "initials", "numbers", "heads", "other_ids", "countries", "sectors", "words",
    "match_keys",
)  # fmt: skip
SCHEMA = pa.schema(
    [pa.field(name, pa.string()) for name in _TEXTS]
    + [pa.field(name, pa.list_(pa.string())) for name in _LISTS]
    + [pa.field("population", pa.float64())]
)
_SCHEMES = ("siren", "siret", "rna", "uai", "ror")
_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:/*)?(?:www\d?\.)?", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")
_YEAR = re.compile(r"(?:19|20)\d\d")
_WORDS_KEPT = 40
_PROSE_READ = 600  # characters
_ROWS_AT_A_TIME = 1_024
_SAID_BY_PLACE = ("commune", "departement", "region")


def features(collection: str, payload: JSON) -> Row:
    """The row of one payload of "actor", "project" or "announcement". Odd values count as not said."""
    return _READERS[collection](payload)


def forget() -> None:
    """Give back what was kept at hand to read many payloads quickly; it is made again when it is asked for."""
    for kept in (*gazetteer.AT_HAND, stem, mend, kinds_asked):
        kept.cache_clear()


def table(rows: Iterable[Row]) -> pa.Table:
    """Rows as one Arrow table in the order given; they are taken a few thousand at a time."""
    waiting = map(itemgetter(*SCHEMA.names), rows)
    batches = []
    while some := list(islice(waiting, _ROWS_AT_A_TIME)):
        columns = [pa.array(values, type_) for values, type_ in zip(zip(*some, strict=True), SCHEMA.types, strict=True)]
        batches.append(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))
    return pa.Table.from_batches(batches, schema=SCHEMA)


def _actor(payload: JSON) -> Row:
    seat = written_out(_seat(payload.get("seat")))
    place = placed(seat)
    type_code = _text(payload.get("type"))
    spellings = [payload.get("name"), *_list(payload.get("other_names")), *_list(payload.get("former_names"))]
    acronym, town = _text(payload.get("acronym")), gazetteer.words_of(city_meant(seat.get("city", ""))[0])
    names = [
        read_name(each, acronym=acronym, type_code=type_code, department=place["department"], seat=town)
        for spelling in map(_text, spellings)
        for each in names_in(spelling)
        if each
    ]
    website = _web(_text(payload.get("website")))
    email = _text(payload.get("email")).strip().lower()
    mail_domain = email.rpartition("@")[2]
    return _row(
        _named(names, type_code),
        place,
        _identified(_list(payload.get("identifiers"))),
        _active(payload, "description"),
        street=street(seat.get("street", "")),
        website=website,
        email=email,
        mail_domain="" if mail_domain in lexicon().free_mail else mail_domain,
        phone=_phone(_text(payload.get("phone"))),
        **_private(sorted(set(_texts(payload.get("match_keys"))))),
        founded=_text(payload.get("founded_on"))[:4],
    )


def _project(payload: JSON) -> Row:
    budget = _dict(payload.get("budget"))
    return _row(
        _titled(payload),
        _active(payload, "summary"),
        website=_address(_text(payload.get("url"))),
        owner=_reference(payload.get("lead")),
        starts=_text(payload.get("starts_on"))[:4],
        ends=_text(payload.get("ends_on"))[:4],
        amount=str(budget.get("amount") or ""),
    )


def _announcement(payload: JSON) -> Row:
    return _row(
        _titled(payload),
        placed(_seat(payload.get("place"))),
        _active(payload, "summary"),
        kind=_text(payload.get("kind")),
        website=_address(_text(payload.get("relayed_from")) or _text(payload.get("url"))),
        owner=_reference(payload.get("organiser")),
        starts=_text(payload.get("starts_at"))[:10],
        ends=(_text(payload.get("closes_at")) or _text(payload.get("ends_at")))[:10],
    )


_READERS: Mapping[str, Callable[[JSON], Row]] = {"actor": _actor, "project": _project, "announcement": _announcement}
_EMPTY: Row = dict.fromkeys(_TEXTS, "") | {name: [] for name in _LISTS} | {"population": 0.0}


def _row(*parts: Row, **values: Any) -> Row:
    merged = dict(_EMPTY)
    for part in parts:
        merged.update(part)
    merged.update(values)
    return merged


def _named(names: list[Name], type_code: str) -> Row:
    if not names:
        return {}
    first = names[0]
    family = lexicon().families_by_kind.get(first.kind) or lexicon().families_by_type.get(
        type_code.partition("-")[0], ""
    )
    return {
        "whole": first.whole,
        "letters": first.letters,
        "own": first.own,
        "begun": first.begun,
        "core": list(first.core),
        "names": _unique([spelling for name in names for spelling in (_spelling(name), name.letters)]),
        "acronyms": _unique([acronym for name in names for acronym in name.acronyms]),
        "initials": _unique([initials for name in names for initials in name.initials]),
        "numbers": [word for word in first.core if word[0].isdigit()],
        "heads": _unique([name.head for name in names]),
        "kind": first.kind,
        "national": first.national,
        "unit": "unit" if first.is_unit else "",
        "family": family,
        "homonymous": "homonymous" if _is_homonymous(first) else "",
        "named_commune": first.places.commune,
        "named_department": first.places.department or _department(first.places.commune),
        "named_region": first.places.region,
        "named_wide": first.places.department if first.places.commune else "",
    }


def _is_homonymous(name: Name) -> bool:
    """Whether its words are a patron's and those of an establishment: "Résidence Jean Monnet" stands in many towns."""
    said = lexicon().patrons_stemmed.intersection(name.core)
    others = lexicon().establishments_stemmed
    return name.kind in lexicon().homonymous_kinds or bool(said and others.issuperset(set(name.core) - said))


def _titled(payload: JSON) -> Row:
    """A title's words, without those that only say how it is announced; a year is compared, and no word."""
    title = _text(payload.get("title"))
    said = list(dict.fromkeys(stem(word) for word in fold(title).split() if word not in lexicon().articles))
    own = [word for word in said if word not in _title_words()] or said
    core = [word for word in own if not _YEAR.fullmatch(word)] or own
    return {
        "whole": fold(title),
        "letters": "".join(own),
        "core": core,
        "names": ["".join(sorted(own))] if own else [],
        "numbers": [word for word in said if word[0].isdigit()],
    }


@cache
def _title_words() -> frozenset[str]:
    return frozenset(map(stem, lexicon().title_words))


def _spelling(name: Name) -> str:
    """One key for all spellings of a name that differ only in order, articles, plurals, blanks; "" says too little."""
    places = name.places.commune or name.places.department or name.places.region
    said = "".join(sorted(name.core)) or ("" if name.kind in _SAID_BY_PLACE else name.kind)
    return f"{said}@{places}" if said or places else ""


def _department(commune: str) -> str:
    found = gazetteer.by_code(commune) if commune else None
    return found.department if found else ""


def _identified(identifiers: list[Any]) -> Row:
    """The newest valid value of each scheme; a SIREN is read from its SIRET when it is not given."""
    if not identifiers:
        return {}
    stated = sorted(
        (
            _text(each.get("valid_until")) or "9999",
            _text(each.get("scheme")),
            tidy(_text(each.get("scheme")), _text(each.get("value"))),
        )
        for each in map(_dict, identifiers)
    )
    valid = {scheme: value for _, scheme, value in stated if is_valid(scheme, value)}
    if "siret" in valid:
        valid.setdefault("siren", valid["siret"][:9])
    own = {scheme: valid.get(scheme, "") for scheme in _SCHEMES}
    return own | {"other_ids": [f"{scheme}:{value}" for scheme, value in sorted(valid.items()) if scheme not in own]}


def _active(payload: JSON, prose: str) -> Row:
    told = _text(payload.get(prose))
    words = [stem(word) for word in fold(told[:_PROSE_READ]).split() if len(word) > 3] if told else []
    return {
        "countries": _unique([_text(_dict(each).get("code")) for each in _list(payload.get("countries"))]),
        "sectors": _unique(_texts(payload.get("sectors"))),
        "words": _unique(words)[:_WORDS_KEPT],
    }


def _private(keys: list[str]) -> Row:
    """All match keys, and for counting who else has them the first even and the first odd one: of a telephone and a
    mailbox mostly both, and a key is of one kind in every record."""
    if not keys:
        return {}
    even = [key for key in keys if key[-1:] in tuple("02468ace")]
    odd = [key for key in keys if key not in even]
    return {"match_keys": keys, "private_even": "".join(even[:1]), "private_odd": "".join(odd[:1])}


def _web(url: str) -> str:
    """The host that names a body; on a shared host, the host and the first part of the path."""
    address = _HOST.sub("", url.strip().lower())
    host, _, path = address.partition("/")
    host = host.partition(":")[0]
    if host in lexicon().shared_hosts:
        return host + "/" + path.partition("/")[0]
    return host if "." in host else ""


def _address(url: str) -> str:
    """A whole address without scheme, fragment and closing slash: what names a project or an announcement."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return _HOST.sub("", parts.netloc.lower()) + parts.path.rstrip("/") + query


def _phone(text: str) -> str:
    digits = _NO_DIGIT.sub("", text)
    return digits[-9:] if len(digits) >= 9 else ""


def _reference(value: Any) -> str:
    """Who is meant, as far as networks can agree: the core of a name, or its kind, with its place; else a national id.

    "Ville de Strasbourg" and "Strasbourg" are one.
    """
    reference = _dict(value)
    name = _text(reference.get("name"))
    if not name:
        return _text(reference.get("national_id"))
    read = read_name(name)
    kind = "" if read.kind in _SAID_BY_PLACE else read.kind
    place = read.places.commune or read.places.department or read.places.region
    said = "".join(sorted(read.core)) or kind
    return f"{said}@{place}" if said or place else ""


def _seat(value: Any) -> Mapping[str, str]:
    return {name: _text(said) for name, said in _dict(value).items()}


def _unique(values: Iterable[str]) -> list[str]:
    found = dict.fromkeys(values)
    found.pop("", None)
    return list(found)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    return [each for each in _list(value) if isinstance(each, str)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
