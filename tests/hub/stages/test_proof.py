"""`rrma-verify`, run as a consumer runs it: alone, by another interpreter, on a folder and nothing else."""

import ast
import gzip
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.catalogue import Catalogue
from hub.distributions import checksums, rrma_verify
from hub.distributions.contents import Contents
from hub.stages.release import Release, publish
from schemas.canonical import JSON
from tests.hub.distributions.lines import actor, project, published

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
ONE, TWO, THREE, OTHER = actor("1"), actor("2"), actor("3"), actor("2", name="Écoles du Sahel")


def release(releases: Path, now: datetime, *actors: JSON, projects: tuple[JSON, ...] = ()) -> Path:
    lines = {"actor": published(*actors), "project": published(*projects), "announcement": []}
    made = publish(Contents(lines=lines), releases, now)
    assert isinstance(made, Release)
    return made.folder


def proves(folder: Path, *more: str | Path) -> tuple[bool, str]:
    """Whether the script of a release proves it, and what it says."""
    run = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", folder / "rrma-verify", *more], capture_output=True, check=False, text=True
    )
    assert run.stderr == ""
    assert run.returncode == (0 if run.stdout.endswith("PROUVÉ / PROVED\n") and "NON" not in run.stdout else 1)
    return run.returncode == 0, run.stdout


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month: forty days ago, eight days ago, yesterday, today. Read only."""
    releases = tmp_path_factory.mktemp("releases")
    release(releases, NOW - 40 * DAY, ONE)
    release(releases, NOW - 8 * DAY, ONE, TWO, projects=(project(),))
    release(releases, NOW - DAY, ONE, OTHER)
    release(releases, NOW, OTHER, THREE)
    return releases


@pytest.fixture
def copy(shelf: Path, tmp_path: Path) -> Path:
    """A copy of the current release, to spoil."""
    return shutil.copytree((shelf / "current").resolve(), tmp_path / "copy")


def test_a_release_has_the_deltas_of_a_day_a_week_and_a_month(shelf: Path) -> None:
    names = sorted(path.name for path in shelf.iterdir() if path.name.startswith("2"))
    manifest = orjson.loads((shelf / "current" / "manifest.json").read_bytes())

    told = {(each["since"], each["collection"]): each for each in manifest["deltas"]}

    assert {key: (each["base"], each["add"], each["modify"], each["delete"]) for key, each in told.items()} == {
        ("previous", "actor"): (names[2], 1, 0, 1),
        ("24h", "actor"): (names[2], 1, 0, 1),
        ("7d", "actor"): (names[1], 1, 1, 1),
        ("7d", "project"): (names[1], 0, 0, 1),
        ("31d", "actor"): (names[0], 2, 0, 1),
    }
    assert all(Catalogue.open(shelf / "current").file(each["path"]) for each in told.values())
    assert told["previous", "actor"]["before"] == manifest["previous_digests"]["actor"]
    assert all(each["after"] == manifest["digests"][collection] for (_, collection), each in told.items())


def test_a_whole_release_is_proved_with_each_of_its_bases(shelf: Path) -> None:
    current = (shelf / "current").resolve()

    proved, said = proves(current)
    assert proved, said
    assert "actors.jsonl.gz: 2 fiches / records" in said
    for base in sorted(path for path in shelf.iterdir() if path.name.startswith("2") and path != current):
        for given_as in (base, base / "actors.jsonl.gz"):
            proved, said = proves(current, "--base", given_as)
            assert proved, said
            assert "ancienne / older + " in said


def test_the_first_release_is_proved_without_any_delta(tmp_path: Path) -> None:
    assert proves(release(tmp_path, NOW, ONE))[0]


def test_a_release_that_is_no_base_is_said_to_be_none(shelf: Path, tmp_path: Path) -> None:
    stranger = release(tmp_path / "other", NOW, THREE)

    proved, said = proves((shelf / "current").resolve(), "--base", stranger)

    assert not proved
    assert "aucun changement ne part de / no delta starts from" in said


def test_a_base_that_is_neither_a_release_nor_a_file_of_one_is_refused(copy: Path) -> None:
    assert "neither a release nor a file of one" in proves(copy, "--base", copy / "catalogue.sqlite.old")[1]


def spoilt(path: Path, places: random.Random) -> None:
    """Alter one byte, somewhere."""
    raw = bytearray(path.read_bytes())
    raw[places.randrange(len(raw))] ^= 1 << places.randrange(8)
    path.write_bytes(raw)


def in_process(monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    monkeypatch.setattr(sys, "argv", ["rrma-verify", str(folder)])
    return rrma_verify.main()


def test_one_altered_byte_in_any_file_is_found(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [line.split("  ")[1] for line in (copy / checksums.NAME).read_text().splitlines()]
    places = random.Random(1)

    for name in [*names, *[checksums.NAME] * 30, *["manifest.json"] * 30]:
        whole = (copy / name).read_bytes()
        spoilt(copy / name, places)
        assert in_process(monkeypatch, copy) == 1, name
        (copy / name).write_bytes(whole)
    assert in_process(monkeypatch, copy) == 0


def test_altered_bytes_and_missing_files_are_named(copy: Path) -> None:
    (copy / "actors.csv").write_bytes((copy / "actors.csv").read_bytes()[:-1] + b" ")
    assert "altéré / altered: actors.csv" in proves(copy)[1]

    (copy / "actors.csv").unlink()
    assert "actors.csv" in proves(copy)[1]


def sealed_again(folder: Path) -> None:
    """Make the sums again, as somebody would who alters a release on purpose."""
    manifest = orjson.loads((folder / "manifest.json").read_bytes())
    checksums.write(folder, [*(file["path"] for file in manifest["files"]), "manifest.json"])


DELTA = "deltas/7d/actors.jsonl.gz"


def truncate_the_whole(folder: Path) -> None:
    (folder / "actors.jsonl.gz").write_bytes((folder / "actors.jsonl.gz").read_bytes()[:-20])


def drop_a_record(folder: Path) -> None:
    lines = gzip.decompress((folder / "actors.jsonl.gz").read_bytes()).splitlines(keepends=True)
    (folder / "actors.jsonl.gz").write_bytes(gzip.compress(lines[0]))


def truncate_a_delta(folder: Path) -> None:
    (folder / DELTA).write_bytes((folder / DELTA).read_bytes()[:-20])


def drop_a_change(folder: Path) -> None:
    lines = gzip.decompress((folder / DELTA).read_bytes()).splitlines(keepends=True)
    (folder / DELTA).write_bytes(gzip.compress(b"".join(lines[1:])))


def swap_two_deltas(folder: Path) -> None:
    one, other = folder / DELTA, folder / "deltas/24h/actors.jsonl.gz"
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)


def change_a_record_in_a_delta(folder: Path) -> None:
    raw = gzip.decompress((folder / DELTA).read_bytes())
    (folder / DELTA).write_bytes(gzip.compress(raw.replace(b'"name":"', b'"name":"X', 1)))


def cross_two_changes(folder: Path) -> None:
    lines = gzip.decompress((folder / DELTA).read_bytes()).splitlines(keepends=True)
    (folder / DELTA).write_bytes(gzip.compress(b"".join(reversed(lines))))


@pytest.mark.parametrize(
    "spoil",
    [
        truncate_the_whole,
        drop_a_record,
        truncate_a_delta,
        drop_a_change,
        swap_two_deltas,
        change_a_record_in_a_delta,
        cross_two_changes,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_what_is_wrong_inside_is_found_even_under_sums_made_again(copy: Path, spoil: Callable[[Path], None]) -> None:
    spoil(copy)
    sealed_again(copy)

    proved, said = proves(copy)

    assert not proved
    assert said.startswith("OK  ")  # the sums; it is the rest that is wrong


STATES = st.lists(st.dictionaries(st.integers(1, 6), st.integers(1, 3), min_size=1, max_size=5), min_size=2, max_size=4)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STATES, st.lists(st.integers(1, 200), min_size=4, max_size=4))
def test_through_any_history_each_base_and_its_deltas_are_the_whole(
    states: list[dict[int, int]], hours: list[int]
) -> None:
    with TemporaryDirectory() as name:
        releases, now, made = Path(name), NOW, []
        for state, later in zip(states, hours, strict=False):
            now += timedelta(hours=later)
            actors = (actor(str(each), name=f"Actrice {version}") for each, version in state.items())
            lines = {"actor": published(*actors), "project": [], "announcement": []}
            published_now = publish(Contents(lines=lines), releases, now)
            if isinstance(published_now, Release):
                made.append(published_now)

        for each in made:
            assert any(delta.since == "previous" for delta in each.manifest.deltas) == (each != made[0])
            for base in {delta.base for delta in each.manifest.deltas}:
                said = list(rrma_verify.proofs(each.folder, releases / base))
                assert sum("ancienne / older + " in sentence for sentence in said) >= 1


def test_a_base_that_was_spoilt_is_left_out_and_stops_no_release(tmp_path: Path) -> None:
    first = release(tmp_path, NOW - 8 * DAY, ONE)
    second = release(tmp_path, NOW - DAY, ONE, TWO)
    truncate_the_whole(second)

    third = release(tmp_path, NOW, ONE, THREE)

    manifest = orjson.loads((third / "manifest.json").read_bytes())
    assert {each["since"]: each["base"] for each in manifest["deltas"]} == {"7d": first.name}
    assert proves(third, "--base", first)[0]


def test_the_script_is_short_and_is_python_3_9() -> None:
    source = Path(rrma_verify.__file__).read_text("utf-8")
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(source, feature_version=(3, 9)))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([each.name for each in node.names] if isinstance(node, ast.Import) else [str(node.module)])
    }

    assert len(source.splitlines()) < 150
    assert imported <= sys.stdlib_module_names
