"""The suite passes on three implementations: our live node, our static export, and one of no shared code."""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.conformance.bounds import Bounds
from hub.conformance.ledger import Verdict
from hub.conformance.report import Report
from hub.conformance.suite import conformance
from hub.conformance.table import checks
from node.home import Home
from node.signing import make
from node.static_export import export
from node.store import records
from node.store.engine import reading, writing
from node.store.state import read
from node.web.app import create_app
from tests.hub.conformance.nodes import files_of, filled_home, listening
from tests.hub.conformance.signed_node import SignedNode, lying_beside
from tests.hub.conformance.third_node import Answer, Json, ThirdNode, serving

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOKEN = "un-jeton-de-test"

# What only a static node can be asked.
BESIDE = {code for code in checks() if code.startswith("beside-")}
# What only a live node can be asked.
LIVE = {code for code in checks() if code.startswith(("changes-", "digests-", "bucket-", "record-found"))}
# The real rows hold some seats outside the network's regions, which is advice, not a fault of the node.
ADVISED = {"record-perimeter"}
# What needs something that a node need not have: a remote address, a token, a signature, a compacted history.
SIGNED = {"content-digest", "signature-cover", "signature-valid", "signature-key", "signature-everywhere"}
NOT_HERE = {"answer-tls", "token-asked", "cursor-expired"} | SIGNED | BESIDE


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return filled_home(tmp_path_factory.mktemp("noeud") / "home")


def of(report: Report, verdict: Verdict) -> dict[str, tuple[str, ...]]:
    return {finding.check.code: finding.seen for finding in report.findings if finding.verdict is verdict}


def test_our_live_node_conforms(home: Home) -> None:
    with listening(create_app(home.path)) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED).keys() == ADVISED
    assert report.conforms
    assert of(report, Verdict.SKIPPED).keys() - NOT_HERE == {"rekey-followed"}
    assert report.network == "occitanie-cooperation"
    with reading(home.engine) as connection:
        assert report.seq == read(connection).seq


def test_our_live_node_conforms_behind_a_token_and_with_a_compacted_history(tmp_path: Path) -> None:
    home = filled_home(tmp_path / "home", token_file="jeton.txt")
    (home.path / "jeton.txt").write_text(TOKEN)
    with writing(home.engine) as connection:
        assert records.compact(connection, read(connection).seq) == 20

    with listening(create_app(home.path)) as url:
        report = conformance(url, NOW, token=TOKEN)
        stranger = conformance(url, NOW)

    assert of(report, Verdict.FAILED).keys() == ADVISED
    assert {"token-asked", "cursor-expired"} <= of(report, Verdict.PASSED).keys()
    assert of(report, Verdict.SKIPPED)["changes-proof"] == ("the history was compacted: the snapshot proves instead",)
    assert not stranger.conforms
    assert "--token-file" in of(stranger, Verdict.FAILED)["manifest-found"][0]


def test_our_static_export_conforms_on_any_web_server(home: Home, tmp_path: Path) -> None:
    export(home, tmp_path / "public")

    with files_of(tmp_path / "public") as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED).keys() == ADVISED
    assert report.conforms
    assert of(report, Verdict.SKIPPED).keys() >= LIVE
    assert {code for code in checks() if code.startswith("snapshot-")} <= of(report, Verdict.PASSED).keys()
    not_signed = "no feed.json.sig: the files are not signed, which is allowed"
    assert {of(report, Verdict.SKIPPED)[code] for code in BESIDE} == {(not_signed,)}


def test_static_files_with_signatures_beside_them_conform_whoever_wrote_them(tmp_path: Path) -> None:
    home = filled_home(tmp_path / "home", signing_key_file="signature.key")
    make(home.path / "signature.key")
    export(home, tmp_path / "public")
    third = type("Static", (ThirdNode,), lying_beside())

    with files_of(tmp_path / "public") as ours, serving(third()) as theirs:
        reports = [conformance(url, NOW) for url in (ours, theirs)]

    for report in reports:
        assert of(report, Verdict.FAILED).keys() <= ADVISED
        assert of(report, Verdict.PASSED).keys() >= BESIDE


def test_a_server_that_gives_a_page_for_files_it_does_not_have_is_not_called_wrong() -> None:
    class Helpful(ThirdNode):
        def links(self) -> Json:
            return {"snapshot": "snapshot.ndjson.gz"}

        def resource(self, path: str, query: Mapping[str, str]) -> Answer:
            found = ThirdNode.resource(self, path, query)
            return found if found.status == 200 else Answer(b"<html>", "text/html")

    with serving(Helpful()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}
    assert of(report, Verdict.SKIPPED).keys() >= BESIDE


@pytest.mark.parametrize("token", [None, TOKEN])
def test_an_implementation_that_shares_no_code_conforms(token: str | None) -> None:
    node = ThirdNode()
    node.token = token

    with serving(node) as url:
        report = conformance(f"{url}/", NOW, token=token)

    assert of(report, Verdict.FAILED) == {}
    assert of(report, Verdict.SKIPPED).keys() == NOT_HERE - ({"token-asked"} if token else set())


def test_a_node_that_signs_conforms_whoever_wrote_it(tmp_path: Path) -> None:
    home = filled_home(tmp_path / "home", signing_key_file="signature.key")
    make(home.path / "signature.key")
    with listening(create_app(home.path)) as ours, serving(SignedNode()) as third:
        reports = [conformance(url, NOW) for url in (ours, third)]

    for report in reports:
        assert of(report, Verdict.FAILED).keys() <= ADVISED
        assert of(report, Verdict.PASSED).keys() >= SIGNED


def test_a_compacted_history_and_an_empty_directory_conform() -> None:
    class Empty(ThirdNode):
        def fill(self) -> None:
            """State nothing."""

    for node in (ThirdNode().compact(), Empty()):
        with serving(node) as url:
            report = conformance(url, NOW)
        assert of(report, Verdict.FAILED) == {}


def test_a_node_with_more_than_the_protocol_asks_for_conforms() -> None:
    """Members it does not name, newer minor versions, blank lines and CR LF."""

    class Later(ThirdNode):
        def manifest(self) -> Json:
            return ThirdNode.manifest(self) | {"protocol": "rrma-feed/1.1", "new": {}}

        def state(self, collection: str) -> Json:
            return ThirdNode.state(self, collection) | {"schema": f"{collection}/1.9", "new": 1}

        def line(self, value: Json) -> bytes:
            new = value if "protocol" in value else value | {"new": True}
            return b"\r\n" + ThirdNode.line(self, new).replace(b"\n", b"\r\n")

    with serving(Later()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}


def test_a_node_that_signs_the_bytes_it_sends_conforms() -> None:
    class Signing(ThirdNode):
        def answer(self, path: str, query: Mapping[str, str], asked: Mapping[str, str]) -> Answer:
            answer = ThirdNode.answer(self, path, query, asked)
            digest = b64encode(hashlib.sha256(answer.body).digest()).decode()
            answer.headers["Content-Digest"] = f"sha-256=:{digest}:"
            answer.headers["Signature-Input"] = 'sig1=("content-digest");alg="ed25519"'
            answer.headers["Signature"] = "sig1=:AAAA:"
            return answer

    with serving(Signing()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}
    assert {"content-digest", "signature-cover"} <= of(report, Verdict.PASSED).keys()


def test_a_node_that_changes_while_it_is_read_is_not_called_wrong() -> None:
    class Busy(ThirdNode):
        def changes(self, query: Mapping[str, str]) -> Answer:
            self.put("actor", "A-1", {"name": f"Comité {self.seq}", "type": "COLL-COM"})
            return ThirdNode.changes(self, query)

    with serving(Busy()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}
    assert of(report, Verdict.SKIPPED)["changes-paging"] == ("the node changed while it was read",)


def test_a_node_that_rests_after_a_change_is_read_again_and_proved() -> None:
    class Rests(ThirdNode):
        def digests(self, collection: str) -> list[Json]:
            if self.seq < 62:
                self.put("actor", "A-1", {"name": f"Comité {self.seq}", "type": "COLL-COM"})
            return ThirdNode.digests(self, collection)

    with serving(Rests()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}
    assert {"changes-proof", "digests-sum", "changes-paging"} <= of(report, Verdict.PASSED).keys()


def test_a_node_that_answers_shorter_pages_than_asked_for_conforms() -> None:
    class Brief(ThirdNode):
        def page(self, after: int, limit: int) -> list[Json]:
            return ThirdNode.page(self, after, min(limit, 3))

    with serving(Brief()) as url:
        report = conformance(url, NOW)

    assert of(report, Verdict.FAILED) == {}
    assert "changes-proof" in of(report, Verdict.PASSED)


ids = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40)
names = st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=20)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(put=st.dictionaries(ids, names, max_size=12), deleted=st.sets(ids, max_size=3))
def test_any_directory_conforms_whatever_its_ids_and_texts(put: dict[str, str], deleted: set[str]) -> None:
    class Any(ThirdNode):
        def fill(self) -> None:
            for key in deleted:
                self.put("actor", key, {"name": "Comité", "type": "COLL-COM"})
                self.delete("actor", key)
            for key, name in put.items():
                self.put("actor", key, {"name": f"Comité {name}", "type": "COLL-COM"})

    with serving(Any()) as url:
        report = conformance(url, NOW, bounds=Bounds(small_pages=2))

    assert of(report, Verdict.FAILED) == {}
