"""Two programs that hold the same value must write the same bytes, whatever library wrote them."""

import hashlib
import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.canonical import EMPTY, NotIJson, SetDigest, bucket, canonical, content_hash, hash_of
from tests.builders import make_actor

SAFE = 2**53 - 1
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
# Numbers where spellings differ: whole floats, the ends of the decimal form, powers of ten, the smallest and largest.
edges = st.sampled_from(
    [0.0, -0.0, 1.0, -1.0, 1e15, 1e16, 1e20, 1e21, 1e22, 1e-5, 1e-6, 1e-7, 5e-324, 1.7976931348623157e308]
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-SAFE, SAFE)
    | st.floats(allow_nan=False, allow_infinity=False)
    | edges
    | st.decimals(-1000, 1000, places=4).map(float)
    | texts
    | st.sampled_from(["null", ":null", "[1.0]", ",1e5", "\\u0000", '"', "\\", "\u2028", "\ue000", "\U0001f30d"])
)
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=12)
payloads = st.dictionaries(texts, values)


@given(payloads)
@example({"\ue000": 1, "\U0001f30d": 2})
@example({"a": 1e21, "b": [1.0, -0.0], "c": "\x7f\u2028"})
def test_every_value_is_spelt_as_the_reference_spells_it(payload: dict[str, Any]) -> None:
    assert canonical(payload) == rfc8785.dumps(payload)


def is_exact(value: Any) -> bool:
    """Whether a whole number, wherever it stands, is one that every JSON reader takes for the same."""
    if isinstance(value, dict):
        return all(map(is_exact, value.values()))
    if isinstance(value, list):
        return all(map(is_exact, value))
    return not isinstance(value, float) or not SAFE < abs(value) < 1e21


@given(payloads.filter(is_exact))
def test_spelling_survives_reading_it_back(payload: dict[str, Any]) -> None:
    spelt = canonical(payload)

    assert canonical(json.loads(spelt)) == spelt


@pytest.mark.parametrize(
    ("bits", "spelling"),
    [  # RFC 8785, appendix B
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("8000000000000001", "-5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("ffefffffffffffff", "-1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("c340000000000000", "-9007199254740992"),
        ("4430000000000000", "295147905179352830000"),
        ("44b52d02c7e14af5", "9.999999999999997e+22"),
        ("44b52d02c7e14af6", "1e+23"),
        ("44b52d02c7e14af7", "1.0000000000000001e+23"),
        ("444b1ae4d6e2ef4e", "999999999999999700000"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("41b3de4355555553", "333333333.3333332"),
        ("41b3de4355555554", "333333333.33333325"),
        ("41b3de4355555555", "333333333.3333333"),
        ("41b3de4355555556", "333333333.3333334"),
        ("41b3de4355555557", "333333333.33333343"),
        ("becbf647612f3696", "-0.0000033333333333333333"),
        ("43143ff3c1cb0959", "1424953923781206.2"),
    ],
)
def test_numbers_are_spelt_as_rfc_8785_prints_them(bits: str, spelling: str) -> None:
    number = struct.unpack(">d", bytes.fromhex(bits))[0]

    assert canonical({"n": number}) == b'{"n":' + spelling.encode() + b"}"


def test_the_example_of_rfc_8785_is_spelt_as_printed() -> None:
    payload = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\u000aA\'B"\\\\"/',
        "literals": [None, True, False],
    }

    assert canonical(payload).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_in_the_order_of_rfc_8785() -> None:
    keys = ["€", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "ö"]

    assert list(json.loads(canonical(dict.fromkeys(keys, 0)))) == [
        "\r",
        "1",
        "\u0080",
        "ö",
        "€",
        "\U0001f600",
        "\ufb33",
    ]


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        "\ud800",
        "a\x00b",
        "\\\x00",
        2**53,
        -(2**53),
        2**80,
        {1: "a"},
        {"\udfff": 1},
        {1, 2},
        b"bytes",
    ],
)
@pytest.mark.parametrize("put", [lambda value: {"a": value}, lambda value: {"a": [{"b": value}]}])
def test_what_is_not_i_json_is_refused(value: Any, put: Any) -> None:
    with pytest.raises(NotIJson):
        canonical(put(value))


def test_a_key_with_a_nul_is_refused_and_a_text_that_spells_one_is_not() -> None:
    assert canonical({"a": "\\u0000"}) == b'{"a":"\\\\u0000"}'
    with pytest.raises(NotIJson):
        canonical({"a\x00": 1})


def test_a_value_nested_too_deeply_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(100_000):
        deep = {"a": deep}

    with pytest.raises(NotIJson):
        canonical(deep)


def test_the_hash_is_the_sha_256_of_the_spelling() -> None:
    payload = make_actor(name="Été")
    spelt = '{"name":"Été","type":"ASSO-ASI"}'.encode()

    assert content_hash(payload) == hash_of(spelt) == hashlib.sha256(spelt).hexdigest()


def independent_digest(records: list[tuple[str, str, str]]) -> str:
    """The set digest as the protocol words it, written apart from the product."""
    total = 0
    for collection, local_id, declared in records:
        total += int(
            hashlib.sha256(collection.encode() + b"\n" + local_id.encode() + b"\n" + declared.encode()).hexdigest(), 16
        )
    return f"{total % 2**256:064x}"


hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
records = st.lists(
    st.tuples(st.sampled_from(["actor", "project"]), texts.filter(bool), hashes), unique_by=lambda r: r[:2]
)


@given(records, st.randoms())
def test_the_set_digest_is_the_protocols_and_free_of_order(held: list[tuple[str, str, str]], chance: Any) -> None:
    shuffled = chance.sample(held, len(held))

    assert SetDigest.of(shuffled) == SetDigest.of(held)
    assert SetDigest.of(held).hex == independent_digest(held)


@given(records, st.tuples(st.just("actor"), texts, hashes))
def test_taking_away_undoes_adding(held: list[tuple[str, str, str]], one: tuple[str, str, str]) -> None:
    before = SetDigest.of(held)

    assert before.plus(*one).minus(*one) == before == before.minus(*one).plus(*one)
    assert SetDigest.from_hex(before.hex) == before


def test_the_digest_of_nothing_is_64_zeros() -> None:
    assert EMPTY.hex == SetDigest.of([]).hex == "0" * 64
    assert SetDigest.of([("actor", "A-1", "0" * 64)]).hex == (hashlib.sha256(b"actor\nA-1\n" + b"0" * 64).hexdigest())


@pytest.mark.parametrize("text", ["", "0" * 63, "0" * 65, "A" * 64, "0x" + "0" * 62, "é" * 64])
def test_a_digest_is_read_from_64_lower_case_digits_only(text: str) -> None:
    with pytest.raises(ValueError, match="not a set digest"):
        SetDigest.from_hex(text)


def test_a_bucket_is_the_first_byte_of_the_ids_hash() -> None:
    assert bucket("A-0042") == hashlib.sha256(b"A-0042").hexdigest()[:2]
