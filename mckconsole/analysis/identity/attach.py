"""Findings on the bindings that they concern, wherever they were found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from mckconsole.analysis.identity.case import Found
from mckconsole.analysis.identity.model import Binding, Identity
from mckconsole.analysis.identity.units import AccountUnit, Unit
from mckconsole.analysis.identity.uses import identities_of
from mckconsole.analysis.notes import finding_order
from mckconsole.domain.findings import Finding


def attached(
    raw: Binding,
    unit: Unit,
    account: AccountUnit | None,
    shared: Mapping[Identity, Sequence[Finding]],
    principals: Sequence[Finding],
) -> Binding:
    """The binding with all that rules say of it: as a workload, of its service account, of its
    identities and its principals over the fleet; `raw` itself where they say nothing."""
    found = [*_of(raw, unit.found)] if unit.found else []
    if account is not None and account.found:
        found += _of(raw, account.found)
    if shared:
        found += _of_identities(raw, shared)
    found += principals
    unknowns = unit.unknowns
    if account is not None and account.unknowns:
        unknowns = tuple(sorted({*unknowns, *account.unknowns}))
    if not found and not unknowns:
        return raw
    if len(found) > 1:
        found.sort(key=finding_order)
    return structs.replace(
        raw,
        findings=tuple(found),
        unknowns=unknowns,
        severity=found[0].severity if found else None,
    )


def same_words(one: Binding, other: Binding) -> bool:
    """Whether the same is said of two bindings."""
    return (one.findings, one.unknowns) == (other.findings, other.unknowns)


def _of(raw: Binding, found: Iterable[Found]) -> Iterator[Finding]:
    for cloud, finding in found:
        if cloud is None or cloud is raw.cloud:
            yield finding


def _of_identities(raw: Binding, shared: Mapping[Identity, Sequence[Finding]]) -> Iterator[Finding]:
    cluster = raw.workload.key.cluster
    for identity in identities_of(raw):
        for finding in shared.get(identity, ()):
            if cluster == finding.cluster or cluster in finding.peers:
                yield finding
