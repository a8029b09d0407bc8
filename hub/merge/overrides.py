"""Which values of a record does its national record prefer others to, from whom, and by which rule?"""

from hub.merge.table import CHOICES, RULES
from schemas.canonical import JSON
from schemas.record import RecordKey

_WORDS = {rule.name: rule.text_fr for rule in RULES}


def overrides(key: RecordKey, payload: JSON, line: JSON) -> list[JSON]:
    """The overridden values of one record, in the order of their rules; one JSON object each, without its French title.

    payload: what the record states.
    line:    its golden record as a public JSON object. A member that it is not made of has no value in it.
    Lists are unions of what all say, so that nothing of them is replaced.
    """
    mine = {"network": key.source, "id": key.local_id}
    if not any(mine.items() <= source.items() for source in line["sources"]):
        return []
    found = []
    for name, rule in CHOICES[key.collection].items():
        origins = line["provenance"].get(f"/{name}", ())
        if payload.get(name) in (None, line.get(name)) or not origins:
            continue
        if any(mine.items() <= origin.items() for origin in origins):
            continue
        found.append(
            {
                "pointer": f"/{name}",
                "yours": payload[name],
                "national": line[name],
                "networks": sorted({origin["network"] for origin in origins}),
                "rule": rule,
                "rule_text": _WORDS[rule],
            }
        )
    return found
