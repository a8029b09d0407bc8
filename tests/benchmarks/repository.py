"""The records of a feed as an OAI-PMH repository, in one of two ways.

    python -m tests.benchmarks.repository files FOLDER   pages that `write_pages` made before
    python -m tests.benchmarks.repository live FILE      rows that `write_rows` made become XML at each request

The live one is as lean as such a repository can be: rows of one SQLite table by their number, JSON parsed by orjson, a
tree of the standard library's ElementTree (in C), no compression, uvicorn, and no other work at all.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PAGE = 100  # what repositories usually give
Named = tuple[str, dict[str, Any]]
_ROOT = {"xmlns": "http://www.openarchives.org/OAI/2.0/"}
_DUBLIN_CORE = {
    "xmlns:oai_dc": "http://www.openarchives.org/OAI/2.0/oai_dc/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def write_pages(lines: Path, folder: Path) -> None:
    """The puts of a feed as pages of ListRecords."""
    folder.mkdir()
    puts = _puts(lines)
    number = 1
    while rows := list(islice(puts, PAGE)):
        (folder / f"{number}.xml").write_bytes(page(rows, number + 1 if len(rows) == PAGE else None))
        number += 1
    (folder / f"{number}.xml").write_bytes(page([], None))


def write_rows(lines: Path, file: Path) -> None:
    """The puts of a feed as rows of a table, their records as JSON."""
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, id TEXT, record BLOB)")
        rows = ((local_id, orjson.dumps(record)) for local_id, record in _puts(lines))
        database.executemany("INSERT INTO records (id, record) VALUES (?, ?)", rows)


def page(rows: Iterable[Named], after: int | None) -> bytes:
    """One answer of ListRecords, every value of a record in one Dublin Core element. after: the token of the next."""
    root = ET.Element("OAI-PMH", _ROOT)
    ET.SubElement(root, "responseDate").text = "2026-11-23T02:30:00Z"
    ET.SubElement(root, "request").text = "http://127.0.0.1/"
    body = ET.SubElement(root, "ListRecords")
    for local_id, record in rows:
        holder = ET.SubElement(body, "record")
        header = ET.SubElement(holder, "header")
        ET.SubElement(header, "identifier").text = f"oai:bench:{local_id}"
        ET.SubElement(header, "datestamp").text = "2026-11-23"
        told = ET.SubElement(ET.SubElement(holder, "metadata"), "oai_dc:dc", _DUBLIN_CORE)
        for name, value in _elements(record):
            ET.SubElement(told, f"dc:{name}").text = value
    ET.SubElement(body, "resumptionToken").text = None if after is None else str(after)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _elements(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("title", record["name"]), ("type", record["type"]), ("description", record["description"]))
    yield from (("subject", code) for code in record["sectors"])
    yield from (("coverage", value) for value in record["seat"].values())
    for country in record["countries"]:
        yield "coverage", country["code"]
        yield from (("subject", role) for role in country.get("roles", ()))
    yield "relation", record["website"]
    yield from (("identifier", f"{each['scheme']} {each['value']}") for each in record["identifiers"])


def _puts(lines: Path) -> Iterator[Named]:
    with lines.open("rb") as file:
        yield from ((line["id"], line["record"]) for line in map(orjson.loads, file))


class _Files(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        token = parse_qs(urlsplit(path).query).get("resumptionToken", ["1"])[0]
        return str(Path(self.directory, f"{int(token)}.xml"))


def _serve_files(folder: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Files, directory=folder)) as server:
        print(f"port {server.server_address[1]}", flush=True)
        server.serve_forever()


def _serve_live(file: str) -> None:
    database = sqlite3.connect(file)
    query = "SELECT number, id, record FROM records WHERE number > ? ORDER BY number LIMIT ?"

    async def listed(request: Request) -> Response:
        after = int(request.query_params.get("resumptionToken", 0))
        found = database.execute(query, (after, PAGE)).fetchall()
        rows = ((local_id, orjson.loads(record)) for _, local_id, record in found)
        return Response(page(rows, found[-1][0] if len(found) == PAGE else None), media_type="text/xml")

    app = Starlette(routes=[Route("/", listed)])
    config = uvicorn.Config(app, port=0, log_level="critical", access_log=False, lifespan="off")
    socket = config.bind_socket()
    print(f"port {socket.getsockname()[1]}", flush=True)
    asyncio.run(uvicorn.Server(config).serve(sockets=[socket]))


if __name__ == "__main__":
    {"files": _serve_files, "live": _serve_live}[sys.argv[1]](sys.argv[2])
