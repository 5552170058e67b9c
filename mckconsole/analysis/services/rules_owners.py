"""SD10: one name in several clusters, and labels or selectors of different owners.

Source: SIG Multicluster's position statement on namespace sameness: one namespace is one owner's in
every cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.services.model import Dialect, ServiceFacts
from mckconsole.analysis.services.rules_agreement import MERGED, services_of
from mckconsole.analysis.services.rules_case import Case, Offer
from mckconsole.analysis.services.rules_words import (
    Words,
    listed,
    make_finding,
    name_asked,
    saw,
    show,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

_SAME = MERGED | {Dialect.CILIUM_GLOBAL, Dialect.LINKERD}
_OWNERS = frozenset({"app", "k8s-app", "app.kubernetes.io/name", "app.kubernetes.io/part-of"})
"""Labels that tell what it is; instance and release names may well differ by cluster."""


def check_owners(case: Case) -> Iterator[Finding]:
    """SD10: one name, and labels or selectors of different owners."""
    if len(case.offers) < 2 or case.dialect not in _SAME:
        return
    held = services_of(case)
    if len(held) < 2:
        return
    first = held[0][1]
    if all(one.owner == first.owner and one.selector == first.selector for _, one in held[1:]):
        return
    labels = _differing([dict(one.owner) for _, one in held])
    selectors = len({one.selector for _, one in held if one.selector}) > 1
    if not labels and not selectors:
        return
    yield _owners(case, held, labels, selectors)


def _differing(labels: Sequence[dict[str, str]]) -> list[str]:
    """Labels that two exporters have with different values."""
    values: dict[str, set[str]] = {}
    for held in labels:
        for name, value in held.items():
            values.setdefault(name, set()).add(value)
    return sorted(name for name, found in values.items() if len(found) > 1)


def _owners(
    case: Case, held: Sequence[tuple[Offer, ServiceFacts]], labels: Sequence[str], selectors: bool
) -> Finding:
    strangers = bool(_OWNERS & set(labels))
    what = [*labels, *(["selector"] if selectors else [])]
    odd = next(
        (one for one, service in held[1:]
         if service.owner != held[0][1].owner or service.selector != held[0][1].selector),
        held[-1][0],
    )  # fmt: skip
    return make_finding(
        case,
        "SD10",
        Severity.MEDIUM if strangers else Severity.INFO,
        (odd.cluster, odd.export.ref),
        Words(
            "different owners share one name" if strangers else "exporters select differently",
            f"Exporters differ in {', '.join(what)}. Under namespace sameness {name_asked(case)} "
            "is one service: requests go to either.",
        ),
        _marks(case, held, labels, selectors),
        (
            *(show(case, one.cluster, service.ref) for one, service in held),
            "if they are not the same application, rename one of them or export one only; if they "
            "are, give them the same labels",
        ),
        peers=case.offers,
    )


def _marks(
    case: Case, held: Sequence[tuple[Offer, ServiceFacts]], labels: Sequence[str], selectors: bool
) -> Iterator[Evidence]:
    """The labels and selectors in which exporters differ."""
    for offer, service in held:
        owner = dict(service.owner)
        for name in labels:
            if name in owner:
                path = f"metadata.labels['{name}']"
                yield saw(case, offer.cluster, service.ref, path, owner[name])
        if selectors and service.selector:
            value = listed(f"{key}={value}" for key, value in service.selector)
            yield saw(case, offer.cluster, service.ref, "spec.selector", value)
