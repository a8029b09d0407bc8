"""N-Triples and Turtle, written as the records pass; pyoxigraph reads them back.

Both begin with a comment that tells licence and citation.
"""

import gzip
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import IO, cast

import pyarrow.compute as pc
from pyoxigraph import Literal, RdfFormat, parse, serialize

from hub.distributions import linked
from hub.distributions.batch import Batch
from hub.distributions.jsonlines import packed
from hub.distributions.kernels import Column, data, wrapped
from hub.distributions.terms import PREFIXES, Things, expanded, nested, triples
from hub.distributions.xmltext import fit
from hub.model.imprint import Imprint

_IDENTIFIER = expanded("dct:identifier").strip("<>")


def write_triples(path: Path, _collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write gzipped N-Triples, one triple a line, and pass the batches on."""
    with packed(path) as file:
        file.write(_head(imprint).encode())
        for batch in batches:
            file.write(data(_triples(batch, imprint)))
            yield batch


def write_turtle(path: Path, _collection: str, batches: Iterable[Batch], imprint: Imprint) -> Iterator[Batch]:
    """Write Turtle, one paragraph a record, and pass the batches on."""
    with path.open("wb") as file:
        file.write(_head(imprint).encode())
        file.writelines(f"@prefix {prefix}: <{name}> .\n".encode() for prefix, name in PREFIXES.items())
        for batch in batches:
            subjects, things = batch.made(_describing(imprint))
            file.write(data(pc.binary_join_element_wise("\n", subjects, " ", nested(things), " .\n", "")))
            yield batch


def _head(imprint: Imprint) -> str:
    return "".join(f"# {name} : {' '.join(text.split())}\n" for name, text in imprint.told.items())


def _triples(batch: Batch, imprint: Imprint) -> Column:
    """The lines of each record."""
    subjects, things = batch.made(_describing(imprint))
    return triples(subjects, things, wrapped("_:r", batch.records["id"], ""))


@cache
def _describing(imprint: Imprint) -> Callable[[Batch], tuple[Column, Things]]:
    """How the records of a batch are described, the same function for every writer of a group."""

    def described(batch: Batch) -> tuple[Column, Things]:
        stated = batch.collection, batch.records, imprint
        return linked.subjects(*stated), linked.described(*stated)

    return described


def as_xml(collection: str, lines: list[bytes], imprint: Imprint) -> Iterator[str]:
    """Each of some records as RDF/XML, without an XML declaration."""
    for told in _triples(Batch(collection, lines), imprint).to_pylist():
        found = (quad.triple for quad in parse(told.encode(), RdfFormat.N_TRIPLES))
        written = cast(bytes, serialize(found, format=RdfFormat.RDF_XML, prefixes=PREFIXES))
        yield fit(written.partition(b"?>")[2].decode().strip())


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
