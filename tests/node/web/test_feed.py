"""The feed over HTTP, as a hub meets it."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from starlette.testclient import TestClient
from zstandard import ZstdDecompressor

from node import feed
from node.home import Home
from node.store import records
from node.store.engine import reading, writing
from node.web.app import app_of
from schemas.canonical import SetDigest, content_hash
from schemas.canonical import bucket as bucket_of
from schemas.feed import Delete, End, Manifest, Put, decode
from schemas.registry import schema
from schemas.validate import is_valid
from tests.node.nodes import ingest, make_home, row, rows

RESOURCES = ["/feed.json", "/changes", "/snapshot.ndjson.gz", "/digests/actor", "/records/actor/A-0001"]
CODED = [one for one in RESOURCES if one != "/snapshot.ndjson.gz"]


@pytest.fixture(autouse=True)
def directory(home: Home) -> None:
    ingest(home, rows(25))
    ingest(home, [row("A-0001", Nom="Autre nom"), *rows(25)[2:], row("B 1/é")])


def raw(client: TestClient, url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The bytes as they crossed, content coding and all."""
    with client.stream("GET", url, headers=headers) as response:
        return response.status_code, dict(response.headers), b"".join(response.iter_raw())


def plain(headers: dict[str, str], body: bytes) -> bytes:
    match headers.get("content-encoding"):
        case "gzip":
            return gzip.decompress(body)
        case "zstd":
            return ZstdDecompressor().decompressobj().decompress(body)
        case _:
            return body


def pages(client: TestClient, limit: int) -> Iterator[Put | Delete]:
    after, more = 0, True
    while more:
        *lines, end = map(decode, client.get("/changes", params={"after": after, "limit": limit}).content.splitlines())
        assert isinstance(end, End)
        for line in lines:
            assert isinstance(line, Put | Delete)
            yield line
        after, more = end.seq, end.more


def test_the_manifest_says_what_the_protocol_asks_for(client: TestClient) -> None:
    raw_manifest = client.get("/feed.json").json()

    manifest = Manifest.from_json(raw_manifest)

    assert is_valid("manifest/1", raw_manifest)
    assert manifest.network.id == "centraider"
    assert manifest.network.regions == ("24",)
    assert manifest.collections["actor"].count == 25
    assert manifest.collections["announcement"].digest == "0" * 64
    assert raw_manifest["links"] == {
        "changes": "changes",
        "snapshot": "snapshot.ndjson.gz",
        "record": "records/{collection}/{id}",
    }


@pytest.mark.parametrize("limit", [1, 7, 26, 1_000, 10_000_000])
def test_changes_read_in_pages_of_any_size_prove_complete(client: TestClient, limit: int) -> None:
    manifest = Manifest.from_json(client.get("/feed.json").json())

    lines = list(pages(client, limit))

    assert [line.seq for line in lines] == sorted({line.seq for line in lines})
    puts = [line for line in lines if isinstance(line, Put)]
    assert len(puts) == manifest.collections["actor"].count
    assert all(line.hash == content_hash(line.record) for line in puts)
    digest = SetDigest.of((line.collection, line.id, line.hash) for line in puts)
    assert digest.hex == manifest.collections["actor"].digest
    assert [line.id for line in lines if isinstance(line, Delete)] == ["A-0000"]


def test_every_line_follows_the_schema_of_changes(client: TestClient) -> None:
    lines = [orjson.loads(line) for line in client.get("/changes").content.splitlines()]

    assert schema("change", "1")
    assert all(is_valid("change/1", line) for line in lines)


def test_changes_after_the_last_are_an_end_line_alone(client: TestClient) -> None:
    seq = client.get("/feed.json").json()["seq"]

    assert client.get("/changes", params={"after": seq}).json() == {"end": True, "seq": seq, "more": False}
    assert client.get("/changes", params={"after": seq + 99}).json()["seq"] == seq


def test_the_snapshot_is_the_manifest_then_every_live_record_then_the_end(client: TestClient) -> None:
    response = client.get("/snapshot.ndjson.gz", headers={"Accept-Encoding": "gzip"})

    first, *puts, end = gzip.decompress(response.content).splitlines()
    assert response.headers["content-type"] == "application/gzip"
    assert "content-encoding" not in response.headers
    assert orjson.loads(first) == client.get("/feed.json").json()
    assert isinstance(decode(end), End)
    read = [line for line in map(decode, puts) if isinstance(line, Put)]
    assert len(read) == len(puts) == 25
    digest = SetDigest.of((line.collection, line.id, line.hash) for line in read).hex
    assert digest == orjson.loads(first)["collections"]["actor"]["digest"]


def test_a_snapshot_shows_one_state_though_the_node_changes_while_it_is_read(home: Home) -> None:
    with reading(home.engine) as connection:
        manifest = feed.manifest(connection, home.settings, live=True)
        lines = feed.snapshot(connection, manifest)
        first = [next(lines), next(lines)]

        ingest(home, [row("C-1", Nom="Arrivée entre-temps")], confirm=True)

        *puts, end = map(decode, [first[1], *lines])
        assert end == End(seq=manifest.seq, more=False)
        triples = [(line.collection, line.id, line.hash) for line in puts if isinstance(line, Put)]
        assert SetDigest.of(triples).hex == manifest.collections["actor"].digest


def test_buckets_narrow_a_difference(client: TestClient) -> None:
    rows_of = [orjson.loads(line) for line in client.get("/digests/actor").content.splitlines()]

    assert [one["bucket"] for one in rows_of] == [f"{number:02x}" for number in range(256)]
    filled = [one for one in rows_of if one["count"]]
    assert sum(one["count"] for one in filled) == 25
    for one in filled:
        url = f"/changes?collection=actor&bucket={one['bucket']}"
        *puts, end = map(decode, client.get(url).content.splitlines())
        assert isinstance(end, End)
        assert not end.more
        triples = [(line.collection, line.id, line.hash) for line in puts if isinstance(line, Put)]
        assert len(triples) == one["count"]
        assert {bucket_of(local_id) for _, local_id, _ in triples} == {one["bucket"]}
        assert SetDigest.of(triples).hex == one["digest"]


def test_one_record_is_its_newest_change(client: TestClient) -> None:
    put, gone = client.get("/records/actor/A-0001").content, client.get("/records/actor/A-0000").content
    odd = client.get("/records/actor/B%201%2F%C3%A9").content

    assert isinstance(decode(put), Put)
    assert isinstance(decode(gone), Delete)
    assert decode(odd).id == "B 1/é"
    assert client.get("/records/actor/nobody").status_code == 404


@pytest.mark.parametrize("url", CODED)
@pytest.mark.parametrize(
    ("accepted", "used"),
    [
        ("gzip", "gzip"),
        ("zstd", "zstd"),
        ("gzip, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0, zstd;q=0", None),
        ("br, deflate", None),
        ("*", "zstd"),
        ("gzip;q=0.2, *;q=0", "gzip"),
        ("identity;q=1, gzip;q=0.5", None),
        ("GZIP ; Q=0.8", "gzip"),
        ("zstd;q=oops, gzip;q=0.1", "gzip"),
        ("", None),
    ],
)
def test_the_content_coding_is_the_one_the_reader_likes_best(
    client: TestClient, url: str, accepted: str, used: str | None
) -> None:
    status, headers, body = raw(client, url, **{"Accept-Encoding": accepted})

    assert status == 200
    assert headers.get("content-encoding") == used
    assert headers["vary"] == "Accept-Encoding"
    assert plain(headers, body) == raw(client, url)[2]


def test_a_reader_that_refuses_every_coding_is_told_so(client: TestClient) -> None:
    response = client.get("/feed.json", headers={"Accept-Encoding": "identity;q=0, gzip;q=0, zstd;q=0"})

    assert (response.status_code, response.json()["code"]) == (406, "not-acceptable")


@pytest.mark.parametrize("url", RESOURCES)
def test_an_unchanged_resource_is_not_sent_again_and_a_changed_one_is(home: Home, client: TestClient, url: str) -> None:
    tag = client.get(url).headers["etag"]

    same = client.get(url, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert not tag.startswith("W/")

    ingest(home, [row("A-0001", Nom="Encore un autre"), *rows(25)[2:]])
    assert client.get(url, headers={"If-None-Match": tag}).status_code == 200


def test_each_content_coding_has_a_tag_of_its_own_and_always_the_same_bytes(client: TestClient) -> None:
    answers = {
        coding: raw(client, "/changes", **{"Accept-Encoding": coding}) for coding in ("identity", "gzip", "zstd")
    }

    assert len({headers["etag"] for _, headers, _ in answers.values()}) == 3
    assert answers["gzip"][2] == raw(client, "/changes", **{"Accept-Encoding": "gzip"})[2]
    assert raw(client, "/snapshot.ndjson.gz")[2] == raw(client, "/snapshot.ndjson.gz")[2]
    assert raw(client, "/snapshot.ndjson.gz")[2][4:8] == b"\0\0\0\0"


@pytest.mark.parametrize("url", RESOURCES)
def test_head_tells_the_headers_of_get_without_a_body(client: TestClient, url: str) -> None:
    got, head = client.get(url), client.head(url)

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-type"] == got.headers["content-type"]
    assert "content-length" not in head.headers


@pytest.mark.parametrize(
    "query",
    [
        *("after=x", "after=-1", "limit=0", "limit=x", "bucket=7f", "collection=actor", "collection=x&bucket=00"),
        *("collection=actor&bucket=7F", "collection=actor&bucket=7f0", "collection=actor&bucket=00&after=1"),
    ],
)
def test_a_question_that_makes_no_sense_is_a_problem(client: TestClient, query: str) -> None:
    response = client.get(f"/changes?{query}")

    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "request"


@pytest.mark.parametrize("url", ["/digests/x", "/records/x/A-0001", "/nowhere"])
def test_what_is_not_there_is_a_problem_too(client: TestClient, url: str) -> None:
    response = client.get(url)

    assert (response.status_code, response.headers["content-type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not-found"


def test_writing_to_the_feed_is_not_allowed(client: TestClient) -> None:
    response = client.post("/changes")

    assert (response.status_code, response.json()["code"]) == (405, "method-not-allowed")


def test_a_cursor_before_forgotten_tombstones_has_expired(home: Home, client: TestClient) -> None:
    with writing(home.engine) as connection:
        assert records.compact(connection, 1_000) == 1
    oldest = client.get("/feed.json").json()["compacted_before"]

    response = client.get("/changes", params={"after": oldest - 1})

    assert oldest > 0
    assert (response.status_code, response.json()["code"]) == (410, "cursor-expired")
    assert response.headers["content-type"] == "application/problem+json"
    assert client.get("/changes", params={"after": oldest}).status_code == 200


def test_a_token_guards_the_feed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "jeton").write_text("s3cret-jeton\n")
    home = make_home(tmp_path / "garde", token_file=str(tmp_path / "jeton"))
    ingest(home, rows(25))
    with TestClient(app_of(home)) as client:
        for url in RESOURCES:
            for wrong in ({}, {"Authorization": "Bearer s3cret"}, {"Authorization": "Basic s3cret-jeton"}):
                refused = client.get(url, headers=wrong)
                assert (refused.status_code, refused.json()["code"]) == (401, "unauthorised")
                assert refused.headers["www-authenticate"] == "Bearer"
            assert client.get(url, headers={"Authorization": "Bearer s3cret-jeton"}).status_code == 200
        assert [client.get(url).status_code for url in ("/", "/health/live", "/health/ready")] == [200, 200, 200]


def test_the_snapshot_is_a_gzip_that_any_reader_opens_at_any_chunk_size(client: TestClient) -> None:
    body = raw(client, "/snapshot.ndjson.gz")[2]
    reader = zlib.decompressobj(wbits=31)

    text = b"".join(reader.decompress(body[start : start + 7]) for start in range(0, len(body), 7))

    assert reader.eof
    assert text.count(b"\n") == 27
