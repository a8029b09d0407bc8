"""Rollback: the contents of an earlier release, published again as a new one.

A name stands for one content for ever, and the chain of releases only grows: consumers who follow it get a delta that
takes the mistake back. The hold that comes with it keeps the next cycle from publishing the mistake again.
"""

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson

from hub.catalogue import changes, database
from hub.distributions import checksums, deltas, kept, shelf, site
from hub.distributions.descriptions import writing
from hub.model.release import ReleaseManifest
from hub.stages import export_gate, indexing, seal, static_site
from hub.stages.release import Release
from schemas.errors import NotFound, RequestError

_CATALOGUE = "catalogue.sqlite"


def roll_back(releases: Path, name: str, reason: str, now: datetime) -> Release:
    """Publish the contents of the release `name` again.

    reason: for everybody to read, in the manifest.
    Raises NotFound, RequestError when that release is current or no reason is given, ReleaseRefused when its files are
    no longer what they were, Busy while another one is being written. `current` is as before then.
    """
    with shelf.writing(releases):
        old, current = _read(releases, name), shelf.current(releases)
        if current is None or current.name == name:
            raise RequestError(f"{name} is current already" if current else "nothing is published")
        if not reason.strip():
            raise RequestError("a rollback needs a reason")
        content = database.content(releases / name / _CATALOGUE)
        if altered := [*checksums.differing(releases / name), *([] if content else [_CATALOGUE])]:
            raise export_gate.ReleaseRefused([f"{file} of {name} is no longer what it was" for file in altered])
        minted = shelf.name_of(now, str(content), releases)
        before = kept.manifest(current)
        with shelf.draft(releases, minted) as folder:
            restored = copied(old, releases / name, folder)
            bases = kept.bases(releases, now)
            told = deltas.write(folder, bases, old.digests)
            dated = changes.write(folder, current, told, now)
            offline = static_site.write(folder, minted, now, old.notice or "", old.imprint, old.networks)
            unsealed = replace(
                old,
                release=minted,
                created_at=now,
                previous=before.release,
                previous_digests=before.digests,
                files=(*restored.files, dated, *offline, *deltas.files(folder, told), *seal.scripts(folder)),
                deltas=told,
                rolled_back_from=before.release,
                rolled_back_to=name,
                reason=reason.strip(),
            )
            manifest = seal.seal(folder, unsealed)
            export_gate.check_restored(folder, restored, bases)
            shelved = shelf.shelve(folder, releases, minted)
        return Release(name=minted, folder=shelved, manifest=manifest)


def resume(releases: Path) -> str:
    """Let other releases follow a rollback. Returns its name. Raises RequestError when none holds."""
    with shelf.writing(releases):
        current = shelf.current(releases)
        if current is None or not kept.holds(releases, kept.manifest(current)):
            raise RequestError("no rollback holds")
        kept.lift(releases, current.name)
        return current.name


def _read(releases: Path, name: str) -> ReleaseManifest:
    if shelf.NAME.fullmatch(name):
        try:
            return kept.manifest(releases / name)
        except (OSError, ValueError, KeyError, TypeError):
            pass
    raise NotFound(f"no release {name} here: `rrma-hub releases list` tells which there are")


def copied(old: ReleaseManifest, source: Path, folder: Path) -> ReleaseManifest:
    """Copy what the release was made of, and index it anew. Returns its manifest with these files alone."""
    told = {delta.path for delta in old.deltas} | {changes.NAME, site.NAME, seal.PROOF, seal.RECOMPUTE}
    files = tuple(file for file in old.files if file.path not in told and not writing.describes(file.path))
    for path in {file.path for file in files} | {_CATALOGUE}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / path, folder / path)
    indexing.build(
        folder,
        {
            collection: map(orjson.loads, database.payloads(folder / _CATALOGUE, collection))
            for collection in old.counts
        },
    )
    return replace(old, files=files)
