"""One payload, one row: what is odd counts as not said."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.resolution.features import SCHEMA, features, table

SIRET = "73282932000074"


def of(**payload: Any) -> Any:
    return features("actor", {"name": "Eau vive", "type": "ASSO"} | payload)


def test_a_siren_is_read_from_the_siret() -> None:
    row = of(identifiers=[{"scheme": "siret", "value": "732 829 320 00074"}])

    assert (row["siren"], row["siret"]) == (SIRET[:9], SIRET)


def test_a_wrong_identifier_is_not_said_and_the_newest_of_two_counts() -> None:
    assert of(identifiers=[{"scheme": "siren", "value": "732829321"}])["siren"] == ""
    old, new = (
        {"scheme": "siren", "value": "732829320", "valid_until": "2020"},
        {"scheme": "siren", "value": "552100554"},
    )
    assert of(identifiers=[new, old])["siren"] == "552100554"


@pytest.mark.parametrize(
    ("website", "expected"),
    [
        ("https://www.eauvive.org/contact?x=1", "eauvive.org"),
        ("eauvive.org", "eauvive.org"),
        ("https://eauvive.wordpress.com/a", "eauvive.wordpress.com"),
        ("https://www.facebook.com/eauvive/", "facebook.com/eauvive"),
        ("en construction", ""),
    ],
)
def test_a_website_is_known_by_its_host_or_by_its_page_on_a_shared_host(website: str, expected: str) -> None:
    assert of(website=website)["website"] == expected


def test_a_mailbox_of_a_free_provider_names_no_domain() -> None:
    assert of(email="Contact@EauVive.org")["mail_domain"] == "eauvive.org"
    assert of(email="eauvive@gmail.com")["mail_domain"] == ""


def test_phones_and_streets_have_one_spelling() -> None:
    assert of(phone="+33 2 40 00 00 00")["phone"] == of(phone="02.40.00.00.00")["phone"] == "240000000"
    streets = ("12, Bd. de la Liberté", "12 boulevard de la liberté")
    assert len({of(seat={"street": street})["street"] for street in streets}) == 1


def test_a_seat_is_placed_by_code_by_postcode_or_by_name() -> None:
    by_code, by_name = of(seat={"insee": "44109"}), of(seat={"city": "NANTES CEDEX 1", "postcode": "44000"})

    assert (by_code["commune"], by_code["department"], by_code["region"]) == ("44109", "44", "52")
    assert by_name["commune"] == "44109"
    assert of(seat={"postcode": "44000"})["department"] == "44"
    assert of(seat={"city": "Bamako", "country": "ML"})["department"] == ""


@pytest.mark.parametrize(
    ("city", "commune", "department"),
    [
        ("60", "", "60"),
        ("Dépt 2A", "", "2A"),
        ("Département de l'Oise", "", "60"),
        ("Tours (37)", "37261", "37"),
        ("37000 TOURS", "37261", "37"),
        ("Saint-Denis (974)", "97411", "974"),
        ("Ch&acirc;lons-en-Champagne", "51108", "51"),
        ("ChÃ¢lons-en-Champagne", "51108", "51"),
        ("Paris - 15", "75056", "75"),
        ("99", "", ""),
    ],
)
def test_a_town_is_read_with_what_stands_beside_it_or_in_its_place(city: str, commune: str, department: str) -> None:
    row = features("actor", {"name": "Les amis du Mali", "type": "ASSO", "seat": {"city": city}})

    assert (row["commune"], row["department"]) == (commune, department)


def test_every_spelling_of_the_name_is_a_name() -> None:
    row = of(other_names=["Eaux vives de Nantes"], former_names=["Puits du Mali"])

    assert {"eauvive", "eauxvivesdenantes", "puitsdumali"} <= set(row["names"])


@pytest.mark.parametrize(
    ("street", "kept", "commune"),
    [
        ("20, place de la Madeleine, 75008 - Paris", "20 place madeleine", "75056"),
        ("10 rue Hôtel Dieu, Saint-Amand-Montrond", "10 rue hotel dieu", "18197"),
        ("20 rue Cabanis à Lille", "20 rue cabanis", "59350"),
        ("60 000 - Beauvais", "", "60057"),
        ("46, rue de Locarno", "46 rue locarno", ""),
        ("Mairie de Villecresnes, Place Charles de Gaulle", "mairie villecresnes place charles gaulle", ""),
    ],
)
def test_a_town_that_stands_in_the_street_alone_is_the_seat(street: str, kept: str, commune: str) -> None:
    row = of(seat={"street": street})

    assert (row["street"], row["commune"]) == (kept, commune)


def test_who_lives_at_an_address_and_its_post_box_are_no_part_of_the_street() -> None:
    streets = ("Université de Nantes, 9 rue Bias, BP 61 112", "9, rue Bias CS 12345", "9 rue Bias")

    assert {of(seat={"street": street})["street"] for street in streets} == {"9 rue bias"}


def test_a_departement_in_place_of_a_town_is_where_the_body_sits() -> None:
    row = of(seat={"city": "ARDENNES"})

    assert (row["commune"], row["department"], row["region"]) == ("", "08", "44")


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        *("name", "title", "type", "seat", "identifiers", "website", "email", "phone", "countries", "sectors", "lead"),
        *("acronym", "other_names", "description", "budget", "place", "url", "match_keys", "founded_on", "organiser"),
    ]
)


@given(collection=st.sampled_from(["actor", "project", "announcement"]), payload=st.dictionaries(fields, json))
def test_whatever_a_payload_holds_makes_a_row(collection: str, payload: Any) -> None:
    assert table([features(collection, payload)]).schema == SCHEMA


@pytest.mark.parametrize(
    "name",
    [
        "HABITAT JEUNES EX FOYER DES TRAVAILLEURS",
        "Habitat jeunes (ex. Foyer des travailleurs)",
        "Habitat jeunes (ancien foyer des travailleurs)",
        "Habitat jeunes, anciennement Foyer des travailleurs",
        "Habitat jeunes précédemment : Foyer des travailleurs",
    ],
)
def test_a_field_that_tells_two_names_gives_both(name: str) -> None:
    row = features("actor", {"name": name, "type": "ASSO"})

    assert row["core"] == list(features("actor", {"name": "Habitat jeunes", "type": "ASSO"})["core"])
    assert set(features("actor", {"name": "Foyer des travailleurs", "type": "ASSO"})["names"]) <= set(row["names"])


@pytest.mark.parametrize("name", ["Compagnie Ex Nihilo", "Amicale (anciens élèves)", "Ex aequo"])
def test_a_name_with_ex_or_anciens_in_it_is_one_name(name: str) -> None:
    assert len(set(features("actor", {"name": name, "type": "ASSO"})["heads"])) <= 1
