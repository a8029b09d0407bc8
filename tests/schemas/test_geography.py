"""France by its codes: present and former communes, homonyms, CEDEX, Corsica and overseas."""

import pytest

from schemas import geography as france


def test_a_commune_is_whole() -> None:
    orleans = france.commune("45234")

    assert orleans is not None
    assert (orleans.name, orleans.department, orleans.region) == ("Orléans", "45", "24")
    assert (orleans.siren, orleans.postcodes) == ("214502346", ("45000", "45100"))
    assert orleans.population is not None
    assert orleans.population > 100_000
    assert (round(orleans.lat or 0), round(orleans.lon or 0)) == (48, 2)


def test_the_country_is_complete() -> None:
    assert len(france.regions()) == 26  # 18 regions and 8 collectivities that are in none
    assert len(france.departments()) == 109
    assert sum(1 for one in france.departments() for _ in france.communes_of_department(one.code)) == 34_969 + 45
    assert all(france.region(one.region) for one in france.departments())


@pytest.mark.parametrize(("former", "current"), [("01033", "01033"), ("01091", "01033"), ("49014", "49331")])
def test_a_former_commune_answers_with_the_one_it_is_part_of(former: str, current: str) -> None:
    found = france.commune(former)

    assert found is not None
    assert found.insee == current


@pytest.mark.parametrize("code", ["", "00000", "99999", "45", "nonsense"])
def test_an_unknown_code_is_nobody(code: str) -> None:
    assert france.commune(code) is None
    assert france.department_of_insee(code + "00000") in {None, "45"}
    assert france.epci(code) is None


@pytest.mark.parametrize(
    ("name", "hints", "insee"),
    [
        ("Orléans", {}, "45234"),
        ("ORLEANS CEDEX 1", {"postcode": "45058"}, "45234"),
        ("St Jean de Braye", {"postcode": "45800"}, "45284"),
        ("Ste-Foy-lès-Lyon", {"department": "69"}, "69202"),
        ("Saint-Denis", {}, None),  # seven communes bear it
        ("Saint-Denis", {"department": "93"}, "93066"),
        ("Saint Denis", {"postcode": "97400"}, "97411"),
        ("Paris", {}, "75056"),
        ("Paris 11e", {}, "75111"),
        ("PARIS 01", {}, "75101"),
        ("Lyon 3ème arrondissement", {}, "69383"),
        ("Arbignieu", {"department": "01"}, "01015"),  # now Arboys en Bugey
        ("L'Haÿ-les-Roses", {}, "94038"),
        ("Œuilly", {"department": "51"}, "51410"),
        ("Atlantis", {}, None),
    ],
)
def test_a_commune_is_found_by_name(name: str, hints: dict[str, str], insee: str | None) -> None:
    found = france.find_commune(name, **hints)

    assert (found.insee if found else None) == insee


@pytest.mark.parametrize(
    ("postcode", "department"),
    [
        ("45000", "45"),
        ("20000", "2A"),
        ("20200", "2B"),
        ("20199", "2A"),
        ("97400", "974"),
        ("97133", "977"),
        ("35042", "35"),  # CEDEX: no commune
        ("97744", "974"),  # CEDEX of La Réunion
        ("98714", "987"),
        ("99999", None),
        ("4500", None),
        ("", None),
    ],
)
def test_a_postcode_tells_its_department(postcode: str, department: str | None) -> None:
    assert france.department_of_postcode(postcode) == department


def test_a_department_tells_its_region_and_its_extent() -> None:
    loiret = france.department("45")

    assert loiret is not None
    assert loiret.box is not None
    assert loiret.box.holds(47.9, 1.9)
    assert not loiret.box.holds(1.9, 47.9)
    assert france.region_of("45") == "24"
    assert france.region_of("2A") == "94"
    assert france.region_of("999") is None


def test_every_commune_with_coordinates_lies_in_its_departments_box() -> None:
    for one in france.departments():
        for commune in france.communes_of_department(one.code):
            if one.box and commune.lat is not None and commune.lon is not None:
                assert one.box.holds(commune.lat, commune.lon), commune


def test_an_intercommunal_body_is_found_by_its_siren() -> None:
    body = france.epci("244500468")

    assert body is not None
    assert body.name == "Orléans Métropole"
