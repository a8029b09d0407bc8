from datetime import UTC, datetime

from hub.model.release import FileEntry, LastHarvest, NetworkEntry, ReleaseManifest

AT = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)


def test_a_manifest_survives_being_written_down() -> None:
    harvest = LastHarvest(status="held", at=AT, declared=10, received=10, accepted=9, quarantined=1, held=2, error=None)
    read = NetworkEntry(id="centraider", title="Centraider", regions=("24",), website=None, harvest=harvest)
    never = NetworkEntry(id="gescod", title="Gescod", regions=("44",), website="https://gescod.example", harvest=None)
    file = FileEntry(
        path="actors.csv", bytes=12, sha256="0" * 64, rows=1, media_type="text/csv", title="Actors, one a row"
    )
    manifest = ReleaseManifest(
        release="20261123T023000Z-00000000",
        created_at=AT,
        previous=None,
        counts={"actor": 9},
        digests={"actor": "1" * 64},
        previous_digests={},
        networks=(read, never),
        files=(file,),
        software="rrma-hub/1",
        licence="etalab-2.0",
        sources=("Centraider",),
    )

    assert ReleaseManifest.from_json(manifest.as_json()) == manifest
