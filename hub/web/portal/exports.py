"""The whole of a search as one file: written by the very writers of a release, then streamed and forgotten."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from hub.distributions.batch import batches
from hub.distributions.formats import FORMATS, Format
from hub.model.imprint import Imprint

BY_SUFFIX = {form.suffix: form for form in FORMATS}
_PIECE_BYTES = 1 << 20


def export(form: Format, collection: str, records: Iterable[bytes], imprint: Imprint) -> Iterator[bytes]:
    """The bytes of one file that holds these records, in their order, under the imprint of their release.

    Writing goes through a temporary folder, so that memory does not grow with the search; closing the iterator, as
    happens when a reader hangs up, removes it.
    """
    with TemporaryDirectory(prefix="rrma-export-") as folder:
        path = Path(folder, form.path(collection))
        for _ in form.write(path, collection, batches(collection, records), imprint):
            pass
        with path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                yield piece
