"""A network of the simulation: its true directory, night after night, and every truth it ever stated.

The feed is that of `tests.hub.feed_server`, which shares no code with the hub. What a network may truly do is here:
records come, change and leave, are renamed one by one or all at once, most of them vanish and return, a backup is
restored with its old history or with a new one, old history is compacted, the clock is set back. What goes wrong on
the wire is in `faults`.
"""

from collections import defaultdict
from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.hub.conformance.signed_node import beside, public
from tests.hub.feed_server import Answer, FakeNode, Question, actor

TOWNS = (
    ("Tours", "37000", "37261"),
    ("Orléans", "45000", "45234"),
    ("Blois", "41000", "41018"),
    ("Chartres", "28000", "28085"),
)
THEMES = ("Eau", "Puits", "Écoles", "Santé", "Forêts", "Femmes", "Semences", "Pirogues", "Climat", "Livres")
KINDS = ("Association", "Collectif", "Comité", "Amis", "Atelier")
PLACES = ("Kayes", "Sahel", "Mono", "Atlas", "Casamance", "Mékong", "Andes", "Togo")
LEAST, MOST = 20, 45
SIGNATURE_HEADERS = ("Content-Digest", "Signature-Input", "Signature")

Key = tuple[str, str]  # collection, local id
Truth = Mapping[Key, str]  # key -> content hash of everything a network states at one moment


def is_fit(record: Mapping[str, Any]) -> bool:
    """Whether a record of ours follows its schema: the simulation makes no other mistake than an empty name."""
    return bool(record.get("name") or record.get("title"))


def signed(body: bytes, key: Ed25519PrivateKey) -> dict[str, str]:
    """The headers that sign a body."""
    return dict(line.split(": ", 1) for line in beside(body, key).decode().splitlines())


class Network(FakeNode):
    """One network. `stated`: key -> hashes of every fit content it ever truly stated.

    keys: those that it ever signed with, in public; empty for one that does not sign.
    known: whether the hub knows it by a key.
    """

    def __init__(self, name: str, rng: Random, *, static: bool, signs: bool = False) -> None:
        super().__init__(name, epoch=f"{name}-1")
        self.keys: list[str] = []
        self.known = False
        self._key: Ed25519PrivateKey | None = None
        self._file = b""
        self.rng, self.static, self.number, self.epochs = rng, static, 0, 1
        self.generated_at = "2026-11-23T01:30:00Z"
        self.stated: dict[Key, set[str]] = defaultdict(set)
        self.backup: dict[str, Any] | None = None
        self.vanished: list[dict[str, Any]] = []
        if static:
            self.links = {"snapshot": "snapshot.ndjson.gz"}
        if signs:
            self.change_key()
        for _ in range(rng.randint(LEAST, MOST)):
            self.add()

    @property
    def truth(self) -> Truth:
        return {key: line["hash"] for key, line in self.live.items()}

    def manifest(self) -> dict[str, Any]:
        return super().manifest() | {"generated_at": self.generated_at}

    def answer(self, path: str, question: Question) -> Answer:
        """Signed by one that signs: in the headers, or in a file beside the plain file that was asked for last."""
        if path.endswith(".sig") and self._key is not None:
            return Answer(beside(self._file, self._key), "application/octet-stream")
        found = super().answer(path, question)
        assert isinstance(found.body, bytes)
        self._file = found.body
        if self._key is None or self.static or found.status != 200:
            return found
        return replace(found, headers={**found.headers, **signed(found.body, self._key)})

    def put(self, id: str, record: Any, collection: str = "actor", **said: Any) -> "Network":
        super().put(id, record, collection, **said)
        line = self.live[collection, id]
        if is_fit(record):
            self.stated[collection, id].add(line["hash"])
        return self

    # What an officer does on an ordinary day.

    def day(self) -> None:
        """Some of what happens between two nights."""
        if self.rng.random() < 0.35:
            for _ in range(self.rng.randint(1, 3)):
                self.rng.choice((self.add, self.add, self.change, self.change, self.spoil, self.mend, self.remove))()
        if self.rng.random() < 0.10:
            self.back_up()
        if self.vanished and self.rng.random() < 0.3:
            self.bring_back()  # soon, while the hub still holds it
        if self.rng.random() < 0.08:
            self.rng.choice(self._upheavals)()

    def add_some(self) -> None:
        for _ in range(3):
            self.change()
            self.add()

    def add(self) -> None:
        if len(self.live) > MOST:
            return
        self.number += 1
        if self.number % 5 == 0:
            self.put(f"P-{self.number}", self._project(), "project")
        else:
            self.put(f"A-{self.number}", self._actor())

    def change(self) -> None:
        if key := self._any():
            self.put(key[1], self._actor() if key[0] == "actor" else self._project(), key[0])

    def spoil(self) -> None:
        """A record loses what it cannot be published without."""
        if key := self._any():
            held = self.live[key]["record"]
            self.put(key[1], held | {"name" if key[0] == "actor" else "title": ""}, key[0])

    def mend(self) -> None:
        for key in sorted(self.live):
            if not is_fit(self.live[key]["record"]):
                self.put(key[1], self._actor() if key[0] == "actor" else self._project(), key[0])

    def remove(self) -> None:
        if key := self._any():
            self.delete(key[1], key[0], reason=self.rng.choice(("withdrawn", "erased")))

    # What happens once or twice a year.

    @property
    def _upheavals(self) -> tuple[Any, ...]:
        everywhere = (self.restore_backup, self.set_clock_back, self.restart_history, *[self.lose_many] * 3)
        rekeyed = (self.change_key,) * 3 if self.keys else ()
        return (*everywhere, *rekeyed, self.renumber, self.rename_one, self.compact)

    def change_key(self) -> None:
        """Sign with a new key from now on. The hub has to be told by another way."""
        self._key = Ed25519PrivateKey.from_private_bytes(self.rng.randbytes(32))
        self.keys.append(public(self._key))

    def lose_many(self) -> None:
        """A broken export: a third to all of the directory is gone, honestly stated."""
        share = self.rng.choice((0.3, 0.6, 1.0))
        gone = [key for key in sorted(self.live) if self.rng.random() < share]
        self.vanished += [self.live[key] for key in gone]
        for collection, local_id in gone:
            self.delete(local_id, collection)

    def bring_back(self) -> None:
        for line in self.vanished:
            if (line["collection"], line["id"]) not in self.live:
                self.put(line["id"], line["record"], line["collection"])
        self.vanished = []

    def renumber(self) -> None:
        """New software gives every record another id, and says nothing of the old ones."""
        moved = [self.live[key] for key in sorted(self.live)]
        self.number += 1
        for line in moved:
            self.delete(line["id"], line["collection"])
        for line in moved:
            new_id = f"{self.number}-{line['id'].split('-', 1)[1]}"
            self._go_on(line, new_id)
            self.put(new_id, line["record"], line["collection"])

    def rename_one(self) -> None:
        if (key := self._any()) and not self.static:
            self.number += 1
            self._go_on(self.live[key], f"R-{self.number}")
            self.rekey(key[1], f"R-{self.number}", key[0])

    def back_up(self) -> None:
        self.backup = {name: copy(getattr(self, name)) for name in ("epoch", "seq", "live", "lines")}
        self.backup["compacted_before"] = self.compacted_before

    def restore_backup(self) -> None:
        """The directory of some weeks ago; with its old sequence numbers, as a node that does not know the protocol."""
        if self.backup is None:
            return
        for name, value in self.backup.items():
            setattr(self, name, copy(value))  # a line never changes
        if self.rng.random() < 0.5:
            self.restart_history()

    def restart_history(self) -> None:
        self.epochs += 1
        self.compacted_before = 0
        self.restart(f"{self.network}-{self.epochs}")

    def set_clock_back(self) -> None:
        self.generated_at = "1970-01-01T00:00:01Z"
        if key := self._any():
            self.put(key[1], self.live[key]["record"], key[0], modified_at="1969-12-31T23:59:59Z")

    def _go_on(self, line: dict[str, Any], new_id: str) -> None:
        """What was stated under the old id stays published under the new one, until that one is fit itself."""
        collection = line["collection"]
        self.stated[collection, new_id] |= self.stated[collection, line["id"]]

    def _any(self) -> Key | None:
        return self.rng.choice(sorted(self.live)) if self.live else None

    def _actor(self) -> dict[str, Any]:
        city, postcode, insee = self.rng.choice(TOWNS)
        name = f"{self.rng.choice(KINDS)} {self.rng.choice(THEMES)} {self.rng.choice(PLACES)}"
        return actor(name, seat={"city": city, "postcode": postcode, "insee": insee})

    def _project(self) -> dict[str, Any]:
        title = f"{self.rng.choice(THEMES)} pour {self.rng.choice(PLACES)}"
        lead = self._any()
        return {
            "title": title,
            "lead": {"actor": lead[1] if lead and lead[0] == "actor" else "A-1"},
            "countries": [{"code": self.rng.choice(("ML", "BJ", "TG", "MA"))}],
        }
