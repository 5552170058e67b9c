"""SD19: two services whose joined names are one on Submariner's broker.

Lighthouse calls the aggregated import of a service `<service>-<namespace>`, so `api-v2` in `search`
and `api` in `v2-search` overwrite each other (submariner-io/lighthouse#957). Whoever keeps services
up to date groups their keys by `joined_name` and asks about the groups that changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mckconsole.analysis.services.model import Dialect, Part, ServiceKey, Surroundings
from mckconsole.analysis.services.rules_case import Case, Offer, cases_of
from mckconsole.analysis.services.rules_setting import setting_of
from mckconsole.analysis.services.rules_words import (
    Words,
    make_finding,
    saw,
    show,
    who_asks,
    worked_out,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

Parts = Mapping[str, Part]


def joined_name(key: ServiceKey) -> str:
    """The name of the service's aggregated import on the broker."""
    return f"{key.name}-{key.namespace}"


def is_lighthouse(parts: Parts) -> bool:
    """Whether any cluster exports the service by Lighthouse."""
    return any(one.dialect is Dialect.LIGHTHOUSE for part in parts.values() for one in part.exports)


def collisions(
    services: Iterable[tuple[ServiceKey, Parts]], around: Surroundings
) -> dict[ServiceKey, tuple[Finding, ...]]:
    """SD19 of all services that collide with another one; those that do not are not in it.

    Args:
        services: keys with their parts, of the whole fleet or of some joined names only.
        around: what they are judged against.
    """
    groups: dict[str, list[tuple[ServiceKey, Parts]]] = {}
    for key, parts in services:
        groups.setdefault(f"{key.name}-{key.namespace}", []).append((key, parts))
    found: dict[ServiceKey, tuple[Finding, ...]] = {}
    for group in groups.values():
        if len(group) > 1:
            found.update(collide(group, around))
    return found


def collide(
    group: Sequence[tuple[ServiceKey, Parts]], around: Surroundings
) -> dict[ServiceKey, tuple[Finding, ...]]:
    """SD19 of services of one joined name, as far as one mesh has several of them."""
    setting = setting_of(around)
    cases = [case for key, parts in sorted(group, key=lambda one: one[0]) if is_lighthouse(parts)
             for case in cases_of(key, parts, setting)
             if case.dialect is Dialect.LIGHTHOUSE and case.offers]  # fmt: skip
    found: dict[ServiceKey, tuple[Finding, ...]] = {}
    for case in cases:
        rivals = [one for one in cases if one.key != case.key and one.mesh == case.mesh]
        if rivals:
            found[case.key] = (*found.get(case.key, ()), _finding(case, rivals))
    return found


def _finding(case: Case, rivals: Sequence[Case]) -> Finding:
    first = next(iter(case.offers.values()))
    name = joined_name(case.key)
    others = ", ".join(str(one.key) for one in rivals)
    shown: list[Evidence] = [_export(one, offer) for one in (case, *rivals)
                             for offer in one.offers.values()]  # fmt: skip
    shown.append(
        worked_out(case, first.cluster, "serviceexports", f"name of {case.key} on the broker", name)
    )
    exporters = [name for one in (case, *rivals) for name in one.offers]
    return make_finding(
        case,
        "SD19",
        Severity.HIGH,
        (first.cluster, first.export.ref),
        Words(
            f"one name with {others} on the broker",
            f"Lighthouse calls both {name}, so they overwrite each other: "
            f"{who_asks(case, case.importers)} may get the endpoints of {others}.",
        ),
        shown,
        (
            *(show(one, offer.cluster, offer.export.ref) for one in (case, *rivals)
              for offer in one.offers.values()),
            "look at the import on the broker: kubectl -n submariner-k8s-broker get "
            f"serviceimports.multicluster.x-k8s.io {name} -o yaml",
            "rename one of the services, or export only one of them",
        ),
        peers=exporters,
        subject=others,
    )  # fmt: skip


def _export(case: Case, offer: Offer) -> Evidence:
    where = f"{case.key} is {joined_name(case.key)} on the broker"
    return saw(case, offer.cluster, offer.export.ref, "metadata.name", where)
