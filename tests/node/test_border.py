"""What may not be published never leaves the node: not in any byte of anything it serves or writes."""

import gzip
import hmac
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from node.border import COUNTED, Border
from node.home import Home
from node.static_export import export
from node.web.app import app_of
from schemas.canonical import JSON
from schemas.registry import LATEST
from schemas.validate import is_fit, issues
from tests.builders import make_actor
from tests.node.nodes import ingest, make_home, row

SEAT = {"street": "4 rue des Lilas", "postcode": "45000", "city": "Orléans", "country": "FR", "lat": 47.9, "lon": 1.9}
CONTACT = {"name": "Awa Traoré", "email": "awa.traore@orange.fr", "phone": "06 12 34 56 78"}
KEY = b"cle de la federation"


CLOSED = Border()


def crossed(payload: JSON, border: Border = CLOSED) -> JSON:
    return border.crossed("actor", payload, issues(LATEST["actor"], payload))


@pytest.mark.parametrize("consent", [{}, {"consent": {"scope": "network"}}])
def test_a_person_without_national_consent_stays_at_home(consent: JSON) -> None:
    payload = make_actor(contacts=[CONTACT | consent])

    assert "contacts" not in crossed(payload)


def test_a_person_who_consented_to_national_scope_is_stated() -> None:
    consented = CONTACT | {"consent": {"scope": "national"}}
    payload = make_actor(contacts=[CONTACT, consented])

    assert crossed(payload)["contacts"] == [consented]


def test_a_personal_mailbox_is_not_stated_and_a_generic_one_is() -> None:
    assert "email" not in crossed(make_actor(email="jeanne.dupont@orange.fr"))
    assert crossed(make_actor(email="contact@eauetvie.org"))["email"] == "contact@eauetvie.org"


def test_a_misspelt_property_is_not_stated_since_no_rule_covers_it() -> None:
    assert "contact" not in crossed(make_actor(contact=CONTACT))


def test_the_seat_of_an_association_is_stated_at_its_commune() -> None:
    seat = crossed(make_actor(type="ASSO-ASI", seat=SEAT))["seat"]

    assert "street" not in seat
    assert seat["precision"] == "commune"
    assert (seat["lat"], seat["lon"]) != (SEAT["lat"], SEAT["lon"])
    assert seat["lat"] == pytest.approx(47.9, abs=0.1)


def test_an_association_in_an_unknown_place_is_stated_without_coordinates() -> None:
    seat = crossed(make_actor(seat=SEAT | {"city": "Nulle-Part-les-Bains"}))["seat"]

    assert seat == {"postcode": "45000", "city": "Nulle-Part-les-Bains", "country": "FR"}


def test_the_seat_of_a_public_body_is_stated_as_it_is_and_of_an_association_where_the_network_says_so() -> None:
    open_border = Border(publish_association_addresses=True)

    assert crossed(make_actor(type="COLL-COM", seat=SEAT))["seat"] == SEAT
    assert crossed(make_actor(type="ASSO", seat=SEAT), open_border)["seat"] == SEAT


def test_a_counted_only_actor_is_reduced_to_what_counting_needs() -> None:
    payload = make_actor(
        type="COLL-COM",
        seat=SEAT,
        sectors=["EAU"],
        publication="counted-only",
        description="secret",
        phone="02 38 00 00 00",
        email="contact@exemple.fr",
        website="https://exemple.fr",
        attribution={"source": "liste"},
        contacts=[CONTACT | {"consent": {"scope": "national"}}],
    )

    stated = crossed(payload, Border(publish_association_addresses=True))

    assert set(stated) == {"name", "type", "seat", "sectors", "publication"}
    assert "street" not in stated["seat"]


def test_match_keys_are_keyed_hashes_of_what_was_held_back() -> None:
    payload = make_actor(email="Jeanne.Dupont@orange.fr", contacts=[CONTACT], match_keys=["0" * 64])

    assert "match_keys" not in crossed(payload)
    assert crossed(payload, Border(matching_key=KEY))["match_keys"] == sorted(
        hmac.new(KEY, value, "sha256").hexdigest()
        for value in (b"email\njeanne.dupont@orange.fr", b"email\nawa.traore@orange.fr", b"phone\n+33612345678")
    )


def test_two_spellings_of_one_private_value_give_one_match_key() -> None:
    border = Border(matching_key=KEY)
    left = make_actor(contacts=[{"email": " AWA@orange.fr ", "phone": "+33 6 12 34 56 78"}])
    right = make_actor(contacts=[{"email": "awa@orange.fr", "phone": "06.12.34.56.78"}])

    assert border.crossed("actor", left)["match_keys"] == border.crossed("actor", right)["match_keys"]


@given(
    kind=st.sampled_from(["ASSO", "ASSO-JUM", "COLL", "ECO"]),
    publication=st.sampled_from([None, "open", "catalogue", "counted-only"]),
    seat=st.none() | st.fixed_dictionaries({}, optional={name: st.just(value) for name, value in SEAT.items()}),
    contacts=st.lists(st.just(CONTACT | {"consent": {"scope": "national"}}) | st.just(CONTACT), max_size=2),
    key=st.none() | st.just(KEY),
)
def test_a_fit_record_is_still_fit_across_the_border_and_crossing_twice_changes_nothing(
    kind: str, publication: str | None, seat: JSON | None, contacts: list[JSON], key: bytes | None
) -> None:
    optional = {"publication": publication, "seat": seat, "contacts": contacts or None}
    payload = make_actor(type=kind, **{name: value for name, value in optional.items() if value is not None})
    found = issues("actor/1.0", payload)
    border = Border(matching_key=key)

    stated = border.crossed("actor", payload, found)

    assert is_fit(issues("actor/1.0", stated)) or not is_fit(found)
    assert Border().crossed("actor", stated) == {name: stated[name] for name in stated if name != "match_keys"}
    assert publication != "counted-only" or set(stated) <= set(COUNTED)


PLANTED = {
    "Rue": "17 impasse du Jardin secret",
    "Contact": "Prénom Nom-de-Personne",
    "Courriel": "personne.privee@gmail.com",
    "Courriel du contact": "contact.prive@wanadoo.fr",
    "Téléphone du contact": "06 98 76 54 32",
    "Lat": "47.912345",
    "Lon": "1.912345",
}
TRACES = [
    b"Jardin secret",
    b"Nom-de-Personne",
    b"personne.privee",
    b"contact.prive",
    b"98 76 54 32",
    b"47.912345",
    b"698765432",
]


def bytes_of_everything(home: Home, target: Path) -> bytes:
    export(home, target)
    files = {path.name: path.read_bytes() for path in target.iterdir()}
    files["snapshot.ndjson.gz"] = gzip.decompress(files["snapshot.ndjson.gz"])
    with TestClient(app_of(home)) as client:
        urls = ["/feed.json", "/changes", "/digests/actor", "/snapshot.ndjson.gz", "/", "/?q=secret"]
        urls += [f"/{kind}/A-{number}" for number in (1, 2, 3) for kind in ("records/actor", "acteurs")]
        urls += [f"/changes?collection=actor&bucket={number:02x}" for number in range(256)]
        answers = [client.get(url).content for url in urls]
    answers[3] = gzip.decompress(answers[3])
    return b"\n".join([*answers, *files.values()])


@pytest.mark.parametrize("publication", ["", "open", "catalogue", "counted-only"])
def test_no_byte_that_leaves_the_node_holds_a_private_value(tmp_path: Path, publication: str) -> None:
    (tmp_path / "cle").write_bytes(KEY)
    home = make_home(tmp_path / "noeud", matching_key_file=str(tmp_path / "cle"))
    lines = [
        row(f"A-{number}", **PLANTED, Type="ASSO", Ville="Orléans", CP="45000", Publication=publication)
        for number in (1, 2)
    ]
    hidden = row("A-3", **PLANTED | {"Publication": "counted-only", "Présentation": "Jardin secret"}, Ville="Orléans")

    done = ingest(home, [*lines, hidden])

    assert done.plan.counts["accepted"] == 3
    everything = bytes_of_everything(home, tmp_path / "export")
    assert b"A-1" in everything
    assert b"match_keys" in everything
    assert [trace for trace in TRACES if trace in everything] == []
