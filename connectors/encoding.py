"""Which encoding a French text file is written in: what is certain first, then what is likely.

A byte-order mark says it. Zeros in every other byte say UTF-16. Bytes that are valid UTF-8 throughout are UTF-8: other
texts with accents are not, by chance, valid UTF-8. What is left is one of the code pages in which French was written,
told apart by chardet on the lines that hold an accent, the only ones that can tell.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import chardet

from connectors.table import UnreadableFile

# Windows, the ISO standard with the euro, Mac OS before 2001 (Excel for Mac still exports it), DOS.
FRENCH = ("cp1252", "iso-8859-15", "mac_roman", "cp850")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """name: a Python codec. certain: proved by the bytes, not guessed. confidence: chardet's, 0 to 1, when guessed."""

    name: str
    certain: bool = True
    confidence: float = 1.0


def find_encoding(path: Path) -> Encoding:
    """The encoding of a text file. Raises UnreadableFile when two are mixed, naming the first odd line."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return Encoding(name=name)
    if wide := _wide(start):
        return Encoding(name=wide)
    if _is_utf8(path):
        return Encoding(name="utf-8")
    return _guess(path)


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: Western text has a zero in nearly every other byte."""
    half = len(start) // 2
    if half and start[1::2].count(0) > 0.6 * half and start[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half and start[::2].count(0) > 0.6 * half and start[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return None


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _guess(path: Path) -> Encoding:
    accented = list(_accented_lines(path))
    strange = [number for number, line in accented if not _decodes(line)]
    if strange and 2 * len(strange) < len(accented):
        raise UnreadableFile(
            path,
            "encoding",
            f"le fichier mélange deux encodages : il est en UTF-8, sauf la ligne {strange[0]}"
            f"{' et d’autres' if len(strange) > 1 else ''}. Corrigez ces lignes, ou enregistrez tout en UTF-8 "
            "(« CSV UTF-8 » dans un tableur).",
        )
    sample = b"\n".join(line for _, line in accented)
    found = chardet.detect(sample, include_encodings=FRENCH, compat_names=False, prefer_superset=True)
    return Encoding(name=found["encoding"] or "cp1252", certain=False, confidence=found["confidence"])


def _accented_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not plain ASCII, with their number from 1, up to the size of a sample."""
    size = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.isascii():
                yield number, line[:_SAMPLE_BYTES]
                size += len(line)
                if size > _SAMPLE_BYTES:
                    return


def _decodes(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
