"""What a network asks to erase leaves every store, and a signed receipt says which, when, and what still stands."""

import gzip
import json
import stat
import subprocess
import sys
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi.testclient import TestClient
from sqlalchemy import Engine, text

from hub.cli.serving import working_app
from hub.distributions import jsonlines, kept, shelf, withdrawals
from hub.model.erasure import Erasure
from hub.networks import issue, key_at
from hub.settings import SourceFile, add_source, init_home
from hub.stages import redaction
from hub.stages.cycle import cycle
from hub.stages.export_gate import Pinned
from hub.stages.rollback import roll_back
from hub.store import erasures
from hub.store.engine import reading
from hub.web.app import create_app
from hub.web.current import CurrentRelease
from hub.wiring import open_feeds, open_hub
from schemas.canonical import SetDigest
from schemas.errors import ConfigError, NotFound
from tests.hub.cli.test_commands import run
from tests.hub.feed_server import FakeNode, actor, serving
from tests.hub.homes import copied
from tests.hub.web.conftest import serving as listening

TOURS = {"city": "Tours", "postcode": "37000", "insee": "37261"}
MARK = "zwyntrax"


class Office:
    """A hub in its folder, and what its door tells alpha."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.tokens = {name: issue(home / "networks.toml", name) for name in ("alpha", "beta")}

    def run(self, *arguments: str, codes: tuple[int, ...] = (0,)) -> str:
        done = run(*arguments, home=self.home)
        assert done.exit_code in codes, done.output
        return done.stdout

    def ask(self, *paths: str, by: str = "alpha") -> list[httpx.Response]:
        headers = {"authorization": f"Bearer {self.tokens[by]}"}
        with open_hub(self.home) as hub, listening(working_app(hub)) as url:
            return [httpx.get(f"{url}/api/networks/{path}", headers=headers, timeout=30) for path in paths]

    def asked(self) -> list[dict[str, Any]]:
        [answer] = self.ask("alpha/erasures")
        return list(answer.json()["erasures"])

    def receipt(self, at: int = -1) -> dict[str, Any]:
        [answer] = self.ask(f"alpha/erasures/{self.asked()[at]['receipt']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def everywhere(self) -> list[str]:
        return holding(self.home, *self.home.rglob("*"))

    def current(self) -> Path:
        found = shelf.current(self.home / "releases")
        assert found is not None
        return found

    def working_files(self) -> list[str]:
        return holding(self.home, *self.home.glob("hub.sqlite*"))


def directory() -> FakeNode:
    node = FakeNode("alpha").put("p", actor("Atelier Zwyntrax", seat=TOURS, website="https://zwyntrax.example.org"))
    for number, name in enumerate("Abeille Bleuet Cigale Datte Érable Fougère Genêt Hirondelle Iris Jonquille".split()):
        node.put(f"more-{number}", actor(name, **({"email": "datte@datte.example"} if name == "Datte" else {})))
    return node


@contextmanager
def answering(alpha: FakeNode) -> Iterator[dict[str, str]]:
    """Where alpha and another network answer."""
    with (
        serving(alpha.answer) as one,
        serving(
            FakeNode("beta").put("b", actor("Lycée")).put("d", actor("Datte", email="datte@datte.example")).answer
        ) as other,
    ):
        yield {"alpha": one, "beta": other}


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("erasures") / "hub"
    init_home(home, site="https://annuaire.example.org")
    (home / "stewards.toml").write_text(f'claire = "{"c" * 32}"\n')
    with answering(directory()) as urls:
        for name, url in urls.items():
            said = {"name": name, "title": name.title(), "url": url, "regions": [], "local": True}
            add_source(home, SourceFile.model_validate(said))
        Office(home).run("cycle")
    return home


@pytest.fixture
def alpha() -> FakeNode:
    return directory()


@pytest.fixture
def office(after_a_night: Path, tmp_path: Path, alpha: FakeNode) -> Iterator[Office]:
    with answering(alpha) as urls:
        yield Office(copied(after_a_night, tmp_path / "hub", urls))


def records_of(release: Path) -> list[dict[str, Any]]:
    return [json.loads(line.raw) for line, _ in jsonlines.read(release / "actors.jsonl.gz")]


def holding(home: Path, *paths: Path) -> list[str]:
    """Those of these files that hold the mark in any case, packed or not."""
    return sorted(str(path.relative_to(home)) for path in paths if path.is_file() and MARK in _unpacked(path))


def _unpacked(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    elif is_zipfile(BytesIO(raw)):
        with ZipFile(BytesIO(raw)) as packed:
            raw = b"".join(packed.read(name) for name in packed.namelist())
    return raw.decode("utf-8", "replace").lower()


def test_after_the_night_no_byte_of_it_is_in_the_database_nor_in_any_release(office: Office, alpha: FakeNode) -> None:
    first, before = office.current(), office.working_files()
    alpha.put("p", actor("Atelier Zwyntrax et compagnie", seat=TOURS))
    office.run("cycle")
    second = office.current()
    alpha.delete("p", reason="erased")
    office.run("cycle")
    told = office.receipt()

    assert before == ["hub.sqlite"]
    assert office.everywhere() == []
    assert (told["state"], told["id"], told["stated_again"]) == ("done", "p", False)
    assert {name: store["purged"] for name, store in told["stores"].items()} == dict.fromkeys(
        ("statements", "proposals", "resolution", "catalogue", "feedback"), True
    )
    assert told["stores"]["statements"]["at"] == told["asked_at"] == told["stores"]["resolution"]["at"]
    assert told["current_release"] == {"release": office.current().name, "purged": True, "at": told["asked_at"]}
    assert told["past_releases"] == []
    assert [each["release"] for each in told["withdrawn_releases"]] == sorted([first.name, second.name])
    assert all(each["issued_as"] for each in told["withdrawn_releases"])


def test_a_release_is_issued_again_equal_but_for_what_it_declares(office: Office, alpha: FakeNode) -> None:
    """Of two networks' records of one body, one is erased: what the other says of it stays."""
    first, manifest = office.current(), kept.manifest(office.current())
    old = {line.id: line.raw for line, _ in jsonlines.read(first / "actors.jsonl.gz")}
    figures, identifiers = (first / "statistics.json").read_bytes(), (first / "identifiers.csv").read_text()
    alpha.delete("p", reason="erased")
    office.run("cycle")
    alpha.delete("more-3", reason="erased")
    office.run("cycle", codes=(3,))
    number = str(json.loads(office.run("job", "list", "alpha", "--json"))[0]["number"])
    office.run("job", "confirm", number, "--by", "claire", "--reason", "Demande écrite.")
    office.run("cycle")
    known = withdrawals.read(office.home / "releases")
    again = office.home / "releases" / str(withdrawals.standing(known, first.name))
    restored = kept.manifest(again)
    new = {line.id: line.raw for line, _ in jsonlines.read(again / "actors.jsonl.gz")}
    digest = SetDigest.from_hex(manifest.digests["actor"])
    declared = [line for each in restored.redactions for line in each.lines]
    for collection, national_id, before, after in declared:
        digest = digest.minus(collection, national_id, before)
        digest = digest.plus(collection, national_id, after) if after else digest
    proof = subprocess.run([sys.executable, again / "rrma-verify", again], check=False, capture_output=True)

    assert (restored.created_at, restored.release[:16]) == (manifest.created_at, first.name[:16])
    changed = {each for each, raw in old.items() if new.get(each) != raw}
    assert changed == {national_id for _, national_id, _, _ in declared}
    assert digest.hex == restored.digests["actor"] != manifest.digests["actor"]
    assert [each.release for each in restored.redactions] == [first.name, known[first.name].issued_as]
    [gone] = old.keys() - new.keys()
    [shared] = [json.loads(new[each]) for each in changed - {gone}]
    assert (shared["networks"], shared["name"]) == (["beta"], "Datte")
    assert (again / "statistics.json").read_bytes() == figures
    assert (again / "identifiers.csv").read_text() == identifiers.replace(f"{gone},actor,live", f"{gone},actor,gone")
    assert proof.returncode == 0, proof.stderr
    office.run("releases", "redact")
    assert kept.manifest(again) == restored


def test_what_was_withdrawn_is_served_to_nobody_and_says_what_stands_in_its_place(
    office: Office, alpha: FakeNode
) -> None:
    first, made_at = office.current(), kept.manifest(office.current()).created_at
    [erased] = [each for each in records_of(first) if MARK in each["name"].lower()]
    then = {"as_of": made_at.isoformat()}
    with TestClient(create_app(CurrentRelease(office.home / "releases"), version="1")) as client:
        before = client.get(f"/releases/{first.name}/actors.csv")
        cursor = client.get("/api/v1/actors", params={"size": 2}).links["next"]["url"]
        alpha.delete("p", reason="erased")
        office.run("cycle")
        after = client.get(f"/releases/{first.name}/actors.csv", headers={"if-none-match": before.headers["etag"]})
        known, follows = client.get(f"/api/v1/hindsight/actors/{erased['id']}", params=then), client.get(cursor)
        record, listed = (client.get(f"/api/v1/actors{path}", params=then) for path in (f"/{erased['id']}", ""))
        page = client.get(f"/acteurs/{erased['id']}", params={"au": made_at.isoformat()})
        data, reissued = (client.get("/donnees", params=asked) for asked in ({}, {"au": made_at.isoformat()}))
        counted = client.get("/api/v1/statistics/actors", params=then).json()["value"]
    [told] = office.receipt()["withdrawn_releases"]

    assert (before.status_code, after.status_code) == (200, 410)
    assert "Version retirée à la suite d’un effacement" in after.text
    assert "s-maxage=86400" in before.headers["cache-control"]
    assert (follows.status_code, follows.json()["type"]) == (410, "urn:rrma:problem:withdrawn")
    assert follows.json()["issued_as"] == told["issued_as"]
    assert [each.status_code for each in (record, known, page)] == [410, 404, 410]
    assert (listed.json()["release"], listed.json()["total"], counted) == (told["issued_as"], 11, 12)
    assert first.name in data.text
    assert told["issued_as"] in data.text
    assert f"Cette version remplace {first.name}" in reissued.text
    assert not any(MARK in answer.text.lower() for answer in (after, record, known, page, data, reissued, listed))


@pytest.mark.parametrize("stop", ["away", "publish", "issued"])
def test_a_kill_while_releases_are_issued_again_leaves_none_that_holds_it_in_sight(
    office: Office, alpha: FakeNode, monkeypatch: pytest.MonkeyPatch, stop: str
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    first = office.current()
    alpha.delete("p", reason="erased")
    with monkeypatch.context() as patch:
        patch.setattr(redaction if stop == "publish" else withdrawals, stop, killed)
        office.run("cycle", codes=(130,))
    with TestClient(create_app(CurrentRelease(office.home / "releases"), version="1")) as client:
        assert client.get(f"/releases/{first.name}/actors.csv").status_code == 410
    told = office.receipt()
    office.run("releases", "redact")

    assert told["state"] == "unpublished"
    assert office.receipt()["state"] == "done"
    assert office.everywhere() == []


def test_a_release_that_cannot_be_read_any_more_is_withdrawn_for_good(office: Office, alpha: FakeNode) -> None:
    first = office.current()
    alpha.put("more-0", actor("Abeilles et miel"))
    office.run("cycle")
    (first / "catalogue.sqlite").write_bytes(b"torn" * 1000)
    alpha.delete("p", reason="erased")
    office.run("cycle")
    withdrawn = {each["release"]: each["issued_as"] for each in office.receipt()["withdrawn_releases"]}

    assert withdrawn[first.name] is None
    assert office.receipt()["state"] == "done"
    assert office.everywhere() == []


def test_what_waits_for_a_person_is_not_told_as_erased_before_it_is(office: Office, alpha: FakeNode) -> None:
    for name in ("p", "more-1", "more-2"):
        alpha.delete(name, reason="erased")
    office.run("cycle", codes=(3,))
    waiting, held = office.receipt(0), office.working_files()
    number = str(json.loads(office.run("job", "list", "alpha", "--json"))[0]["number"])
    office.run("job", "confirm", number, "--by", "claire", "--reason", "Demande écrite.", codes=(0, 3))
    confirmed = office.receipt(0)
    office.run("cycle")

    assert (waiting["state"], held) == ("waiting", ["hub.sqlite"])
    assert {store["at"] for store in waiting["stores"].values()} == {None}
    assert not any(store["purged"] for store in waiting["stores"].values())
    assert (confirmed["state"], confirmed["stores"]["statements"]["purged"]) == ("under-way", True)
    assert confirmed["stores"]["statements"]["at"] > confirmed["asked_at"]
    assert not confirmed["stores"]["resolution"]["purged"]
    assert not confirmed["current_release"]["purged"]
    assert [office.receipt(at)["state"] for at in range(3)] == ["done"] * 3
    assert office.everywhere() == []


def test_a_request_that_its_network_takes_back_while_it_waits_erases_nothing(office: Office, alpha: FakeNode) -> None:
    for name in ("p", "more-1", "more-2"):
        alpha.delete(name, reason="erased")
    office.run("cycle", codes=(3,))
    alpha.put("p", actor("Atelier Zwyntrax", seat=TOURS))
    office.run("cycle", codes=(0, 3))

    assert office.receipt(0)["state"] == "taken-back"


def test_a_record_stated_again_under_the_same_id_is_a_new_one_and_brings_nothing_back(
    office: Office, alpha: FakeNode
) -> None:
    first = office.current().name
    alpha.delete("p", reason="erased")
    office.run("cycle")
    alpha.put("p", actor("Atelier du Cher", seat=TOURS))
    office.run("cycle")
    told, published = office.receipt(), (office.current() / "actors.csv").read_text()

    assert "Atelier du Cher" in published
    assert (told["stated_again"], told["state"]) == (True, "done")
    assert told["current_release"]["purged"]
    assert [each["release"] for each in told["withdrawn_releases"]] == [first]
    assert office.everywhere() == []

    with pytest.raises(NotFound):
        roll_back(office.home / "releases", first, "Essai.", datetime.now(UTC))
    office.run("releases", "redact")
    assert "Atelier du Cher" in (office.current() / "actors.csv").read_text()


def test_a_release_that_a_rollback_holds_in_force_is_told_and_stays_until_others_may_follow(
    office: Office, alpha: FakeNode
) -> None:
    first = office.current().name
    alpha.put("more-0", actor("Abeilles et miel"))
    office.run("cycle")
    office.run("releases", "rollback", first, "--reason", "Essai.")
    alpha.delete("p", reason="erased")
    with open_hub(office.home) as hub, open_feeds() as feeds, pytest.raises(Pinned):
        cycle(hub.sources, feeds, hub.engine, hub.releases, datetime.now(UTC))
    held = office.receipt()
    office.run("releases", "resume")
    office.run("cycle")

    assert (held["state"], held["current_release"]["purged"], held["past_releases"]) == ("purged", False, [])
    assert (office.receipt()["state"], office.everywhere()) == ("done", [])


def test_an_erasure_takes_along_what_was_stated_under_an_earlier_id(office: Office, alpha: FakeNode) -> None:
    alpha.rekey("p", "q").put("q", actor("Atelier Zwyntrax et fils", seat=TOURS))
    office.run("cycle")
    alpha.delete("q", reason="erased")
    office.run("cycle")

    assert office.receipt()["state"] == "done"
    assert office.everywhere() == []


def test_a_receipt_opens_to_its_own_network_only(office: Office, alpha: FakeNode) -> None:
    alpha.delete("p", reason="erased")
    office.run("cycle")
    name = office.asked()[0]["receipt"]
    paths = f"alpha/erasures/{name}", f"beta/erasures/{name}", "alpha/erasures", "beta/erasures"
    *refused, none = office.ask(*paths, by="beta")
    [unknown] = office.ask(f"alpha/erasures/{'0' * 32}")

    assert [answer.status_code for answer in (*refused, unknown)] == [404] * 4
    assert none.json()["erasures"] == []


def test_a_receipt_is_signed_so_that_whoever_keeps_it_can_prove_it(office: Office, alpha: FakeNode) -> None:
    alpha.delete("p", reason="erased")
    office.run("cycle")
    listed, receipt = office.ask("alpha/erasures", f"alpha/erasures/{office.asked()[0]['receipt']}")
    digest, given = receipt.headers["content-digest"], receipt.headers["signature-input"].removeprefix("rrma=")
    key = Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(listed.json()["signed_with"] + "="))
    signature = b64decode(receipt.headers["signature"].removeprefix("rrma=:").removesuffix(":"))

    def base(digest: str) -> bytes:
        return f'"content-digest": {digest}\n"@signature-params": {given}'.encode()

    assert b64decode(digest.removeprefix("sha-256=:").removesuffix(":")) == sha256(receipt.content).digest()
    assert given.startswith('("content-digest")')
    key.verify(signature, base(digest))
    with pytest.raises(InvalidSignature):
        key.verify(signature, base(digest.swapcase()))


def test_the_key_is_made_once_for_its_owners_eyes(tmp_path: Path) -> None:
    path = tmp_path / "signature.key"
    made, again = key_at(path), key_at(path)

    assert made.private_bytes_raw() == again.private_bytes_raw()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["signature.key"]
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        key_at(path)
    path.write_text("no key")
    path.chmod(0o600)
    with pytest.raises(ConfigError, match="cannot be used"):
        key_at(path)


def test_requests_are_listed_page_by_page(office: Office, alpha: FakeNode) -> None:
    alpha.delete("p", reason="erased").delete("more-0").delete("more-1", reason="erased")
    office.run("cycle", codes=(0, 3))
    with open_hub(office.home) as hub, reading(hub.engine) as connection:
        every = list(erasures.asked(connection, "alpha"))
        rest = list(erasures.asked(connection, "alpha", after=every[0].number))
        one = list(erasures.asked(connection, "alpha", limit=1))

    assert [each.key.local_id for each in every] == ["p", "more-1"]
    assert (one, rest) == (every[:1], every[1:])
    assert _receipts(every) == [each["receipt"] for each in office.asked()]
    assert len(set(_receipts(every))) == 2


def test_what_was_asked_is_found_without_reading_all_that_was_said(embedded: Engine) -> None:
    asked = "SELECT * FROM statements WHERE op = 'delete' AND source = 'a' AND number > 0 ORDER BY number"
    erased = "SELECT count(*) FROM statements WHERE op = 'put' AND payload IS NULL AND collection = 'actor'"
    with reading(embedded) as connection:
        plans = [str(connection.execute(text(f"EXPLAIN QUERY PLAN {each}")).all()) for each in (asked, erased)]

    assert "ix_statements_tombstones" in plans[0]
    assert "ix_statements_erased" in plans[1]


def _receipts(found: list[Erasure]) -> list[str]:
    return [each.receipt for each in found]
