"""The seal of a release: what it says of itself, the sums of its files, and the script that proves them."""

import shutil
from dataclasses import replace
from pathlib import Path

import orjson

from hub.distributions import checksums, kept, rrma_verify
from hub.distributions.descriptions import writing
from hub.model.release import FileEntry, ReleaseManifest

PROOF = "rrma-verify"


def proof(folder: Path) -> FileEntry:
    """Put the script into a draft. Returns its entry."""
    path = folder / PROOF
    shutil.copyfile(rrma_verify.__file__, path)
    path.chmod(0o755)
    return FileEntry(
        path=PROOF,
        bytes=path.stat().st_size,
        sha256=checksums.sha256(path),
        rows=None,
        media_type="text/x-python",
        title="Script qui prouve cette version, sans rien installer (Python 3.9 ou plus)",
        title_en="Script that proves this release, with nothing to install (Python 3.9 or later)",
    )


def seal(folder: Path, manifest: ReleaseManifest) -> ReleaseManifest:
    """Describe the files of a draft, then write its manifest and the sums of them all.

    Returns the manifest with the descriptions among its files.
    """
    described = replace(manifest, files=(*manifest.files, *writing.write(folder, manifest)))
    (folder / kept.MANIFEST).write_bytes(orjson.dumps(described.as_json(), option=orjson.OPT_INDENT_2))
    checksums.write(folder, [*(file.path for file in described.files), kept.MANIFEST])
    return described
