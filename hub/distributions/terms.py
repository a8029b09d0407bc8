"""RDF terms as text, in the form that N-Triples and Turtle share."""

import re
from functools import cache
from urllib.parse import quote

import orjson

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
_FULL = ("<", '"')  # what a term begins with that is not a prefixed name
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
    (re.compile(r"\d{4}-\d\d-\d\d"), "date"),
    (re.compile(r"\d{4}-\d\d"), "gYearMonth"),
    (re.compile(r"\d{4}"), "gYear"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)"), "dateTime"),
)


class Node(list[tuple[str, "str | Node"]]):
    """A thing as properties and their values: a property is a prefixed name, a value a term or another thing.

    A term is `<an IRI>`, `"a literal"` or a prefixed name.
    """

    def add(self, name: str, value: "str | Node | None") -> None:
        """Add a property that has a value."""
        if value:
            self.append((name, value))


def iri(text: str) -> str:
    """An IRI of our own, whose parts are encoded already."""
    return f"<{text}>"


def web(text: str | None) -> str | None:
    """A web address as others wrote it: an IRI where it is one, else a literal, so that nothing is lost."""
    if not text:
        return None
    encoded = quote(text, safe="%-._~:/?#@!$&'()*+,;=")
    return f"<{encoded}>" if _WEB.fullmatch(encoded) else literal(text)


def segment(text: str) -> str:
    """A text as one part of an IRI."""
    return text if _UNRESERVED.fullmatch(text) else quote(text, safe="")


def literal(text: str, language: str = "") -> str:
    return orjson.dumps(text).decode() + (f"@{language}" if language else "")


def typed(value: object, datatype: str) -> str:
    return f'"{value}"^^{iri(PREFIXES["xsd"] + datatype)}'


def moment(text: str | None) -> str | None:
    """A date as precise as it is stated: a day, a month, a year or an instant."""
    if not text:
        return None
    datatype = next((name for form, name in _DATES if form.fullmatch(text)), None)
    return typed(text, datatype) if datatype else literal(text)


@cache
def expanded(name: str) -> str:
    """A prefixed name as an IRI."""
    prefix, _, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def triples(subject: str, node: Node, label: str) -> list[str]:
    """The lines of N-Triples of a thing. label: what the names of its blank nodes begin with, unique in the file."""
    lines: list[str] = []
    for at, (name, value) in enumerate(node):
        if isinstance(value, Node):
            blank = f"{label}.{at}"
            lines.append(f"{subject} {expanded(name)} {blank} .\n")
            lines += triples(blank, value, blank)
        else:
            lines.append(f"{subject} {expanded(name)} {value if value[0] in _FULL else expanded(value)} .\n")
    return lines


def nested(node: Node) -> str:
    """The properties of a thing as Turtle, those inside it in brackets."""
    return " ;\n  ".join(
        [f"{name} {f'[ {nested(value)} ]' if isinstance(value, Node) else value}" for name, value in node]
    )
