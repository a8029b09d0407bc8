"""A network of the demonstration as a node: made, fed and started by the commands a network officer would type."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from hub.demo.children import ChildFailed, Children
from hub.demo.federation import Network, PublishedFile
from hub.model.source import SourceKind
from schemas.canonical import JSON

NODE = ("-m", "node")
_EXPORT = "public"
_KEPT_BACK = 3  # the node's exit code for "done, and rows were kept back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A node after its files were read. Counts are of rows; `changes` of lines added to its feed.

    url:   where its feed is; None when it could not be started.
    error: the first thing that went wrong.
    """

    network: Network
    rows: int = 0
    accepted: int = 0
    issues: int = 0
    changes: int = 0
    url: str | None = None
    error: str | None = None


def start(network: Network, home: Path, children: Children) -> Started:
    """Make the node if it is new, read its files again, and serve its feed.

    A file that cannot be read is reported, and the node serves what it has.
    """
    try:
        _make(network, home, children)
    except ChildFailed as error:
        return Started(network=network, error=str(error))
    ingested, errors = [], []
    for file in network.files:
        try:
            ingested.append(ingest(file, home, children))
        except ChildFailed as error:
            errors.append(str(error))
    url = None
    try:
        url = _serve(network, home, children)
    except ChildFailed as error:
        errors.append(str(error))
    return Started(
        network=network,
        rows=sum(each["rows"] for each in ingested),
        accepted=sum(each["accepted"] for each in ingested),
        issues=sum(each["issues"] for each in ingested),
        changes=sum(each["new"] + each["changed"] + each["vanished"] for each in ingested),
        url=url,
        error=errors[0] if errors else None,
    )


def _make(network: Network, home: Path, children: Children) -> None:
    if not (home / "node.toml").exists():
        website = ["--website", network.website] if network.website else []
        said = ["--network", network.id, "--name", network.name, "--regions", ",".join(network.regions)]
        children.run([*NODE, "init", str(home), *said, "--licence", network.licence, *website])


def ingest(file: PublishedFile, home: Path, children: Children) -> JSON:
    """Have the node read a file; gives what it says of it. The mapping becomes its own. Raises ChildFailed."""
    mapping = home / "mappings" / file.mapping.name
    if not mapping.exists():
        shutil.copyfile(file.mapping, mapping)
    said = ["--home", str(home), "--mapping", str(mapping), "--dated", file.dated.isoformat(), "--json"]
    report: JSON = json.loads(children.run([*NODE, "ingest", str(file.path), *said], fine=(0, _KEPT_BACK)))
    return report


def _serve(network: Network, home: Path, children: Children) -> str:
    log = home / "serve.log"
    if network.kind is SourceKind.LIVE:
        return children.listen([*NODE, "serve", "--home", str(home), "--port", "0"], log=log)
    children.run([*NODE, "export-static", str(home / _EXPORT), "--home", str(home)])
    files = ["-m", "http.server", "--bind", "127.0.0.1", "--directory", str(home / _EXPORT), "0"]
    return children.listen(files, log=log)
