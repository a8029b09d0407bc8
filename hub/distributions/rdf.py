"""N-Triples and Turtle, written as the records pass; pyoxigraph reads them back.

Both begin with a comment that tells licence and citation.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, RdfFormat, parse, serialize

from hub.distributions import linked
from hub.distributions.batch import Batch
from hub.distributions.jsonlines import packed
from hub.distributions.terms import PREFIXES, Node, expanded, iri, nested, segment, triples
from hub.distributions.xmltext import fit
from hub.model.imprint import Imprint
from schemas.canonical import JSON

_IDENTIFIER = expanded("dct:identifier").strip("<>")


def write_triples(path: Path, collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write gzipped N-Triples, one triple a line, and pass the batches on."""
    describe = _describing(collection, imprint)
    with packed(path) as file:
        file.write(_head(imprint).encode())
        for batch in batches:
            for says, (subject, node) in zip(batch.says, batch.made(describe), strict=True):
                file.write("".join(triples(subject, node, f"_:r{says['id']}")).encode())
            yield batch


def write_turtle(path: Path, collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write Turtle, one paragraph a record, and pass the batches on."""
    describe = _describing(collection, imprint)
    with path.open("w", encoding="utf-8", newline="\n", buffering=1 << 16) as file:
        file.write(_head(imprint))
        file.writelines(f"@prefix {prefix}: <{name}> .\n" for prefix, name in PREFIXES.items())
        for batch in batches:
            for subject, node in batch.made(describe):
                file.write(f"\n{subject} {nested(node)} .\n")
            yield batch


def _head(imprint: Imprint) -> str:
    return "".join(f"# {name} : {' '.join(text.split())}\n" for name, text in imprint.told.items())


@cache
def _describing(collection: str, imprint: Imprint) -> Callable[[Batch], list[tuple[str, Node]]]:
    def described(batch: Batch) -> list[tuple[str, Node]]:
        return [
            (iri(imprint.record(collection, segment(says["id"]))), linked.described(collection, says, imprint))
            for says in batch.says
        ]

    return described


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
