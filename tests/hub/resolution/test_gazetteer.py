"""The gazetteer says what the geography says, sooner."""

import gzip

import pytest

from hub.resolution import gazetteer
from schemas import geography
from tests.hub.resolution.gazetteer import FILE, lines


def city(insee: str) -> gazetteer.Town | None:
    """The commune, or the city of the district."""
    return gazetteer.by_code(gazetteer.city_of(insee))


def test_the_file_is_what_the_geography_gives() -> None:
    assert gzip.decompress(FILE.read_bytes()).decode("utf-8").splitlines() == list(lines())


@pytest.mark.parametrize("department", ["01", "2A", "35", "44", "75", "93", "974"])
def test_every_commune_is_found_by_its_code_and_by_its_name_and_postcode(department: str) -> None:
    for town in geography.communes_of_department(department):
        assert (found := gazetteer.by_code(town.insee)) is not None
        assert (found.insee, found.department, found.population) == (town.insee, department, town.population or 0)
        for postcode in town.postcodes[:1]:
            known = geography.find_commune(town.name, postcode=postcode)
            assert known is None or gazetteer.seat("", town.name, postcode) == city(known.insee)
            assert gazetteer.department_of_postcode(postcode) == geography.department_of_postcode(postcode)


@pytest.mark.parametrize(
    ("city", "postcode", "insee"),
    [
        ("NANTES CEDEX 2", "44042", "44109"),
        ("St Herblain", "44800", "44162"),
        ("Paris 11e", "", "75056"),
        ("Saint-Herblian", "44800", "44162"),
        ("Saint-Denis", "", ""),
        ("Saint-Denis", "93200", "93066"),
        ("Bamako", "", ""),
        ("", "44000", ""),
    ],
)
def test_a_seat_is_read_as_people_write_it(city: str, postcode: str, insee: str) -> None:
    found = gazetteer.seat("", city, postcode)

    assert (found.insee if found else "") == insee


def test_a_name_that_several_communes_have_is_told_with_all_their_inhabitants() -> None:
    name, inhabitants = gazetteer.homonyms("SAINT-DENIS")

    assert name == "saint denis"
    assert inhabitants > sum(town.population for town in gazetteer.named(name)[:1])
    assert gazetteer.homonyms("Nantes") == ("", 0)


@pytest.mark.parametrize("postcode", ["20090", "20600", "97400", "97715", "98000", "44042", "00000", "ABCDE", "440"])
def test_a_postcode_tells_its_departement_as_in_the_geography(postcode: str) -> None:
    assert gazetteer.department_of_postcode(postcode) == (geography.department_of_postcode(postcode) or "")
