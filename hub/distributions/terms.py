"""RDF terms as text, in the form that N-Triples and Turtle share: columns of them, for all the records of a batch."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from hub.distributions.kernels import (
    Column,
    as_list,
    beside,
    coded,
    joined,
    quoted,
    respelt,
    respelt_where,
    wrapped,
)

PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rov": "http://www.w3.org/ns/regorg#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
# What no parser refuses: a host, then at most a port, a path, a query and a fragment, percent-encoded ASCII throughout.
_WEB = re.compile(
    r"https?://(?:[\w.~-]|%[0-9A-F]{2})+(?::\d{1,5})?"
    r"(?:/(?:[\w.~:@!$&'()*+,;=/-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[\w.~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#(?:[\w.~:@!$&'()*+,;=/?-]|%[0-9A-Fa-f]{2})*)?",
    re.ASCII,
)
_UNRESERVED = re.compile(r"[A-Za-z0-9_.~-]*")  # RFC 3986, 2.3
_DATES = (
    (r"\d{4}-\d\d-\d\d", "date"),
    (r"\d{4}-\d\d", "gYearMonth"),
    (r"\d{4}", "gYear"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)", "dateTime"),
)
_NEXT = " ;\n  "


def iri(texts: Column) -> Column:
    """IRIs of our own, whose parts are encoded already."""
    return wrapped("<", texts, ">")


def web(addresses: Column) -> Column:
    """Web addresses as others wrote them: IRIs where they are, else literals, so that nothing is lost."""
    fine = pc.fill_null(pc.match_substring_regex(addresses, f"^(?:{_WEB.pattern})$"), False)
    others = pc.and_(pc.invert(fine), addresses.is_valid())
    return respelt_where(pc.if_else(fine, iri(addresses), addresses), others, _web)


def _web(address: str) -> str:
    encoded = quote(address, safe="%-._~:/?#@!$&'()*+,;=")
    return f"<{encoded}>" if _WEB.fullmatch(encoded) else orjson.dumps(address).decode()


def segments(texts: Column) -> Column:
    """Texts as parts of IRIs."""
    return respelt(texts, "[^A-Za-z0-9_.~-]", segment)


def segment(text: str) -> str:
    """A text as one part of an IRI."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")


def literal(texts: Column, language: str = "") -> Column:
    return wrapped("", quoted(texts), f"@{language}") if language else quoted(texts)


def typed(values: Column, datatype: str) -> Column:
    return wrapped('"', values.cast(pa.string()), f'"^^<{PREFIXES["xsd"]}{datatype}>')


def moment(texts: Column) -> Column:
    """Dates as precise as they are stated: a day, a month, a year or an instant."""
    told = literal(texts)
    for form, datatype in _DATES:
        told = pc.if_else(pc.match_substring_regex(texts, f"^{form}$"), typed(texts, datatype), told)
    return told


@cache
def expanded(name: str) -> str:
    """A prefixed name as an IRI."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


@dataclass(frozen=True, slots=True)
class Said:
    """One property of some things.

    place: the same for a property in every batch, whatever the others say.
    rows:  of each value, the thing it belongs to, in order. None: a value or null for each thing.
    """

    place: int
    name: str
    values: "Column | Things"
    rows: Any = None


class Things:
    """Some things as properties and their values, all of them at once.

    A property is a prefixed name. A value is `<an IRI>`, `"a literal"` or another thing; those of `rdf:type` are
    prefixed names.
    """

    def __init__(self, count: int, type_: str = "") -> None:
        self.count, self.said, self._places = count, list[Said](), 0
        if type_:
            self.add("rdf:type", pa.repeat(type_, count))

    def add(self, name: str, values: Column, rows: Any = None) -> None:
        """A property of those that have one. rows: of each value, the thing it belongs to; none: one for each thing."""
        self._places += 1
        if values.null_count == len(values):
            return
        if rows is not None and values.null_count:
            stated = values.is_valid()
            values, rows = values.filter(stated), rows[stated.to_numpy(zero_copy_only=False)]
        self.said.append(Said(self._places, name, values, rows))

    def hold(self, name: str, things: "Things", rows: Any) -> None:
        """A property whose values are things."""
        self._places += 1
        if things.count:
            self.said.append(Said(self._places, name, things, rows))


def triples(subjects: Column, things: Things, labels: Column) -> Column:
    """The lines of N-Triples of each thing. labels: what its blank nodes' names begin with, unique in the file."""
    told = []
    for said in things.said:
        rows, name = said.rows, f" {expanded(said.name)} "
        of = subjects if rows is None else subjects.take(pa.array(rows))
        if isinstance(said.values, Things):
            numbers = pa.array(np.arange(len(rows)) - np.searchsorted(rows, rows)).cast(pa.string())
            blank = pc.binary_join_element_wise(labels.take(pa.array(rows)), f".{said.place}.", numbers, "")
            lines = beside(of, name, blank, " .\n", triples(blank, said.values, blank))
        else:
            values = coded(said.values, expanded) if said.name == "rdf:type" else said.values
            lines = pc.binary_join_element_wise(of, name, values, " .\n", "")
        told.append(lines if rows is None else joined(as_list(lines, rows, things.count), ""))
    return beside(*told)


def nested(things: Things) -> Column:
    """The properties of each thing as Turtle, those inside it in brackets."""
    told = []
    for said in things.said:
        values = said.values
        inner = wrapped("[ ", nested(values), " ]") if isinstance(values, Things) else values
        each = wrapped(f"{said.name} ", inner, "")
        told.append(each if said.rows is None else joined(as_list(each, said.rows, things.count), _NEXT))
    return beside(*told, joint=_NEXT)
