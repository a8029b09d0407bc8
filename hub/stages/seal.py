"""The seal of a release: what it says of itself, the sums of its files, and the scripts that prove both."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson

from hub.distributions import checksums, kept, rrma_recompute, rrma_verify
from hub.distributions.descriptions import writing
from hub.model.release import FileEntry, ReleaseManifest

PROOF = "rrma-verify"
RECOMPUTE = "rrma-recompute"
_SCRIPTS = (
    (
        PROOF,
        rrma_verify,
        "Script qui prouve cette version, sans rien installer (Python 3.9 ou plus)",
        "Script that proves this release, with nothing to install (Python 3.9 or later)",
    ),
    (
        RECOMPUTE,
        rrma_recompute,
        "Script qui recalcule chaque chiffre publié d’après les fichiers Parquet (Python 3.9 ou plus, DuckDB)",
        "Script that recomputes every published figure from the Parquet files (Python 3.9 or later, DuckDB)",
    ),
)


def scripts(folder: Path) -> Iterator[FileEntry]:
    """Put the scripts into a draft. Yields their entries."""
    for name, module, title, title_en in _SCRIPTS:
        path = folder / name
        shutil.copyfile(str(module.__file__), path)
        path.chmod(0o755)
        yield FileEntry(
            path=name,
            bytes=path.stat().st_size,
            sha256=checksums.sha256(path),
            rows=None,
            media_type="text/x-python",
            title=title,
            title_en=title_en,
        )


def seal(folder: Path, manifest: ReleaseManifest) -> ReleaseManifest:
    """Describe the files of a draft, then write its manifest and the sums of them all.

    Returns the manifest with the descriptions among its files.
    """
    described = replace(manifest, files=(*manifest.files, *writing.write(folder, manifest)))
    (folder / kept.MANIFEST).write_bytes(orjson.dumps(described.as_json(), option=orjson.OPT_INDENT_2))
    sums = {file.path: file.sha256 for file in described.files}
    checksums.write(folder, [*sums, kept.MANIFEST], sums)
    return described
