"""Rules on what exporters of one service must agree on: SD03 ports, SD04 type, SD05 other fields.

Specs are compared in all exporters whatever the conditions say: Lighthouse before 0.21 flags only
the newcomer (submariner-io/lighthouse#1863). Source: mcs-api KEP-1645, conflict resolution: the
oldest export wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from mckconsole.analysis.services.model import Dialect, ServiceFacts
from mckconsole.analysis.services.rules_case import MCS_API, Case, Offer
from mckconsole.analysis.services.rules_words import (
    Words,
    make_finding,
    name_asked,
    ports_text,
    saw,
    show,
    show_condition,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

MERGED = (MCS_API | {Dialect.GKE}) - {Dialect.KARMADA}
"""Dialects that make one service of what several clusters export."""
_RULES = {"PortConflict": "SD03", "TypeConflict": "SD04"}
"""Reasons of the Conflict condition; any other one is SD05's."""


def _affinity(one: ServiceFacts) -> str:
    return one.session_affinity or "None"


def _traffic_policy(one: ServiceFacts) -> str:
    return one.internal_traffic_policy or "Cluster"


def _distribution(one: ServiceFacts) -> str:
    return one.traffic_distribution or "(none)"


def _families(one: ServiceFacts) -> str:
    return ", ".join(sorted(one.ip_families))


_FIELDS: tuple[tuple[str, Callable[[ServiceFacts], str]], ...] = (
    ("sessionAffinity", _affinity),
    ("internalTrafficPolicy", _traffic_policy),
    ("trafficDistribution", _distribution),
    ("ipFamilies", _families),
)


def check_agreement(case: Case) -> Iterator[Finding]:
    """SD03, SD04 and SD05."""
    if case.dialect not in MERGED or not case.offers:
        return
    told: set[str] = set()
    if len(case.offers) > 1:
        for finding in _compare(case):
            told.add(finding.rule)
            yield finding
    for offer in case.offers.values():
        if offer.conflict:
            yield from _by_condition(case, offer, told)


def services_of(case: Case) -> list[tuple[Offer, ServiceFacts]]:
    """Exporters whose Service was found, with it."""
    return [(one, one.part.service) for one in case.offers.values() if one.part.service]


def _compare(case: Case) -> Iterator[Finding]:
    held = services_of(case)
    if len(held) < len(case.offers):
        for offer in case.offers.values():
            reason = "" if offer.part.service else case.unread(offer.cluster, "services")
            if reason:
                case.unknown("SD03", offer.cluster, reason)
    if len(held) < 2:
        return
    first = held[0][1]
    ports = headless = fields = False
    for _, other in held[1:]:
        ports = ports or other.ports != first.ports
        headless = headless or other.headless != first.headless
        fields = fields or _plain(other) != _plain(first)
    if not (ports or headless or fields):
        return
    held = [(one, one.part.service) for one in case.by_age(one for one, _ in held)
            if one.part.service]  # fmt: skip
    if ports:
        yield _ports(case, held)
    if headless:
        yield _types(case, held)
    if fields and case.dialect is not Dialect.ISTIO:  # its proxies go by their own cluster's
        yield from _fields(case, held)


def _plain(one: ServiceFacts) -> tuple[object, ...]:
    return (
        one.session_affinity, one.internal_traffic_policy, one.traffic_distribution,
        one.ip_families,
    )  # fmt: skip


def _conflicts(case: Case, reasons: Sequence[str]) -> list[Evidence]:
    """Conflict conditions with one of these reasons, or with none, in any exporter."""
    return [
        show_condition(case, one.cluster, one.export, one.conflict)
        for one in case.offers.values()
        if one.conflict and (not one.conflict.reasons or set(reasons) & set(one.conflict.reasons))
    ]


def _flagged(case: Case, shown: Sequence[Evidence]) -> str:
    """Which exporters say so themselves."""
    names = list(dict.fromkeys(one.cluster for one in shown))
    if case.dialect is Dialect.ISTIO:
        return "Istio does not say so anywhere."
    if not names:
        return "No export's conditions say so."
    if len(names) == len(case.offers):
        return "Every export's conditions say so."
    return f"Only the conditions in {', '.join(names)} say so."


def _ports(case: Case, held: Sequence[tuple[Offer, ServiceFacts]]) -> Finding:
    oldest, base = held[0]
    common = frozenset.intersection(*(one.ports for _, one in held))
    odd = next(one for one, service in held if service.ports != base.ports)
    flags = _conflicts(case, ("PortConflict",))
    everyone = "; ".join(f"{one.cluster} {ports_text(service.ports)}" for one, service in held)
    effect = (
        f"only {ports_text(common)} is the same everywhere"
        if common
        else "no port is the same everywhere, so whichever is asked for fails in part"
    )
    return make_finding(
        case,
        "SD03",
        Severity.MEDIUM if common else Severity.HIGH,
        (odd.cluster, odd.export.ref),
        Words(
            "exporters have different ports" if common else "exporters have no port in common",
            f"{name_asked(case)}: {everyone}; {effect}. {_winner(case, oldest)}"
            f"{_flagged(case, flags)}",
        ),
        [
            *(saw(case, one.cluster, service.ref, "spec.ports", ports_text(service.ports))
              for one, service in held),
            *flags,
        ],
        _steps(case, held, "set the same ports (name, protocol, number, appProtocol)"),
        peers=case.offers,
    )  # fmt: skip


def _winner(case: Case, oldest: Offer) -> str:
    """Istio knows no conflicts: nobody wins them, and nothing flags them."""
    return "" if case.dialect is Dialect.ISTIO else f"The export of {oldest.cluster} wins. "


def _types(case: Case, held: Sequence[tuple[Offer, ServiceFacts]]) -> Finding:
    oldest, base = held[0]
    odd, service = next(pair for pair in held if pair[1].headless != base.headless)
    flags = _conflicts(case, ("TypeConflict",))
    istio = case.dialect is Dialect.ISTIO
    effect = (
        f"{oldest.cluster} has it {_type(base)} and {odd.cluster} {_type(service)}: what "
        f"{name_asked(case)} is to a proxy depends on the cluster it runs in."
        if istio
        else f"{oldest.cluster} exports it {_type(base)} and was first, so the export of "
        f"{odd.cluster} is refused: pods elsewhere that ask for {name_asked(case)} never get "
        "its endpoints."
    )
    return make_finding(
        case,
        "SD04",
        Severity.MEDIUM if istio else Severity.HIGH,
        (odd.cluster, odd.export.ref),
        Words("headless in one exporter, not in another", f"{effect} {_flagged(case, flags)}"),
        [
            *(saw(case, one.cluster, service.ref, "spec.clusterIP", service.cluster_ip or "(empty)")
              for one, service in held),
            *flags,
        ],
        _steps(case, held, "make the Service anew with the same type (clusterIP is immutable)"),
        peers=case.offers,
    )  # fmt: skip


def _type(one: ServiceFacts) -> str:
    return "headless" if one.headless else "with a cluster IP"


def _fields(case: Case, held: Sequence[tuple[Offer, ServiceFacts]]) -> Iterator[Finding]:
    names: list[str] = []
    shown: list[Evidence] = []
    for name, read in _FIELDS:
        values = [(one, service, read(service)) for one, service in held if read(service)]
        if len({value for _, _, value in values}) > 1:
            names.append(name)
            shown += [saw(case, one.cluster, service.ref, f"spec.{name}", value)
                      for one, service, value in values]  # fmt: skip
    if not names:
        return
    oldest, first = held[0][0], shown[0].value
    odd = next((one for one in shown if one.value != first), shown[0])
    flags = _conflicts(case, _ALL_FIELDS)
    yield make_finding(
        case,
        "SD05",
        Severity.MEDIUM,
        (odd.cluster, case.offers[odd.cluster].export.ref),
        Words(
            f"exporters differ in {', '.join(names)}",
            f"What a client of {name_asked(case)} gets depends on the cluster that answers, or "
            f"the export of {oldest.cluster} decides. {_flagged(case, flags)}",
        ),
        [*shown, *flags],
        _steps(case, held, f"set the same {', '.join(names)}"),
        peers=case.offers,
    )


_ALL_FIELDS = (
    "SessionAffinityConflict",
    "SessionAffinityConfigConflict",
    "InternalTrafficPolicyConflict",
    "TrafficDistributionConflict",
    "IPFamilyConflict",
)


def _steps(case: Case, held: Iterable[tuple[Offer, ServiceFacts]], change: str) -> tuple[str, ...]:
    shown = [show(case, one.cluster, service.ref) for one, service in held]
    return (*shown, f"{change} in every exporter, or delete the export that is not wanted")


def _by_condition(case: Case, offer: Offer, told: set[str]) -> Iterator[Finding]:
    """Conflicts that a controller reports and the specs that were read do not explain."""
    conflict = offer.conflict
    if conflict is None or (not conflict.reasons and told):
        return
    by_rule: dict[str, list[str]] = {}
    for reason in conflict.reasons or ("no reason given",):
        by_rule.setdefault(_RULES.get(reason, "SD05"), []).append(reason)
    for rule, reasons in by_rule.items():
        if rule in told:
            continue
        told.add(rule)
        yield make_finding(
            case,
            rule,
            Severity.HIGH if rule == "SD04" else Severity.MEDIUM,
            (offer.cluster, offer.export.ref),
            Words(
                f"export reports a conflict: {', '.join(reasons)}",
                "The exporters that were read do not differ in this: the other side is a cluster "
                "that was not read, a field that is not read, or the condition is an old one."
                + (f" It says: {conflict.message}." if conflict.message else ""),
            ),
            [show_condition(case, offer.cluster, offer.export, conflict)],
            [show(case, name, one.export.ref) for name, one in case.offers.items()],
            peers=case.offers,
            subject="by condition",
        )
