"""A file comes in whole or not at all, and what it does is what `check` said it would."""

import sqlite3
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import UnreadableFile
from node import feed
from node import ingest as stages
from node.errors import LossRefused
from node.home import DATABASE, Home
from node.plan import Verdict
from node.store import ingests, records, state
from node.store.engine import reading
from schemas.record import Severity
from schemas.registry import LATEST
from tests.node.nodes import DATED, NOW, add_mapping, check, codes, effect, ingest, make_home, row, rows, write_csv

BAD_SIREN = "732829321"


def live(home: Home) -> dict[str, bytes | None]:
    with reading(home.engine) as connection:
        return {one.local_id: one.payload for one in records.live(connection)}


def now_of(home: Home) -> state.State:
    with reading(home.engine) as connection:
        return state.read(connection)


def test_a_first_file_states_every_fit_row(home: Home) -> None:
    done = ingest(home, rows(3))

    assert effect(done.plan) == {"new": 3, "changed": 0, "same": 0, "vanished": 0, "kept_back": 0}
    assert done.state.seq == 3
    assert done.state.collections["actor"].count == 3
    assert sorted(live(home)) == ["A-0000", "A-0001", "A-0002"]


def test_the_same_file_again_changes_nothing(home: Home) -> None:
    first = ingest(home, rows(3)).state

    again = ingest(home, rows(3), dated=datetime(2027, 1, 1, tzinfo=UTC))

    assert effect(again.plan) == {"new": 0, "changed": 0, "same": 3, "vanished": 0, "kept_back": 0}
    assert again.state == first


def test_a_new_file_changes_adds_and_withdraws(home: Home) -> None:
    ingest(home, rows(3))

    done = ingest(home, [row("A-0000"), row("A-0001", Nom="Autre nom"), row("A-9999")])

    assert effect(done.plan) == {"new": 1, "changed": 1, "same": 1, "vanished": 1, "kept_back": 0}
    (changed,) = done.plan.having(Verdict.CHANGED)
    assert [(one.pointer, one.before, one.after) for one in changed.differences] == [
        ("/name", "Association A-0001", "Autre nom")
    ]
    with reading(home.engine) as connection:
        gone = records.get(connection, "actor", "A-0002")
    assert gone is not None
    assert (gone.hash, gone.payload, gone.reason) == (None, None, "withdrawn")


def test_a_withdrawn_record_may_come_back(home: Home) -> None:
    ingest(home, rows(3))
    ingest(home, rows(2))

    done = ingest(home, rows(3))

    assert effect(done.plan)["new"] == 1
    assert len(live(home)) == 3


def test_an_invalid_row_is_kept_back_with_all_that_is_needed_to_mend_it_and_the_rest_go_on(home: Home) -> None:
    done = ingest(
        home, [row("A-1"), row("A-2", SIREN=BAD_SIREN), row("A-3", Type="Type inventé"), row("", Nom="Sans code")]
    )

    assert effect(done.plan)["kept_back"] == 3
    assert done.plan.counts["rows"] == done.plan.counts["accepted"] + 3 == 4
    with reading(home.engine) as connection:
        kept = list(ingests.all_kept_back(connection))
    assert [(one.row, one.local_id) for one in kept] == [(3, "A-2"), (4, "A-3"), (5, None)]
    (siren,) = [one for one in kept[0].issues if one["severity"] == "error"]
    assert (siren["column"], siren["read"], siren["code"]) == ("SIREN", BAD_SIREN, "identifier-checksum")
    assert siren["message"].endswith((".", "»"))


def test_an_invalid_row_never_replaces_a_good_record(home: Home) -> None:
    ingest(home, [row("A-1", SIREN="732829320"), row("A-2")])
    before = live(home)

    done = ingest(home, [row("A-1", SIREN=BAD_SIREN, Nom="Nouveau nom"), row("A-2")])

    assert effect(done.plan) == {"new": 0, "changed": 0, "same": 1, "vanished": 0, "kept_back": 1}
    assert live(home) == before


def test_a_mended_file_clears_the_rows_kept_back(home: Home) -> None:
    ingest(home, [row("A-1"), row("A-2", SIREN=BAD_SIREN)])

    ingest(home, [row("A-1"), row("A-2", SIREN="732829320")])

    with reading(home.engine) as connection:
        assert list(ingests.all_kept_back(connection)) == []


def test_of_rows_with_one_id_the_first_stands_and_every_one_names_them_all(home: Home) -> None:
    done = ingest(home, [row("A-1", Nom="Premier"), row("A-2"), row("A-1", Nom="Second")])

    assert effect(done.plan) == {"new": 2, "changed": 0, "same": 0, "vanished": 0, "kept_back": 1}
    assert b"Premier" in (live(home)["A-1"] or b"")
    twins = [one for planned in done.plan.rows for one in planned.candidate.issues if one.issue.code == "duplicate-id"]
    assert [(one.row, one.issue.severity) for one in twins] == [(2, Severity.WARNING), (4, Severity.ERROR)]
    assert all("2, 4" in one.issue.message for one in twins)


def test_a_record_belongs_to_the_origin_that_stated_it_until_that_origin_lets_go(home: Home) -> None:
    add_mapping(home, "ecoles")
    ingest(home, [row("A-1"), row("A-2")])

    taken = ingest(home, [row("A-1", Nom="Usurpée"), row("B-1")], mapping="ecoles")

    assert (2, "id-of-another-origin") in codes(taken.plan)
    assert effect(taken.plan)["new"] == 1
    assert b"Usurp" not in (live(home)["A-1"] or b"")
    ingest(home, [row("A-2")])
    assert effect(ingest(home, [row("A-1"), row("B-1")], mapping="ecoles").plan)["new"] == 1


def test_a_file_replaces_only_what_its_own_origin_had_given(home: Home) -> None:
    add_mapping(home, "ecoles")
    ingest(home, rows(2))
    ingest(home, [row("B-1"), row("B-2")], mapping="ecoles")

    ingest(home, [row("B-1")], mapping="ecoles")

    assert sorted(live(home)) == ["A-0000", "A-0001", "B-1"]


def test_a_file_with_fewer_than_half_of_the_rows_is_refused_until_confirmed(home: Home) -> None:
    before = ingest(home, rows(10)).state

    with pytest.raises(LossRefused, match=r"4 fiches.*10.*--confirm-loss"):
        ingest(home, rows(4))

    assert now_of(home) == before
    with reading(home.engine) as connection:
        assert ingests.last(connection)[0].rows == 10
    assert ingest(home, rows(4), confirm=True).state.collections["actor"].count == 4


def test_a_file_with_exactly_half_of_the_rows_is_taken(home: Home) -> None:
    ingest(home, rows(10))

    assert ingest(home, rows(5)).plan.counts["vanished"] == 5


def test_a_file_of_invalid_rows_counts_as_lost_though_nothing_would_vanish(home: Home) -> None:
    ingest(home, rows(4))

    with pytest.raises(LossRefused):
        ingest(home, rows(4, SIREN=BAD_SIREN))


def test_growth_is_only_warned(home: Home) -> None:
    ingest(home, rows(2))

    plan = ingest(home, rows(7)).plan

    assert plan.growth is not None
    assert "plus de 3 fois" in plan.growth
    assert check(home, rows(7)).growth is None


def test_a_seat_outside_the_perimeter_is_warned_and_stated_for_the_hub_to_judge(home: Home) -> None:
    done = ingest(home, [row("A-1", Ville="Lyon", CP="69001")])

    assert (2, "outside-perimeter") in codes(done.plan)
    assert done.plan.counts["accepted"] == done.plan.counts["issues"] == 1


def test_a_record_that_no_line_of_the_feed_can_hold_is_kept_back(home: Home) -> None:
    names = [f"Note {number}" for number in range(40)]
    mapping = add_mapping(home, "notes")
    mapping.write_text(mapping.read_text() + "\n".join(f'"{name}" = "notes.n{n}"' for n, name in enumerate(names)))
    file = home.path / "notes.csv"
    texts = [";".join(["é" * 30_000] * 40), ";".join(["court"] * 40)]
    lines = [f"A-{number};Nom;COLL-COM;{text}" for number, text in enumerate(texts)]
    file.write_text("\n".join([";".join(["Code", "Nom", "Type", *names]), *lines, ""]), "utf-8")

    plan = stages.check(home, stages.prepare(home, file, mapping))

    assert (2, "not-transmissible") in codes(plan)
    assert effect(plan)["kept_back"] == effect(plan)["new"] == 1


def test_check_stores_nothing_not_a_byte(home: Home) -> None:
    ingest(home, rows(5))
    home.engine.dispose()
    before = sha256((home.path / DATABASE).read_bytes()).hexdigest()

    check(home, [row("A-0001", Nom="Autre"), row("B-1"), row("B-2", SIREN=BAD_SIREN)])

    assert sha256((home.path / DATABASE).read_bytes()).hexdigest() == before


def test_a_withdrawn_record_leaves_no_text_in_the_database(home: Home) -> None:
    ingest(home, [row("A-1", Nom="Comité du Vieux Moulin"), row("A-2")])
    assert b"Vieux Moulin" in (home.path / DATABASE).read_bytes()

    ingest(home, [row("A-2")])

    assert b"Vieux Moulin" not in (home.path / DATABASE).read_bytes()
    assert b"vieux moulin" not in (home.path / DATABASE).read_bytes()


lines = st.lists(
    st.builds(
        row,
        st.sampled_from(["A-1", "A-2", "A-3", "A-4", ""]),
        Nom=st.sampled_from(["Un", "Deux", ""]),
        SIREN=st.sampled_from(["", "732829320", BAD_SIREN]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)  # each example writes real files, fsync and all
@given(files=st.lists(lines, min_size=1, max_size=3))
def test_ingest_does_what_check_said_and_the_digest_follows(
    tmp_path_factory: pytest.TempPathFactory, files: list[list[dict[str, str]]]
) -> None:
    home = make_home(tmp_path_factory.mktemp("noeud"))
    for one in files:
        before = live(home)
        said = check(home, one)
        done = ingest(home, one, confirm=True)

        assert done.plan.counts == said.counts
        assert [(planned.verdict, planned.differences) for planned in done.plan.rows] == [
            (planned.verdict, planned.differences) for planned in said.rows
        ]
        after = live(home)
        assert len(after) == done.state.collections["actor"].count
        assert len(before.keys() - after.keys()) == said.counts["vanished"]
        assert len(after.keys() - before.keys()) == said.counts["new"]
        assert sum(before[key] != after[key] for key in before.keys() & after.keys()) == said.counts["changed"]


def test_two_fresh_nodes_with_the_same_files_and_dates_state_the_same_lines(tmp_path: Path) -> None:
    told = []
    for name in ("a", "b"):
        home = make_home(tmp_path / name)
        ingest(home, rows(5))
        ingest(home, [*rows(3), row("B-1")], dated=datetime(2026, 11, 20, tzinfo=UTC))
        with reading(home.engine) as connection:
            manifest = feed.manifest(connection, home.settings, live=True)
            told.append((list(feed.changes(connection, after=0, limit=100)), list(feed.snapshot(connection, manifest))))
    assert told[0] == told[1]
    assert b"2026-11-20T00:00:00Z" in told[0][0][-2]


def test_a_process_killed_while_it_stores_leaves_the_node_as_it_was(home: Home) -> None:
    """A second writer that dies with its transaction open is what a killed process leaves behind."""
    before = ingest(home, rows(3)).state
    dying = sqlite3.connect(home.path / DATABASE, isolation_level=None)
    dying.execute("BEGIN IMMEDIATE")
    dying.execute("DELETE FROM records")
    dying.execute("UPDATE node SET seq = 99")
    dying.close()

    assert now_of(home) == before
    assert ingest(home, rows(3)).state == before


def test_a_file_that_is_no_table_is_refused_with_a_reason(home: Home) -> None:
    page = home.path / "export.csv"
    page.write_text("<!DOCTYPE html><html><body>Connexion</body></html>")

    with pytest.raises(UnreadableFile) as caught:
        stages.prepare(home, page, home.mappings[0])

    assert caught.value.code == "html-instead"


def test_projects_and_announcements_come_in_by_their_own_mappings(home: Home) -> None:
    mapping = home.path / "mappings" / "projets.toml"
    mapping.write_text(
        'name = "projets"\ncollection = "project"\n[id]\ncolumns = ["Code"]\n'
        '[columns]\n"Nom" = "title"\n"Sigle" = "lead"\n"Pays" = "countries"\n'
    )
    file = write_csv(home.path / "projets.csv", [row("P-1", Nom="Puits à Kayes", Sigle="Eau et Vie", Pays="Mali")])

    done = stages.ingest(home, stages.prepare(home, file, mapping), dated=DATED, now=NOW)

    assert done.plan.counts["accepted"] == 1
    assert done.state.collections["project"].count == 1
    assert LATEST["project"] == "project/1.0"
