import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.catalogue import Catalogue, changes
from hub.distributions import kept, rrma_verify, shelf
from hub.distributions.contents import Contents, PublicLine
from hub.distributions.descriptions.writing import describes
from hub.model.release import ReleaseManifest
from hub.search import Query
from hub.stages import retention
from hub.stages.export_gate import Pinned, ReleaseRefused
from hub.stages.release import Release, Unchanged, publish
from hub.stages.rollback import resume, roll_back
from schemas.canonical import JSON
from schemas.errors import NotFound, RequestError
from tests.hub.distributions.lines import actor, project, published

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = (actor("1", name="Eau Vive"), actor("2", name="Écoles du Sahel"))
BAD = (actor("1", name="Eau Vive Écoles du Sahel"),)
WHY = "deux associations confondues"


def contents(*actors: JSON) -> Contents:
    by = {"national_id": GOOD[0]["id"]}
    lines = {"actor": published(*actors), "project": published(project(lead=by)), "announcement": []}
    return Contents(lines=lines)


def released(found: Release | Unchanged) -> Release:
    assert isinstance(found, Release)
    return found


@pytest.fixture(scope="module")
def mistaken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Releases, the last one a mistake. Read only."""
    releases = tmp_path_factory.mktemp("releases")
    publish(contents(*GOOD), releases, NOW)
    publish(contents(*BAD), releases, NOW + DAY)
    return releases


@pytest.fixture
def releases(mistaken: Path, tmp_path: Path) -> Path:
    """A copy of them to work on."""
    return shutil.copytree(mistaken, tmp_path / "releases", symlinks=True)


@pytest.fixture
def good(releases: Path) -> Release:
    return standing(releases, kept.every(releases)[0])


@pytest.fixture
def bad(releases: Path) -> Release:
    return standing(releases, kept.every(releases)[1])


def standing(releases: Path, manifest: ReleaseManifest) -> Release:
    return Release(name=manifest.release, folder=releases / manifest.release, manifest=manifest)


def test_a_rollback_is_a_new_release_with_the_old_contents(releases: Path, good: Release, bad: Release) -> None:
    back = roll_back(releases, good.name, WHY, NOW + DAY + timedelta(hours=9))

    assert shelf.current(releases) == back.folder
    assert back.name not in (good.name, bad.name)
    assert (back.manifest.previous, back.manifest.previous_digests) == (bad.name, bad.manifest.digests)
    assert (back.manifest.rolled_back_from, back.manifest.rolled_back_to) == (bad.name, good.name)
    assert back.manifest.reason == WHY
    assert kept.manifest(back.folder) == back.manifest
    for file in good.manifest.files:
        if not describes(file.path) and file.path not in (changes.NAME, "site.zip"):
            assert (back.folder / file.path).read_bytes() == (good.folder / file.path).read_bytes(), file.path
    assert {file.path for file in good.manifest.files} < {file.path for file in back.manifest.files}


def test_those_who_follow_the_chain_get_a_delta_that_takes_the_mistake_back(
    releases: Path, good: Release, bad: Release
) -> None:
    back = roll_back(releases, good.name, WHY, NOW + 2 * DAY)

    (told,) = (each for each in back.manifest.deltas if (each.since, each.collection) == ("previous", "actor"))
    assert (told.base, told.add, told.modify, told.delete) == (bad.name, 1, 1, 0)
    assert any("previous/actors" in said for said in rrma_verify.proofs(back.folder, bad.folder) if " + " in said)


def test_a_rollback_is_searched_like_the_release_it_repeats(releases: Path, good: Release, bad: Release) -> None:
    back = Catalogue.open(roll_back(releases, good.name, WHY, NOW + 2 * DAY).folder)
    was = Catalogue.open(good.folder)

    for query in (Query(), Query(text="sahel"), Query(collection="project", text="eau vive")):
        assert back.search.search(query) == was.search.search(query)
    assert back.search.search(Query(collection="project", text="eau vive")).total == 1


def test_nothing_follows_a_rollback_until_it_is_lifted(releases: Path, good: Release, bad: Release) -> None:
    back = roll_back(releases, good.name, WHY, NOW + 2 * DAY)

    for actors in (BAD, (*BAD, actor("3"))):
        with pytest.raises(Pinned, match="releases resume"):
            publish(contents(*actors), releases, NOW + 3 * DAY)
    assert isinstance(publish(contents(*GOOD), releases, NOW + 3 * DAY), Unchanged)
    assert shelf.current(releases) == back.folder

    assert resume(releases) == back.name
    after = released(publish(contents(*GOOD, actor("3")), releases, NOW + 4 * DAY))

    assert after.manifest.previous == back.name
    assert (after.manifest.rolled_back_from, after.manifest.reason) == (None, None)


def test_lifting_one_rollback_does_not_lift_the_next(releases: Path, good: Release, bad: Release) -> None:
    roll_back(releases, good.name, WHY, NOW + 2 * DAY)
    resume(releases)
    released(publish(contents(*BAD), releases, NOW + 3 * DAY))
    roll_back(releases, good.name, WHY, NOW + 4 * DAY)

    with pytest.raises(Pinned):
        publish(contents(*BAD), releases, NOW + 5 * DAY)


def test_a_rollback_can_be_rolled_back(releases: Path, good: Release, bad: Release) -> None:
    roll_back(releases, good.name, WHY, NOW + 2 * DAY)
    again = roll_back(releases, bad.name, "c’était la bonne", NOW + 2 * DAY)

    assert again.manifest.digests == bad.manifest.digests
    assert list(rrma_verify.proofs(again.folder, None))


def test_what_cannot_be_rolled_back_to_changes_nothing(releases: Path, good: Release, bad: Release) -> None:
    for name in ("20200101T000000Z-00000000", "../elsewhere", "current"):
        with pytest.raises(NotFound):
            roll_back(releases, name, WHY, NOW + 2 * DAY)
    with pytest.raises(RequestError, match="current already"):
        roll_back(releases, bad.name, WHY, NOW + 2 * DAY)
    with pytest.raises(RequestError, match="needs a reason"):
        roll_back(releases, good.name, " ", NOW + 2 * DAY)
    with pytest.raises(RequestError, match="no rollback holds"):
        resume(releases)
    assert shelf.current(releases) == bad.folder


@pytest.mark.parametrize("name", ["actors.csv", "actors.jsonl.gz", "catalogue.sqlite"])
def test_a_release_that_was_spoilt_is_not_published_again(
    releases: Path, good: Release, bad: Release, name: str
) -> None:
    (good.folder / name).write_bytes((good.folder / name).read_bytes()[:-9])

    with pytest.raises(ReleaseRefused, match=name):
        roll_back(releases, good.name, WHY, NOW + 2 * DAY)
    assert shelf.current(releases) == bad.folder


def test_a_rollback_shows_no_more_than_the_release_it_repeats(tmp_path: Path) -> None:
    lines = [PublicLine(line.id, line.raw, open=line.id == GOOD[0]["id"]) for line in published(*GOOD)]
    shy = released(publish(replace(contents(), lines={"actor": lines}), tmp_path, NOW))
    publish(contents(*BAD), tmp_path, NOW + DAY)

    back = roll_back(tmp_path, shy.name, WHY, NOW + 2 * DAY)

    assert Catalogue.open(back.folder).file("catalogue.sqlite") is None
    assert Catalogue.open(back.folder).actor(GOOD[1]["id"]) is not None
    assert list(rrma_verify.proofs(back.folder, None))


def test_pruning_leaves_the_current_release_and_the_one_before(tmp_path: Path) -> None:
    made = [
        released(publish(contents(actor(str(each))), tmp_path, NOW + each * timedelta(hours=1))) for each in range(4)
    ]

    later = NOW + 3 * 365 * DAY
    assert [each.release for each in retention.leaving(tmp_path, later)] == [made[0].name, made[1].name]
    assert [each.release for each in retention.prune(tmp_path, later)] == [made[0].name, made[1].name]

    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", made[2].name, made[3].name, "current"]
    assert retention.prune(tmp_path, later) == []


def test_nothing_is_pruned_while_no_release_is_current(releases: Path, good: Release, bad: Release) -> None:
    (releases / "current").unlink()

    assert retention.prune(releases, NOW + 3 * 365 * DAY) == []


KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from hub.distributions import checksums, shelf
from hub.stages import retention
from hub.stages.release import publish
from hub.stages.rollback import roll_back
from tests.hub.distributions.lines import actor
from tests.hub.stages.test_rollback import GOOD, NOW, contents

releases, good, what, step = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])

def act(number):
    now = NOW + timedelta(days=400, minutes=number)
    if what == "publish":
        publish(contents(*GOOD, actor(f"{number}")), releases, now)
    elif what == "rollback":
        roll_back(releases, good, "essai", now)
    else:
        retention.prune(releases, now)

def changes(event, arguments):
    \"\"\"Whether something is about to change: a file opened for writing, an entry made, renamed or removed.\"\"\"
    if event == "open":
        return str(releases) in str(arguments[0]) and str(arguments[1])[0] in "wax"
    return event in ("os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir")

def switches(event, arguments):
    return event in ("os.rename", "os.symlink") and str(releases) in str(arguments[1])

def killed_before(number, counted, salt):
    pid = os.fork()
    if not pid:
        seen = 0
        def watch(event, arguments):
            nonlocal seen
            if counted(event, arguments):
                seen += 1
                if seen == number:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(watch)
        act(number + salt)
        os._exit(0)
    status = os.waitpid(pid, 0)[1]
    assert status in (0, signal.SIGKILL), status
    current = shelf.current(releases)
    assert current and checksums.differing(current) == [], number
    return status != 0

for counted, each, salt in ((changes, step, 1000), (switches, 1, 2000)):
    number = 1
    while killed_before(number, counted, salt):
        number += each
    print(number)
"""


@pytest.mark.parametrize(("what", "step", "least"), [("publish", 16, 40), ("rollback", 16, 40), ("prune", 1, 6)])
def test_a_kill_at_any_moment_leaves_a_whole_release_and_the_next_writer_sweeps_up(
    releases: Path, good: Release, bad: Release, what: str, step: int, least: int
) -> None:
    released(publish(contents(*GOOD, actor("3")), releases, NOW + 2 * DAY))
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(releases), good.name, what, str(step)], capture_output=True, check=False
    )

    assert run.returncode == 0, run.stderr
    changes, switches = map(int, run.stdout.split())
    assert changes > least
    assert switches == (1 if what == "prune" else 5)  # the only release to prune is gone by then
    left = [path.name for path in releases.iterdir()]
    assert sorted(name for name in left if not shelf.NAME.fullmatch(name)) == [".lock", "current"]
