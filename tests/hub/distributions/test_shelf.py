from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from hub.distributions import shelf

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def shelved(releases: Path, name: str) -> Path:
    with shelf.draft(releases, name) as folder:
        (folder / "file").write_text(name)
        return shelf.shelve(folder, releases, name)


def test_nothing_is_current_before_the_first_release(tmp_path: Path) -> None:
    assert shelf.current(tmp_path) is None
    assert shelf.current(tmp_path / "absent") is None


def test_a_shelved_release_is_current(tmp_path: Path) -> None:
    shelved(tmp_path, "one")
    second = shelved(tmp_path, "two")

    assert shelf.current(tmp_path) == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "one", "two"]


def test_a_file_stands_for_the_link_where_there_are_none(tmp_path: Path) -> None:
    first = shelved(tmp_path, "one")
    (tmp_path / "current").unlink()
    (tmp_path / "current").write_text("one\n")

    assert shelf.current(tmp_path) == first


def test_a_pointer_to_nothing_is_no_release(tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to("gone")

    assert shelf.current(tmp_path) is None


def test_a_draft_that_was_not_shelved_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), shelf.draft(tmp_path, "one"):
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


def test_names_are_in_utc_and_step_over_those_in_use(tmp_path: Path) -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=1)))
    first = shelf.name_of(paris, "abcdef0123456789", tmp_path)
    (tmp_path / first).mkdir()

    assert first == "20261123T023000Z-abcdef01"
    assert shelf.name_of(NOW, "abcdef0123456789", tmp_path) == "20261123T023001Z-abcdef01"


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    (tmp_path / ".building-old" / "index").mkdir(parents=True)

    with shelf.writing(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]


def test_a_release_that_was_named_but_never_current_is_swept(tmp_path: Path) -> None:
    first = shelved(tmp_path, "one")
    (tmp_path / "two").mkdir()
    (tmp_path / ".current-two").symlink_to("two")

    with shelf.writing(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "current", "one"]
    assert shelf.current(tmp_path) == first


def test_a_removal_cut_short_is_finished(tmp_path: Path) -> None:
    shelved(tmp_path, "one")
    (tmp_path / ".removing-zero" / "deltas").mkdir(parents=True)

    with shelf.writing(tmp_path):
        assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "current", "one"]


def test_a_release_can_be_removed(tmp_path: Path) -> None:
    shelved(tmp_path, "one")
    second = shelved(tmp_path, "two")

    shelf.remove(tmp_path, "one")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "two"]
    assert shelf.current(tmp_path) == second
