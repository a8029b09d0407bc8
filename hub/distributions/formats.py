"""The formats of a release, one line each. Writers pass on what they write: one walk feeds a group of files."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.distributions import (
    columnar,
    delimited,
    geojson,
    jsonlines,
    opendocument,
    provenance,
    rdf,
    sheets,
    workbook,
)
from hub.distributions.batch import Batch
from hub.model.imprint import Imprint

# collection -> its file names.
NAMES = {"actor": "actors", "project": "projects", "announcement": "announcements"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One way to download a collection.

    write: (path, collection, batches, imprint) -> the same batches.
    ids:   the id of each row of a file, in order, by another reader than the one that wrote it; raises when the file is
           not whole.
    values: whether it has one row a value instead of one a record.
    """

    suffix: str
    media_type: str
    title_fr: str
    title_en: str
    write: Callable[[Path, str, Iterable[Batch], Imprint], Iterator[Batch]]
    ids: Callable[[Path], Iterator[str]]
    values: bool = False

    def path(self, collection: str) -> str:
        return f"{NAMES[collection]}.{self.suffix}"


# What is made in one walk over the records, by one process: group -> its formats.
GROUPS: dict[str, tuple[Format, ...]] = {
    "tables": (
        Format(
            suffix="csv",
            media_type="text/csv",
            title_fr="tableau (CSV, UTF-8, virgules)",
            title_en="table (CSV, UTF-8, commas)",
            write=delimited.write,
            ids=delimited.ids,
        ),
        Format(
            suffix="excel.csv",
            media_type="text/csv",
            title_fr="tableau pour Excel (CSV, points-virgules)",
            title_en="table for Excel in French (CSV, semicolons)",
            write=delimited.write_excel,
            ids=delimited.excel_ids,
        ),
        Format(
            suffix="xlsx",
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            title_fr="classeur Excel avec son dictionnaire (XLSX)",
            title_en="Excel workbook with its dictionary (XLSX)",
            write=workbook.write,
            ids=sheets.ids,
        ),
        Format(
            suffix="ods",
            media_type=opendocument.MEDIA_TYPE,
            title_fr="classeur LibreOffice avec son dictionnaire (ODS)",
            title_en="LibreOffice spreadsheet with its dictionary (ODS)",
            write=opendocument.write,
            ids=sheets.ids,
        ),
        Format(
            suffix="geojson",
            media_type="application/geo+json",
            title_fr="carte (GeoJSON, WGS 84)",
            title_en="map (GeoJSON, WGS 84)",
            write=geojson.write,
            ids=geojson.ids,
        ),
        Format(
            suffix="parquet",
            media_type="application/vnd.apache.parquet",
            title_fr="tableau typé, pour l'analyse (Parquet)",
            title_en="typed table, for analysis (Parquet)",
            write=columnar.write,
            ids=columnar.ids,
        ),
    ),
    "lines": (
        Format(
            suffix="jsonl.gz",
            media_type="application/gzip",
            title_fr="fiches complètes avec leur provenance, une par ligne (JSON Lines)",
            title_en="whole records with their provenance, one a line (JSON Lines)",
            write=jsonlines.write,
            ids=jsonlines.ids,
        ),
        Format(
            suffix="jsonl.zst",
            media_type="application/zstd",
            title_fr="les mêmes fiches complètes, plus vite lues (JSON Lines, Zstandard)",
            title_en="the same whole records, faster to read (JSON Lines, Zstandard)",
            write=jsonlines.write_zstd,
            ids=jsonlines.zstd_ids,
        ),
    ),
    "linked data": (
        Format(
            suffix="ttl",
            media_type="text/turtle",
            title_fr="données liées, W3C ORG et schema.org (Turtle)",
            title_en="linked data, W3C ORG and schema.org (Turtle)",
            write=rdf.write_turtle,
            ids=rdf.turtle_ids,
        ),
        Format(
            suffix="nt.gz",
            media_type="application/gzip",
            title_fr="les mêmes données liées, un triplet par ligne (N-Triples)",
            title_en="the same linked data, one triple a line (N-Triples)",
            write=rdf.write_triples,
            ids=rdf.triples_ids,
        ),
    ),
    "provenance": (
        Format(
            suffix="provenance.csv",
            media_type="text/csv",
            title_fr="provenance de chaque valeur (CSV)",
            title_en="provenance of each value (CSV)",
            write=provenance.write,
            ids=delimited.ids,
            values=True,
        ),
        Format(
            suffix="provenance.parquet",
            media_type="application/vnd.apache.parquet",
            title_fr="provenance de chaque valeur (Parquet)",
            title_en="provenance of each value (Parquet)",
            write=provenance.write_columnar,
            ids=columnar.ids,
            values=True,
        ),
    ),
}
FORMATS = tuple(form for group in GROUPS.values() for form in group)
