"""A whole release of real rows, made in one process by the very parts that make releases.

    deploy/demo files ─► connectors ─► validator ─► resolution ─► merge ─► release builder

What the demonstration does over HTTP between thirteen processes, the tests of the web do here in a few seconds.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors import mapping_file
from connectors.layout import open_for
from connectors.payload import apply
from hub.distributions.contents import Contents, EdgeRow, IssuedId, MemberRow, PublicLine
from hub.merge import golden
from hub.model.cluster import Cluster
from hub.model.freshness import Freshness
from hub.model.identity import national_id
from hub.model.record import Accepted, Founding
from hub.model.release import LastHarvest, NetworkEntry
from hub.resolution import Result, resolve_records
from hub.stages.release import Release, publish
from schemas import registry
from schemas.canonical import canonical, content_hash
from schemas.record import COLLECTIONS, RecordKey
from schemas.validate import is_fit, issues

DEMO = Path(__file__).parents[3] / "deploy" / "demo"
NOW = datetime(2026, 11, 3, 2, 41, tzinfo=UTC)
NOTICE = "Démonstration : données publiques réelles ; ce ne sont pas les annuaires des réseaux."
GONE = national_id(RecordKey("actor", "centraider", "never-again"))


def federation() -> list[dict[str, Any]]:
    """The networks of the demonstration, as its configuration lists them."""
    networks: list[dict[str, Any]] = tomllib.loads((DEMO / "federation.toml").read_text("utf-8"))["network"]
    return networks


def read_each_night(networks: Iterable[str]) -> Iterator[Freshness]:
    """Each was read for the last time a night before the one before it: the first is fresh, the last is not."""
    for number, network in enumerate(networks):
        last = NOW - timedelta(days=number)
        nights = [last - timedelta(days=days) for days in range(100 - 8 * number)]
        yield Freshness.of(network, 2, nights[-1], last, nights[:90])


def demo_records() -> Iterator[Accepted]:
    """Every fit row of the demonstration's files."""
    for network in federation():
        for file in network["file"]:
            home = DEMO / "networks" / network["id"]
            mapping = mapping_file.load(home / file["mapping"])
            for row in open_for(mapping, home / file["path"]).rows:
                mapped = apply(mapping, row)
                schema = registry.LATEST[mapping.collection]
                if mapped.id and mapped.payload and is_fit(issues(schema, mapped.payload)):
                    dated = datetime.combine(file["dated"], datetime.min.time(), UTC)
                    yield accepted(RecordKey(mapping.collection, network["id"], mapped.id), mapped.payload, dated)


def announcements() -> Iterator[Accepted]:
    """What networks announce and the demonstration has not: a call that two relay, events to come and over, news."""
    orleans = {"name": "Muséum", "city": "Orléans", "postcode": "45000", "insee": "45234", "lat": 47.9, "lon": 1.9}
    region = {"level": "region", "codes": ["24", "53"]}
    call = {
        "kind": "funding",
        "title": "Appel à mésoprojets 2026",
        "summary": "Soutien aux projets portés par des OSIM.\nDossier en ligne ; questions : « Qui ? », « Où ? ».",
        "body": "<p>Le <strong>FORIM</strong> lance son appel.</p><ul><li>Eau</li><li>Éducation</li></ul>",
        "opens_at": "2026-11-01T00:00:00+01:00",
        "closes_at": "2027-01-31T23:59:00+01:00",
        "scope": region,
        "organiser": {"name": "FORIM"},
        "funders": [{"name": "Agence française de développement"}],
        "amount": {"min": 5000, "max": 25000, "currency": "EUR", "rate_max": 70},
        "eligible_types": ["ASSO-OSIM"],
        "sectors": ["EAU", "EDUC"],
        "countries": [{"code": "ML"}],
        "sdgs": ["6"],
        "url": "https://www.centraider.example/appel",
    }
    soon = {"starts_at": "2026-11-19T18:00:00+01:00", "ends_at": "2026-11-19T20:30:00+01:00", "place": orleans}
    stated = {
        "call": call,
        "soon": {"kind": "event", "title": "Festival des solidarités, à Orléans", "organiser": {"name": "Centraider"}}
        | soon,
        "days": {
            "kind": "training",
            "title": "Monter son budget ; niveau 2",
            "starts_at": "2027-03-09T09:00:00+01:00",
            "ends_at": "2027-03-10T17:00:00+01:00",
            "closes_at": "2027-02-15T12:00:00+01:00",
            "place": {"city": "Rennes", "postcode": "35000", "insee": "35238"},
        },
        "over": {"kind": "event", "title": "Rencontre passée", "starts_at": "2026-06-01T14:00:00+02:00"},
        "news": {"kind": "news", "title": "Le réseau déménage", "summary": "Nouvelle adresse."},
    }
    for name, payload in stated.items():
        yield accepted(RecordKey("announcement", "centraider", name), payload)
    yield accepted(RecordKey("announcement", "gescod", "appel"), call)


def accepted(key: RecordKey, payload: dict[str, Any], modified_at: datetime | None = NOW) -> Accepted:
    return Accepted(
        key=key,
        payload=payload,
        hash=content_hash(payload),
        modified_at=modified_at,
        founded=Founding(NOW, key),
    )


def publish_records(records: Iterator[Accepted] | list[Accepted], releases: Path, now: datetime = NOW) -> Release:
    """Resolve, merge and release these records; one identifier more was published once and is gone."""
    by_key = {record.key: record for record in records}
    found = publish(contents(by_key, resolve_records(by_key.values())), releases, now)
    assert isinstance(found, Release)
    return found


def contents(by_key: dict[RecordKey, Accepted], result: Result) -> Contents:
    clusters = [_cluster(members) for members in result.clusters]
    homes = {key: cluster.national_id for cluster in clusters for key in cluster.members}
    lines: dict[str, list[PublicLine]] = {collection: [] for collection in COLLECTIONS}
    for cluster in sorted(clusters, key=lambda each: each.national_id):
        record = golden(cluster, [by_key[key] for key in cluster.members], homes.get)
        line = record.as_line()
        is_open = all(by_key[key].payload.get("publication", "open") == "open" for key in cluster.members)
        lines[cluster.collection].append(PublicLine(cluster.national_id, canonical(line), is_open))
    return Contents(
        lines=lines,
        members=[_member(cluster, by_key[key]) for cluster in clusters for key in cluster.members],
        edges=[_edge(edge) for edge in result.edges],
        identifiers=sorted(_identifiers(clusters), key=lambda each: each.id),
        networks=tuple(_network(network, by_key) for network in federation()),
        notice=NOTICE,
    )


def _cluster(keys: frozenset[RecordKey]) -> Cluster:
    members = tuple(sorted(keys))
    return Cluster(national_id=national_id(members[0]), collection=members[0].collection, members=members)


def _member(cluster: Cluster, record: Accepted) -> MemberRow:
    return MemberRow(
        collection=cluster.collection,
        national_id=cluster.national_id,
        network=record.key.source,
        local_id=record.key.local_id,
        modified_on=record.modified_at.date().isoformat() if record.modified_at else None,
        payload=canonical(registry.public(registry.LATEST[cluster.collection], record.payload)),
    )


def _edge(edge: Any) -> EdgeRow:
    left, right = edge.pair.left, edge.pair.right
    return EdgeRow(
        collection=left.collection,
        left_network=left.source,
        left_id=left.local_id,
        right_network=right.source,
        right_id=right.local_id,
        log_odds=edge.log_odds,
        parts=[{"name": part.name, "weight": part.weight, "text_fr": part.text_fr} for part in edge.parts],
    )


def _identifiers(clusters: list[Cluster]) -> Iterator[IssuedId]:
    yield IssuedId(id=GONE, collection="actor", state="gone")
    for cluster in clusters:
        yield IssuedId(id=cluster.national_id, collection=cluster.collection, state="live")
        for key in cluster.members[1:]:
            yield IssuedId(
                id=national_id(key), collection=cluster.collection, state="redirect", leads_to=cluster.national_id
            )


def _network(network: dict[str, Any], by_key: dict[RecordKey, Accepted]) -> NetworkEntry:
    count = sum(key.source == network["id"] for key in by_key)
    harvest = LastHarvest(
        status="succeeded",
        at=NOW,
        declared=count,
        received=count,
        accepted=count,
        quarantined=0,
        held=0,
        error=None,
    )
    return NetworkEntry(
        id=network["id"],
        title=network["name"],
        regions=tuple(network["regions"]),
        website=network.get("website"),
        licence=network["licence"],
        harvest=harvest,
    )
