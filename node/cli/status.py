"""Where a node stands: what it states, the last file of each origin, the rows that wait for the network."""

from dataclasses import asdict
from typing import Any

from node.cli.output import say, show_table
from node.home import Home
from node.store import ingests, state
from node.store.engine import reading
from schemas.canonical import JSON


def read(home: Home) -> JSON:
    with reading(home.engine) as connection:
        now = state.read(connection)
        return {
            "network": home.settings.network,
            "name": home.settings.name,
            "epoch": now.epoch,
            "seq": now.seq,
            "compacted_before": now.compacted_before,
            "stated_at": now.stated_at,
            "collections": {
                name: {"count": total.count, "digest": total.digest} for name, total in now.collections.items()
            },
            "origins": [asdict(one) for one in ingests.last(connection)],
            "kept_back": [asdict(one) for one in ingests.all_kept_back(connection)],
            "mappings": [path.stem for path in home.mappings],
        }


def show(found: JSON) -> None:
    say(f"{found['name']} ({found['network']}), changement n° {found['seq']}, données du {found['stated_at'][:10]}")
    totals = [(name, total["count"], total["digest"][:16]) for name, total in found["collections"].items()]
    show_table("Fiches transmises", ("collection", "fiches", "empreinte"), totals)
    files = [_cells(one, "origin", "file", "dated", "rows", "accepted", "kept_back") for one in found["origins"]]
    if files:
        show_table("Derniers fichiers", ("origine", "fichier", "daté du", "lignes", "valables", "mises de côté"), files)
    waiting = [
        (row["origin"], row["row"], row["local_id"] or "", issue["column"] or "", issue["read"] or "", issue["message"])
        for row in found["kept_back"]
        for issue in row["issues"]
        if issue["severity"] == "error"
    ]
    if waiting:
        show_table("Lignes mises de côté", ("origine", "ligne", "identifiant", "colonne", "lu", "que faire"), waiting)


def _cells(one: JSON, *names: str) -> tuple[Any, ...]:
    return tuple(str(one[name])[:10] if name == "dated" else one[name] for name in names)
