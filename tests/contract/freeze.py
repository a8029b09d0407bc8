"""`python -m tests.contract.freeze URL FOLDER [--after SEQ]`: keep what a node answers to a hub, byte for byte.

    feed.json · snapshot.ndjson.gz · changes.ndjson (those after SEQ) · digests/{collection}.ndjson

Run it against the real node just before a new version of protocol or schema is published, once for a first night and,
after the node's directory has changed, with the seq of the first night for a second one. A static node has the first
two files only. See README.md for what to add beside them.
"""

import argparse
import gzip
from pathlib import Path

import httpx
import orjson


def freeze(base: str, folder: Path, after: int) -> None:
    """Write the answers of the node at `base` into `folder`, which must not exist: a frozen feed is never thawed."""
    folder.mkdir(parents=True)
    with httpx.Client(base_url=base.rstrip("/") + "/", headers={"Accept-Encoding": "identity"}) as client:
        manifest = _kept(client, "feed.json", folder / "feed.json")
        said = orjson.loads(manifest)
        snapshot = _kept(client, said["links"]["snapshot"], folder / "snapshot.ndjson.gz")
        if orjson.loads(gzip.decompress(snapshot).splitlines()[0])["seq"] != said["seq"]:
            raise RuntimeError("the node changed while it was frozen")
        if "changes" not in said["links"]:
            return
        if after >= said["compacted_before"]:  # else 410: the hub turns to the snapshot
            changes = _kept(client, f"{said['links']['changes']}?after={after}&limit=10000", folder / "changes.ndjson")
            if orjson.loads(changes.splitlines()[-1])["more"]:
                raise RuntimeError("more than one page: freeze a smaller directory")
        for collection in said["collections"]:
            _kept(client, f"digests/{collection}", folder / "digests" / f"{collection}.ndjson")


def _kept(client: httpx.Client, path: str, file: Path) -> bytes:
    answer = client.get(path).raise_for_status()
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(answer.content)
    return answer.content


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.contract.freeze")
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--after", type=int, default=0, metavar="SEQ")
    options = parser.parse_args()
    freeze(options.url, options.folder, options.after)
