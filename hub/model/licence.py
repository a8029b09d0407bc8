"""The licences that networks publish under, and which one a catalogue made of several of them carries."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Licence:
    """An open data licence. code: as in SPDX. url: its text; None for one we do not know."""

    code: str
    title: str
    url: str | None

    @property
    def uri(self) -> str | None:
        """What names it in linked data: its page, in no language."""
        return self.url and self.url.removesuffix("deed.fr")


# From the freest to the most demanding. A database made of several may carry the most demanding of them: Licence
# Ouverte 2.0 calls CC BY, ODC-BY and OGL compatible, and ODbL (section 4.2) wants what derives from it under ODbL.
_KNOWN = (
    Licence("CC0-1.0", "Creative Commons CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/deed.fr"),
    Licence("etalab-2.0", "Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"),
    Licence("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/deed.fr"),
    Licence("ODbL-1.0", "Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
)
_BY_CODE = {each.code: each for each in _KNOWN}
OURS = "etalab-2.0"
"""What our own work on the data is published under, and a node's directory when it says nothing."""


def licence(code: str) -> Licence:
    """A licence by its code; one that we do not know is told by its code alone."""
    return _BY_CODE.get(code, Licence(code, code, None))


def of_all(codes: Iterable[str]) -> str:
    """The licence of a whole made of parts under `codes`: the most demanding, an unknown one above all.

    Nothing at all is under our own, Licence Ouverte 2.0: our work on the parts asks for that at least.
    """
    order = [each.code for each in _KNOWN]
    return max({*codes, OURS}, key=lambda code: (order.index(code) if code in order else len(order), code))
