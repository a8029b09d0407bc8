"""What a release knows of its past: since when each record says what it says, and which ones have left for ever."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue import Catalogue
from hub.catalogue.journal import Part
from hub.distributions.contents import Contents, IssuedId
from hub.model.identity import national_id
from hub.stages.release import Release, publish
from hub.stages.rollback import resume, roll_back
from schemas.canonical import JSON
from schemas.record import RecordKey
from tests.hub.distributions.lines import actor, project, published

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
DAY = timedelta(days=1)
RENNES = {"city": "Rennes", "insee": "35238", "country": "FR"}
GONE = IssuedId(id=national_id(RecordKey("actor", "gescod", "gone")), collection="actor", state="gone")


def released(releases: Path, now: datetime, *actors: JSON, **more: Sequence[JSON]) -> Release:
    lines = {"actor": published(*actors)} | {name: published(*found) for name, found in more.items()}
    found = publish(Contents(lines=lines, identifiers=[GONE]), releases, now)
    assert isinstance(found, Release)
    return found


def stamps(release: Release) -> Mapping[str, tuple[str, int, bool]]:
    """id -> when it changed last, how often, whether it left."""
    journal = Catalogue.open(release.folder).journal
    return {each.id: (each.changed_at, each.revision, each.gone) for each in journal.page(Part(), ("", ""), 1_000)}


def test_what_does_not_change_keeps_its_date_and_what_leaves_is_kept(tmp_path: Path) -> None:
    stays, changed, left, new = (actor(key)["id"] for key in "1234")
    released(tmp_path, NOW, actor("1"), actor("2"), actor("3"))
    second = released(tmp_path, NOW + DAY, actor("1"), actor("2", name="Autre"), actor("4"))

    first_night, second_night = "2026-11-23T02:30:00Z", "2026-11-24T02:30:00Z"
    assert stamps(second) == {
        stays: (first_night, 0, False),
        changed: (second_night, 1, False),
        left: (second_night, 1, True),
        new: (second_night, 0, False),
        GONE.id: (first_night, 0, True),
    }
    third = released(tmp_path, NOW + 2 * DAY, actor("1"), actor("2", name="Autre"), actor("3"), actor("4"))
    assert stamps(third)[left] == ("2026-11-25T02:30:00Z", 2, False)


def test_a_record_that_is_no_longer_open_has_left(tmp_path: Path) -> None:
    both = [actor("1"), actor("2")]
    released(tmp_path, NOW, *both)
    lines = [line._replace(open=line.id != both[1]["id"]) for line in published(*both)]
    second = publish(Contents(lines={"actor": lines}), tmp_path, NOW + DAY)

    assert isinstance(second, Release)
    assert stamps(second)[both[1]["id"]][2]
    assert not stamps(second)[both[0]["id"]][2]


def test_a_rollback_changes_back_and_is_dated_so(tmp_path: Path) -> None:
    good = released(tmp_path, NOW, actor("1"), actor("2"))
    released(tmp_path, NOW + DAY, actor("1", name="Faux"))
    back = roll_back(tmp_path, good.name, "essai", NOW + 2 * DAY)
    resume(tmp_path)

    third_night = "2026-11-25T02:30:00Z"
    assert stamps(back) == {
        actor("1")["id"]: (third_night, 2, False),
        actor("2")["id"]: (third_night, 2, False),
        GONE.id: ("2026-11-23T02:30:00Z", 0, True),
    }


def test_time_goes_on_even_when_the_clock_goes_back(tmp_path: Path) -> None:
    released(tmp_path, NOW, actor("1"))
    second = released(tmp_path, NOW - DAY, actor("1", name="Autre"))

    assert stamps(second)[actor("1")["id"]] == ("2026-11-23T02:30:01Z", 1, False)


@pytest.mark.parametrize("fate", ["altered", "missing", "no base"])
def test_after_a_gap_in_the_chain_everything_counts_as_changed_and_nothing_that_left_is_lost(
    tmp_path: Path, fate: str
) -> None:
    first = released(tmp_path, NOW, actor("1"), actor("2"))
    if fate == "missing":
        (first.folder / "changes.sqlite").unlink()
    else:
        damaged = first.folder / ("changes.sqlite" if fate == "altered" else "actors.jsonl.gz")
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"?")
    second = released(tmp_path, NOW + DAY, actor("1"), actor("3"))

    found = stamps(second)
    assert found[actor("1")["id"]][0] == found[actor("3")["id"]][0] == "2026-11-24T02:30:00Z"
    assert found[GONE.id][2]
    if fate == "no base":
        assert found[actor("2")["id"]] == ("2026-11-24T02:30:00Z", 1, True)


def test_a_part_is_a_kind_with_what_is_narrower_or_a_region(tmp_path: Path) -> None:
    breton, plain = actor("1", seat=RENNES), actor("2", type="COLL-COM")
    calls = [
        {"id": national_id(RecordKey("announcement", "bretagne", key)), "title": "Appel", "kind": "funding"}
        | {"scope": scope, "networks": [], "sources": [], "provenance": {}}
        for key, scope in {
            "a": {"level": "region", "codes": ["24", "53"]},
            "b": {"level": "department", "codes": ["29"]},
            "c": {"level": "national"},
        }.items()
    ]
    made = released(tmp_path, NOW, breton, plain, project=[project()], announcement=calls)
    journal = Catalogue.open(made.folder).journal

    def part(**asked: str) -> set[str]:
        found = {each.id for each in journal.page(Part(**asked), ("", ""), 100)}
        assert journal.count(Part(**asked)) == len(found)
        return found

    assert part(kind="actor") == {breton["id"], plain["id"], GONE.id}
    assert part(kind="actor:ASSO") == part(kind="actor:ASSO:ASSO-ASI") == {breton["id"]}
    assert part(kind="announcement:funding") == {each["id"] for each in calls}
    assert part(region="53") == {breton["id"], calls[0]["id"], calls[1]["id"]}
    assert part(region="24") == {calls[0]["id"]}
    assert part(region="5") == part(kind="act") == part(since="2026-11-24T00:00:00Z") == set()
    assert part(until="2026-11-23T02:30:00Z") == part()


@settings(max_examples=8)
@given(nights=st.lists(st.dictionaries(st.sampled_from("123456"), st.sampled_from("ab"), min_size=1), max_size=4))
def test_whatever_happens_night_after_night_live_ones_are_those_of_the_release(
    tmp_path_factory: pytest.TempPathFactory, nights: list[dict[str, str]]
) -> None:
    releases, ever = tmp_path_factory.mktemp("nights"), set[str]()
    for number, night in enumerate(nights):
        lines = {"actor": published(*(actor(key, name=name) for key, name in night.items()))}
        made = publish(Contents(lines=lines), releases, NOW + number * DAY)
        ever |= {line.id for line in lines["actor"]}
        found = {each.id: each for each in Catalogue.open(made.folder).journal.recent(100)}

        assert found.keys() == ever
        assert {key for key, each in found.items() if not each.gone} == {line.id for line in lines["actor"]}
        assert all(each.added_at <= each.changed_at for each in found.values())
