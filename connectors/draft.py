"""The payload of one row while its columns are poured in, one after the other, in the order of the mapping."""

import copy
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table

from connectors.clean import Unclear, Value, is_nothing
from connectors.headings import shorten
from connectors.rules import Rule
from connectors.table import RawRow, RowIssue
from connectors.targets import Target
from connectors.terms import Terms
from schemas.canonical import JSON
from schemas.record import Issue, Severity

_TABLE_OF_ROLES = "countries"


class Draft:
    """Pour with `fill`, then read the attributes and `finished`.

    columns: JSON Pointer -> heading; what is given is what the mapping says before any value is there.
    unknown, lossy: as in `connectors.payload.Mapped`.
    """

    def __init__(self, row: RawRow, constants: JSON, columns: Table[str, str]) -> None:
        self._row = row
        self._payload = copy.deepcopy(constants)
        self.columns = dict(columns)
        self.issues: list[RowIssue] = []
        self.unknown: list[tuple[str, str]] = []
        self.lossy: list[tuple[str, str, str]] = []
        self._given: set[str] = set()  # pointers that a column of this row has set
        self._constant: dict[str, int] = {}  # pointer of a list of objects -> how many the constants put there
        self._next: Counter[str] = Counter()  # path of a part of such objects -> how many values it has had

    def tell(self, heading: str, read: str, issue: Issue) -> None:
        """Note that a cell is wrong."""
        self.issues.append(
            RowIssue(row=self._row.number, sheet=self._row.sheet, column=heading, read=shorten(read), issue=issue)
        )

    def fill(self, heading: str, rule: Rule, text: str) -> None:
        """Put a filled cell where its rule says."""
        parts = [part.strip() for part in rule.split.split(text)] if rule.split else [text]
        if len(rule.targets) == 1:
            for part in parts:
                self._fill_part(heading, rule, rule.targets[0], part)
        elif len(parts) == len(rule.targets):
            for target, part in zip(rule.targets, parts, strict=True):
                self._fill_part(heading, rule, target, part)
        else:
            expected = f"{len(rule.targets)} valeurs dans cette cellule, {len(parts)} trouvée(s)"
            self.tell(heading, text, _unclear(rule.targets[0], Unclear("wrong-part-count", expected)))

    def finished(self) -> JSON:
        """The payload, without the objects of lists that no value came to fill."""
        for pointer in self._constant:
            *way, name = pointer.split("/")[1:]
            group = self._payload
            for step in way:
                group = group[step]
            kept = [place for place, one in enumerate(group[name]) if one]
            if len(kept) < len(group[name]):
                group[name] = [group[name][place] for place in kept]
                self._move(pointer, kept)
        return self._payload

    def _move(self, pointer: str, kept: list[int]) -> None:
        moved = {}
        for new, old in enumerate(kept):
            prefix = f"{pointer}/{old}/"
            for place in [one for one in self.columns if one.startswith(prefix)]:
                moved[f"{pointer}/{new}/{place.removeprefix(prefix)}"] = self.columns.pop(place)
        self.columns.update(moved)

    def _fill_part(self, heading: str, rule: Rule, target: Target, text: str) -> None:
        found = False
        for value in self._values(heading, rule, target, text) if text else ():
            self._put(heading, rule, target, value)
            found = True
        if target.inside and not found:
            self._next[target.path] += 1  # so that the parts given by other columns keep their places

    def _values(self, heading: str, rule: Rule, target: Target, text: str) -> Iterator[Value]:
        if rule.terms is not None:
            yield from self._codes(heading, rule.terms, target, text)
            return
        try:
            value = rule.clean(text)
        except Unclear as unclear:
            self.tell(heading, text, _unclear(target, unclear))
        else:
            if value is not None:
                yield value

    def _codes(self, heading: str, terms: Terms, target: Target, word: str) -> Iterator[str]:
        term = terms.find(word)
        if term is None:
            if not is_nothing(word):
                self.unknown.append((heading, word))
                self.tell(heading, word, _unknown_term(target, terms.examples(word)))
            return
        if term.lossy:
            self.lossy.extend((heading, word, code) for code in term.codes)
        yield from term.codes

    def _put(self, heading: str, rule: Rule, target: Target, value: Value) -> None:
        group = self._payload
        for step in target.steps[:-1]:
            group = group.setdefault(step, {})
        name = target.steps[-1]
        if not target.many:
            self._set(group, name, heading, rule, target, value)
        elif target.path == _TABLE_OF_ROLES:
            place = _add_country(group.setdefault(name, []), value, rule.role)
            self.columns[f"{target.pointer}/{place}"] = heading
        elif target.inside:
            self._set_inside(group.setdefault(name, []), heading, target, value)
        else:
            one = {"scheme": target.scheme, "value": value} if target.scheme else value
            place = _add(group.setdefault(name, []), one)
            self.columns[f"{target.pointer}/{place}"] = heading

    def _set(self, group: JSON, name: str, heading: str, rule: Rule, target: Target, value: Value) -> None:
        """The first column that is filled wins over the constant and over later columns, unless these are joined."""
        if target.pointer not in self._given:
            self._given.add(target.pointer)
            self.columns[target.pointer] = heading
            group[name] = value
        elif rule.join is not None:
            group[name] = f"{group[name]}{rule.join}{value}"

    def _set_inside(self, objects: list[JSON], heading: str, target: Target, value: Value) -> None:
        """The first values of all columns make the first object, the second ones the second, after the constants."""
        first = self._constant.setdefault(target.pointer, len(objects))
        place = first + self._next[target.path]
        self._next[target.path] += 1
        objects.extend({} for _ in range(place + 1 - len(objects)))
        one = objects[place]
        for step in target.inside[:-1]:
            one = one.setdefault(step, {})
        one[target.inside[-1]] = value
        self.columns["/".join((target.pointer, str(place), *target.inside))] = heading


def _add(values: list[object], value: object) -> int:
    """The place of a value in a list without duplicates."""
    if value not in values:
        values.append(value)
    return values.index(value)


def _add_country(countries: list[JSON], code: Value, role: str | None) -> int:
    place = next((place for place, one in enumerate(countries) if one["code"] == code), len(countries))
    if place == len(countries):
        countries.append({"code": code})
    if role is not None and role not in countries[place].setdefault("roles", []):
        countries[place]["roles"].append(role)
    return place


def _unclear(target: Target, unclear: Unclear) -> Issue:
    return Issue(
        code=unclear.code,
        pointer=target.pointer,
        severity=Severity.WARNING,
        message=f"valeur non comprise, laissée de côté. On attend {unclear.expected}.",
    )


def _unknown_term(target: Target, examples: Sequence[str]) -> Issue:
    known = ", ".join(f"« {example} »" for example in examples)
    return Issue(
        code="unknown-term",
        pointer=target.pointer,
        severity=Severity.WARNING,
        message=f"terme inconnu, laissé de côté. On attend un terme connu, par exemple {known} ; ou ajoutez celui-ci à "
        "la table de termes de la correspondance.",
    )
