"""The index of the site: which records hold a word, what a list shows, where records are; in files read on demand.

    records, in order of place ──► fiches/N.js   what a list shows of some hundred records
                             ├──► points/N.js    where some thousand records are
                             └──► mots/N.js      words in order, each with the numbers of its records
                                  index.js       where each file begins, and an overview of the map

A page on a disk may load scripts and fetch nothing, so each file is a script that gives its content (`RRMA_GIVE`). No
file grows with the catalogue, and neither does what the writer holds: words are sorted in runs, and the runs merged.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import chain, groupby, pairwise
from tempfile import TemporaryFile
from typing import IO, Any

import orjson

from hub.distributions.site import records
from hub.distributions.table import Cell
from schemas.canonical import JSON

ROWS = 500  # records a file of results, some 50 kB
POINTS = 20_000  # records a file of places, some 300 kB
WORD_BYTES = 100_000  # of words and numbers a file, at least; a word in every record makes a larger one
_RUN = 20_000  # records whose words are held in memory
_CELL = 0.2  # degrees: what the overview draws as one circle
_WORDS = re.compile(r"[^a-z0-9]+")
_ACCENTS = re.compile("[\u0300-\u036f]+")  # nearly all there are in Latin letters taken apart
_NAME = "fichiers/index.js"
_FIRST = "^"  # before the word that a name begins with

Put = Callable[[str, bytes], None]


class Index:
    """Takes the records in the order of their pages, and writes files as they fill up.

    put: writes one file of the site, by its path and its bytes.
    """

    def __init__(self, put: Put) -> None:
        self._put, self.total = put, 0
        self._rows: list[bytes] = []
        self._points: list[float | None] = []
        self._boxes: list[list[float] | None] = []
        self._cells: dict[tuple[int, int], list[float]] = {}
        self._words: defaultdict[str, list[int]] = defaultdict(list)
        self._runs: list[IO[bytes]] = []

    def add(self, collection: str, says: JSON, cells: Sequence[Cell], page: str) -> None:
        place = says.get("seat") or says.get("place") or next(iter(says.get("places", ())), None) or {}
        name, town = says.get("name") or says["title"], place.get("city") or place.get("name") or ""
        number, self.total = self.total, self.total + 1
        self._rows.append(_inside_script(orjson.dumps([says["id"], name, town, page])))
        named = folded(name).split(" ")
        told = [town, *records.subjects(collection, cells)]
        words = {*named, says["id"].lower(), *chain.from_iterable(map(_words_of, told))}
        words.discard("")
        words.add(_FIRST + named[0])
        for word in words:
            self._words[word].append(number)
        self._locate(number, place if collection == "actor" else {})
        if self.total % ROWS == 0:
            self._put_rows()
        if self.total % POINTS == 0:
            self._put_points()
        if self.total % _RUN == 0:
            self._end_run()

    def finish(self) -> None:
        """Write what is left, the words, and where each file begins."""
        self._put_rows()
        self._put_points()
        self._end_run()
        told = {
            "total": self.total,
            "rows": ROWS,
            "points": POINTS,
            "boxes": self._boxes,
            "words": list(self._put_words()),
            "overview": [[round(lat / n, 4), round(lon / n, 4), n, one] for lat, lon, n, one in self._cells.values()],
        }
        self._put(_NAME, b"window.RRMA_INDEX = " + orjson.dumps(told) + b";\n")
        for run in self._runs:
            run.close()

    def _locate(self, number: int, place: JSON) -> None:
        lat, lon = place.get("lat"), place.get("lon")
        if lat is None or lon is None:
            self._points += [None, None]
            return
        self._points += [round(lat, 4), round(lon, 4)]
        cell = self._cells.setdefault((int(lat // _CELL), int(lon // _CELL)), [0.0, 0.0, 0, number])
        cell[0], cell[1], cell[2] = cell[0] + lat, cell[1] + lon, cell[2] + 1

    def _put_rows(self) -> None:
        if self._rows:
            self._give("fiches", (self.total - 1) // ROWS, b"[" + b",\n".join(self._rows) + b"]")
            self._rows = []

    def _put_points(self) -> None:
        if self._points:
            self._give("points", (self.total - 1) // POINTS, orjson.dumps(self._points))
            lats, lons = ([each for each in self._points[which::2] if each is not None] for which in (0, 1))
            self._boxes.append([min(lats), min(lons), max(lats), max(lons)] if lats else None)
            self._points = []

    def _end_run(self) -> None:
        """Set the words of the last records down, in order: word, first and last number, steps between them."""
        run = TemporaryFile(buffering=1 << 16)  # noqa: SIM115 - closed when all are merged
        for word in sorted(self._words):
            numbers = self._words[word]
            steps = ",".join(str(after - before) for before, after in pairwise(numbers))
            run.write(f"{word}\t{numbers[0]}\t{numbers[-1]}\t{steps}\n".encode())
        self._words.clear()
        self._runs.append(run)

    def _put_words(self) -> Iterator[str]:
        """Write the words, and give the first one of each file."""
        held: list[bytes] = []
        first, size, number = "", 0, 0
        for word, steps in _merged(self._runs):
            first = first or word
            held.append(b'"%s":"%s"' % (word.encode(), steps.encode()))
            size += len(held[-1])
            if size >= WORD_BYTES:
                self._give("mots", number, b"{" + b",\n".join(held) + b"}")
                yield first
                held, first, size, number = [], "", 0, number + 1
        if held:
            self._give("mots", number, b"{" + b",\n".join(held) + b"}")
            yield first

    def _give(self, kind: str, number: int, content: bytes) -> None:
        self._put(f"fichiers/{kind}/{number}.js", b'RRMA_GIVE("%s/%d",%s);\n' % (kind.encode(), number, content))


def read(name: str, script: bytes) -> Any:
    """The content of a file of the index. Raises ValueError when it is none."""
    before, after = f'RRMA_GIVE("{name}",'.encode(), b");\n"
    if not (script.startswith(before) and script.endswith(after)):
        raise ValueError(f"{name} gives nothing")
    return orjson.loads(script[len(before) : -len(after)])


def numbers(steps: str) -> Iterator[int]:
    """The numbers of the records that hold a word."""
    number = 0
    for step in steps.split(","):
        number += int(step)
        yield number


def folded(text: str) -> str:
    """A text as it is searched: small letters without accents, words apart. `site.js` folds what is typed alike."""
    plain = text.lower()
    if not plain.isascii():
        plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain.replace("œ", "oe").replace("æ", "ae")))
        if not plain.isascii():
            plain = "".join([each for each in plain if not unicodedata.combining(each)])
    return _WORDS.sub(" ", plain).strip()


@lru_cache(maxsize=1 << 14)  # towns, countries and sectors come again and again
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(folded(text).split(" "))


def _merged(runs: list[IO[bytes]]) -> Iterator[tuple[str, str]]:
    """Each word once, in order, with its numbers: the first, then the steps."""
    for word, found in groupby(merge(*map(_lines, runs), key=lambda line: line[0]), key=lambda line: line[0]):
        told, before = [], 0
        for _, first, last, steps in found:
            told.append(str(int(first) - before))
            told += [steps] if steps else []
            before = int(last)
        yield word, ",".join(told)


def _lines(run: IO[bytes]) -> Iterator[list[str]]:
    run.seek(0)
    return (line.decode().rstrip("\n").split("\t") for line in run)


def _inside_script(text: bytes) -> bytes:
    """Line ends that JSON allows in a text and older scripts do not."""
    return text.replace("\u2028".encode(), b"\\u2028").replace("\u2029".encode(), b"\\u2029")
