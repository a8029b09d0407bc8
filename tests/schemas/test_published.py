"""A published schema never changes: nodes, files and citations out there were written by it."""

import hashlib
from pathlib import Path

JSON_FOLDER = Path(__file__).parents[2] / "schemas" / "json"
LOCK = Path(__file__).with_name("published.sha256")


def test_a_published_schema_never_changes() -> None:
    """A new version is a new file, with a line of its own in the lock: (cd schemas/json && sha256sum */*.json)."""
    locked = dict(reversed(line.split("  ")) for line in LOCK.read_text().splitlines())

    files = {file.relative_to(JSON_FOLDER).as_posix(): file for file in JSON_FOLDER.glob("*/*.json")}

    assert locked == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
