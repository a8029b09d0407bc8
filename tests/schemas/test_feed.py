"""The wire form: what our nodes write is read back whole; what others write wrong is data, never a crash."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import feed
from schemas.canonical import canonical, content_hash
from schemas.feed import (
    MAX_LINE_BYTES,
    BadLine,
    CollectionState,
    Delete,
    End,
    FeedError,
    Line,
    Manifest,
    Network,
    Put,
    Rekey,
    decode,
    encode,
    encode_put,
    lines,
)
from schemas.validate import is_valid
from tests.builders import make_actor

NOW = datetime(2026, 11, 22, 17, 2, 11, tzinfo=UTC)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=60)
payloads = st.dictionaries(texts, texts | st.integers(-1000, 1000) | st.floats(-90, 90) | st.lists(texts))
moments = st.none() | st.datetimes(timezones=st.just(UTC))
heads = {"seq": st.integers(0, 2**53 - 1), "collection": st.sampled_from(["actor", "project"]), "id": texts}
puts = st.builds(
    lambda record, **head: Put(record=record, hash=content_hash(record), **head),
    record=payloads,
    modified_at=moments,
    **heads,
)
deletes = st.builds(
    Delete,
    modified_at=moments,
    reason=st.none() | st.sampled_from(["withdrawn", "erased", "merged", "moved"]),
    into=st.none() | texts,
    to=st.none() | st.fixed_dictionaries({"network": texts, "id": texts}),
    **heads,
)
any_line = puts | deletes | st.builds(Rekey, to=texts, **heads) | st.builds(End, seq=heads["seq"], more=st.booleans())


def put(**over: Any) -> dict[str, Any]:
    """A put as plain JSON, to be spoilt."""
    record = make_actor()
    line = {"seq": 7, "op": "put", "collection": "actor", "id": "A-1", "hash": content_hash(record), "record": record}
    return line | over


def manifest(**over: Any) -> dict[str, Any]:
    """A manifest as plain JSON, to be spoilt."""
    return {
        "protocol": "rrma-feed/1",
        "network": {"id": "centraider", "name": "Centraider", "regions": ["24"]},
        "epoch": "0b4c1f9e-2f6b-4c5e-9a1d-7a3f6f0c2b11",
        "seq": 3,
        "collections": {"actor": {"schema": "actor/1.0", "count": 2, "digest": "0" * 64}},
        "generated_at": "2026-11-23T01:30:00Z",
    } | over


@given(any_line)
def test_what_is_encoded_is_decoded_the_same(line: Line) -> None:
    written = encode(line)

    assert written.endswith(b"\n")
    assert written.count(b"\n") == 1
    assert decode(written.strip()) == line


@given(any_line)
def test_another_programs_spelling_of_a_line_reads_the_same(line: Line) -> None:
    spaced = json.dumps(json.loads(encode(line)), ensure_ascii=True).encode()

    assert decode(spaced) == line


@given(any_line)
def test_every_line_we_write_follows_the_published_schema(line: Line) -> None:
    raw = orjson.loads(encode(line))

    assert is_valid("change/1", raw)


def test_stored_bytes_are_spliced_in_and_never_spelt_again() -> None:
    record = make_actor(founded_on="1987")
    line = Put(seq=1, collection="actor", id="A-1", hash=content_hash(record), record=record, modified_at=NOW)
    stored = canonical(record)

    spliced = encode_put(
        seq=1, collection="actor", id="A-1", hash=line.hash, record_bytes=stored, modified_at=line.modified_at
    )

    assert spliced == encode(line)
    assert stored in spliced


def test_a_moment_is_written_in_utc_and_read_with_any_offset() -> None:
    paris = NOW.astimezone(timezone(timedelta(hours=1)))

    assert b'"modified_at":"2026-11-22T17:02:11Z"' in encode(
        Delete(seq=1, collection="actor", id="A-1", modified_at=paris)
    )
    read = decode(orjson.dumps(put(modified_at="2026-11-22T18:02:11+01:00")))
    assert isinstance(read, Put)
    assert read.modified_at == NOW


def test_members_of_a_later_protocol_are_ignored() -> None:
    read = decode(orjson.dumps(put(signature="…", record=make_actor(of_tomorrow=1))))

    assert isinstance(read, Put)
    assert read.record["of_tomorrow"] == 1


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"<!DOCTYPE html>", "not-json"),
        (b"{", "not-json"),
        (b'{"a": NaN}', "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"[]", "not-a-change"),
        (b"{}", "not-a-change"),
        (b'{"end": true, "seq": "7", "more": false}', "not-a-change"),
        (b'{"end": true, "seq": 7}', "not-a-change"),
        (b'{"seq": 7, "seq": 8, "op": "rekey", "collection": "actor", "id": "a", "to": "b"}', "duplicate-key"),
        (orjson.dumps(put(id="A\x00")), "not-i-json"),
        (orjson.dumps(put(record=make_actor(name="a\x00"))), "not-i-json"),
        (b'{"seq": 7, "op": "rekey", "collection": "actor", "id": "\\ud800", "to": "b"}', "not-json"),
        (orjson.dumps(put(seq=True)), "not-a-change"),
        (orjson.dumps(put(seq=-1)), "not-a-change"),
        (orjson.dumps(put(seq=7.0)), "not-a-change"),
        (orjson.dumps(put(op="upsert")), "not-a-change"),
        (orjson.dumps(put(id="")), "not-a-change"),
        (orjson.dumps(put(id=42)), "not-a-change"),
        (orjson.dumps(put(record=[])), "not-a-change"),
        (orjson.dumps(put(record=None)), "not-a-change"),
        (orjson.dumps(put(hash="0" * 63)), "not-a-change"),
        (orjson.dumps(put(hash="A" * 64)), "not-a-change"),
        (orjson.dumps(put(modified_at="hier")), "not-a-change"),
        (orjson.dumps(put(modified_at="2026-02-30T00:00:00Z")), "not-a-change"),
        (orjson.dumps(put(collection="person")), "unknown-collection"),
        (orjson.dumps(put(id="x" * MAX_LINE_BYTES)), "line-too-long"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: bytes, code: str) -> None:
    with pytest.raises(BadLine) as refused:
        decode(line)

    assert refused.value.code == code
    assert refused.value.message


@pytest.mark.parametrize(
    "inside", [b'{"name":"a","name":"b"}', b'{"seat":{"city":"a","city":"a"}}', b'{"x":[{"y":1,"y":2}]}']
)
def test_a_key_stated_twice_is_refused_wherever_it_stands(inside: bytes) -> None:
    line = orjson.dumps(put()).replace(orjson.dumps(make_actor()), inside)

    with pytest.raises(BadLine) as refused:
        decode(line)

    assert (refused.value.code, refused.value.seq, refused.value.id) == ("duplicate-key", 7, "A-1")


def test_a_bad_line_keeps_what_the_proof_of_completeness_needs() -> None:
    with pytest.raises(BadLine) as refused:
        decode(orjson.dumps(put(record="nothing")))

    bad = refused.value
    assert (bad.seq, bad.collection, bad.id, bad.hash) == (7, "actor", "A-1", content_hash(make_actor()))


@given(
    st.binary(max_size=200)
    | st.recursive(st.none() | st.integers() | texts, lambda x: st.lists(x) | st.dictionaries(texts, x)).map(
        lambda x: json.dumps(x).encode()
    )
)
def test_no_line_crashes_the_reader(line: bytes) -> None:
    try:
        decode(line)
    except BadLine as bad:
        assert bad.code  # noqa: PT017  # any other exception is the failure


@given(
    st.sampled_from(["op", "seq", "collection", "id", "hash", "record", "modified_at", "end", "new"]),
    st.sampled_from(
        [None, True, False, -1, 0, 1.0, "", "x", "put", "delete", "project", "A" * 64, "2026-11-22", [], {}]
    )
    | texts,
    st.booleans(),
)
def test_a_put_that_is_told_at_a_glance_is_the_one_that_a_closer_look_finds(name: str, value: Any, gone: bool) -> None:
    raw = put(modified_at="2026-11-22T18:02:11+01:00") | {name: value}
    if gone:
        del raw[name]
    try:
        closer = feed._change(raw)
    except (FeedError, BadLine):
        closer = None

    assert feed._put_at_a_glance(raw) in (None, closer)
    assert feed._put_at_a_glance(put(modified_at="2026-11-22T18:02:11+01:00")) is not None


def test_a_line_nested_beyond_reason_is_refused() -> None:
    with pytest.raises(BadLine):
        decode(b'{ "a":' * 900 + b"1" + b"}" * 900)


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b""))), st.data())
def test_lines_are_the_same_however_the_stream_is_cut(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"\n".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    chunks = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]

    assert list(lines(chunks)) == [piece.strip() for piece in pieces if piece.strip()]


def test_blank_lines_and_carriage_returns_are_white_space() -> None:
    assert list(lines([b'{"a":1}\r\n\r\n \n{"b"', b":2}\r\n"])) == [b'{"a":1}', b'{"b":2}']


def test_an_endless_line_is_not_held_in_memory() -> None:
    (only,) = lines(b"x" * 65_536 for _ in range(64))

    assert len(only) == MAX_LINE_BYTES + 1


def test_a_manifest_reads_back_the_same_and_follows_its_schema() -> None:
    stated = Manifest(
        network=Network(id="centraider", name="Centraider", regions=("24",), website="https://www.centraider.org"),
        epoch="0b4c1f9e-2f6b-4c5e-9a1d-7a3f6f0c2b11",
        seq=18_423,
        collections={"actor": CollectionState(schema="actor/1.0", count=1, digest="9f" * 32)},
        generated_at=NOW,
        software="rrma-node/1.0.0",
        links={"changes": "changes"},
    )

    assert Manifest.from_json(orjson.loads(encode(stated))) == stated
    assert is_valid("manifest/1", stated.as_json())


def test_a_manifest_of_a_later_minor_version_with_more_members_is_read() -> None:
    read = Manifest.from_json(manifest(protocol="rrma-feed/1.4", mirrors=[], collections={}))

    assert (read.protocol, read.seq, read.compacted_before, dict(read.collections)) == ("rrma-feed/1.4", 3, 0, {})


@pytest.mark.parametrize(
    ("over", "named"),
    [
        ({"protocol": "rrma-feed/2"}, "protocol"),
        ({"protocol": None}, "protocol is missing"),
        ({"network": {"id": "x"}}, "network.name"),
        ({"network": {"id": "x", "name": "X", "regions": [24]}}, "network.regions"),
        ({"seq": "3"}, "seq"),
        (
            {"collections": {"actor": {"schema": "actor/1.0", "count": -1, "digest": "0" * 64}}},
            "collections.actor.count",
        ),
        ({"collections": {"actor": {"schema": "actor/1.0", "count": 1, "digest": "0"}}}, "collections.actor.digest"),
        ({"collections": []}, "collections is not an object"),
        ({"generated_at": "2026-11-23"}, "generated_at"),
        ({"links": {"changes": 1}}, "links"),
    ],
)
def test_a_manifest_that_cannot_be_read_names_the_member(over: dict[str, Any], named: str) -> None:
    with pytest.raises(FeedError, match=named):
        Manifest.from_json(manifest(**over))


def test_something_else_than_a_manifest_is_refused() -> None:
    with pytest.raises(FeedError, match="manifest is not an object"):
        Manifest.from_json([])
