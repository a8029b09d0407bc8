"""French text files as networks export them: 84 of them, every encoding × length × separator."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice, product

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15", "mac_roman", "cp850")
SIZES = (3, 20, 500)
SEPARATORS = (";", ",", "\t", "|")

HEADINGS = ("N°", "Nom de la structure", "Thème", "Commune", "Pays", "Objet")
ROWS = (
    ("Comité de jumelage de Saint-Étienne", "Jumelages, échanges", "Saint-Étienne", "Bénin", "Échanges de collégiens"),
    ("Électriciens sans frontières", "Énergie", "Rennes", "Sénégal", "Équiper des écoles ; former des équipes"),
    ("Maison des Français de l'étranger", "Éducation", "Orléans", "Côte d'Ivoire", "Bibliothèques de quartier"),
    ("Association Terre d'Élan", "Agriculture", "Besançon", "Burkina Faso", "Maraîchage et greniers villageois"),
    ("Lycée agricole La Germinière", "Mobilité", "Rouillon", "Mali", "Chantier d'été à Ségou"),
    ("Fédération des œuvres laïques", "Éducation", "Nîmes", "Haïti", 'Colonie dite "Les Mouettes"'),
    ("Ville de Noisy", "Eau", "Noisy", "Niger", "Adduction d'eau potable"),
    ("Santé Nord-Sud", "Santé", "Angoulême", "République dominicaine", "Mission médicale à l'hôpital"),
    ("Les Amis de Ouahigouya", "Développement", "Châteauroux", "Burkina Faso", "Forage | pompe | château d'eau"),
    ("Groupe d'appui à la coopération", "Économie", "Evreux", "Madagascar", "Microcrédit où il manque"),
    ("Ça roule pour l'Afrique", "Matériel", "Bourges", "Tchad", "Vélos et pièces détachées"),
    ("Collectif Noël au Népal", "Urgence", "Aÿ-Champagne", "Népal", "Reconstruire après le séisme"),
)


@dataclass(frozen=True, slots=True)
class FrenchFile:
    encoding: str
    rows: int
    separator: str
    table: tuple[tuple[str, ...], ...]
    content: bytes


def french_files() -> Iterator[FrenchFile]:
    """Every combination; letters that an encoding lacks are left out of its text beforehand."""
    for encoding, size, separator in product(ENCODINGS, SIZES, SEPARATORS):
        rows = ((str(number), *row) for number, row in enumerate(islice(cycle(ROWS), size), 1))
        table = tuple(
            tuple(cell.encode(encoding, "ignore").decode(encoding) for cell in row) for row in (HEADINGS, *rows)
        )
        text = io.StringIO()
        csv.writer(text, delimiter=separator).writerows(table)
        yield FrenchFile(encoding, size, separator, table, text.getvalue().encode(encoding))
