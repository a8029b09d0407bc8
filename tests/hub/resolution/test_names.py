"""What a name says: core, acronyms, kind, and the places inside it."""

from dataclasses import replace

import pytest

from hub.resolution.features import features
from hub.resolution.lexicon import Words, lexicon, mend
from hub.resolution.names import _kind, read_name
from hub.resolution.spelling import as_meant, rewritten, words_of
from tests.directories import directories

NANTES = {"department": "44", "seat": ("nantes",)}


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("Association « Les Amis du Mali » (loi 1901)", ("ami", "mali")),
        ("ASS LES AMIS DU MALI", ("ami", "mali")),
        ("<b>Les amis</b> du Mali", ("ami", "mali")),
        ("SECOURS POPULAIRE FRANÇAIS", ("secour", "populaire")),
        ("Croix-Rouge française", ("croi", "rouge")),
        ("Les amis du Mali (association loi 1901)", ("ami", "mali")),
        ("St-Vincent-de-Paul", ("saint", "vincent", "paul")),
    ],
)
def test_articles_legal_forms_markup_and_known_synonyms_do_not_count(name: str, core: tuple[str, ...]) -> None:
    assert read_name(name).core == core


@pytest.mark.parametrize(
    ("name", "acronyms"),
    [
        ("Institut français des relations internationales (IFRI)", ("ifri",)),
        ("IFRI Institut français des relations internationales", ("ifri",)),
        ("Institut français des relations internationales - IFRI", ("ifri",)),
        ("C.C.F.D.", ("ccfd",)),
        ("ARCADE", ("arcade",)),
        ("Un nom sans sigle", ()),
        ("Université Paris XII", ()),
    ],
)
def test_an_acronym_is_found_wherever_it_stands(name: str, acronyms: tuple[str, ...]) -> None:
    assert read_name(name).acronyms == acronyms


def test_an_acronym_beside_its_words_is_not_one_of_them() -> None:
    alone = read_name("COMITE AFRICAIN DE METROLOGIE")

    assert read_name("CAM - COMITE AFRICAIN DE METROLOGIE").core == alone.core
    assert read_name("Comité africain de métrologie CAM34", acronym="CAM34").acronyms == ("cam",)
    assert "cam" in alone.initials


@pytest.mark.parametrize(
    ("name", "kind", "commune", "department", "region"),
    [
        ("Ville de Brest", "commune", "29019", "", ""),
        ("Mairie de Brest", "commune", "29019", "", ""),
        ("CCAS de Brest", "ccas", "29019", "", ""),
        ("Comité de jumelage de Brest", "jumelage", "29019", "", ""),
        ("CD35", "departement", "", "35", ""),
        ("Conseil départemental d'Ille-et-Vilaine", "departement", "", "35", ""),
        ("Conseil régional de Bretagne", "region", "", "", "53"),
        ("Lycée Jean Guéhenno", "lycee", "", "", ""),
        ("Collège Jean Guéhenno", "college", "", "", ""),
        ("CHU de Brest", "hopital", "29019", "", ""),
        ("Réseau Afrique 37", "", "", "37", ""),
        ("Les amis d'Orient", "", "", "", ""),
    ],
)
def test_kinds_and_places_are_read(name: str, kind: str, commune: str, department: str, region: str) -> None:
    found = read_name(name)

    assert found.kind == kind
    assert (found.places.commune, found.places.department, found.places.region) == (commune, department, region)


def test_public_bodies_of_one_place_keep_no_word_that_could_differ() -> None:
    assert read_name("Ville de Brest").core == read_name("Commune de Brest").core == ()


def test_a_small_commune_is_believed_in_its_own_departement_only() -> None:
    assert read_name("Solidarité Bouaye", **NANTES).places.commune == "44018"
    assert read_name("Solidarité Bouaye", department="69").places.commune == ""


def test_a_homonym_is_the_commune_of_the_seats_departement() -> None:
    assert read_name("Ville de Saint-Denis", department="93").places.commune == "93066"
    assert read_name("Ville de Saint-Denis", department="974").places.commune == "97411"


@pytest.mark.parametrize(
    "name",
    ["Croix-Rouge française - Délégation de Vendée", "Secours populaire, comité de Sedan", "Antenne AFDI de Rennes"],
)
def test_a_local_unit_says_so_and_its_words_are_not_part_of_the_name(name: str) -> None:
    found = read_name(name)

    assert found.is_unit
    assert not set(found.core) & {"delegation", "comite", "antenne"}


@pytest.mark.parametrize(
    ("name", "acronyms"),
    [
        ("Association des Kurdes de Brest", ()),
        ("Amicale Brest Kenya", ()),
        ("Kenya", ("kenya",)),
        ("Association AKB Brest", ("akb",)),
        ("Association l'ADAPEI", ("adapei",)),
    ],
)
def test_one_word_beside_a_place_is_an_acronym_unless_it_is_said_like_a_word(name: str, acronyms: Words) -> None:
    assert read_name(name).acronyms == acronyms


def test_a_committee_that_is_nobodys_unit_keeps_its_name() -> None:
    assert not read_name("Comité catholique contre la faim").is_unit


def test_a_name_of_ten_thousand_characters_is_read_by_its_beginning() -> None:
    found = read_name("Eau vive " + "mot " * 2_500)

    assert found.core[:2] == ("eau", "vive")
    assert len(found.whole) <= 300


@pytest.mark.parametrize("name", ["Comune de Brest", "VILE DE BREST", "Mairie de Brest"])
def test_a_slip_in_a_word_that_matters_is_mended(name: str) -> None:
    assert read_name(name).kind == "commune"


@pytest.mark.parametrize("word", ["ville", "communes", "francais", "concours", "nantes", "mer"])
def test_a_known_word_is_never_mended_into_another(word: str) -> None:
    assert mend(word) == word


def test_a_region_that_was_merged_is_not_the_region_that_followed_it() -> None:
    assert read_name("Conseil régional de Picardie").places.region == "former-22"
    assert read_name("Conseil régional des Hauts-de-France").places.region == "32"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CTE DEP DE RUGBY", "Comité départemental de rugby"),
        ("FED NAT DES OEUVRES LAIQUES", "Fédération nationale des œuvres laïques"),
        ("GPT D ENTRAIDE MUTUELLE", "Groupement d'entraide mutuelle"),
        ("OGEC ND DU BON PORT", "OGEC Notre-Dame du Bon Port"),
        ("SNSM", "Société nationale de sauvetage en mer"),
        ("Réseaux sociaux départementaux", "Réseau social départemental"),
        ("Université Paris-VIII", "Université Paris 8 Vincennes - Saint-Denis"),
        ("Université Panthéon-Assas", "Université Paris II"),
        ("LP Jean Moulin", "Lycée professionnel Jean Moulin"),
    ],
)
def test_abbreviations_acronyms_numerals_and_endings_are_read_as_what_they_stand_for(one: str, other: str) -> None:
    assert sorted(read_name(one).core) == sorted(read_name(other).core)


@pytest.mark.parametrize(
    ("meant", "written"),
    [
        ("L'Eau du Mékong", "L&#039;Eau du M&eacute;kong"),
        ("L'Eau du Mékong", "L&amp;apos;EAU DU M&EACUTE;KONG"),
        ("L'Eau du Mékong", "L&#X27;EAU DU M&#201;KONG"),
        ("L'Eau du Mékong", "L\u02bceau du M\u00e9\u00adkong"),
        ("L’Eau du Mékong", "Lâ€™Eau du MÃ©kong"),
        ("L'Eau du Mékong", "L'Eau du MÃƒÂ©kong"),
        ("L'Eau du Mékong", "l'eau du mã©kong"),
        ("Cœur du Sahel à Hébron", "CÅ“ur du Sahel Ã Hé\u00adbron"),
        ("Association R&D Mali", "Association R&amp;D Mali"),
        ("Arts & Cie", "Arts &amp;&nbsp;Cie"),
    ],
)
def test_entities_and_text_read_in_the_wrong_code_are_read_as_they_were_meant(meant: str, written: str) -> None:
    assert read_name(written) == read_name(meant)


@pytest.mark.parametrize(
    "name", ["São Tomé", "Âme sœur", "Ça « va » à côté", "Français à Château-Gontier", "AT&T; R&D"]
)
def test_what_only_looks_like_a_wrong_code_stays_as_it_is(name: str) -> None:
    assert as_meant(name) == name


@pytest.mark.parametrize(
    ("name", "department", "whole"),
    [
        ("Les amis du Mali (37)", "37", "amis du mali"),
        ("Les amis du Mali (dépt 2A)", "2A", "amis du mali"),
        ("Les amis du Mali - 37", "37", "amis du mali"),
        ("Les amis du Mali - 1998", "", "amis du mali 1998"),
        ("Les amis du Mali (99)", "", "amis du mali de 99"),
        ("Les amis du Mali - 37000 Tours", "", "amis du mali tours"),
    ],
)
def test_the_number_of_a_place_beside_a_name_is_no_word_of_it(name: str, department: str, whole: str) -> None:
    found = read_name(name)

    assert found.places.department == department
    assert found.whole == whole


@pytest.mark.parametrize(
    ("name", "insee"),
    [
        ("COMMUNE DE TOURS (37)", "37261"),
        ("TOURS (Ville)", "37261"),
        ("VILLE TOURS", "37261"),
        ("Ville de Saint-Denis (974)", "97411"),
        ("Mairie des Hauts-d'Anjou", "49080"),
    ],
)
def test_a_town_hall_is_read_however_it_is_listed(name: str, insee: str) -> None:
    found = read_name(name)

    assert (found.kind, found.core, found.places.commune) == ("commune", (), insee)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Hôpital Sacré-Cœur", "Ctre hosp. Sacré-Cœur", "hopital"),
        ("CHU de Brest", "Centre hospitalier régional et universitaire de Brest", "hopital"),
        ("IFSI du CH de Vannes", "Institut de formation en soins infirmiers de Vannes", "ifsi"),
        ("LPO Jean Moulin", "Lycée général et technologique Jean Moulin", "lycee"),
        ("Lyc. pro. Jean Moulin", "LP Jean Moulin", "lycee-professionnel"),
        ("Ctre communal d'action sociale de Dole", "CCAS Dole", "ccas"),
        ("Centre communal action sociale Dole", "CCAS de Dole", "ccas"),
        ("Cons. dép. du Nord", "CD 59", "departement"),
        ("UFR de médecine de Nancy", "Faculté de médecine de Nancy", ""),
        ("Com. de jumelage de Brest", "Comité de jumelage de Brest", "jumelage"),
    ],
)
def test_the_words_for_a_kind_of_body_are_read_alike(one: str, other: str, kind: str) -> None:
    first, second = read_name(one), read_name(other)

    assert first.kind == second.kind == kind
    assert sorted(first.core) == sorted(second.core)
    assert replace(first.places, rest=()) == replace(second.places, rest=())
    assert first.acronyms == second.acronyms == ()


def test_an_authority_is_what_its_type_says_where_its_name_does_not() -> None:
    names = ("CC Briance-Combade", "Communauté de communes Briance-Combade", "Briance-Combade")
    found = [read_name(name, type_code="COLL-EPCI") for name in names]

    assert {each.kind for each in found} == {"epci"}
    assert {each.core for each in found} == {("briance", "combade")}
    assert read_name("École Jules Ferry", type_code="ENSR-SCO").kind == "ecole-primaire"
    assert read_name("École Jules Ferry", type_code="ASSO").kind == ""


@pytest.mark.parametrize("name", ["Entente Nord Loire", "Les amis de la vallée de l'Ain", "Pays de Loire volley"])
def test_a_river_is_not_its_departement(name: str) -> None:
    assert read_name(name).places.department == ""


def test_a_number_after_a_town_is_no_departement() -> None:
    assert read_name("Université Paris 13").places.department == ""
    assert read_name("Secours populaire 13").places.department == "13"


def test_a_town_whose_name_begins_like_a_public_body_is_none() -> None:
    assert read_name("Médecins du Monde La Ville-Dieu-du-Temple").kind == ""


def test_what_surrounds_a_school_is_not_the_school() -> None:
    kinds = {read_name(f"{words} Jean Moulin").kind for words in ("Lycée", "Collège", "FSE du lycée", "OGEC", "FCPE")}

    assert len(kinds) == 5


def test_an_acronym_that_is_all_of_the_name_but_the_place_is_kept() -> None:
    with_acronym = read_name("ISF Brest", acronym="ISF")

    assert with_acronym.core == read_name("Ingénieurs sans frontières Brest").core != ()
    assert with_acronym.places.commune == "29019"


@pytest.mark.parametrize("name", ["CLUB DE NESLE (CYCLISME)", "Club de Nesle (Lions)", "Amis de Boto (Les)"])
def test_a_word_in_brackets_is_a_word_unless_it_looks_like_an_acronym(name: str) -> None:
    assert read_name(name).acronyms == ()


@pytest.mark.parametrize("name", ["MEDECINS DU MALI (MDM)", "Médecins du Mali (MDM)", "Médecins du Mali (mdm)"])
def test_an_acronym_in_brackets_is_one_in_any_case(name: str) -> None:
    assert read_name(name).acronyms == ("mdm",)


def test_asking_only_the_kinds_that_a_word_may_mean_finds_the_kind_that_asking_all_of_them_finds() -> None:
    names = [str(listed.record["name"]) for listed in directories(23, 600)]
    glued = [name.replace(" ", "", 1) for name in names]

    for name in (*names, *glued):
        words = rewritten(words_of(name))
        first = next((kind for kind, pattern in lexicon().kinds if pattern.search(" ".join(words))), "")
        assert _kind(words, "") == ("" if lexicon().kind_words.isdisjoint(words) else first), name


@pytest.mark.parametrize("name", ["Lycée Jean Moulin", "École primaire La Fontaine", "Collège Saint-Martin"])
def test_a_patron_is_no_place(name: str) -> None:
    found = read_name(name, department="03", seat=("moulins",)).places

    assert (found.commune, found.department) == ("", "")


@pytest.mark.parametrize(
    ("name", "department", "seat", "commune", "said"),
    [
        ("Comité départemental de danse 974 Saint-Denis", "974", ("saint", "denis"), "97411", "974"),
        ("Comité Sarthe plongée", "72", ("le", "mans"), "", "72"),
        ("Judo club Loriol-nur-Drôme", "26", ("loriol", "sur", "drome"), "26166", ""),
        ("Croix-Rouge Paris 15e", "75", ("paris",), "75115", ""),
        ("Croix-Rouge Paris 15e arrondissement", "75", ("paris",), "75115", ""),
    ],
)
def test_a_seat_tells_which_words_are_its_place(
    name: str, department: str, seat: tuple[str, ...], commune: str, said: str
) -> None:
    found = read_name(name, department=department, seat=seat).places

    assert (found.commune, found.department) == (commune, said)


def test_a_town_that_is_not_known_among_its_namesakes_is_no_word_of_the_name() -> None:
    assert read_name("Tennis club de Bonneville", seat=("bonneville",)).core == ("tenni", "club")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("AFDI Vendée", "Agriculteurs français et développement international Vendée"),
        ("Comité de tennis de table", "Comité tennis de table"),
        ("Sacré-Cur", "Sacré-Cœur"),
        ("de Troyes (Ville)", "Ville de Troyes"),
    ],
)
def test_two_ways_to_write_one_name_give_one_core(one: str, other: str) -> None:
    assert read_name(one).core == read_name(other).core


def test_a_patron_makes_a_name_homonymous_only_with_words_of_an_establishment() -> None:
    found = {
        name: features("actor", {"name": name, "type": "ASSO"})["homonymous"]
        for name in ("Résidence Jean Monnet", "Les amis de Jean Monnet", "Collège Victor Hugo", "Résidence")
    }

    assert [name for name, said in found.items() if said] == ["Résidence Jean Monnet", "Collège Victor Hugo"]


@pytest.mark.parametrize(
    ("name", "department"),
    [
        ("MAISON VEILLE SOCIALE LOIR ATLAN", "44"),
        ("COMITE DEP GYMNASTIQUE LOIRE ATL", "44"),
        ("Solidarité Maine et Loi", "49"),
        ("COMITE SEINE MAR", ""),
        ("LES AMIS DE LA HAUTE SA", ""),
    ],
)
def test_a_departement_cut_short_at_the_end_is_read_where_it_can_be_but_one(name: str, department: str) -> None:
    assert read_name(name).places.department == department


def test_a_national_body_is_a_run_of_words_and_no_word_that_many_names_hold() -> None:
    assert read_name("Mouvement de la Paix - Comité de Montpellier").national == "mouvement pai"
    assert read_name("Mouvement de désarmement pour la paix").national == ""
    assert {read_name(name).national for name in ("Réseau Afrique 37", "Alliance Loire Bénin")} == {""}


def test_a_word_of_its_own_is_not_mended_into_another() -> None:
    assert [mend(word) for word in ("comice", "veille", "emission")] == ["comice", "veille", "emission"]
    assert [mend(word) for word in ("comit", "assocation")] == ["comite", "association"]


def test_a_town_behind_an_acronym_is_no_part_of_it_nor_is_the_district_of_the_seat_of_a_name() -> None:
    assert read_name("École de la construction", acronym="ESITC Caen").acronyms == ("esitc",)
    seat = ("marseille", "13e", "arrondissement")
    assert read_name("École centrale de Marseille", department="13", seat=seat).places.commune == "13055"
