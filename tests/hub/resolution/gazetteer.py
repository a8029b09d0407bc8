"""The gazetteer of resolution, made from the geography: `python -m tests.hub.resolution.gazetteer` writes it anew."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from hub.resolution.gazetteer import words_of
from schemas import geography

FILE = Path(geography.__file__).parents[1] / "hub" / "resolution" / "gazetteer.tsv.gz"


def lines() -> Iterator[str]:
    """Communes by name, the most populous first; then the former ones, as the geography's own table lists them."""
    towns = [town for area in geography.departments() for town in geography.communes_of_department(area.code)]
    named = [(" ".join(words_of(town.name)), -(town.population or 0), town.insee, town) for town in towns]
    for name, population, insee, town in sorted(named, key=lambda each: each[:3]):
        yield f"{insee}\t{name}\t{town.department}\t{-population}\t{' '.join(town.postcodes)}"
    for insee, name, now in geography._former():
        yield f"{insee}\t{' '.join(words_of(name))}\t{now}"


def packed() -> bytes:
    return gzip.compress("".join(f"{line}\n" for line in lines()).encode("utf-8"), mtime=0)


if __name__ == "__main__":
    FILE.write_bytes(packed())
