"""Release: publish the compiled catalogue as one immutable folder, or nothing.

    contents ──► snapshot ──► draft folder ──► gate (every file read back) ──► to disk ──► its name ──► `current`

Whatever stops it, `current` leads to a whole release: the last one until the very end, the new one from then on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson

from hub.catalogue import database
from hub.distributions import checksums, kept, shelf
from hub.distributions.contents import Contents, Outline, outline
from hub.distributions.snapshot import take
from hub.model.licence import licence
from hub.model.release import NetworkEntry, ReleaseManifest
from hub.search import SearchIndex
from hub.stages import crew, drafting, export_gate, indexing, seal
from hub.stages.crew import Crew, Task
from hub.stages.drafting import Draft, Written
from schemas.errors import ConfigError

_LARGE = 5_000  # records: below, starting another process takes longer than it saves


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A new release, now current."""

    name: str
    folder: Path
    manifest: ReleaseManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The current release already says all there is to say; no new one was made."""

    name: str
    folder: Path


def publish(
    contents: Contents,
    releases: Path,
    now: datetime,
    *,
    allow_empty: bool = False,
    last_word: Callable[[], None] = lambda: None,
    processes: int | None = None,
) -> Release | Unchanged:
    """Write, check and switch to a release of these contents, walking them once.

    releases:  the folder that holds them all; made when missing.
    last_word: asked before the switch; raises whatever speaks against it.
    processes: how many share the work; as many as the machine keeps busy when a release is large enough to gain by it.
    Raises EmptyCatalogue without actors unless `allow_empty`, ReleaseRefused when a file read back is not what it
    should be, Pinned while a rollback holds, Busy while another one is being written. `current` is as before then.
    """
    with shelf.writing(releases), shelf.aside(releases) as beside:
        snapshot = take(contents, beside)
        expected, previous = outline(snapshot), shelf.current(releases)
        if previous and _says(previous, expected):
            return Unchanged(name=previous.name, folder=previous)
        if previous and kept.holds(releases, kept.manifest(previous)):
            raise export_gate.Pinned(
                [f"a rollback holds {previous.name}: `rrma-hub releases resume` lets others follow"]
            )
        if not allow_empty and not expected.shown["actor"].count:
            raise export_gate.EmptyCatalogue(
                ["no actor to publish: see `rrma-hub job list`, or pass --allow-empty before any network is ready"]
            )
        name = shelf.name_of(now, expected.content, releases)
        with shelf.draft(releases, name) as folder, crew.gathered(processes or _processes(expected)) as hands:
            draft = Draft(
                folder=folder,
                name=name,
                now=now,
                contents=snapshot,
                expected=expected,
                previous=previous,
                bases=kept.bases(releases, now),
            )
            manifest = _written(draft, hands)
            last_word()
            shelved = shelf.shelve(folder, releases, name)
        return Release(name=name, folder=shelved, manifest=manifest)


def _processes(expected: Outline) -> int:
    return crew.size() if sum(ids.count for ids in expected.shown.values()) >= _LARGE else 1


def _says(previous: Path, expected: Outline) -> bool:
    """Whether a release has these contents, in a form that this version of the hub can serve."""
    try:
        SearchIndex.open(previous / indexing.FOLDER)
    except ConfigError:
        return False
    return database.content(previous / drafting.CATALOGUE) == expected.content


def _written(draft: Draft, hands: Crew) -> ReleaseManifest:
    """Write a draft and read it back: each file as soon as it is there, while others are still being written."""
    writing = drafting.tasks(draft)
    sealing = Task(
        name=kept.MANIFEST,
        work=partial(_sealed, draft),
        makes=(checksums.NAME,),
        after=tuple(task.name for task in writing),
        takes=True,
    )
    reading = export_gate.readings(draft.folder, draft.expected, draft.bases)
    found = hands([*writing, sealing, *reading])
    export_gate.judge(found[task.name] for task in reading)
    return cast(ReleaseManifest, found[sealing.name])


def _sealed(draft: Draft, found: Mapping[str, Any]) -> ReleaseManifest:
    return seal.seal(draft.folder, _manifest(draft, drafting.written(draft, found)))


def _manifest(draft: Draft, written: Written) -> ReleaseManifest:
    contents, expected = draft.contents, draft.expected
    before = kept.manifest(draft.previous) if draft.previous else None
    return ReleaseManifest(
        release=draft.name,
        created_at=draft.now,
        previous=before.release if before else None,
        counts={collection: ids.count for collection, ids in expected.shown.items()},
        digests=expected.digests,
        previous_digests=before.digests if before else {},
        networks=contents.networks,
        files=(*written.files, *seal.scripts(draft.folder)),
        deltas=written.deltas,
        software=f"rrma-hub/{version('rrma-hub')}",
        licence=contents.licence,
        sources=(*map(_attribution, contents.networks), *sorted(_origins(contents))),
        notice=contents.notice or None,
        imprint=contents.signed,
    )


def _attribution(network: NetworkEntry) -> str:
    """Source and date of last update, as Licence Ouverte 2.0 asks."""
    read = f", annuaire lu le {network.harvest.at:%Y-%m-%d}" if network.harvest else ""
    return f"{network.title}{read}, {licence(network.licence).title}"


def _origins(contents: Contents) -> set[str]:
    """Where the networks themselves have records from, and under which licence."""
    stating = (row.payload for row in contents.members if b'"attribution"' in row.payload)
    stated = (orjson.loads(payload).get("attribution", {}) for payload in stating)
    return {
        f"{each['source']}, {licence(each['licence']).title}" if "licence" in each else each["source"]
        for each in stated
        if "source" in each
    }
