"""The verdict is the standard's, checked against another implementation; the words are for people."""

import copy
import json
import random
from collections.abc import Iterator
from typing import Any, cast

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.codes import BEYOND, STRUCTURE
from schemas.explain import pointer
from schemas.record import Issue, Severity
from schemas.registry import LATEST, columns, schema_of
from schemas.validate import MOST_ERRORS, VALIDATOR_VERSION, is_fit, is_valid, issues
from tests.builders import make_actor, make_announcement, make_project

SEED = 2026
MUTATIONS = 300  # of each schema
RECORDS = ("actor/1.0", "project/1.0", "announcement/1.0")


# ── the oracle: jsonschema, written in Python by other people ────────────────────────────────────────────────────────


def oracle(schema_id: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        schema_of(schema_id), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def places(error: jsonschema.ValidationError) -> Iterator[str]:
    """Where the oracle finds a fault, by the same convention: a failed choice is its furthest branch."""
    path = list(error.absolute_path)
    if error.validator == "anyOf":
        branches: dict[str | int, list[jsonschema.ValidationError]] = {}
        for cause in error.context or ():
            branches.setdefault(cause.schema_path[0], []).append(cause)
        furthest = max(branches.values(), key=lambda causes: max(len(cause.absolute_path) for cause in causes))
        if max(len(cause.absolute_path) for cause in furthest) > len(path):
            for cause in furthest:
                yield from places(cause)
            return
    held: Any = error.instance
    if error.validator == "required":
        path += [
            name for name in cast(list[str], error.validator_value) if name not in held and repr(name) in error.message
        ]
    if error.validator == "dependentRequired":
        path += [name for name in ("lat", "lon") if name not in held]
    yield pointer(path)


def values_in(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(node, dict):
        for key, value in node.items():
            yield from values_in(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from values_in(value, (*path, index))


def mutated(payload: Any, chance: random.Random) -> Any:
    """A copy with one to three places spoilt: dropped, replaced by another type, lengthened, doubled, misspelt."""
    spoilt = copy.deepcopy(payload)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice(list(values_in(spoilt)) or [()])
        if not path:
            return spoilt
        holder = spoilt
        for part in path[:-1]:
            holder = holder[part]
        last, value = path[-1], holder[path[-1]]
        match chance.randrange(7):
            case 0:
                del holder[last]
            case 1:
                holder[last] = chance.choice([None, True, 0, -1, 95.5, 1e9, "", " ", "x", [], {}, ["x"], {"a": 1}])
            case 2 if isinstance(value, str):
                holder[last] = chance.choice(
                    [value * 400, value.upper(), value.lower(), f" {value}", value[:-1], f"{value}é"]
                )
            case 3 if isinstance(value, list):
                holder[last] = value * chance.choice([2, 300])
            case 4 if isinstance(value, dict):
                holder[last] = value | {"unheard_of": 1}
            case 5 if isinstance(value, int | float):
                holder[last] = chance.choice([-value, value * 1000, str(value), [value]])
            case _:
                holder[last] = chance.choice(["31/12/2020", "2020-13-45", "2026-12-03T18:00:00", "nobody@", "www.x.fr"])
    return spoilt


@pytest.mark.parametrize("schema_id", LATEST.values())
def test_verdict_and_place_are_those_of_another_implementation(schema_id: str) -> None:
    chance = random.Random(f"{SEED} {schema_id}")
    reference = oracle(schema_id)
    invalid = 0

    for number in range(MUTATIONS):
        spoilt = mutated(chance.choice(schema_of(schema_id)["examples"]), chance)
        errors = list(reference.iter_errors(spoilt))

        assert is_valid(schema_id, spoilt) == (not errors), (number, spoilt)
        structural = {issue.pointer for issue in issues(schema_id, spoilt) if issue.code in STRUCTURE}
        expected = {place for error in errors for place in places(error)}
        assert structural == expected if len(errors) < MOST_ERRORS else structural < expected, (number, spoilt)
        invalid += bool(errors)

    assert invalid > MUTATIONS / 3


@pytest.mark.parametrize("schema_id", LATEST.values())
def test_the_examples_have_no_issue_at_all(schema_id: str) -> None:
    for example in schema_of(schema_id)["examples"]:
        assert issues(schema_id, example) == ()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("schema_id", RECORDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_that_json_can_say_crashes_the_validator(schema_id: str, data: st.DataObject) -> None:
    names = sorted({column.property.split(".")[0] for column in columns(schema_id)})
    payload = data.draw(st.dictionaries(st.sampled_from(names) | st.text(), json_values) | json_values)
    before = copy.deepcopy(payload)

    found = issues(schema_id, payload, perimeter=("24",))

    assert repr(payload) == repr(before)
    assert is_valid(schema_id, payload) == (not any(issue.code in STRUCTURE for issue in found))
    assert list(found) == sorted(found, key=lambda issue: (issue.pointer, issue.code))
    assert all(issue.message and issue.code in {*STRUCTURE, *BEYOND} for issue in found)
    assert [Issue.from_json(json.loads(json.dumps(issue.as_json()))) for issue in found] == list(found)


def test_a_record_nested_beyond_reason_is_unreadable_or_ignored() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}

    for name in ("seat", "unheard_of"):
        assert isinstance(issues("actor/1.0", make_actor(**{name: deep})), tuple)


def test_a_record_full_of_faults_is_told_in_bounded_words() -> None:
    flood = make_actor(identifiers=[{"scheme": "siren", "value": ""}] * 5_000, seat=None, social=[{}] * 5_000)

    assert 0 < len(issues("actor/1.0", flood)) <= MOST_ERRORS


# ── the words ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("over", "where", "sentence"),
    [
        (
            {"name": ""},
            "/name",
            "Nom : Ce texte est vide. Exemple : « Association Eau et Vie ».",
        ),
        (
            {"type": 42},
            "/type",
            "Type d'acteur : On attend un texte. Lu : 42. Exemple : « ASSO-ASI ».",
        ),
        (
            {"seat": {"postcode": "59"}},
            "/seat/postcode",
            "Siège › Code postal : Un code postal français compte cinq chiffres. Lu : « 59 ». Exemple : « 45000 ».",
        ),
        (
            {"seat": {"lat": 95, "lon": 2}},
            "/seat/lat",
            "Siège › Latitude : Ce nombre est trop grand : 90 au plus. Lu : 95. Exemple : 47.9027.",
        ),
        (
            {"seat": {"lat": 47.9}},
            "/seat/lon",
            "Siège › Longitude : Cette information est obligatoire quand « Latitude » est donnée. Exemple : 1.9086.",
        ),
        (
            {"confirmed_on": "31/12/2020"},
            "/confirmed_on",
            (
                "Fiche confirmée le : Cette date n'existe pas ou est mal écrite. Lu : « 31/12/2020 ». "
                "Exemple : « 2026-09-15 »."
            ),
        ),
        (
            {"founded_on": "vers 1987"},
            "/founded_on",
            (
                "Création : Une date s'écrit année-mois-jour, année-mois, ou année seule. Lu : « vers 1987 ». "
                "Exemple : « 1987 »."
            ),
        ),
        (
            {"countries": [{"code": "ML"}, {"code": "Mali"}]},
            "/countries/1/code",
            (
                "Pays d'intervention (2) › Code du pays : Un pays s'écrit par son code ISO 3166 de deux lettres "
                "majuscules. Lu : « Mali ». Exemple : « ML »."
            ),
        ),
        (
            {"status": "actif"},
            "/status",
            (
                "Activité : Cette valeur n'est pas dans la liste. Valeurs possibles : « active » (active), « dormant » "
                "(en sommeil), « closed » (fermée). Lu : « actif ». Exemple : « active »."
            ),
        ),
        (
            {"sectors": ["EAU", "EAU"]},
            "/sectors",
            'Secteurs : La même valeur figure deux fois. Exemple : ["EAU", "EDUC"].',
        ),
        (
            {"website": "www.eau-et-vie.fr"},
            "/website",
            (
                "Site web : Une adresse web commence par https:// (ou http://) et ne contient pas d'espace. "
                "Lu : « www.eau-et-vie.fr ». Exemple : « https://www.eau-et-vie.example »."
            ),
        ),
        (
            {"parent": {"country": "FR"}},
            "/parent",
            (
                "Organisme national : Désignez l'organisme par « actor » (clé dans votre annuaire), « national_id » ou "
                '« name » (son nom). Exemple : {"name": "Secours populaire français"}.'
            ),
        ),
        (
            {"contacts": [{"email": "chez elle", "consent": {"scope": "national"}}]},
            "/contacts/0/email",
            (
                "Personnes (1) › Courriel : Une adresse électronique s'écrit nom@domaine.fr, une seule par case. "
                "Exemple : « awa.diallo@eau-et-vie.example »."
            ),  # what was read is private
        ),
        (
            {"identifiers": [{"scheme": "siren", "value": "732829321"}]},
            "/identifiers/0/value",
            (
                "La clé de contrôle de l'identifiant SIREN « 732829321 » est fausse : vérifiez chaque chiffre. "
                "Exemple : « 732829320 »."
            ),
        ),
        (
            {"seat": {"postcode": "35000", "city": "Orléans", "insee": "45234"}},
            "/seat/postcode",
            "Le code postal « 35000 » ne dessert pas Orléans. On attend 45000, 45100.",
        ),
        (
            {"seat": {"insee": "45234", "lat": 1.9, "lon": 47.9}},
            "/seat/lat",
            (
                "Les coordonnées 1.9, 47.9 tombent hors du département Loiret (45). Latitude et longitude semblent "
                "interverties."
            ),
        ),
        (
            {"seat": {"insee": "29019", "lat": 48.2, "lon": -5.3}},
            "/seat/lat",
            (
                "Les coordonnées 48.2, -5.3 tombent hors du département Finistère (29). Corrigez-les ou laissez-les de "
                "côté."
            ),
        ),
        (
            {"seat": {"insee": "85194", "lat": 46.3, "lon": -2.3}},
            "/seat/lat",
            (
                "Les coordonnées 46.3, -2.3 sont à plus de 25 km de toute commune : en mer ou à l'étranger. "
                "Corrigez-les ou laissez-les de côté."
            ),
        ),
        (
            {"type": "Comité de jumelage"},
            "/type",
            (
                "« Comité de jumelage » n'est pas un code du vocabulaire « actor-types ». "
                "Vouliez-vous dire « ASSO-JUM » (Comité ou association de jumelage)."
            ),
        ),
        (
            {"email": "jeanne@gmail.com"},
            "/email",
            (
                "« gmail.com » est une messagerie de particulier : publiez plutôt une boîte générique de la structure. "
                "Exemple : « contact@exemple.fr »."
            ),
        ),
        (
            {"web_site": "https://x.fr"},
            "/web_site",
            "La propriété « web_site » n'est pas connue et ne sera pas lue. Vouliez-vous dire « website » ?",
        ),
    ],
)
def test_an_officer_reads_what_is_wrong_and_what_is_right(over: dict[str, Any], where: str, sentence: str) -> None:
    told = {issue.pointer: issue.message for issue in issues("actor/1.0", make_actor(**over))}

    assert told == {where: sentence}


def test_what_is_missing_is_told_at_its_own_place() -> None:
    (missing,) = issues("actor/1.0", {"name": "Eau et Vie"})

    assert (missing.pointer, missing.code) == ("/type", "missing")
    assert missing.message == "Type d'acteur : Cette information est obligatoire. Exemple : « ASSO-ASI »."


def test_a_project_names_a_country_or_a_wider_zone() -> None:
    without = {name: value for name, value in make_project().items() if name != "countries"}

    assert issues("project/1.0", without | {"zones": ["AFR-OUEST"]}) == ()
    (missing,) = issues("project/1.0", without)
    assert missing.message.startswith("Indiquez au moins un pays (« countries ») ou une zone (« zones »).")
    assert [issue.pointer for issue in issues("project/1.0", make_project(countries=[]))] == ["/countries"]


# ── the rules ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("schema_id", "payload", "expected"),
    [
        (
            "actor/1.0",
            make_actor(identifiers=[{"scheme": "siren", "value": "73282932"}]),
            {"/identifiers/0/value": "identifier-shape"},
        ),
        (
            "actor/1.0",
            make_actor(identifiers=[{"scheme": "rna", "value": "w 751 234 567"}]),
            {"/identifiers/0/value": "identifier-untidy"},
        ),
        (
            "actor/1.0",
            make_actor(
                identifiers=[{"scheme": "siren", "value": "552100554"}, {"scheme": "siret", "value": "73282932000074"}]
            ),
            {"/identifiers/1/value": "siren-siret-mismatch"},
        ),
        (
            "actor/1.0",
            make_actor(
                identifiers=[{"scheme": "siren", "value": "732829320", "valid_from": "2020", "valid_until": "2019-12"}]
            ),
            {"/identifiers/0/valid_until": "wrong-order"},
        ),
        ("actor/1.0", make_actor(type="ZZZ"), {"/type": "unknown-code-required"}),
        ("actor/1.0", make_actor(sectors=["EAU", "ZZZ"]), {"/sectors/1": "unknown-code"}),
        ("actor/1.0", make_actor(countries=[{"code": "ZZ"}]), {"/countries/0/code": "unknown-code"}),
        ("actor/1.0", make_actor(sdgs=["18"]), {"/sdgs/0": "unknown-code"}),
        ("actor/1.0", make_actor(seat={"insee": "45999"}), {"/seat/insee": "unknown-commune"}),
        ("actor/1.0", make_actor(seat={"postcode": "99999"}), {"/seat/postcode": "unknown-postcode"}),
        (
            "actor/1.0",
            make_actor(seat={"postcode": "45000", "city": "Rennes"}),
            {"/seat/postcode": "postcode-commune-mismatch"},
        ),
        ("actor/1.0", make_actor(seat={"city": "Olivet", "insee": "45234"}), {"/seat/insee": "insee-city-mismatch"}),
        ("actor/1.0", make_actor(seat={"lat": 0, "lon": 0}), {"/seat/lat": "coordinates-outside"}),
        ("actor/1.0", make_actor(founded_on="2021-02-30"), {"/founded_on": "impossible-date"}),
        ("actor/1.0", make_actor(founded_on="2021", closed_on="2020-05"), {"/closed_on": "wrong-order"}),
        ("actor/1.0", make_actor(website="http://localhost/x"), {"/website": "url-host"}),
        ("actor/1.0", make_actor(social=["https://www.facebook.com/x", "https://intranet"]), {"/social/1": "url-host"}),
        ("actor/1.0", make_actor(email="contact@eau_et_vie"), {"/email": "email-domain"}),
        ("actor/1.0", make_actor(email="x@WANADOO.fr"), {"/email": "personal-mailbox"}),
        ("actor/1.0", make_actor(phone="voir le site"), {"/phone": "phone-shape"}),
        ("actor/1.0", make_actor(description="<p>Eau</p>"), {"/description": "html-in-text"}),
        ("actor/1.0", make_actor(description="Eau &amp; vie"), {"/description": "html-in-text"}),
        ("actor/1.0", make_actor(contacts=[{"name": "Awa Diallo"}]), {"/contacts/0": "contact-without-consent"}),
        ("actor/1.0", make_actor(nom="x"), {"/nom": "misspelt-property"}),
        ("actor/1.0", make_actor(seat={"code_postal": "45000"}), {"/seat/code_postal": "misspelt-property"}),
        ("project/1.0", make_project(starts_on="2024-06", ends_on="2023"), {"/ends_on": "wrong-order"}),
        ("project/1.0", make_project(stage="zzz"), {"/stage": "unknown-code"}),
        (
            "project/1.0",
            make_project(partners=[{"name": "X", "country": "ZZ"}]),
            {"/partners/0/country": "unknown-code"},
        ),
        ("announcement/1.0", make_announcement(kind="zzz"), {"/kind": "unknown-code-required"}),
        (
            "announcement/1.0",
            make_announcement(body="<p onclick='x()'>Eau<script>x()</script></p>"),
            {"/body": "html-cleaned"},
        ),
        (
            "announcement/1.0",
            make_announcement(starts_at="2026-12-03T18:00:00+01:00", ends_at="2026-12-03T17:30:00Z"),
            {},
        ),
        (
            "announcement/1.0",
            make_announcement(opens_at="2026-12-03T18:00:00+01:00", closes_at="2026-12-03T16:30:00Z"),
            {"/closes_at": "wrong-order"},
        ),
        ("announcement/1.0", make_announcement(amount={"min": 10, "max": 5}), {"/amount/max": "wrong-order"}),
        (
            "announcement/1.0",
            make_announcement(scope={"level": "region", "codes": ["24", "23"]}),
            {"/scope/codes/1": "unknown-territory"},
        ),
        ("announcement/1.0", make_announcement(place={"postcode": "99999"}), {"/place/postcode": "unknown-postcode"}),
    ],
)
def test_a_rule_beyond_the_schema_tells_its_code_at_its_place(
    schema_id: str, payload: dict[str, Any], expected: dict[str, str]
) -> None:
    found = issues(schema_id, payload)

    assert {issue.pointer: issue.code for issue in found} == expected
    assert all(issue.severity is BEYOND[issue.code][0] for issue in found)


@pytest.mark.parametrize(
    "over",
    [
        {"seat": {"postcode": "45058", "city": "ORLEANS CEDEX 1", "insee": "45234"}},
        {"seat": {"postcode": "75011", "city": "Paris", "insee": "75111", "lat": 48.859, "lon": 2.378}},
        {"seat": {"postcode": "75011", "city": "Paris 11e", "insee": "75056"}},
        {"seat": {"postcode": "01300", "city": "Arbignieu", "insee": "01015"}},
        {"seat": {"postcode": "97417", "city": "St-Denis", "insee": "97411", "lat": -20.9, "lon": 55.44}},
        {"seat": {"postcode": "98714", "city": "Papeete", "lat": -17.53, "lon": -149.56}},
        {"seat": {"postcode": "20000", "city": "Ajaccio", "insee": "2A004"}},
        {"seat": {"postcode": "1000", "city": "Bruxelles", "country": "BE", "lat": 50.8, "lon": 4.35}},
        {"seat": {"postcode": "45000", "city": "La Source"}},
        {"seat": {"insee": "45234", "lat": None, "lon": None}},
        {"identifiers": [{"scheme": "siret", "value": "35600000049837"}]},
        {"founded_on": "2020", "closed_on": "2020-03-01"},
        {"description": "R&D, 3 < 4, écrire à <contact@eau.fr>"},
        {"website": "https://www.réseau-eau.fr:8080/présentation?x=1", "email": "contact@réseau-eau.fr"},
        {"phone": "02 38 00 00 00 / 06 00 00 00 00"},
        {"a_property_of_version_1_1": {"name": 1}},
        {"contacts": [{"name": "Awa Diallo", "email": "awa@gmail.com", "consent": {"scope": "network"}}]},
    ],
)
def test_nothing_good_is_blamed(over: dict[str, Any]) -> None:
    assert issues("actor/1.0", make_actor(**over)) == ()


@pytest.mark.parametrize(
    "body",
    [
        "<p>Un <strong>appel</strong> &amp; une date</p>",
        "Texte simple",
        '<a href="https://x.fr">x</a><br/>',
        "<ul>\n <li>a</li>\n</ul>",
    ],
)
def test_simple_formatting_of_a_body_is_kept(body: str) -> None:
    assert issues("announcement/1.0", make_announcement(body=body)) == ()


def test_a_seat_outside_the_networks_regions_is_an_issue_only_when_they_are_known() -> None:
    rennes = make_actor(seat={"postcode": "35000", "city": "Rennes"})

    assert issues("actor/1.0", rennes) == issues("actor/1.0", rennes, perimeter=("53", "24")) == ()
    (outside,) = issues("actor/1.0", rennes, perimeter=("24",))
    assert (outside.code, outside.pointer, outside.severity) == (
        "outside-perimeter",
        "/seat/postcode",
        Severity.WARNING,
    )
    assert outside.message == (
        "Le siège est en région Bretagne, hors du périmètre de votre réseau : l'échelon national mettra la fiche de "
        "côté. Indiquez l'adresse de l'antenne dans votre région, ou convenez avec lui de l'accepter."
    )
    by_commune = make_actor(seat={"insee": "35238", "postcode": "45000"})
    assert "/seat/insee" in {issue.pointer for issue in issues("actor/1.0", by_commune, perimeter=("24",))}


@pytest.mark.parametrize("seat", [{}, {"country": "BE", "postcode": "35000"}, {"city": "Rennes"}])
def test_a_seat_that_tells_no_region_is_not_held_outside(seat: dict[str, str]) -> None:
    assert issues("actor/1.0", make_actor(seat=seat), perimeter=("24",)) == ()


def test_a_fault_of_structure_does_not_hide_the_others() -> None:
    payload = make_actor(
        name=[],
        seat={"postcode": 59, "city": "Orléans", "insee": "45234", "lat": 1.9, "lon": 47.9},
        identifiers=[{"scheme": "siren"}, {"scheme": "siren", "value": "732829321"}],
    )

    assert [(issue.pointer, issue.code) for issue in issues("actor/1.0", payload)] == [
        ("/identifiers/0/value", "missing"),
        ("/identifiers/1/value", "identifier-checksum"),
        ("/name", "wrong-type"),
        ("/seat/lat", "coordinates-outside"),
        ("/seat/postcode", "wrong-type"),
    ]


def test_only_errors_make_a_record_unfit() -> None:
    assert is_fit(issues("actor/1.0", make_actor(email="x@gmail.com", nom="x")))
    assert not is_fit(issues("actor/1.0", make_actor(identifiers=[{"scheme": "siren", "value": "732829321"}])))
    assert VALIDATOR_VERSION
