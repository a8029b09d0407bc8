"""The files of a release as a reader looks for them: by what they are about, the tables before what describes them."""

import re
from collections.abc import Iterable

from hub.model.release import FileEntry

_PATTERNS = {
    "Acteurs": r"actors\.(?!.*schema)",
    "Projets": r"projects\.(?!.*schema)",
    "Annonces": r"announcements\.(?!.*schema)",
    "Tout le catalogue": (
        r"site\.zip|identifiers\.csv|catalogue\.sqlite|changes\.sqlite|statistics\.(?!.*schema)|rrma-(?:verify|recompute)"
    ),
    "Changements depuis d’autres versions": "deltas/",
    "Descriptions et schémas": "",
}
"""In the order they are shown; the first pattern that the path begins with tells the subject."""


def by_subject(files: Iterable[FileEntry]) -> list[tuple[str, list[FileEntry]]]:
    """The subjects that have files, each with its files in their order."""
    found: dict[str, list[FileEntry]] = {subject: [] for subject in _PATTERNS}
    for file in files:
        found[next(subject for subject, pattern in _PATTERNS.items() if re.match(pattern, file.path))].append(file)
    return [(subject, entries) for subject, entries in found.items() if entries]
