from pathlib import Path

import pytest

from connectors.mapping import MappingError, load, parse

SMALL = """
name = "associations"
collection = "actor"
[id]
columns = ["N°"]
[columns]
"Nom" = "name"
"""


def _with(lines: str, *, start: str = SMALL) -> str:
    return start + lines


def test_the_smallest_mapping_is_read() -> None:
    mapping = parse(SMALL)

    assert (mapping.name, mapping.collection) == ("associations", "actor")
    assert [(rule.heading, [one.path for one in rule.targets]) for rule in mapping.rules] == [("Nom", ["name"])]


def test_the_settings_of_the_file_are_read() -> None:
    settings = parse(
        'name = "a"\ncollection = "actor"\n[file]\nsheet = "Acteurs"\nheader_row = 3\n'
        'encoding = "cp1252"\ndelimiter = ";"\n[id]\nfrom = ["Nom"]\n[columns]\n"Nom" = "name"\n'
    ).file

    assert (settings.sheet, settings.header_row, settings.encoding, settings.delimiter) == ("Acteurs", 3, "cp1252", ";")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('"Ville" = "seat.citty"', "[columns] « Ville » : propriété inconnue « seat.citty ». Vouliez-vous"),
        ('"Site" = "web_site"', "propriété inconnue « web_site ». Vouliez-vous dire « website » ?"),
        ('"SIREN" = "identifiers.sirene"', "Vouliez-vous dire « identifiers.siren » ?"),
        ('"Pays" = "contries"', "Vouliez-vous dire « countries » ?"),
        ('"Réf" = "id"', "« id » : la table [id] fait l'identifiant"),
        ('"NOM" = "acronym"', "« Nom » et « NOM » sont le même titre"),
        ('"Nom" = "acronym"', "une même clé est écrite deux fois"),
        ('"Tél" = { to = "phone", clean = "fone" }', "nettoyage inconnu « fone ». Vouliez-vous dire « phone » ?"),
        ('"Tél" = { to = "phone", splitt = "," }', "clé inconnue « splitt ». Vouliez-vous dire « split » ?"),
        ('"Tél" = { to = "phone", split = 3 }', "« split » : on attend des séparateurs"),
        ('"Tél" = { clean = "phone" }', "on attend une propriété"),
        ('"Tél" = 3', "on attend une propriété"),
        ('"Pays" = { to = "countries", role = "pays" }', "« role » : on attend l'un de « project »"),
        ('"Tél" = { to = "phone", role = "project" }', "pour « countries » seulement"),
        ('"GPS" = { to = ["seat.lat", "seat.lon"] }', "demandent un séparateur"),
        ('"T" = { to = "type", terms = "tp" }\n[terms.types]\n"x" = "ASSO"', "pas de table [terms.tp]."),
        ('[terms.types]\n"x" = "ASSO"', "la table de termes « types » n'est utilisée par aucune colonne"),
        ('"T" = { to = "type", terms = "t" }\n[terms.t]\nvocabulary = "secteurs"', "vocabulaire inconnu « secteurs »."),
        ('"T" = { to = "type", terms = "t" }\n[terms.t]\n"Asso" = "ASO"', "[t] « Asso » : code inconnu « ASO »."),
        ('"T" = { to = "type", terms = "t" }\n[terms.t]\n"Asso" = { lossy = true }', "on attend un code"),
        ('"T" = { to = "type", terms = "t" }\n[terms.t]\n"A" = { code = "ASSO", drop = true }', "on attend un code"),
        ('"T" = { to = "type", terms = "t" }\n[terms.t]\n"Été" = "ASSO"\n"ete" = "COLL"', "écrit deux fois"),
        ('"X" = "fonds"\n"Y" = "fonds.cote"', "« fonds » est à la fois une valeur et le groupe"),
        ('[constants]\n"seat.pays" = "FR"', "[constants] : propriété inconnue « seat.pays »"),
        ('[constants]\nsectors = "EAU"', "« sectors » : on attend une liste de valeurs"),
        ('[constants]\ncountries = ["FR"]', "on attend une liste de tables entre accolades"),
        ('[constants]\ncountries = [{ pays = "FR" }]', "on attend un code par pays"),
        ('[constants]\n"identifiers.siren" = "x"', "on attend la liste entière, sous « identifiers »"),
        ("[constants]\nname = []", "on attend une seule valeur"),
        ("[constants]\nmember = nan", "nombre que l'échange ne peut pas porter"),
        ("[extra]\nx = 1", "clé inconnue « extra »"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place_and_what_is_expected(lines: str, said: str) -> None:
    with pytest.raises(MappingError) as refused:
        parse(_with(lines))

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "TOML"),
        ("", "« name » manque"),
        ('name = "Mon Fichier"', "minuscules"),
        ('name = "a"', "« collection » manque"),
        ('name = "a"\ncollection = "actors"', "trouvé « actors »"),
        (SMALL.replace('columns = ["N°"]', ""), "on attend une seule de ces clés"),
        (SMALL.replace('columns = ["N°"]', 'columns = ["N°"]\ntemplate = "X-{N°}"'), "on attend une seule de ces clés"),
        (SMALL.replace('columns = ["N°"]', "columns = [3]"), "une liste de titres"),
        (SMALL.replace('columns = ["N°"]', 'template = "X"'), "aucun titre entre accolades"),
        (SMALL.replace('"Nom" = "name"', ""), "aucune colonne n'est reliée"),
        (SMALL + "[file]\nheader_row = 0", "à partir de 1"),
        (SMALL + '[file]\nheader_row = "3"', "on attend un numéro de ligne, par exemple 3, trouvé « 3 »"),
        (SMALL + '[file]\ndelimiter = "; "', "un seul caractère"),
        (SMALL + '[file]\nfeuille = "x"', "[file] : clé inconnue « feuille »"),
    ],
)
def test_a_mapping_that_is_not_one_is_refused(text: str, said: str) -> None:
    with pytest.raises(MappingError) as refused:
        parse(text)

    assert said in str(refused.value)
    assert refused.value.code == "mapping"


def test_a_file_is_named_in_what_is_wrong_with_it(tmp_path: Path) -> None:
    (tmp_path / "annuaire.toml").write_text("name = 3")
    (tmp_path / "latin.toml").write_bytes("name = 'é'".encode("cp1252"))

    for name, said in (("annuaire.toml", "trouvé 3"), ("latin.toml", "UTF-8"), ("absent.toml", "lu")):
        with pytest.raises(MappingError, match=said) as refused:
            load(tmp_path / name)
        assert str(refused.value).startswith(name)


def test_a_property_that_no_schema_knows_is_an_extension() -> None:
    (rule,) = parse(SMALL.replace('"Nom" = "name"', '"Cote" = "fonds.cote"')).rules

    assert (rule.targets[0].steps, rule.targets[0].known) == (("fonds", "cote"), False)
