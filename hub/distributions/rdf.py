"""N-Triples and Turtle, written as the records pass; pyoxigraph reads them back.

Both begin with a comment that tells licence and citation.
"""

import gzip
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, RdfFormat, parse, serialize

from hub.distributions import linked
from hub.distributions.jsonlines import packed
from hub.distributions.table import Row
from hub.distributions.terms import PREFIXES, Node, expanded, iri, nested, segment, triples
from hub.distributions.xmltext import fit
from hub.model.imprint import Imprint
from schemas.canonical import JSON

_IDENTIFIER = expanded("dct:identifier").strip("<>")


def write_triples(path: Path, collection: str, rows: Iterable[Row], imprint: Imprint) -> Iterator[Row]:
    """Write gzipped N-Triples, one triple a line, and pass the rows on."""
    describe = partial(_described, collection, imprint)
    with packed(path) as file:
        file.write(_head(imprint).encode())
        for row in rows:
            subject, node = row.made(describe)
            file.write("".join(triples(subject, node, f"_:r{row.line.id}")).encode())
            yield row


def write_turtle(path: Path, collection: str, rows: Iterable[Row], imprint: Imprint) -> Iterator[Row]:
    """Write Turtle, one paragraph a record, and pass the rows on."""
    describe = partial(_described, collection, imprint)
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 16) as file:
        file.write(_head(imprint))
        file.writelines(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
        for row in rows:
            subject, node = row.made(describe)
            file.write(f"\n{subject} {nested(node)} .\n")
            yield row


def _head(imprint: Imprint) -> str:
    return "".join(f"# {name} : {' '.join(text.split())}\n" for name, text in imprint.told.items())


def _described(collection: str, imprint: Imprint, row: Row) -> tuple[str, Node]:
    return iri(imprint.record(collection, segment(row.line.id))), linked.described(collection, row.says, imprint)


def as_xml(collection: str, says: JSON, imprint: Imprint) -> str:
    """One record as RDF/XML, without an XML declaration."""
    subject = iri(imprint.record(collection, segment(says["id"])))
    lines = "".join(triples(subject, linked.described(collection, says, imprint), f"_:r{says['id']}"))
    found = (quad.triple for quad in parse(lines.encode(), RdfFormat.N_TRIPLES))
    written = cast(bytes, serialize(found, format=RdfFormat.RDF_XML, prefixes=PREFIXES))
    return fit(written.partition(b"?>")[2].decode().strip())


def triples_ids(path: Path) -> Iterator[str]:
    """The national ids that a file of N-Triples describes. Raises OSError, EOFError or ValueError when it is torn."""
    with gzip.open(path, "rb") as file:
        yield from _ids(cast(IO[bytes], file), RdfFormat.N_TRIPLES)


def turtle_ids(path: Path) -> Iterator[str]:
    """As `triples_ids`, of a file of Turtle."""
    with path.open("rb") as file:
        yield from _ids(file, RdfFormat.TURTLE)


def _ids(file: IO[bytes], form: RdfFormat) -> Iterator[str]:
    try:
        for found in parse(file, form):
            if found.predicate.value == _IDENTIFIER and isinstance(found.object, Literal):
                yield found.object.value
    except SyntaxError as error:
        raise ValueError(str(error)) from error
