"""At the national level's door: what became of our records, that we have news, and whom it already knows."""

from datetime import UTC, datetime
from typing import Any

import orjson

from node import correcting, erasing
from node import feedback as stages
from node.cli.output import complain, say, show_table, tell_json
from node.home import Home
from node.nation import Nation, nation_of
from node.plan import Plan, Verdict
from node.store import fates, receipts
from node.store.engine import reading
from node.web.told import FATES, in_words, progress, proposal_cells
from schemas.canonical import JSON
from schemas.errors import NotFound
from schemas.feedback import COUNTED, Fate

MOST_ASKED = 100
_HEADINGS = ("réseau", "état", "nom", "commune", "vraisemblance", "pourquoi", "fiche nationale")
_STATES = {"published": "publiée", "quarantined": "mise de côté", "held": "en attente"}
_REASONS = 3


def feedback(home: Home, *, as_json: bool) -> None:
    with nation_of(home) as nation:
        done = stages.fetch(home, nation, datetime.now(UTC).replace(microsecond=0))
    view, totals = done.view, done.view.totals.as_json()
    with reading(home.engine) as connection:
        waiting = [in_words(each) for each in fates.found(connection, Fate.QUARANTINED)]
    if as_json:
        told = {"as_of": view.as_of, "read_seq": view.read_seq, "number": view.number, "changed": done.lines}
        tell_json({"network": home.settings.network, **told, "totals": totals})
        return
    rows = [(FATES[fate].plural, totals[fate], FATES[fate].todo) for fate in COUNTED]
    show_table("Vos fiches vues de l'échelon national", ("état", "fiches", "que faire"), rows)
    say(f"Transmises : {totals['sent']}, la somme exacte de ces lignes. État au {view.as_of[:10]}.")
    if totals["erased"]:
        say(f"Effacées à votre demande : {totals['erased']} (rrma-node erasure list dit jusqu'où).")
    remarks = [(one.fated.local_id, one.fated.label, *row[1:5]) for one in waiting for row in one.issue_rows]
    if remarks:
        headings = ("identifiant", "nom", "champ", "lu", "que faire", "exemple")
        show_table("Mises de côté", headings, remarks)


def erasures(home: Home, *, as_json: bool) -> None:
    """How far each erasure that was asked for has come."""
    with nation_of(home) as nation:
        found = erasing.fetch(home, nation, datetime.now(UTC).replace(microsecond=0))
    if as_json:
        tell_json({"network": home.settings.network, "erasures": [each.told for each in found]})
    elif found:
        rows = [(each.local_id, each.asked_at[:10], progress(each.told), each.name) for each in found]
        show_table("Effacements demandés", ("identifiant", "lu par le pôle le", "où cela en est", "reçu"), rows)
    else:
        say("Le pôle national n'a lu aucune demande d'effacement de ce réseau.")


def erasure_proof(home: Home, name: str) -> None:
    """One receipt as it was kept, with its signature."""
    with reading(home.engine) as connection:
        found = receipts.get(connection, name)
    if found is None:
        raise NotFound(f"Aucun reçu {name} n'a été relu : lancez « rrma-node erasure list », puis recopiez son nom.")
    tell_json(found.proof())


def ping(home: Home, *, as_json: bool) -> None:
    with nation_of(home) as nation:
        told = nation.ping()
    if as_json:
        tell_json(told)
        return
    at = datetime.fromisoformat(str(told["not_before"])).astimezone()
    say(f"Le pôle national relira votre annuaire à partir de {at:%H:%M}.")


def corrections(home: Home, *, as_json: bool) -> None:
    """What the national level proposes, as it was last fetched."""
    with reading(home.engine) as connection:
        waiting = fates.proposed(connection)
    if as_json:
        tell_json(
            {"corrections": [{"collection": each.collection, "id": each.local_id, **one} for each, one in waiting]}
        )
    elif waiting:
        rows = [(one["number"], each.local_id, each.label, *proposal_cells(each, one)) for each, one in waiting]
        headings = ("numéro", "identifiant", "nom", "champ", "votre valeur", "proposée", "pourquoi")
        show_table("Corrections proposées", headings, rows)
    else:
        say("Aucune correction n'attend votre réponse.")


def accept(home: Home, number: int, now: datetime) -> None:
    with nation_of(home) as nation:
        correcting.accept(home, nation, number, now)
    say("Acceptée : votre fiche dit la nouvelle valeur. Corrigez aussi votre tableau, pour ne plus y penser.")


def refuse(home: Home, number: int, reason: str) -> None:
    with nation_of(home) as nation:
        correcting.refuse(home, nation, number, reason)
    say("Refusée : le pôle national en lira la raison.")


def look_up(home: Home, name: str, city: str | None, *, as_json: bool) -> None:
    """Who may bear this name already?"""
    draft: JSON = {"name": name} | ({"seat": {"city": city}} if city else {})
    with nation_of(home) as nation:
        found = nation.check(draft)
    if as_json:
        tell_json({"matches": found})
    elif found:
        show_table("Déjà connues du pôle national", _HEADINGS, [_cells(match) for match in found])
    else:
        say("Le pôle national ne connaît aucune structure qui ressemble à celle-là.")


def duplicates(home: Home, plan: Plan, *, as_json: bool) -> list[JSON]:
    """Ask of each new actor of a plan whom it may already be; shows what was found, unless as_json."""
    fresh = [row.candidate for row in plan.having(Verdict.NEW)] if plan.collection == "actor" else []
    found: list[JSON] = []
    with nation_of(home) as nation:
        for candidate in fresh[:MOST_ASKED]:
            matches = _asked(nation, candidate.payload, candidate.id)
            if matches:
                about = {"row": candidate.row, "id": candidate.id, "label": candidate.label}
                found.append(about | {"matches": matches})
    if len(fresh) > MOST_ASKED:
        complain(f"Attention : seules les {MOST_ASKED} premières des {len(fresh)} nouvelles fiches ont été cherchées.")
    if not as_json:
        rows = [(one["row"], one["label"], *_cells(match)) for one in found for match in one["matches"]]
        if rows:
            show_table("Nouvelles fiches peut-être déjà connues", ("ligne", "votre fiche", *_HEADINGS), rows)
        else:
            say("Aucune nouvelle fiche ne ressemble à une structure déjà connue.")
    return found


def _asked(nation: Nation, payload: bytes | None, local_id: str | None) -> list[JSON]:
    return nation.check(orjson.loads(payload), local_id) if payload is not None else []


def _cells(match: JSON) -> tuple[Any, ...]:
    """One match as a row. What its network does not publish has no name here: the two networks can talk."""
    reasons = [part["text_fr"] for part in match["parts"] if part["weight"] > 0][:_REASONS]
    return (
        match["network_title"],
        _STATES.get(match["state"], match["state"]),
        match.get("name", "(non publiée : demandez à ce réseau)"),
        match.get("city", ""),
        f"{match['probability']:.0%}".replace("%", " %"),
        " ; ".join(reasons),
        match.get("url", match.get("national_id", "")),
    )
