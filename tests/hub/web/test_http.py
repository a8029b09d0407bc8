"""What every answer carries and what no request can do: headers, validators, ranges, paths, hostile text."""

import base64
import hashlib
import re
from contextlib import closing
from html.parser import HTMLParser
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.catalogue import Catalogue
from hub.web.app import create_app
from hub.web.current import CurrentRelease, FixedRelease
from hub.web.security import HEADERS
from schemas.errors import ConfigError, NotFound
from schemas.record import RecordKey
from tests.hub.web.conftest import serving
from tests.hub.web.release import NOW, accepted, publish_records

PARAMETERS = "q type region pays odd pres_de rayon zone tri page zoom bbox near size au as_of".split()
PATHS = ["/acteurs", "/projets", "/carte/points", "/suggestions", "/api/v1/actors", "/api/v1/projects"]


def addresses(pages: dict[str, str]) -> list[str]:
    machine = ["/api/v1/actors", "/api/v1/nothing", "/api/openapi.json", "/health/live", "/health/ready"]
    files = ["/releases/current/actors.csv", "/releases/current/nothing", "/static/portal.css", "/static/nothing"]
    return [*pages.values(), *machine, *files, "/acteurs.csv", "/carte/points", "/suggestions?q=sen"]


def test_every_answer_carries_the_policy(client: httpx.Client, pages: dict[str, str]) -> None:
    for path in addresses(pages):
        answer = client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert "set-cookie" not in answer.headers


def test_a_bug_is_answered_with_the_policy_and_without_its_reason(releases: Path) -> None:
    class Broken(FixedRelease):
        def __call__(self) -> Catalogue:
            raise ZeroDivisionError("the secret reason")

    broken = create_app(Broken(next(releases.glob("2*"))), version="test")
    with serving(broken) as base:
        for path in ("/health/ready", "/static/nothing"):
            answer = httpx.get(base + path)
            assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]
            assert "secret" not in answer.text


def test_pages_of_other_sites_may_read_data_and_nothing_else(client: httpx.Client, shared_actor: str) -> None:
    data = ("/api/v1/actors", "/api/v1/nothing", "/releases/current/actors.csv", "/acteurs.csv", "/changements.atom")
    asked = {"origin": "https://carte.exemple.fr", "access-control-request-method": "GET"}

    for path in (*data, "/oai?verb=Identify", f"/acteurs/{shared_actor}.json", "/annonces.ics"):
        assert client.get(path).headers["access-control-allow-origin"] == "*", path  # a cache keeps it for all
        told = client.options(path, headers=asked | {"access-control-request-headers": "if-none-match"})
        assert (told.status_code, told.headers["access-control-allow-origin"]) == (204, "*"), path
        assert "if-none-match" in told.headers["access-control-allow-headers"]
        assert "access-control-allow-credentials" not in told.headers
    exposed = client.get(data[2], headers={"range": "bytes=0-9"}).headers["access-control-expose-headers"]
    assert {"content-range", "repr-digest", "link"} <= set(exposed.split(", "))
    for path in ("/", "/acteurs", f"/acteurs/{shared_actor}", "/embed/carte", "/static/portal.css"):
        assert "access-control-allow-origin" not in client.get(path).headers, path
        assert client.options(path, headers=asked).status_code == 405, path


def test_a_program_is_told_of_errors_as_one(client: httpx.Client) -> None:
    wants = {"accept": "application/json, */*;q=0.5"}

    for path in ("/acteurs/nothing.json", "/api/nothing"):
        assert client.get(path).headers["content-type"] == "application/problem+json", path
    for path in ("/nothing", "/acteurs?page=0", "/carte/points?zoom=x", "/releases/current/nothing"):
        assert client.get(path, headers=wants).json()["status"] in (400, 404), path
        for accepts in ("*/*", "text/html,application/json;q=0.9"):
            said = client.get(path, headers={"accept": accepts})
            assert said.headers["content-type"] == "text/html; charset=utf-8", path


def test_a_page_that_names_no_icon_has_one(client: httpx.Client) -> None:
    found = client.get("/favicon.ico", follow_redirects=True)

    assert found.headers["content-type"].startswith("image/svg+xml")


def test_what_may_be_asked_is_told_with_head(client: httpx.Client) -> None:
    for path in ("/acteurs", "/api/v1/actors", "/releases/current/actors.csv", "/static/portal.css"):
        assert client.put(path).headers["allow"] == "GET, HEAD", path


def test_an_endless_search_is_not_said_over_and_over(client: httpx.Client) -> None:
    endless = client.get("/acteurs", params={"q": "a" * 20_000}).text

    assert "a" * 200 in endless
    assert "a" * 201 not in endless


def test_head_is_get_without_the_body(client: httpx.Client, pages: dict[str, str]) -> None:
    for path in addresses(pages):
        got, head = client.get(path), client.head(path)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers["content-type"] == got.headers["content-type"], path


def test_a_page_is_not_sent_twice_for_one_release(client: httpx.Client, pages: dict[str, str]) -> None:
    for path in [*pages.values(), "/api/v1/actors?q=eau", "/releases/current/actors.csv", "/static/portal.css"]:
        first = client.get(path)
        if first.status_code == 200:
            again = client.get(path, headers={"if-none-match": first.headers["etag"]})
            assert (again.status_code, again.content) == (304, b""), path
            assert again.headers["content-security-policy"]


def test_files_come_whole_or_in_ranges_with_their_digest(client: httpx.Client, catalogue: Catalogue) -> None:
    for entry in catalogue.manifest.files:
        path = f"/releases/{catalogue.manifest.release}/{entry.path}"
        whole = client.get(path)
        part = client.get(path, headers={"range": "bytes=10-29"})

        digest = base64.b64encode(hashlib.sha256(whole.content).digest()).decode()
        assert whole.headers["repr-digest"] == part.headers["repr-digest"] == f"sha-256=:{digest}:"
        assert (len(whole.content), whole.headers["content-type"]) == (entry.bytes, whole.headers["content-type"])
        assert "immutable" in whole.headers["cache-control"]
        assert (part.status_code, part.content) == (206, whole.content[10:30])
        assert client.get(f"/releases/current/{entry.path}").headers["cache-control"] == "no-cache"
    assert client.get("/releases/current/SHA256SUMS").text.count("\n") >= len(catalogue.manifest.files)


@pytest.mark.parametrize(
    "path",
    [
        "/releases/current/../../hub.toml",
        "/releases/current/%2e%2e/%2e%2e/hub.toml",
        "/releases/current/..%2f..%2fetc/passwd",
        "/releases/current//etc/passwd",
        "/releases/current/index/actor/meta.json",
        "/releases/../current/manifest.json",
        "/releases/%2e%2e/current/manifest.json",
        "/releases/./manifest.json",
        "/releases/.building-x/manifest.json",
        "/releases/20260101T000000Z-00000000/manifest.json",
        "/releases/current%00/manifest.json",
        "/static/../pages.py",
        "/static/%2e%2e/pages.py",
        "/static/..%2fpages.py",
    ],
)
def test_no_path_leaves_the_release(url: str, path: str) -> None:
    """Sent as written: a browser, and httpx, would tidy the dots away."""
    with closing(HTTPConnection(url.removeprefix("http://"))) as connection:
        connection.request("GET", path)
        assert connection.getresponse().status == 404


@pytest.mark.parametrize(
    "path",
    ["//evil.example/", "//evil.example/acteurs/", "/\\evil.example/", "/acteurs/%2f%2fevil.example", "/acteurs/"],
)
def test_no_redirect_leaves_the_site(url: str, client: httpx.Client, path: str) -> None:
    assert not client.get(f"{url}{path}").is_redirect


@settings(max_examples=60)
@given(
    path=st.sampled_from(PATHS),
    asked=st.lists(st.tuples(st.sampled_from(PARAMETERS), st.text(max_size=40)), max_size=6),
)
def test_no_query_breaks_a_page(client: httpx.Client, path: str, asked: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, errors='replace')}" for name, value in asked)

    assert client.get(f"{path}?{query}").status_code in (200, 400, 404)


@settings(max_examples=20)
@given(path=st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_path_breaks_the_portal(url: str, client: httpx.Client, path: str) -> None:
    for start in ("/", "/acteurs/", "/api/v1/actors/", "/releases/"):
        assert client.get(f"{url}{start}{quote(path)}").status_code < 500


class _Links(HTMLParser):
    """What of a page could act: scripts, handlers, styles, addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str | None] = []
        self.handlers: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        stated = dict(attrs)
        if tag in ("script", "iframe", "object", "style", "base"):
            self.scripts.append(stated.get("src") or stated.get("type"))
        self.handlers += [name for name in stated if name.startswith("on") or name == "style"]
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]


ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'{{6*7777}}<!--"
LINK = "javascript:alert(document.domain)//https://x.example"


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Every page that shows a record, made of records whose every text is an attack."""
    place = {"name": ATTACK, "country": "SN", "lat": 14.7, "lon": -17.4}
    seat = {"street": ATTACK, "postcode": ATTACK, "city": ATTACK, "insee": ATTACK, "country": "FR", "lat": 48, "lon": 2}
    body = {"name": ATTACK, "country": ATTACK}
    actor = {
        "name": ATTACK,
        "acronym": ATTACK[:50],
        "type": ATTACK,
        "seat": seat,
        "website": LINK,
        "social": [LINK],
        "email": ATTACK,
        "phone": ATTACK,
        "parent": body,
        "successor": body,
        "identifiers": [{"scheme": scheme, "value": ATTACK} for scheme in ("siren", "rna", "wikidata", ATTACK)],
        "countries": [{"code": ATTACK, "roles": ["partner"]}],
        **{
            name: [ATTACK] for name in ("other_names", "former_names", "sectors", "sdgs", "zones", "modes", "audiences")
        },
        **dict.fromkeys(("description", "status", "confirmed_on", "confirmed_by", "founded_on", "closed_on"), ATTACK),
    }
    project = {
        "title": ATTACK,
        "lead": {"actor": ATTACK},
        "partners": [body],
        "funders": [body],
        "places": [place],
        "countries": [{"code": ATTACK}],
        "budget": {"amount": 3, "currency": ATTACK, "band": ATTACK},
        "url": LINK,
        **{name: [ATTACK] for name in ("sectors", "sdgs", "zones", "seeking")},
        **dict.fromkeys(("stage", "starts_on", "ends_on", "summary", "programme"), ATTACK),
    }
    records = [
        accepted(RecordKey("actor", "centraider", ATTACK), actor),
        accepted(RecordKey("actor", "gescod", "same"), actor | {"description": ATTACK * 2}),
        accepted(RecordKey("project", "centraider", "p"), project),
    ]
    folder = tmp_path_factory.mktemp("attacked")
    publish_records(records, folder)
    with serving(create_app(CurrentRelease(folder), version="test")) as base, httpx.Client(base_url=base) as client:
        actors = [item["id"] for item in client.get("/api/v1/actors").json()["items"]]
        projects = [item["id"] for item in client.get("/api/v1/projects").json()["items"]]
        paths = [
            "/",
            "/acteurs",
            "/projets",
            "/reseaux",
            "/donnees",
            f"/acteurs?q={quote(ATTACK)}&pres_de={quote(ATTACK)}",
        ]
        paths += [f"/acteurs?type={quote(ATTACK)}", f"/acteurs/{quote(ATTACK)}", f"/{quote(ATTACK)}"]
        paths += [f"/acteurs/{each}" for each in actors] + [f"/projets/{each}" for each in projects]
        answers = [client.get(path) for path in paths]
    assert [answer.status_code for answer in answers if answer.status_code not in (200, 404)] == []
    assert len(actors) >= 1
    assert len(projects) == 1
    return [answer.text for answer in answers]


def test_no_text_of_a_record_acts_on_any_page(attacked: list[str]) -> None:
    for page in attacked:
        seen = _Links()
        seen.feed(page)
        assert [each for each in seen.scripts if each != "application/ld+json" and "/static/" not in str(each)] == []
        assert seen.handlers == []
        assert [each for each in seen.addresses if not re.match(r"/|#|https?://|mailto:|tel:", each)] == []
        assert str(6 * 7777) not in page


def test_the_attack_is_shown_as_text(attacked: list[str]) -> None:
    assert all("&lt;/script&gt;&lt;script&gt;" in page for page in attacked[1:3])
    assert sum(LINK in page for page in attacked) >= 2


def test_the_structured_data_of_an_attack_is_still_json(attacked: list[str]) -> None:
    found = [
        match for page in attacked for match in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    ]

    assert found
    for text in found:
        assert "<" not in text
        assert '"url"' not in text.split('"address"')[0]


def test_a_new_release_is_followed_and_the_old_one_still_found(tmp_path: Path) -> None:
    first = publish_records([accepted(RecordKey("actor", "gescod", "1"), {"name": "Avant", "type": "ASSO"})], tmp_path)
    with serving(create_app(CurrentRelease(tmp_path), version="test")) as base, httpx.Client(base_url=base) as client:
        before = client.get("/acteurs")
        changed = [accepted(RecordKey("actor", "gescod", "1"), {"name": "Après", "type": "ASSO"})]
        publish_records(changed, tmp_path, NOW.replace(day=4))
        after = client.get("/acteurs", headers={"if-none-match": before.headers["etag"]})
        old = client.get(f"/releases/{first.name}/actors.csv")

    assert "Avant" in before.text
    assert after.status_code == 200
    assert "Après" in after.text
    assert "Avant" in old.text


def test_a_copied_release_serves_itself_alone(releases: Path, tmp_path: Path) -> None:
    name = next(releases.glob("2*")).name
    fixed = FixedRelease(releases / name)

    assert fixed().manifest.release == fixed.named(name).manifest.release == name
    with pytest.raises(NotFound):
        fixed.named("20260101T000000Z-00000000")
    with pytest.raises(ConfigError):
        FixedRelease(tmp_path)
