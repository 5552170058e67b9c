"""What is wrong with one service across clusters: every rule on it, in each dialect and mesh.

Asked for every service of the fleet, so a rule makes nothing before it has seen something wrong.
SD12, SD14 and SD16 are about clusters and SD19 about several services: they are judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mckconsole.analysis.services.model import Part, ServiceKey, Surroundings
from mckconsole.analysis.services.rules_agreement import check_agreement
from mckconsole.analysis.services.rules_case import Case, cases_of
from mckconsole.analysis.services.rules_cilium import check_global
from mckconsole.analysis.services.rules_copies import check_copies
from mckconsole.analysis.services.rules_exports import check_endpoints, check_services
from mckconsole.analysis.services.rules_globalnet import check_global_addresses
from mckconsole.analysis.services.rules_imports import check_imports
from mckconsole.analysis.services.rules_leftovers import check_leftovers
from mckconsole.analysis.services.rules_names import check_names
from mckconsole.analysis.services.rules_owners import check_owners
from mckconsole.analysis.services.rules_progress import check_progress
from mckconsole.analysis.services.rules_reach import check_reach
from mckconsole.analysis.services.rules_setting import setting_of
from mckconsole.analysis.services.rules_sources import check_sources
from mckconsole.domain.findings import Finding, Unknown

_RULES: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    check_services,
    check_endpoints,
    check_agreement,
    check_owners,
    check_imports,
    check_sources,
    check_leftovers,
    check_copies,
    check_names,
    check_global_addresses,
    check_reach,
    check_progress,
    check_global,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules say about one service."""

    findings: tuple[Finding, ...] = ()
    """Worst first."""
    unknowns: tuple[Unknown, ...] = ()
    """Rules that could not be judged, once per rule, cluster and reason."""
    recheck_at: float | None = None
    """Unix seconds when a rule that waits for something must look again."""


_WELL = Judgement()


def judge(key: ServiceKey, parts: Mapping[str, Part], around: Surroundings) -> Judgement:
    """Judge one service by its parts in all clusters; nothing in them makes it raise."""
    cases = cases_of(key, parts, setting_of(around))
    findings: list[Finding] = []
    for case in cases:
        for check in _RULES:
            findings.extend(check(case))
    if not findings:
        if not any(case.unknowns or case.recheck_at is not None for case in cases):
            return _WELL
    elif len(findings) > 1:
        known = {finding.id: finding for finding in reversed(findings)}
        findings = sorted(
            known.values(), key=lambda one: (one.severity.rank, one.rule, one.cluster, one.subject)
        )
    unknowns = frozenset[Unknown]().union(*(case.unknowns for case in cases))
    times = [case.recheck_at for case in cases if case.recheck_at is not None]
    return Judgement(tuple(findings), tuple(sorted(unknowns)), min(times, default=None))
