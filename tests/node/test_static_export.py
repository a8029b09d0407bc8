"""The feed as files: the same proof, the same bytes for the same state, and nobody else's folder touched."""

import gzip
from pathlib import Path

import orjson
import pytest

from node import static_export
from node.errors import NotAnExport
from node.home import Home
from node.static_export import export
from node.store.engine import reading
from node.store.state import read
from schemas.canonical import SetDigest
from schemas.feed import End, Manifest, Put, decode
from tests.node.nodes import ingest, make_home, row, rows


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_an_export_is_a_manifest_a_snapshot_and_a_page(home: Home, tmp_path: Path) -> None:
    ingest(home, [*rows(3), row("C-1", Nom="Comptée", Publication="counted-only")])

    sizes = export(home, tmp_path / "public")

    written = files(tmp_path / "public")
    assert {name: len(content) for name, content in written.items()} == dict(sizes)
    first, *puts, end = gzip.decompress(written["snapshot.ndjson.gz"]).splitlines()
    manifest = Manifest.from_json(orjson.loads(written["feed.json"]))
    assert first == written["feed.json"].strip()
    assert manifest.links == {"snapshot": "snapshot.ndjson.gz"}
    assert isinstance(decode(end), End)
    triples = [(line.collection, line.id, line.hash) for line in map(decode, puts) if isinstance(line, Put)]
    assert SetDigest.of(triples).hex == manifest.collections["actor"].digest
    page = written["index.html"].decode()
    assert '<html lang="fr">' in page
    assert "Association A-0001" in page
    assert "3 structures" in page
    assert "Comptée" not in page


def test_a_static_node_states_what_the_live_node_states(home: Home, tmp_path: Path) -> None:
    ingest(home, rows(3))
    export(home, tmp_path / "public")

    manifest = Manifest.from_json(orjson.loads((tmp_path / "public" / "feed.json").read_bytes()))

    with reading(home.engine) as connection:
        now = read(connection)
    assert (manifest.epoch, manifest.seq) == (now.epoch, now.seq)
    assert manifest.collections["actor"].digest == now.collections["actor"].digest


def test_the_same_state_gives_the_same_bytes_and_another_state_replaces_them(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "public"
    ingest(home, rows(3))
    export(home, target)
    before = files(target)

    export(home, target)
    assert files(target) == before

    ingest(home, rows(4))
    export(home, target)
    assert files(target).keys() == before.keys()
    assert all(files(target)[name] != before[name] for name in before)


def test_a_folder_of_something_else_is_left_alone(home: Home, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "feed.json").write_text('{"title": "un autre flux"}')
    (tmp_path / "fichier").write_text("texte")
    export(make_home(tmp_path / "autre", network="gescod"), tmp_path / "gescod")
    before = files(tmp_path / "gescod")

    for target in ("photos", "fichier", "gescod"):
        with pytest.raises(NotAnExport):
            export(home, tmp_path / target)

    assert files(tmp_path / "photos") == {"feed.json": b'{"title": "un autre flux"}'}
    assert files(tmp_path / "gescod") == before


def test_what_stands_beside_an_export_is_kept(home: Home, tmp_path: Path) -> None:
    export(home, tmp_path / "public")
    (tmp_path / "public" / "robots.txt").write_text("User-agent: *")

    export(home, tmp_path / "public")

    assert (tmp_path / "public" / "robots.txt").read_text() == "User-agent: *"


def test_an_export_that_fails_leaves_the_last_one_whole(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "public"
    ingest(home, rows(3))
    export(home, target)
    before = files(target)
    ingest(home, rows(4))
    monkeypatch.setattr(static_export, "SNAPSHOT", "absent/snapshot.ndjson.gz")

    with pytest.raises(OSError, match="absent"):
        export(home, target)

    assert files(target) == before
