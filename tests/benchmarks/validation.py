"""Validation, from bytes to verdict: ours against jsonschema, against its bare parts, and with bad records.

Each figure is records per second of CPU time, median of interleaved rounds; caches are warm, as they are in a hub that
validates the same directories every night. Run alone: `python -m tests.benchmarks.validation`.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence

import jsonschema
import jsonschema_rs
import orjson

from schemas.canonical import JSON
from schemas.geography import Commune, communes_of_department
from schemas.registry import schema_of
from schemas.validate import is_valid, issues
from tests.benchmarks.row import Row

SEED = 2026
RECORDS = 3_000
FEW = 150  # of them for jsonschema, which is two orders slower
ROUNDS = 5
BAD_SHARE = 0.05
SCHEMA = "actor/1.0"
UNIT = "records/s"

Work = Callable[[Sequence[bytes]], None]


def rows() -> list[Row]:
    clean, mixed = _payloads(bad_share=0), _payloads(bad_share=BAD_SHARE)
    document = schema_of(SCHEMA)
    bare = jsonschema_rs.Draft202012Validator(document, validate_formats=True)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    reference = jsonschema.Draft202012Validator(document, format_checker=checker)

    def by_jsonschema(lines: Sequence[bytes]) -> None:
        for line in lines:
            reference.is_valid(orjson.loads(line))

    def by_bare_parts(lines: Sequence[bytes]) -> None:
        for line in lines:
            bare.is_valid(orjson.loads(line))

    def verdict(lines: Sequence[bytes]) -> None:
        for line in lines:
            is_valid(SCHEMA, orjson.loads(line))

    def everything(lines: Sequence[bytes]) -> None:
        for line in lines:
            issues(SCHEMA, orjson.loads(line), perimeter=("24", "53", "84"))

    slow, parts, fast, full, full_mixed = _rates(
        [
            (by_jsonschema, clean[:FEW]),
            (by_bare_parts, clean),
            (verdict, clean),
            (everything, clean),
            (everything, mixed),
        ]
    )
    return [
        _row("verdict", fast, slow, "jsonschema", 60),
        _row("verdict", fast, parts, "orjson + jsonschema-rs", 0.7),
        _row("all issues, rules included", full, slow, "jsonschema", 60),
        _row("all issues, rules included", full, parts, "orjson + jsonschema-rs", None),
        _row("all issues, 5 % bad records", full_mixed, full, "clean records", 0.45),
    ]


def _row(name: str, value: float, baseline: float, against: str, goal: float | None) -> Row:
    return Row(name=f"validate: {name}", unit=UNIT, value=value, baseline=baseline, baseline_name=against, goal=goal)


def _rates(works: Sequence[tuple[Work, Sequence[bytes]]]) -> list[float]:
    for work, lines in works:
        work(lines)
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for spent, (work, lines) in zip(seconds, works, strict=True):
            started = time.process_time()
            work(lines)
            spent.append(time.process_time() - started)
    return [len(lines) / statistics.median(spent) for spent, (_, lines) in zip(seconds, works, strict=True)]


def _payloads(*, bad_share: float) -> list[bytes]:
    chance = random.Random(SEED)
    full: JSON = schema_of(SCHEMA)["examples"][1]
    towns = [town for code in ("45", "35", "69") for town in communes_of_department(code) if town.lat is not None]
    return [orjson.dumps(_payload(full, number, chance, towns, bad_share)) for number in range(RECORDS)]


def _payload(full: JSON, number: int, chance: random.Random, towns: Sequence[Commune], bad_share: float) -> JSON:
    town = chance.choice(towns)
    payload = full | {
        "id": f"A-{number:05}",
        "name": f"Association {number} de {town.name}",
        "description": " ".join(chance.choices(full["description"].split(), k=60)),
        "seat": full["seat"]
        | {
            "postcode": town.postcodes[0],
            "city": town.name,
            "insee": town.insee,
            "lat": town.lat,
            "lon": town.lon,
        },
    }
    if chance.random() < bad_share:
        payload |= chance.choice(
            [
                {"name": ""},
                {"seat": {"postcode": "59"}},
                {"confirmed_on": "31/12/2020"},
                {"countries": [{"code": "Mali"}]},
                {"parent": {}},
                {"identifiers": [{"scheme": "siren", "value": "732829321"}]},
            ]
        )
    return payload


if __name__ == "__main__":
    for row in rows():
        print(f"{row.name:45} {row.value:10,.0f} {row.unit}  {row.ratio:8.2f} x {row.baseline_name}  (goal {row.goal})")
