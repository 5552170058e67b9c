"""One finding for one authority, however many places of a cluster trust it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.domain.findings import Finding
from mckconsole.domain.wording import listed

_RULE = "CERT-MANUAL"
_MOST = 10


def one_each(entries: Mapping[str, CertificateEntry]) -> dict[str, CertificateEntry]:
    """The entries, in which those of one authority share what is said of its renewal."""
    places: defaultdict[tuple[str, str], list[CertificateEntry]] = defaultdict(list)
    for one in entries.values():
        if one.seen is not None and one.seen.authority and _of(one) is not None:
            places[one.seen.spki, one.seen.serial].append(one)
    found = dict(entries)
    for same in places.values():
        if len(same) > 1:
            merged = _merged(same)
            for one in same:
                said = tuple(merged if each.rule == _RULE else each for each in one.findings)
                found[one.id] = replace(one, findings=said)
    return found


def _of(one: CertificateEntry) -> Finding | None:
    return next((each for each in one.findings if each.rule == _RULE), None)


def _merged(same: Sequence[CertificateEntry]) -> Finding:
    """What was said at the first place, with the evidence of all."""
    said = [one for one in map(_of, same) if one is not None]
    more = [f"{one.object or one.place} {one.path}" for one in same[1:]]
    where = listed(more, _MOST, between="; ")
    evidence = dict.fromkeys(each for one in said for each in one.evidence)
    return replace(
        said[0],
        detail=f"{said[0].detail} It lies also in {where}.",
        evidence=tuple(evidence),
        severity=min((one.severity for one in said), key=lambda one: one.rank),
    )
