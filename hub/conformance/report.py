"""A dated report: every check with its verdict, what was seen and what to do. As text and as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hub.conformance.ledger import Entry, Verdict
from hub.conformance.table import Check, Severity, checks
from schemas.canonical import JSON
from schemas.manifest import spell_moment

FORMAT = "rrma-conformance/1"
_MARKS = {Verdict.PASSED: "ok  ", Verdict.SKIPPED: "-   "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check of one report. times: how often it was broken, when it was, else how often it held."""

    check: Check
    verdict: Verdict
    times: int
    seen: tuple[str, ...]

    @property
    def breaks_conformance(self) -> bool:
        return self.verdict is Verdict.FAILED and self.check.severity is Severity.MUST

    def as_json(self) -> JSON:
        check = self.check
        remedy = {"do": {"en": check.do_en, "fr": check.do_fr}} if self.verdict is Verdict.FAILED else {}
        return {
            "code": check.code,
            "severity": check.severity,
            "verdict": self.verdict,
            "rule": {"en": check.en, "fr": check.fr},
            "times": self.times,
            "seen": list(self.seen),
            **remedy,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """network, software and seq are None when the manifest could not be read."""

    url: str
    checked_at: datetime
    network: str | None
    software: str | None
    seq: int | None
    findings: tuple[Finding, ...]
    requests: int
    received_bytes: int
    seconds: float

    @property
    def conforms(self) -> bool:
        return not any(finding.breaks_conformance for finding in self.findings)

    @property
    def counts(self) -> Mapping[str, int]:
        """failed: broken musts; advised: broken shoulds."""
        named = Counter(_outcome(finding) for finding in self.findings)
        return {name: named[name] for name in ("passed", "failed", "advised", "skipped")}

    def as_json(self) -> JSON:
        return {
            "format": FORMAT,
            "url": self.url,
            "checked_at": spell_moment(self.checked_at),
            "network": self.network,
            "software": self.software,
            "seq": self.seq,
            "conforms": self.conforms,
            "counts": dict(self.counts),
            "requests": self.requests,
            "received_bytes": self.received_bytes,
            "seconds": round(self.seconds, 1),
            "checks": [finding.as_json() for finding in self.findings],
        }

    def as_text(self) -> str:
        return "\n".join(self._text()) + "\n"

    def _text(self) -> Iterator[str]:
        yield f"{self.url}  ({self.network or 'unknown network'}, {self.software or 'unknown software'})"
        yield f"checked {spell_moment(self.checked_at)} in {self.seconds:.1f} s, {self.requests} requests"
        yield ""
        for finding in self.findings:
            yield from _lines(finding)
        yield ""
        yield ", ".join(f"{count} {name}" for name, count in self.counts.items())
        yield "The node conforms to rrma-feed/1." if self.conforms else "The node does not conform to rrma-feed/1."


def findings(entries: Mapping[str, Entry]) -> tuple[Finding, ...]:
    """One finding a check of the table, in its order. Raises KeyError for an entry that no check has."""
    if unknown := entries.keys() - checks().keys():
        raise KeyError(f"no check is called {', '.join(sorted(unknown))}")
    return tuple(_finding(check, entries.get(code, Entry())) for code, check in checks().items())


def _finding(check: Check, entry: Entry) -> Finding:
    seen = (entry.why_skipped,) if entry.verdict is Verdict.SKIPPED else tuple(entry.told)
    return Finding(check=check, verdict=entry.verdict, times=entry.broken or entry.held, seen=seen)


def _outcome(finding: Finding) -> str:
    if finding.verdict is Verdict.FAILED and finding.check.severity is Severity.SHOULD:
        return "advised"
    return finding.verdict.value


def _lines(finding: Finding) -> Iterator[str]:
    check = finding.check
    if finding.verdict is not Verdict.FAILED:
        reason = f"  ({finding.seen[0]})" if finding.verdict is Verdict.SKIPPED else ""
        yield f"{_MARKS[finding.verdict]} {check.code:<20} {check.en}{reason}"
        return
    yield f"{'FAIL' if check.severity is Severity.MUST else 'warn'} {check.code:<20} {check.en}"
    yield f"     {'':<20} {check.fr}"
    yield f"     {'':<20} seen {finding.times} times:"
    for seen in finding.seen:
        yield f"     {'':<20}   {seen}"
    yield f"     {'':<20} do: {check.do_en}"
    yield f"     {'':<20} à faire : {check.do_fr}"
