"""What a complete reading held, kept on disk while it is read: the hub's memory does not grow with the feed."""

from collections import defaultdict
from collections.abc import Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import orjson

from hub.feeds import Page, Unreadable
from hub.model.holding import Holding
from schemas.canonical import SetDigest
from schemas.feed import Put


class Spool:
    """Key and declared hash of every record that a reading stated, in a file that nobody else sees."""

    def __init__(self) -> None:
        self._file = TemporaryFile(buffering=1 << 16)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._file.close()

    def keep(self, page: Page) -> None:
        stated = [
            (change.collection, change.id, change.hash)
            for change in page.changes
            if isinstance(change, Put)
            or (isinstance(change, Unreadable) and None not in (change.collection, change.id, change.hash))
        ]
        self._file.write(orjson.dumps(stated) + b"\n")

    def holdings(self) -> dict[str, Holding]:
        """Count and digest of each collection, line by line: a record stated twice counts twice."""
        counts: dict[str, int] = defaultdict(int)
        digests: dict[str, SetDigest] = defaultdict(SetDigest)
        for collection, local_id, declared in self._stated():
            counts[collection] += 1
            digests[collection] = digests[collection].plus(collection, local_id, declared)
        return {name: Holding(count=counts[name], digest=digests[name].hex) for name in counts}

    def keys(self) -> Iterator[tuple[str, str]]:
        return ((collection, local_id) for collection, local_id, _ in self._stated())

    def _stated(self) -> Iterator[tuple[str, str, str]]:
        self._file.seek(0)
        for page in self._file:
            yield from orjson.loads(page)
