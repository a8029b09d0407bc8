"""Source records as their networks state them, the public part, one a line: what the golden records were made of."""

import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from hub.distributions.contents import MemberRow
from hub.distributions.jsonlines import packed
from schemas.canonical import canonical

SUFFIX = "records.jsonl.gz"


def write(path: Path, members: Iterable[MemberRow]) -> None:
    """Write {"id", "local_id", "modified_on", "network", "record"} a line; `id` is that of the golden record."""
    with packed(path) as file:
        for row in members:
            told = {
                "id": row.national_id,
                "network": row.network,
                "local_id": row.local_id,
                "modified_on": row.modified_on,
            }
            file.write(b'%s,"record":%s}\n' % (canonical(told)[:-1], row.payload))


def ids(path: Path) -> Iterator[str]:
    """The golden id of each line, read by the standard library. Raises OSError, EOFError or ValueError."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (str(json.loads(line)["id"]) for line in lines)
