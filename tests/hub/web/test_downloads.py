from hub.model.release import FileEntry
from hub.web.portal.downloads import by_subject


def entry(path: str) -> FileEntry:
    return FileEntry(path=path, bytes=1, sha256="0" * 64, rows=None, media_type="text/plain", title=path)


def test_every_file_stands_under_one_subject_and_tables_before_descriptions() -> None:
    paths = [
        "actors.csv",
        "projects.provenance.csv",
        "announcements.ttl",
        "actors.provenance.schema.json",
        "catalogue.sqlite",
        "catalogue.ttl",
        "deltas/24h/actors.jsonl.gz",
        "something-new.txt",
    ]

    found = by_subject(map(entry, paths))

    assert [(subject, [file.path for file in files]) for subject, files in found] == [
        ("Acteurs", ["actors.csv"]),
        ("Projets", ["projects.provenance.csv"]),
        ("Annonces", ["announcements.ttl"]),
        ("Tout le catalogue", ["catalogue.sqlite"]),
        ("Changements depuis d’autres versions", ["deltas/24h/actors.jsonl.gz"]),
        ("Descriptions et schémas", ["actors.provenance.schema.json", "catalogue.ttl", "something-new.txt"]),
    ]
