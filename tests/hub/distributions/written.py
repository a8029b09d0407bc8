"""One format written for a test."""

from collections.abc import Sequence
from pathlib import Path

from hub.distributions.batch import batches
from hub.distributions.formats import FORMATS, Format
from hub.model.imprint import Imprint
from schemas.canonical import JSON
from tests.hub.distributions.lines import published


def by_suffix(suffix: str) -> Format:
    return next(form for form in FORMATS if form.suffix == suffix)


def written(
    suffix: str, folder: Path, lines: Sequence[JSON], collection: str = "actor", imprint: Imprint | None = None
) -> Path:
    form = by_suffix(suffix)
    target = folder / form.path(collection)
    passing = batches(collection, (line.raw for line in published(*lines)))
    for _ in form.write(target, collection, passing, imprint or Imprint()):
        pass
    return target
