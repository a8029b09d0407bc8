"""The archive: pages of records, the table of contents, the index and the map, always the same bytes for a release.

records, in order of place ──► articles ──► pages of at most 150, in folders ──► zip
                     └──► index, in files read on demand ─────────────────────────┘

Nothing is held but a page, a file of the index and the table of contents, so that a release of any size has a site; an
archive of more than 4 GiB or 65,535 files is a ZIP64.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from importlib.resources import files
from itertools import groupby, islice, zip_longest
from pathlib import Path
from typing import Any

from hub.distributions import table, zipped
from hub.distributions.site import index, pages, records
from hub.distributions.site.index import Index
from hub.distributions.site.pages import COLLECTIONS, Cover, Leaf
from hub.distributions.xmltext import fit
from hub.model.territory import territory
from schemas import geography
from schemas.canonical import JSON

NAME = "site.zip"
PAGE = 150
_ROOT = "catalogue-rrma"
_STATIC = {
    "leaflet.js": "vendor/leaflet-1.9.4.js",
    "leaflet.css": "vendor/leaflet-1.9.4.css",
    "leaflet.LICENSE.txt": "vendor/leaflet.LICENSE.txt",
    "site.js": "site.js",
    "site.css": "site.css",
}
_ARTICLE = re.compile(r'<article id="([0-9A-Z]+)">')
_ELSEWHERE = "hors de France, ou lieu non précisé"
_README = """Décompressez cette archive, puis ouvrez index.html dans un navigateur : rien d'autre n'est nécessaire,
pas même une connexion. La recherche et la carte demandent JavaScript ; les pages se lisent sans.
"""


def write(path: Path, found: Mapping[str, Iterable[JSON]], networks: Mapping[str, str], cover: Cover) -> int:
    """Write the site of these records, and return how many they are.

    found:    collection -> its open records; actors in order of département, so that a page is of one place.
    networks: id -> name for people.
    """
    leaves = dict[str, list[Leaf]]()
    with zipfile.ZipFile(path, "w") as archive:
        put = partial(_put, archive)
        indexed = Index(put)
        for collection, says in found.items():
            leaves[collection] = list(_write_pages(archive, collection, says, dict(networks), cover, indexed))
        indexed.finish()
        put("index.html", pages.contents(cover, leaves).encode())
        put("fichiers/contours.js", b"window.RRMA_CONTOURS = " + _static("geo/regions-2018.topo.json") + b";\n")
        for name, source in _STATIC.items():
            put(f"fichiers/{name}", _static(source))
        put("LISEZ-MOI.txt", _README.encode())
    return indexed.total


def ids(path: Path) -> Iterator[str]:
    """The records that the pages show, in the order of the pages, each as often as it is shown.

    Raises OSError or ValueError when the archive is torn, when its index holds other records than its pages, or when a
    record is found by no word or has no place on the map, not even none.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            total = 0
            for shown, told in zip_longest(_shown(archive), _told(archive)):
                if shown != told:
                    raise ValueError("the index of the site holds other records than its pages")
                total += 1
                yield shown
            if set(_found(archive, total)) - {1}:
                raise ValueError("the search of the site misses records")
            if sum(len(points) for _, points in _given(archive, "points")) != 2 * total:
                raise ValueError("the map of the site misses records")
    except (zipfile.BadZipFile, KeyError, IndexError) as error:
        raise ValueError(str(error)) from error


def _shown(archive: zipfile.ZipFile) -> Iterator[str]:
    for name in archive.namelist():
        if name.endswith(".html"):
            yield from _ARTICLE.findall(archive.read(name).decode())


def _told(archive: zipfile.ZipFile) -> Iterator[str]:
    return (row[0] for _, rows in _given(archive, "fiches") for row in rows)


def _found(archive: zipfile.ZipFile, total: int) -> bytearray:
    """For each record, by its number, whether some word leads to it."""
    marks = bytearray(total)
    for _, words in _given(archive, "mots"):
        for steps in words.values():
            for number in index.numbers(steps):
                marks[number] = 1
    return marks


def _given(archive: zipfile.ZipFile, kind: str) -> Iterator[tuple[str, Any]]:
    start = f"{_ROOT}/fichiers/{kind}/"
    for name in archive.namelist():
        if name.startswith(start):
            short = name.removeprefix(f"{_ROOT}/fichiers/").removesuffix(".js")
            yield short, index.read(short, archive.read(name))


def _write_pages(
    archive: zipfile.ZipFile,
    collection: str,
    found: Iterable[JSON],
    networks: dict[str, str],
    cover: Cover,
    indexed: Index,
) -> Iterator[Leaf]:
    """Write the pages of a collection, each once the one after it is known, and give them."""
    before: Leaf | None = None
    waiting: tuple[Leaf, list[str]] | None = None
    for leaf, said in _leaves(collection, found):
        articles = []
        for says in said:
            cells = table.cells(collection, says)
            articles.append(records.article(collection, says, cells, networks))
            indexed.add(collection, says, cells, leaf.file)
        if waiting:
            _put_page(archive, cover, *waiting, before, leaf)
            before = waiting[0]
        waiting = leaf, articles
        yield leaf
    if waiting:
        _put_page(archive, cover, *waiting, before, None)


def _put_page(
    archive: zipfile.ZipFile, cover: Cover, leaf: Leaf, articles: list[str], before: Leaf | None, after: Leaf | None
) -> None:
    _put(archive, leaf.file, fit(pages.records(cover, leaf, articles, (before, after))).encode())


def _leaves(collection: str, found: Iterable[JSON]) -> Iterator[tuple[Leaf, list[JSON]]]:
    """Pages of at most 150 records, of one département each where records have one, in a folder of theirs."""
    stem, title = COLLECTIONS[collection]
    for code, group in groupby(found, key=lambda says: _department(says) if collection == "actor" else ""):
        rest = iter(group)
        place = geography.department(code) if code else None
        where = f" : {place.name} ({code})" if place else f" : {_ELSEWHERE}" if collection == "actor" else ""
        folder = f"{stem}/{code.lower() or 'ailleurs'}" if collection == "actor" else stem
        number = 0
        while said := list(islice(rest, PAGE)):
            number += 1
            leaf = Leaf(file=f"{folder}/{number}.html", place=f"{title}{where}", number=number, count=len(said))
            yield leaf, said


def _department(says: JSON) -> str:
    seat = says.get("seat")
    return (territory(seat).department or "") if seat else ""


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(zipped.entry(f"{_ROOT}/{name}", size=len(body)), body)


def _static(name: str) -> bytes:
    return (files("hub.distributions.site") / "static" / name).read_bytes()
