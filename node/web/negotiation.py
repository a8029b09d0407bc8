"""Content coding by negotiation (RFC 9110, section 12.5.3)."""

from collections.abc import Iterable, Iterator

from node.packing import gzipped, zstd
from schemas.errors import RequestError

# Best first: at equal wish zstd costs the node half of gzip's time for fewer bytes.
_CODINGS = ("zstd", "gzip", "identity")
_BLOCK_BYTES = 1 << 16


class NotAcceptable(RequestError):
    """The caller accepts none of our content codings, not even none at all."""

    code = "not-acceptable"


def coding(accepted: str | None) -> str:
    """The coding to use for a request's Accept-Encoding; None when it sent no such header.

    Raises NotAcceptable when everything we have is refused.
    """
    if accepted is None:
        return "identity"
    weights = dict(_weight(part) for part in accepted.split(",") if part.strip())
    wished = {name: weights.get(name, _unnamed(name, weights)) for name in _CODINGS}
    best = max(_CODINGS, key=lambda name: wished[name])
    if wished[best] <= 0:
        raise NotAcceptable("offered content codings: zstd, gzip, identity")
    return best


def coded(lines: Iterable[bytes], coding: str) -> Iterator[bytes]:
    """Lines as blocks of bytes in a coding of `coding()`: few and large, since each crosses a thread."""
    match coding:
        case "gzip":
            return _blocks(gzipped(lines))
        case "zstd":
            return _blocks(zstd(lines))
        case _:
            return _blocks(lines)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    block = bytearray()
    for piece in pieces:
        block += piece
        if len(block) >= _BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    if block:
        yield bytes(block)


def _weight(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _number(value)
    return name, 1.0


def _number(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 0.0


def _unnamed(name: str, weights: dict[str, float]) -> float:
    """What a coding that is not named weighs: as `*` says, else refused; identity is welcome unless refused, last."""
    if "*" in weights:
        return weights["*"]
    return 0.0001 if name == "identity" else 0.0
