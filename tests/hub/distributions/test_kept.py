from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from hub.distributions import kept, shelf
from hub.model.release import ReleaseManifest

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def stand(releases: Path, made: datetime, **more: object) -> str:
    """Shelve a release without files."""
    name = shelf.name_of(made, "abcdef01", releases)
    manifest = ReleaseManifest(
        release=name,
        created_at=made,
        previous=None,
        counts={},
        digests={},
        previous_digests={},
        networks=(),
        files=(),
        software="",
        licence="",
        **more,
    )
    with shelf.draft(releases, name) as folder:
        (folder / kept.MANIFEST).write_bytes(orjson.dumps(manifest.as_json()))
        shelf.shelve(folder, releases, name)
    return name


@pytest.mark.parametrize(("hours", "is_base"), [(21, False), (23, True), (24, True), (40, True)])
def test_a_night_is_a_day_even_when_the_clocks_go_forward(tmp_path: Path, hours: int, is_base: bool) -> None:
    stand(tmp_path, NOW - hours * HOUR)

    assert ("24h" in {base.since for base in kept.bases(tmp_path, NOW)}) == is_base


def test_the_base_of_a_window_is_the_newest_that_covers_it(tmp_path: Path) -> None:
    names = {days: stand(tmp_path, NOW - days * 24 * HOUR) for days in (90, 40, 9, 7, 3)}

    found = {base.since: base.release for base in kept.bases(tmp_path, NOW)}

    assert found == {"previous": names[3], "24h": names[3], "7d": names[7], "31d": names[40]}


def test_the_first_release_has_no_base(tmp_path: Path) -> None:
    assert kept.bases(tmp_path, NOW) == ()
    assert kept.every(tmp_path / "absent") == ()


def test_what_is_no_release_is_not_listed(tmp_path: Path) -> None:
    name = stand(tmp_path, NOW)
    (tmp_path / "20260101T000000Z-00000000").mkdir()
    (tmp_path / "20260102T000000Z-00000000").mkdir()
    (tmp_path / "20260102T000000Z-00000000" / kept.MANIFEST).write_text("{}")

    assert [each.release for each in kept.every(tmp_path)] == [name]


def test_only_a_rollback_holds_and_only_until_it_is_lifted(tmp_path: Path) -> None:
    plain = kept.manifest(tmp_path / stand(tmp_path, NOW))
    back = kept.manifest(tmp_path / stand(tmp_path, NOW + HOUR, rolled_back_from=plain.release, reason="essai"))

    assert [kept.holds(tmp_path, each) for each in (plain, back)] == [False, True]
    kept.lift(tmp_path, back.release)
    assert not kept.holds(tmp_path, back)
