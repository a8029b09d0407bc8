"""Publication: what the working database says now becomes a release, unless the current one says it already."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from hub.distributions import shelf
from hub.model.imprint import UNSIGNED, Imprint
from hub.stages.compile import CATALOGUE
from hub.stages.contents import contents
from hub.stages.release import Release, Unchanged, publish
from hub.store import meta
from hub.store.engine import reading

_RELEASED = "released"


def release(
    engine: Engine,
    releases: Path,
    now: datetime,
    *,
    allow_empty: bool = False,
    notice: str = "",
    imprint: Imprint = UNSIGNED,
) -> Release | Unchanged:
    """Publish the compiled catalogue, unless the current release was made of the very same.

    notice:  a sentence that the portal shows on every page.
    imprint: who publishes, and where.
    Raises EmptyCatalogue, ReleaseRefused or Busy (see `hub.stages.release.publish`).
    """
    with reading(engine) as connection:
        found = replace(contents(connection, notice), imprint=imprint)
        stated = [each.stated for each in found.networks]
        inputs = f"{meta.get(connection, CATALOGUE)} {stated} {notice} {imprint}"
        current = shelf.current(releases)
        if current is not None and meta.get(connection, _RELEASED) == f"{current.name} {inputs}":
            return Unchanged(name=current.name, folder=current)
        published = publish(found, releases, now, allow_empty=allow_empty)
    with engine.begin() as connection:
        meta.put(connection, _RELEASED, f"{published.name} {inputs}")
    return published
