"""What a release is made of, as it is read from the working database."""

from collections import deque
from functools import partial
from pathlib import Path

from sqlalchemy import Engine

from hub.stages.contents import contents
from hub.store import clusters, goldens, publishable
from hub.store.engine import reading
from schemas.record import COLLECTIONS, RecordKey
from tests.hub.stages.listed_twice import listed_twice, peak_mb
from tests.hub.stages.past import Past, said

WIDTHS = ("open", "catalogue", "counted-only")
# Ids that a sort by language would put in another order than a sort by code point.
IDS = ("Zoé", "a", "É", "e", "B-1", "b 2", "_", "10", "9")
NAMES = ("Puits du Sahel", "Électriciens de Touraine", "Comité de jumelage de Chinon", "Lycée agricole de Fondettes")


def told(engine: Engine) -> Past:
    """Bodies that three networks list, each as publicly as it was told; a project and who leads it."""
    past = Past(engine)
    for shift, network in enumerate(("alpha", "Beta", "été")):
        past.tell({
            f"{network}/{each}": said(
                f"{NAMES[number % len(NAMES)]} {number}",
                email=f"a@asso{number}.fr",
                publication=WIDTHS[(number // 3 ** min(shift, 1) + shift // 2 * number) % 3],
            )
            for number, each in enumerate(IDS)
        })  # fmt: skip
    past.put("project:alpha/p", {"title": "Eau à Kayes", "lead": {"actor": "a"}})
    past.put("project:alpha/q", {"title": "École à Ségou", "publication": "counted-only"})
    past.night()
    return past


def test_only_what_a_shown_record_says_is_shown_in_the_same_order_on_each_engine(engine: Engine) -> None:
    told(engine).delete("Beta/e").night()
    with reading(engine) as connection:
        found = contents(connection)
        lines = {line.national_id: line for name in COLLECTIONS for line in goldens.of(connection, name)}
        shown = {
            (name, each.key)
            for collection in COLLECTIONS
            for name, members in publishable.by_cluster(connection, collection)
            for each in members
            if each.payload.get("publication", "open") == lines[name].publication != "counted-only"
        }
        keys = {key for _, key in shown}
        joined = clusters.edges_of(
            connection, [key for name in COLLECTIONS for key in clusters.homes(connection, name)]
        )
        issued = clusters.issued(connection)
        members, edges, identifiers = list(found.members), list(found.edges), list(found.identifiers)

    assert {(row.national_id, RecordKey(row.collection, row.network, row.local_id)) for row in members} == shown
    places = [(COLLECTIONS.index(row.collection), row.national_id) for row in members]
    assert places == sorted(places)

    pairs = [
        (
            RecordKey(row.collection, row.left_network, row.left_id),
            RecordKey(row.collection, row.right_network, row.right_id),
        )
        for row in edges
    ]
    assert pairs == sorted((pair.left, pair.right) for pair in joined if {pair.left, pair.right} <= keys)
    assert 0 < len(pairs) < len(joined)

    hidden = {name for name, line in lines.items() if line.publication == "counted-only"}
    assert [row.id for row in identifiers] == sorted(
        each.national_id for each in issued if (each.leads_to or each.national_id) not in hidden
    )
    assert 0 < len(identifiers) < len(issued)


def test_no_stream_of_a_release_takes_more_memory_when_there_are_more(tmp_path: Path) -> None:
    few, more = (_peaks(tmp_path / "hub.sqlite", actors) for actors in (1_100, 2_200))
    assert {name: peak for name, peak in more.items() if peak > 1.05 * few[name]} == {}


def _peaks(path: Path, actors: int) -> dict[str, float]:
    with listed_twice(path, actors) as engine, reading(engine) as connection:
        found = contents(connection)
        streams = {"lines": found.lines["actor"], "members": found.members, "edges": found.edges}
        streams |= {"identifiers": found.identifiers, "counted": found.counted}
        for rows in streams.values():
            next(iter(rows))  # a query is compiled once, which is no part of it
        return {name: peak_mb(partial(deque, rows, maxlen=0)) for name, rows in streams.items()}
