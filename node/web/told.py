"""The national level's lines in the words of a network's officer: what each state means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from node.store.fates import Fated
from schemas.canonical import JSON
from schemas.feedback import Fate
from schemas.registry import LATEST, Column, columns
from schemas.vocabularies import vocabulary

OVERRIDE_HEADINGS = ("sujet", "champ", "votre valeur", "ce qu'il faut savoir", "valeur nationale ou exemple", "réseaux")
_SEVERITIES = {"error": "à corriger", "warning": "à vérifier", "advice": "conseil"}


@dataclass(frozen=True, slots=True)
class Words:
    """A state for people. plural: as the heading of a list. todo: what to do, in one sentence."""

    label: str
    plural: str
    todo: str


def progress(told: JSON) -> str:
    """How far an erasure has come, by its receipt, in one or two sentences."""
    past = told["past_releases"]
    ends = [each["until"] for each in past]
    until = f"au plus tard jusqu'au {_day(max(ends))}" if ends and all(ends) else "sans fin prévue (demandez au pôle)"
    match told["state"]:
        case "waiting":
            return "En attente : une personne du pôle doit confirmer. Rien n'est encore effacé chez lui."
        case "taken-back":
            return "Annulée : la fiche a été transmise de nouveau avant d'être effacée. Rien n'a été effacé."
        case "under-way":
            return "En cours : le contenu est effacé. La prochaine nuit finit ce que le pôle en avait tiré."
        case "purged":
            return "Effacée chez le pôle. Le catalogue en ligne la montre encore, jusqu'à sa prochaine version."
        case "unpublished":
            several = f"Seules {len(past)} anciennes versions la gardent"
            holding = several if len(past) > 1 else "Seule une ancienne version la garde"
            return f"Effacée chez le pôle et dans le catalogue en ligne. {holding}, {until}."
        case "done":
            return "Effacée partout : chez le pôle et dans toutes les versions du catalogue."
    return f"État inconnu de ce programme : {told['state']}. Mettez rrma-node à jour."


def _day(moment: str) -> str:
    return "/".join(reversed(moment[:10].split("-")))


FATES: Mapping[Fate, Words] = {
    Fate.PUBLISHED: Words(
        "publiée",
        "Publiées",
        "Rien à faire. La fiche nationale est la vôtre ; d'autres réseaux ont pu s'y joindre.",
    ),
    Fate.MERGED: Words(
        "réunie à une autre",
        "Réunies à une autre",
        "Un autre réseau avait déjà cette structure. Si ce n'est pas la même, écrivez au pôle national.",
    ),
    Fate.QUARANTINED: Words(
        "mise de côté",
        "Mises de côté",
        "Corrigez dans votre tableau ce qui est signalé, puis enregistrez-le de nouveau (rrma-node ingest).",
    ),
    Fate.HELD: Words(
        "en attente",
        "En attente",
        "Trop de fiches ont disparu, ou changé d'identifiant, d'un coup. Une personne du pôle national vérifie. "
        "Si c'est une erreur, enregistrez un tableau complet ; sinon, prévenez le pôle national.",
    ),
    Fate.ERASED: Words(
        "effacée",
        "Effacées",
        "Rien à faire. Le contenu a été effacé à votre demande ; les reçus disent jusqu'où.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One record for the page. Rows are texts under OVERRIDE_HEADINGS."""

    fated: Fated
    words: Words
    issue_rows: tuple[tuple[str, ...], ...]
    override_rows: tuple[tuple[str, ...], ...]
    proposals: tuple[tuple[int, tuple[str, str, str, str]], ...]


def in_words(fated: Fated) -> Told:
    return Told(
        fated=fated,
        words=FATES[fated.fate],
        issue_rows=tuple(_issue(fated.collection, issue) for issue in fated.line.get("issues", ())),
        proposals=tuple((one["number"], proposal_cells(fated, one)) for one in fated.line.get("corrections", ())),
        override_rows=tuple(_override(fated.collection, one) for one in fated.line.get("overrides", ())),
    )


def proposal_cells(fated: Fated, one: JSON) -> tuple[str, str, str, str]:
    """Field, own value, proposed value and reason of a proposed correction."""
    pointer = one["pointer"]
    yours, proposed = (shown(fated.collection, pointer, one.get(name)) for name in ("current", "proposed"))
    return str(one["field"]), yours, proposed, str(one["reason"])


def shown(collection: str, pointer: str, value: Any) -> str:
    """A value as a person reads it: codes by their label, an address on one line."""
    column = _columns(collection).get(pointer.strip("/").replace("/", "."))
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(shown(collection, pointer, one) for one in value)
    if isinstance(value, dict):
        return ", ".join(shown(collection, f"{pointer}/{name}", one) for name, one in value.items() if one)
    if column is not None and column.choices:
        return column.choices.get(str(value), str(value))
    return vocabulary(column.vocabulary).label(str(value)) if column is not None and column.vocabulary else str(value)


def _issue(collection: str, issue: JSON) -> tuple[str, ...]:
    pointer = issue["pointer"]
    return (
        _SEVERITIES[issue["severity"]],
        str(issue.get("field", pointer)),
        shown(collection, pointer, issue.get("received")),
        str(issue["message"]),
        shown(collection, "", issue.get("example")),
        "",
    )


def _override(collection: str, one: JSON) -> tuple[str, ...]:
    pointer = one["pointer"]
    return (
        "valeur remplacée",
        str(one["field"]),
        shown(collection, pointer, one["yours"]),
        str(one.get("rule_text", one["rule"])),
        shown(collection, pointer, one["national"]),
        ", ".join(one["networks"]),
    )


@cache
def _columns(collection: str) -> Mapping[str, Column]:
    return {column.property: column for column in columns(LATEST[collection])}
