"""Publication: what the working database says now becomes a release, unless the current one says it already."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine

from hub.distributions import shelf
from hub.distributions.contents import Contents
from hub.model.imprint import UNSIGNED, Imprint
from hub.stages.compile import CATALOGUE
from hub.stages.contents import contents
from hub.stages.release import Release, Unchanged, publish
from hub.store import meta, moments
from hub.store.engine import reading
from hub.store.moments import Moment

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
        found = _found(connection, notice, imprint)
        inputs = _inputs(connection, found)
        current = shelf.current(releases)
        if current is not None and meta.get(connection, _RELEASED) == f"{current.name} {inputs}":
            return Unchanged(name=current.name, folder=current)
        given = moments.given(connection)
        published = publish(found, releases, now, allow_empty=allow_empty, last_word=partial(_may_write, engine))
    with engine.begin() as connection:
        meta.put(connection, _RELEASED, f"{published.name} {inputs}")
        moments.add(connection, Moment(at=now, given=given, released_as=published.name))
    return published


def is_current(connection: Connection, releases: Path, notice: str = "", imprint: Imprint = UNSIGNED) -> bool:
    """Whether the current release was made of the golden records as they stand, under this notice and imprint."""
    current = shelf.current(releases)
    inputs = _inputs(connection, _found(connection, notice, imprint))
    return current is not None and meta.get(connection, _RELEASED) == f"{current.name} {inputs}"


def _may_write(engine: Engine) -> None:
    """Whoever may no longer write to the database publishes nothing either (see `hub.store.fence`)."""
    with engine.begin():
        pass


def _found(connection: Connection, notice: str, imprint: Imprint) -> Contents:
    return replace(contents(connection, notice), imprint=imprint)


def _inputs(connection: Connection, found: Contents) -> str:
    """All that a release depends on."""
    stated = [each.stated for each in found.networks]
    return f"{meta.get(connection, CATALOGUE)} {stated} {found.notice} {found.imprint}"
