"""SD06: clusters that should know a service of others, and do not.

Sources: KEP-1645 (a ServiceImport stands in every cluster of the set that has the namespace);
submariner-io/lighthouse#685 (a namespace that was deleted and made anew never got its import back).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.services.model import Dialect
from mckconsole.analysis.services.rules_case import Case, Offer, import_topic
from mckconsole.analysis.services.rules_words import (
    Words,
    listed,
    make_finding,
    show_all,
    show_controller,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

_EVERYWHERE = frozenset({Dialect.LIGHTHOUSE, Dialect.CILIUM_MCS, Dialect.GKE, Dialect.CLOUD_MAP})
"""Dialects that import into every cluster of the set that has the namespace."""
_SHOWN = 3
"""Clusters for which the commands are written out."""


def check_imports(case: Case) -> Iterator[Finding]:
    """SD06: clusters that should know the service and do not."""
    if not case.offers:
        return
    missing, homeless = _missing(case)
    if not missing and not (homeless and _is_odd(case)):
        return
    live = case.live()
    settled = [name for name, one in live.items() if not case.unsettled(one)]
    if not settled:
        return
    absent = [name for name in missing if settled != [name] and _is_read(case, name)]
    if absent:
        yield _not_imported(case, absent, live)
    if homeless and _is_odd(case):
        lacking = [name for name in homeless if _is_read(case, name)]
        if lacking:
            yield _no_namespace(case, lacking, live)


def _is_read(case: Case, cluster: str) -> bool:
    reason = case.unread(cluster, import_topic(case.dialect))
    if reason:
        case.unknown("SD06", cluster, reason)
    return not reason


def _is_odd(case: Case) -> bool:
    """Whether clusters without the namespace are the exception, or the reason why nobody imports.

    A namespace that lives in few clusters of a large set is no fault of the others.
    """
    have, lack = case.setting.homes(case.dialect, case.mesh, case.key.namespace)
    if len(lack) < len(have):
        return True
    return len(case.offers) < 2 and not case.imports.keys() - case.offers.keys()


def _missing(case: Case) -> tuple[list[str], list[str]]:
    """Clusters without an import: those that have the namespace, and those that do not."""
    if case.dialect in _EVERYWHERE:
        have, lack = case.setting.homes(case.dialect, case.mesh, case.key.namespace)
        return sorted(have.difference(case.imports)), sorted(lack.difference(case.imports))
    if case.dialect is not Dialect.KARMADA:
        return [], []
    named = {one for offer in case.offers.values() for one in offer.export.consumers}
    found = {name for one in named for name in case.resolve(one)}
    return sorted(found.difference(case.remote, case.offers)), []


def _expected(case: Case, missing: Sequence[str], what: str) -> list[Evidence]:
    topic = import_topic(case.dialect)
    return [worked_out(case, name, topic, what, "(none)") for name in missing]


def _not_imported(case: Case, missing: Sequence[str], live: dict[str, Offer]) -> Finding:
    kind = "imported endpoints" if case.dialect is Dialect.KARMADA else "ServiceImport"
    return make_finding(
        case,
        "SD06",
        Severity.MEDIUM,
        (missing[0], next(iter(live.values())).export.ref),
        Words(
            "not imported, though exported elsewhere",
            f"{who_asks(case, missing)} gets no answer: {listed(live)} export it, and there is no "
            f"{kind} here although the namespace exists.",
        ),
        _expected(case, missing, f"{kind} {case.key}"),
        (
            *(show_all(case, name, _resource(case)) for name in missing[:_SHOWN]),
            *(show_controller(case, name) for name in missing[:_SHOWN]),
            "restart that controller if it has not noticed a namespace that was made anew",
        ),
        peers=(*missing, *live),
        subject="import",
    )


def _resource(case: Case) -> str:
    if case.dialect is Dialect.GKE:
        return "serviceimports.net.gke.io"
    if case.dialect is Dialect.KARMADA:
        return "endpointslices.discovery.k8s.io"
    return "serviceimports.multicluster.x-k8s.io"


def _no_namespace(case: Case, missing: Sequence[str], live: dict[str, Offer]) -> Finding:
    space = case.key.namespace
    return make_finding(
        case,
        "SD06",
        Severity.MEDIUM,
        (missing[0], next(iter(live.values())).export.ref),
        Words(
            f"not imported: there is no namespace {space}",
            f"{who_asks(case, missing)} gets no answer: {listed(live)} export it, and nothing is "
            "imported into a cluster without the namespace.",
        ),
        [
            *(worked_out(case, name, "namespaces", f"Namespace {space}", "(none)")
              for name in missing),
            *_expected(case, missing, f"ServiceImport {case.key}"),
        ],
        (
            f"make the namespace where the service is to be reached: kubectl create namespace "
            f"{space} in {', '.join(missing)}",
            *(show_all(case, name, _resource(case)) for name in missing[:_SHOWN]),
        ),
        peers=(*missing, *live),
        subject="namespace",
    )  # fmt: skip
