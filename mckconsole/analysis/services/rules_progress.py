"""SD17: exports and imports that their controller has not brought to an end.

Sources: mcs-api conditions (Ready False with Pending, observedGeneration); lighthouse
pkg/agent/controller (AwaitingExport).
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.services.model import ConditionView, Dialect, Export, Import
from mckconsole.analysis.services.rules_case import Case, Offer
from mckconsole.analysis.services.rules_words import (
    Words,
    make_finding,
    name_asked,
    saw,
    show,
    show_condition,
    show_controller,
)
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.wording import counted

PENDING = 120.0
"""Seconds that an export or import may be on its way."""
_WRITES_CONDITIONS = frozenset({Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.MCS})


def check_progress(case: Case) -> Iterator[Finding]:
    """SD17: conditions of an older generation, and exports and imports that stay pending."""
    for offer in case.offers.values():
        export = offer.export
        old = _outdated(export)
        if old:
            yield _lagging(
                case, offer.cluster, export, old, "its conditions describe an older version of it"
            )
        elif offer.unready and not offer.invalid and not _in_conflict(offer):
            if _lasts(case, offer.cluster, offer.unready, export.created):
                reason = ", ".join(offer.unready.reasons) or offer.unready.status
                yield _lagging(
                    case, offer.cluster, export, offer.unready, f"export waits: {reason}"
                )
        elif not export.conditions and case.dialect in _WRITES_CONDITIONS:
            yield from _unseen(case, offer)
    for cluster, imports in case.imports.items():
        for one in imports:
            if one.conditions and case.dialect is not Dialect.KARMADA:
                yield from _check_import(case, cluster, one)


def _check_import(case: Case, cluster: str, one: Import) -> Iterator[Finding]:
    old = _outdated(one)
    ready = one.condition("Ready")
    if old:
        yield _lagging(case, cluster, one, old, "its conditions describe an older version of it")
    elif ready and ready.status != "True" and _lasts(case, cluster, ready, None):
        reason = ", ".join(ready.reasons) or ready.status
        yield _lagging(case, cluster, one, ready, f"import waits: {reason}")


def _in_conflict(offer: Offer) -> bool:
    return offer.conflict is not None and "TypeConflict" in offer.conflict.reasons


def _outdated(held: Export | Import) -> ConditionView | None:
    """The first condition that is about an older generation; 0 is not written."""
    for one in held.conditions:
        if 0 < one.observed_generation < held.generation:
            return one
    return None


def _lasts(case: Case, cluster: str, one: ConditionView, created: float | None) -> bool:
    """Whether it has been so for longer than it may take."""
    since = one.since if one.since is not None else created
    if since is None:
        case.unknown("SD17", cluster, f"a {one.type} condition has no readable time")
        return False
    return not case.waits(since, seconds=PENDING)


def _unseen(case: Case, offer: Offer) -> Iterator[Finding]:
    """An export without any condition of which nobody knows either."""
    created = offer.export.created
    if created is None or case.waits(created, seconds=PENDING):
        return
    if not any(name != offer.cluster for name in (*case.imports, *case.remote)):
        yield _lagging(case, offer.cluster, offer.export, None, "nothing acts on the export")


def _lagging(
    case: Case, cluster: str, held: Export | Import, one: ConditionView | None, title: str
) -> Finding:
    shown = [saw(case, cluster, held.ref, "status.conditions", "(none)")]
    if one:
        shown = [show_condition(case, cluster, held, one)]
    if one and 0 < one.observed_generation < held.generation:
        value = f"{one.observed_generation} of generation {held.generation}"
        shown.append(saw(case, cluster, held.ref, f"{one.path}.observedGeneration", value))
    others = [name for name in case.involved if name != cluster]
    who = counted(len(others), "other cluster") if others else "other clusters"
    return make_finding(
        case,
        "SD17",
        Severity.MEDIUM,
        (cluster, held.ref),
        Words(
            title,
            f"The controller in {cluster} has not brought the {held.ref.kind} to an end: what "
            f"{who} know of {name_asked(case)} may be old or nothing.",
        ),
        shown,
        (show(case, cluster, held.ref), show_controller(case, cluster)),
        peers=others,
    )
