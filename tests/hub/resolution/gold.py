"""The gold: pairs and clusters judged by hand, and the demonstration's actors they speak of.

`python -m tests.hub.resolution.gold` writes `records.ndjson` anew, when a file or a mapping of `deploy/demo` changed.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors import mapping as mappings
from hub.demo.federation import CHECKOUT, Federation
from schemas.canonical import JSON, canonical

JUDGED = Path(__file__).parents[2] / "data" / "judged"

# Rows of the same publishers that no demonstration network lists; the first 264 pairs speak of some.
OUTSIDE = "hors-rrma"


def table(name: str) -> list[Mapping[str, str]]:
    """The rows of a CSV file of the gold."""
    with (JUDGED / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def member(row: Mapping[str, str]) -> str:
    """A row of `clusters.csv` as `pairs.csv` names records: network/local id."""
    return f"{row['network']}/{row['local_id']}"


def recorded() -> dict[str, JSON]:
    """`records.ndjson`: network/local id -> its line."""
    lines = map(json.loads, (JUDGED / "records.ndjson").read_text("utf-8").splitlines())
    return {f"{line['source']}/{line['id']}": line for line in lines}


def demonstrated() -> Iterator[tuple[str, JSON]]:
    """Every actor of the demonstration as (network/local id, line), read by the networks' own mappings."""
    for network in Federation.load(CHECKOUT).networks:
        for file in network.files:
            mapping = mappings.load(file.mapping)
            if mapping.collection == "actor":
                for row in mappings.open_for(mapping, file.path).rows:
                    yield _line(network.id, mappings.apply(mapping, row).payload or {})


def _line(network: str, payload: JSON) -> tuple[str, JSON]:
    record = {key: value for key, value in payload.items() if key not in ("id", "attribution")}
    line = {"id": payload["id"], "origin": payload["attribution"]["source"], "record": record, "source": network}
    return f"{network}/{payload['id']}", line


def _write() -> None:
    named = {pair[side] for pair in table("pairs.csv") for side in ("left", "right")}
    named |= {member(row) for row in table("clusters.csv")}
    known = recorded() | dict(demonstrated())
    lines = [canonical(known[name]).decode() + "\n" for name in sorted(named)]
    (JUDGED / "records.ndjson").write_text("".join(lines), "utf-8")


if __name__ == "__main__":
    _write()
