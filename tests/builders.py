"""The smallest valid record of each collection. A test names only the field it is about."""

from typing import Any

from schemas.canonical import JSON


def make_actor(**over: Any) -> JSON:
    return {"name": "Association Eau et Vie", "type": "ASSO-ASI"} | over


def make_project(**over: Any) -> JSON:
    return {"title": "Adduction d'eau à Kayes", "lead": {"actor": "A-1"}, "countries": [{"code": "ML"}]} | over


def make_announcement(**over: Any) -> JSON:
    return {"kind": "event", "title": "Festival des solidarités à Orléans"} | over
