"""What XML can hold of a text."""

import re

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML 1.0, production 2
_UNFIT = re.compile(f"\r|{_NOT_XML.pattern}")
UNFIT = r"[\x00-\x08\x0b-\x1f\x{fffe}\x{ffff}]"  # the same, as RE2 writes it
UNFIT_BYTES = bytes({*range(0x20)} - {0x09, 0x0A}) + "\ufffe".encode()[:1]  # one of these is in each such text


def fit(text: str) -> str:
    """Line ends as LF, and a replacement character for what XML forbids."""
    if not _UNFIT.search(text):
        return text
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n").replace("\r", "\n"))
