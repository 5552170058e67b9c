"""Private keys that are used in several clusters: told from the public halves of certificates.

An authority that clusters share is meant to be shared, and contexts of one cluster are one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from mckconsole.analysis.certificates.held import Held
from mckconsole.analysis.certificates.model import CertificateEntry, CertPlace
from mckconsole.analysis.certificates.reading import PANE
from mckconsole.domain.findings import Evidence, EvidenceSource, Finding, Severity, Unknown
from mckconsole.domain.wording import listed

RULE = "CERT-SHARED-KEY"
_OWN = (CertPlace.TLS_SECRET, CertPlace.OTHER_SECRET, CertPlace.MESH, CertPlace.API_SERVER)
_MOST = 10


@dataclass(slots=True)
class Shared:
    """What only shows over several clusters."""

    entries: dict[str, dict[str, CertificateEntry]] = field(default_factory=dict)
    """By cluster and id: entries that have one finding more."""
    findings: list[Finding] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)


def with_shared_keys(clusters: Mapping[str, Held]) -> Shared:
    """Certificates with one key in several clusters, whatever the certificate."""
    by_key: defaultdict[str, list[CertificateEntry]] = defaultdict(list)
    for held in clusters.values():
        for one in held.entries:
            if one.place in _OWN and one.seen and not one.seen.authority and _has_key(one):
                by_key[one.seen.spki].append(one)
    found = Shared()
    for entries in by_key.values():
        names = sorted({one.cluster for one in entries})
        if len(names) < 2:
            continue
        uids = {name: clusters[name].uid for name in names}
        blind = [name for name in names if not uids[name]]
        if blind:
            why = (
                f"{', '.join(names)} have certificates of one key: whether they are one cluster is "
                f"not known, because kube-system of {', '.join(blind)} was not read"
            )
            found.unknowns.append(Unknown(PANE, blind[0], RULE, why))
        elif len(set(uids.values())) > 1:
            at = {name: clusters[name].at for name in names}
            _add(found, _finding(entries, names, at), entries)
    return found


def _has_key(one: CertificateEntry) -> bool:
    """Whether its private key is there too: an issuer's certificate lies in many chains."""
    seen = one.seen
    return seen is not None and (one.place is CertPlace.API_SERVER or seen.key_matches is True)


def _add(found: Shared, finding: Finding, entries: Sequence[CertificateEntry]) -> None:
    found.findings.append(finding)
    for one in entries:
        severity = finding.severity
        if one.severity is not None and one.severity.at_least(severity):
            severity = one.severity
        changed = replace(one, findings=(*one.findings, finding), severity=severity)
        found.entries.setdefault(one.cluster, {})[one.id] = changed


def _finding(
    entries: Sequence[CertificateEntry], names: Sequence[str], at: Mapping[str, float]
) -> Finding:
    ordered = sorted(entries, key=lambda one: (one.cluster, one.id))
    first = ordered[0]
    where = [f"{one.cluster}: {one.object or one.place} {one.path}" for one in ordered]
    evidence = [_shown(one, at[one.cluster]) for one in ordered]
    return Finding(
        RULE,
        PANE,
        Severity.MEDIUM,
        first.cluster,
        first.object,
        f"one private key for {first.name} in {len(names)} clusters",
        f"Certificates with the same key lie in {listed(where, _MOST, between='; ')}. Whoever "
        "reads it in one cluster can pretend to be it in all of them, and it must be changed in "
        "all at once.",
        tuple(evidence),
        "have each cluster make a key of its own: a Certificate of cert-manager in each, with the "
        "same dnsNames",
        tuple(name for name in names if name != first.cluster),
        first.path,
    )


def _shown(one: CertificateEntry, at: float) -> Evidence:
    source: EvidenceSource = "kubernetes" if one.object else "derived"
    value = f"certificate of {one.name}, and its key"
    return Evidence(source, one.cluster, one.object, one.path, value, at)
