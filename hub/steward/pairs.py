"""Pairs of records in addresses: base64url of their keys, so that any id of any network fits in one segment."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from hub.model.match import Pair
from schemas.errors import NotFound
from schemas.record import COLLECTIONS, RecordKey


def name_of(pair: Pair) -> str:
    left, right = pair.left, pair.right
    text = f"{left.collection}\n{left.source}\n{left.local_id}\n{right.source}\n{right.local_id}"
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def pair_of(name: str) -> Pair:
    """Raises NotFound."""
    try:
        text = urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
        collection, left_source, left_id, right_source, right_id = text.split("\n")
    except ValueError:
        raise NotFound(f"{name!r} names no pair") from None
    if collection not in COLLECTIONS or "\0" in text:
        raise NotFound(f"{name!r} names no pair")
    return Pair.of(RecordKey(collection, left_source, left_id), RecordKey(collection, right_source, right_id))
