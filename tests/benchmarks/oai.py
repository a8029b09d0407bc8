"""The same records over OAI-PMH, read by Sickle: what moving them costs without validation and without a store.

Run as a module it is the repository: `python -m tests.benchmarks.oai FOLDER` serves pages that `write_pages` made.
"""

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import orjson
from sickle import Sickle

PAGE = 100  # what repositories usually give
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    "<responseDate>2026-11-23T02:30:00Z</responseDate><request>http://127.0.0.1/</request><ListRecords>"
)
DUBLIN_CORE = (
    '<metadata><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
)


def write_pages(lines: Path, folder: Path) -> None:
    """The puts of a feed as pages of ListRecords, every value of a record in one Dublin Core element."""
    folder.mkdir()
    with lines.open("rb") as file:
        number = 0
        while page := [orjson.loads(line) for line in islice(file, PAGE)]:
            number += 1
            more = f"<resumptionToken>{number + 1}</resumptionToken>" if len(page) == PAGE else ""
            body = "".join(map(_record, page))
            (folder / f"{number}.xml").write_text(f"{HEAD}{body}{more}</ListRecords></OAI-PMH>", encoding="utf-8")
        (folder / f"{number + 1}.xml").write_text(f"{HEAD}<resumptionToken/></ListRecords></OAI-PMH>", encoding="utf-8")


def _record(line: dict[str, Any]) -> str:
    record = line["record"]
    named = [("title", record["name"]), ("type", record["type"]), ("description", record["description"])]
    named += [("subject", code) for code in record["sectors"]]
    named += [("coverage", value) for value in record["seat"].values()]
    named += [("coverage", each["code"]) for each in record["countries"]]
    named += [("identifier", record["website"]), *(("identifier", each["value"]) for each in record["identifiers"])]
    told = "".join(f"<dc:{name}>{escape(value)}</dc:{name}>" for name, value in named)
    head = f"<header><identifier>oai:bench:{line['id']}</identifier><datestamp>2026-11-23</datestamp></header>"
    return f"<record>{head}{DUBLIN_CORE}{told}</oai_dc:dc></metadata></record>"


def taken_by_sickle(url: str, expected: int) -> float:
    """CPU seconds to read every record's metadata, and nothing else."""
    started = process_time()
    moved = sum(1 for record in Sickle(url).ListRecords(metadataPrefix="oai_dc") if record.metadata["title"])
    taken = process_time() - started
    if moved != expected:
        raise RuntimeError(f"{moved} records of {expected}")
    return taken


class _Repository(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        token = parse_qs(urlsplit(path).query).get("resumptionToken", ["1"])[0]
        return str(Path(self.directory, f"{int(token)}.xml"))


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Repository, directory=sys.argv[1])) as server:
        print(f"port {server.server_address[1]}", flush=True)
        server.serve_forever()
