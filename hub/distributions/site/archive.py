"""The archive: pages of records, the table of contents, the index and the map, always the same bytes for a release.

records, in order of place ──► articles ──► pages of at most 150 ──► zip
                     └──► rows of the index ──────────────────────────┘ (last)
"""

import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import groupby, islice
from pathlib import Path

import orjson

from hub.distributions import zipped
from hub.distributions.site import pages, records
from hub.distributions.site.pages import COLLECTIONS, Cover, Leaf
from hub.distributions.xmltext import fit
from hub.model.territory import territory
from schemas import geography
from schemas.canonical import JSON

NAME = "site.zip"
MOST_ACTORS = 100_000  # a browser that opens the pages must hold the whole index
_ROOT = "catalogue-rrma"
_INDEX = "fichiers/index.js"
_FIRST_LINE, _LAST_LINE = b"window.RRMA_INDEX = [\n", b"];\n"
_PAGE = 150
_STATIC = {
    "leaflet.js": "vendor/leaflet-1.9.4.js",
    "leaflet.css": "vendor/leaflet-1.9.4.css",
    "leaflet.LICENSE.txt": "vendor/leaflet.LICENSE.txt",
    "site.js": "site.js",
    "site.css": "site.css",
}
_ARTICLE = re.compile(r'<article id="([0-9A-Z]+)">')
_WORDS = re.compile(r"[^a-z0-9]+")
_ELSEWHERE = "hors de France, ou lieu non précisé"
_README = """Décompressez cette archive, puis ouvrez index.html dans un navigateur : rien d'autre n'est nécessaire,
pas même une connexion. La recherche et la carte demandent JavaScript ; les pages se lisent sans.
"""


@dataclass(slots=True)
class _Index:
    """The rows of the search and of the map: [id, name, town, page, lat, lon, words]."""

    rows: list[bytes]

    def add(self, collection: str, says: JSON, file: str) -> None:
        place = says.get("seat") or says.get("place") or next(iter(says.get("places", ())), None) or {}
        name, town = says.get("name") or says["title"], place.get("city") or place.get("name") or ""
        spot = [place.get("lat"), place.get("lon")] if collection == "actor" else [None, None]
        words = folded(" ".join([name, town, *records.subjects(collection, says)]))
        once = " ".join(dict.fromkeys(words.split()))
        self.rows.append(_inside_script(orjson.dumps([says["id"], name, town, file, *spot, once])))


def write(path: Path, found: Mapping[str, Iterable[JSON]], networks: Mapping[str, str], cover: Cover) -> int:
    """Write the site of these records, and return how many they are.

    found:    collection -> its open records; actors in order of département, so that a page is of one place.
    networks: id -> name for people.
    """
    index, leaves = _Index([]), dict[str, list[Leaf]]()
    with zipfile.ZipFile(path, "w") as archive:
        for collection, says in found.items():
            leaves[collection] = list(_write_pages(archive, collection, says, dict(networks), cover, index))
        _put(archive, "index.html", pages.contents(cover, leaves).encode())
        with archive.open(zipped.entry(f"{_ROOT}/{_INDEX}"), "w") as file:
            file.write(_FIRST_LINE)
            file.writelines(row + b",\n" for row in index.rows)
            file.write(_LAST_LINE)
        _put(
            archive, "fichiers/contours.js", b"window.RRMA_CONTOURS = " + _static("geo/regions-2018.topo.json") + b";\n"
        )
        for name, source in _STATIC.items():
            _put(archive, f"fichiers/{name}", _static(source))
        _put(archive, "LISEZ-MOI.txt", _README.encode())
    return len(index.rows)


def ids(path: Path) -> Iterator[str]:
    """The records that the pages show, in order of id, each as often as it is shown. Raises OSError or ValueError when
    the archive is torn, or when its index holds other records than its pages."""
    try:
        with zipfile.ZipFile(path) as archive:
            shown = sorted(
                found
                for name in archive.namelist()
                if name.endswith(".html")
                for found in _ARTICLE.findall(archive.read(name).decode())
            )
            with archive.open(f"{_ROOT}/{_INDEX}") as rows:
                told = [orjson.loads(row[:-2])[0] for row in rows if row not in (_FIRST_LINE, _LAST_LINE)]
    except (zipfile.BadZipFile, KeyError) as error:
        raise ValueError(str(error)) from error
    if sorted(told) != shown:
        raise ValueError("the index of the site holds other records than its pages")
    yield from shown


def folded(text: str) -> str:
    """A text as it is searched: small letters without accents, words apart. `site.js` folds what is typed alike."""
    plain = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return _WORDS.sub(" ", "".join(each for each in plain if not unicodedata.combining(each))).strip()


def _write_pages(
    archive: zipfile.ZipFile,
    collection: str,
    found: Iterable[JSON],
    networks: dict[str, str],
    cover: Cover,
    index: _Index,
) -> Iterator[Leaf]:
    """Write the pages of a collection, each once the one after it is known, and give them."""
    before: Leaf | None = None
    waiting: tuple[Leaf, list[str]] | None = None
    for leaf, said in _leaves(collection, found):
        articles = []
        for says in said:
            articles.append(records.article(collection, says, networks))
            index.add(collection, says, leaf.file)
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
    """Pages of at most 150 records, of one département each where records have one."""
    stem, title = COLLECTIONS[collection]
    for code, group in groupby(found, key=lambda says: _department(says) if collection == "actor" else ""):
        rest = iter(group)
        place = geography.department(code) if code else None
        where = f" : {place.name} ({code})" if place else f" : {_ELSEWHERE}" if collection == "actor" else ""
        number = 0
        while said := list(islice(rest, _PAGE)):
            number += 1
            file = "-".join([stem, *([code.lower() or "ailleurs"] if collection == "actor" else []), f"{number}.html"])
            leaf = Leaf(file=file, title=f"{title}{where}", count=len(said))
            yield (leaf if number == 1 else replace(leaf, title=f"{leaf.title}, page {number}")), said


def _department(says: JSON) -> str:
    seat = says.get("seat")
    return (territory(seat).department or "") if seat else ""


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(zipped.entry(f"{_ROOT}/{name}", size=len(body)), body)


def _static(name: str) -> bytes:
    return (files("hub.distributions.site") / "static" / name).read_bytes()


def _inside_script(text: bytes) -> bytes:
    """Line ends that JSON allows in a text and older scripts do not."""
    return text.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
