"""What is said once of authorities that nothing renews, however many there are and where they lie.

An authority lives for years, lies in many places and is replaced by hand almost everywhere. That
each is so tells an auditor nothing; which there are, and when the first of them ends, does. So
those that last for another year are one finding of each cluster. One with less is a finding of its
own, with all places that trust it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.matrix import YEAR
from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.certificates.reading import PANE, Reading
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.wording import listed

_RULE = "CERT-MANUAL"
_LASTING = "authorities that last for a year"
"""The subject of a cluster's one finding."""
_MOST = 10
_MOST_NAMED = 20
_Entries: TypeAlias = Sequence[CertificateEntry]


def one_each(
    reading: Reading, entries: Mapping[str, CertificateEntry]
) -> dict[str, CertificateEntry]:
    """The entries, in which those of one authority share what is said of its renewal, and all that
    last for another year."""
    places: defaultdict[tuple[str, str], list[CertificateEntry]] = defaultdict(list)
    for one in entries.values():
        if one.seen is not None and one.seen.authority and _manual(one) is not None:
            places[one.seen.spki, one.seen.serial].append(one)
    lasting = [same for same in places.values() if _lasts(reading, same)]
    found = dict(entries)
    for same in places.values():
        if same not in lasting and len(same) > 1:
            _share(found, same, _merged(same))
    if lasting:
        told = _together(reading, sorted(lasting, key=_end))
        _share(found, [one for same in lasting for one in same], told)
    return found


def _manual(one: CertificateEntry) -> Finding | None:
    return next((each for each in one.findings if each.rule == _RULE), None)


def _said(same: Iterable[CertificateEntry]) -> list[Finding]:
    return [one for one in map(_manual, same) if one is not None]


def _end(same: _Entries) -> tuple[float, str]:
    return same[0].not_after or 0.0, same[0].id


def _lasts(reading: Reading, same: _Entries) -> bool:
    return all(one.not_after is not None and one.not_after - reading.now >= YEAR for one in same)


def _share(found: dict[str, CertificateEntry], same: _Entries, told: Finding) -> None:
    """Let these entries have this finding in place of their own."""
    for one in same:
        said = [told if each.rule == _RULE else each for each in one.findings]
        said.sort(key=lambda each: (each.severity.rank, each.rule, each.subject))
        found[one.id] = replace(one, findings=tuple(said), severity=said[0].severity)


def _merged(same: _Entries) -> Finding:
    """What was said at the first place, with the evidence of all."""
    said = _said(same)
    more = [_place(one) for one in same[1:]]
    return replace(
        said[0],
        detail=f"{said[0].detail} It lies also in {listed(more, _MOST, between='; ')}.",
        evidence=tuple(dict.fromkeys(each for one in said for each in one.evidence)),
        severity=min((one.severity for one in said), key=lambda one: one.rank),
    )


def _together(reading: Reading, lasting: Sequence[_Entries]) -> Finding:
    """One finding for these authorities, of which the first ends first."""
    said = _said(one for same in lasting for one in same)
    worst = min((one.severity for one in said), key=lambda one: one.rank)
    first = lasting[0][0]
    until = day(first.not_after or 0.0)
    what = f"authority {first.name}, which ends on {until}"
    if len(lasting) > 1:
        what = f"{len(lasting)} authorities, the first of which ends on {until}"
    return Finding(
        _RULE,
        PANE,
        Severity.LOW if worst is Severity.MEDIUM else worst,
        reading.name,
        None,
        f"nothing renews {what}",
        f"{listed(map(_words, lasting), _MOST_NAMED, between='. ')}. All that trusts one must be "
        "given its successor, and all that it signed must be issued anew, before it ends; one that "
        "has less than a year left becomes a finding of its own.",
        tuple(dict.fromkeys(each for one in said for each in one.evidence)),
        "\n".join(dict.fromkeys(map(_remedy, lasting))),
        subject=_LASTING,
    )


def _words(same: _Entries) -> str:
    places = listed(map(_place, same), _MOST, between="; ")
    return f"{same[0].name} until {day(same[0].not_after or 0.0)}: {places}"


def _remedy(same: _Entries) -> str:
    return f"{same[0].name}: {_said(same)[0].remediation}"


def _place(one: CertificateEntry) -> str:
    return f"{one.object or one.place} {one.path}".strip()
