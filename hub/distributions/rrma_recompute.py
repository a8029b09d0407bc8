#!/usr/bin/env python3
"""rrma-recompute : recalculer les chiffres publiés / recompute the published figures.

    python rrma-recompute [FIGURE ...] [--release RELEASE] [--list]

FIGURE : « actors », « actors-by-country », « actors-by-country/SN » ; sinon tous / else all of them
RELEASE : le dossier d’une version, sinon celui de ce fichier / a release folder, else the one this file lies in
Il faut DuckDB / DuckDB is needed: pip install duckdb
Code de sortie / exit code : 0 mêmes chiffres / same figures, 1 autres / others, 2 mauvais appel / wrong call.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Iterator  # noqa: UP035 - Python 3.9 reads this file too

import duckdb

Values = dict[str, int]


def opened(folder: Path, statistics: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """A database in memory with the relations that queries join; it reads the files of the folder and no others."""
    connection, here = duckdb.connect(), str(folder.resolve()).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{here}']")
    for path in folder.glob("*s.parquet"):
        connection.execute(f"CREATE VIEW \"{path.name}\" AS FROM '{here}/{path.name}'")
    for name, relation in statistics["lookups"].items():
        one, two = relation["columns"]
        connection.execute(f"CREATE TABLE {name} ({one} VARCHAR, {two} VARCHAR)")
        pairs = [[row[place] for row in relation["rows"]] for place in (0, 1)]
        connection.execute(f"INSERT INTO {name} SELECT unnest(?), unnest(?)", pairs)
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
    return connection


def stated(statistics: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Values]]:
    """Each figure and table of the open records, with the numbers it states."""
    for figure in statistics["figures"]:
        if figure["population"] == "open":
            yield figure, {"": figure["value"]}
    for table in statistics["tables"]:
        if table["population"] == "open":
            rows = {f"/{row['code']}": row["count"] for row in table["rows"]}
            yield table, {"": table["known"], "/total": table["total"], "/overlap": table["overlap"], **rows}


def recomputed(connection: duckdb.DuckDBPyConnection, folder: Path, entry: dict[str, Any]) -> Values:
    """The same numbers, counted in the published file. A collection without a file has no records."""
    is_table = "rows" in entry
    if not (folder / entry["file"]).exists():
        return {"": 0, "/total": 0, "/overlap": 0} if is_table else {"": 0}
    if not is_table:
        return {"": int(connection.execute(entry["query"]).fetchall()[0][0] or 0)}
    cells = f"({entry['query']})"
    rows = connection.execute(f"SELECT code, count(*) FROM {cells} GROUP BY code").fetchall()  # noqa: S608
    known = connection.execute(f"SELECT count(DISTINCT id) FROM {cells}").fetchall()[0][0]  # noqa: S608
    total = connection.execute(f"SELECT count(*) FROM '{entry['file']}'").fetchall()[0][0]  # noqa: S608
    overlap = sum(count for _, count in rows) - known
    return {"": known, "/total": total, "/overlap": overlap, **{f"/{code}": count for code, count in rows}}


def compared(folder: Path, names: list[str]) -> Iterator[tuple[str, int | None, int | None]]:
    """(figure, what is stated, what was counted) of all that is asked for, or of everything."""
    statistics = json.loads((folder / "statistics.json").read_bytes())
    connection = opened(folder, statistics)
    for entry, said in stated(statistics):
        wanted = [name for name in names if name.partition("/")[0] == entry["id"]]
        if names and not wanted:
            continue
        counted = recomputed(connection, folder, entry)
        for part in sorted({*said, *counted}):
            if not names or entry["id"] in wanted or entry["id"] + part in wanted:
                yield entry["id"] + part, said.get(part), counted.get(part)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("figures", nargs="*", metavar="FIGURE")
    asked.add_argument("--release", type=Path, default=Path(__file__).resolve().parent)
    asked.add_argument("--list", action="store_true", help="la requête de chaque chiffre / the query of each figure")
    given = asked.parse_args()
    try:
        if given.list:
            for entry, _ in stated(json.loads((given.release / "statistics.json").read_bytes())):
                print(f"{entry['id']}\t{entry['query']}")
            return 0
        found = list(compared(given.release, given.figures))
    except (OSError, ValueError, LookupError, TypeError, duckdb.Error) as wrong:
        print("!! ", wrong, "\nNON RECALCULÉ / NOT RECOMPUTED")
        return 1
    if unknown := [name for name in given.figures if not any((one + "/").startswith(name + "/") for one, *_ in found)]:
        asked.error(f"chiffre inconnu / unknown figure: {', '.join(unknown)}")
    for name, said, counted in found:
        print("OK " if said == counted else "!! ", name, said, "=" if said == counted else f"≠ {counted}")
    same = all(said == counted for _, said, counted in found)
    print("MÊMES CHIFFRES / SAME FIGURES" if same else "AUTRES CHIFFRES / OTHER FIGURES")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
