"""The gazetteer of resolution, made from the geography: `python -m tests.hub.resolution.gazetteer` writes it anew."""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.resolution.gazetteer import words_of
from schemas import geography

_LONGEST = 7  # words of a name that are looked at
FILE = Path(geography.__file__).parents[1] / "hub" / "resolution" / "gazetteer.tsv.gz"


def lines() -> Iterator[str]:
    """Table after table, an empty line at the end of each but the last."""
    for at, table in enumerate(_tables()):
        yield from [""] if at else []
        yield from ("\t".join(cells) for cells in sorted(table))


def _tables() -> Iterator[Iterable[tuple[str, ...]]]:
    towns = [town for area in geography.departments() for town in geography.communes_of_department(area.code)]
    towns.sort(key=lambda town: (-(town.population or 0), town.insee))
    yield ((town.insee, _name(town.name), town.department, str(town.population or 0)) for town in towns)
    yield _grouped((_name(town.name), town.insee) for town in towns)
    yield {insee: now for insee, _, now in geography._former()}.items()
    yield _grouped((_name(name), now) for _, name, now in geography._former())
    yield _grouped((postcode, town.insee) for town in towns for postcode in town.postcodes)
    longest: dict[str, int] = {}
    for words in (words_of(town.name) for town in towns):
        longest[words[0]] = min(_LONGEST, max(longest.get(words[0], 0), len(words)))
    yield ((word, str(length)) for word, length in longest.items())


def _name(text: str) -> str:
    return " ".join(words_of(text))


def _grouped(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What a key stands beside, each once, in the order given."""
    found: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        found.setdefault(key, {})[value] = None
    return ((key, " ".join(values)) for key, values in found.items())


def packed() -> bytes:
    return gzip.compress("".join(f"{line}\n" for line in lines()).encode("utf-8"), mtime=0)


if __name__ == "__main__":
    FILE.write_bytes(packed())
