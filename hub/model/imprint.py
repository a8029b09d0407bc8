"""The imprint of a release: who publishes it, where it stands, under which licence."""

from dataclasses import dataclass

from hub.model.licence import OURS, licence

TITLE = "Catalogue national des réseaux régionaux multi-acteurs"
TITLE_EN = "National catalogue of the French regional multi-actor networks"
# Where nothing has an address of its own yet: names that are the same in every release, and lead nowhere.
_NOWHERE = "urn:x-rrma"
_PAGES = {"actor": "acteurs", "project": "projets", "announcement": "annonces"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Who publishes, and where.

    site:    the public address of the portal, as "https://annuaire.example.org"; "" while it has none.
    contact: an e-mail address, or "".
    licence: code of the licence of the whole.
    """

    site: str = ""
    publisher: str = "Réseaux régionaux multi-acteurs"
    contact: str = ""
    licence: str = OURS

    @property
    def citation(self) -> str:
        """How to cite the data; a release adds its name and its day."""
        return f"{self.publisher}, « {TITLE} », {licence(self.licence).title}"

    @property
    def told(self) -> dict[str, str]:
        """Licence and citation, for a file that can say them of itself."""
        found = licence(self.licence)
        return {"licence": found.url or found.code, "citation": self.citation}

    def file(self, path: str) -> str:
        """The address of a file of the current release; relative to the release while there is no site."""
        return f"{self.site}/releases/current/{path}" if self.site else path

    def record(self, collection: str, national_id: str) -> str:
        """The IRI of a record: its page on the portal, which never changes."""
        return f"{self.site}/{_PAGES[collection]}/{national_id}" if self.site else self.name(collection, national_id)

    def name(self, kind: str, *parts: str) -> str:
        """The IRI of anything else; the parts must be percent-encoded already."""
        return f"{self.site}/id/{'/'.join((kind, *parts))}" if self.site else ":".join((_NOWHERE, kind, *parts))


UNSIGNED = Imprint()
"""The imprint of a hub that has set nothing."""
