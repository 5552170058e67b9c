"""Rules on the control plane: SK01, SK06, SK08, SK09 and SK12."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from mckconsole.analysis.versions.case import Case, minor_of, minors
from mckconsole.analysis.versions.components import SYSTEM, Instance, seen_at
from mckconsole.analysis.versions.hidden import MANAGED
from mckconsole.analysis.versions.limits import newer, too_old
from mckconsole.analysis.versions.model import Component
from mckconsole.analysis.versions.observed import CONTROLLERS
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.kubeversion import Minor, parse_version
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.upgrade import ClusterVersion
from mckconsole.domain.wording import counted, listed

_DAY = 86400.0
"""Seconds after which an upgrade that is under way has come to a halt."""


def apart(case: Case) -> Iterator[Finding]:
    """SK01: API servers of one cluster at most one minor apart, and that only while upgraded."""
    distance = case.most.ahead_of(case.least)
    if not distance:
        return
    since = _under_way(case)
    if distance > 1:
        severity, words = Severity.HIGH, "more than one minor apart is never supported"
    elif since is not None and since > _DAY:
        severity = Severity.MEDIUM
        words = f"the upgrade has been under way for {since / 3600:.0f} hours"
    else:
        severity, words = Severity.LOW, "an upgrade is under way"
    yield case.finding(
        "SK01",
        severity,
        f"API servers at {case.least} and {case.most}",
        f"{words.capitalize()}. Until all are at {case.most}, nodes and controllers must fit both.",
        (*case.server(case.least), *case.server(case.most)),
        _finish(case),
    )


def _finish(case: Case) -> str:
    """How the last API servers get the newer version."""
    if case.seen.provider in MANAGED:
        return f"wait for the provider; if it takes longer than a day, ask {case.seen.provider}"
    look = case.kubectl(f"get pods -l component={Component.API_SERVER} -o wide", SYSTEM)
    return f"upgrade the API servers that are at {case.least} to {case.most}: {look}"


def _under_way(case: Case) -> float | None:
    """Seconds since the first pod of the newer version was made; None where pods do not tell."""
    now = seen_at(case.cluster, case.cluster.topic("pods"))
    born = [
        made
        for one in case.seen.servers
        if minor_of(one) == case.most and (made := parse_rfc3339(one.born)) is not None
    ]
    return now - min(born) if born else None


def controllers(case: Case) -> Iterator[Finding]:
    """SK06: scheduler and controller managers beside the API servers that they may reach."""
    for component in CONTROLLERS:
        found = [one for one in case.seen.controllers if one.component is component]
        known = [(one, one.version.of) for one in found if one.version is not None]
        ahead = [one for one, minor in known if newer(minor, case.least)]
        behind = [one for one, minor in known if (case.most.ahead_of(minor) or 0) > 1]
        other = [one for one, minor in known if newer(case.least, minor) and one not in behind]
        if ahead:
            beyond = any(newer(minor, case.most) for _, minor in known)
            severity = Severity.HIGH if beyond else Severity.MEDIUM
            words = f"newer than an API server that it may reach, which is at {case.least}"
            yield _controller(case, severity, ahead, words, case.least, "newer")
        if behind:
            words = f"more than one minor older than the API server, which is at {case.most}"
            yield _controller(case, Severity.HIGH, behind, words, case.most, "older")
        if other:
            words = f"not of the API server's minor, which is {case.least}"
            yield _controller(case, Severity.LOW, other, words, case.most, "other")


def _controller(
    case: Case, severity: Severity, found: Sequence[Instance], words: str, server: Minor, kind: str
) -> Finding:
    component = found[0].component
    look = case.kubectl(f"get pods -l component={component} -o wide", SYSTEM)
    return case.finding(
        "SK06",
        severity,
        f"{component} {minors(found)} is {words}",
        f"{counted(len(found), 'instance')}. Controllers follow the API servers within one minor, "
        "are never newer than any that they may reach, and should be of the same minor.",
        case.shown(found, server),
        f"bring {component} to {case.least}, after the API servers: {look}",
        subject=f"{component} {kind}",
        object=found[0].ref,
    )


def out_of_order(case: Case) -> Iterator[Finding]:
    """SK09: controllers are upgraded before kubelets."""
    nodes = [(one, one.version.of) for one in case.seen.kubelets if one.version is not None]
    for component in CONTROLLERS:
        late = [
            one
            for one in case.seen.controllers
            if one.component is component and one.version is not None
        ]
        if not late:
            continue
        oldest = min(one.version.of for one in late if one.version is not None)
        ahead = [one for one, minor in nodes if newer(minor, oldest)]
        if not ahead:
            continue
        late = [one for one in late if minor_of(one) == oldest]
        yield case.finding(
            "SK09",
            Severity.LOW,
            f"Nodes went ahead of {component}",
            f"{counted(len(ahead), 'kubelet')} at {minors(ahead)}, {component} still at {oldest}. "
            "The order is: all API servers, then scheduler and controller managers, then kubelets, "
            "then kube-proxies.",
            (*case.shown(late), *case.shown(ahead)),
            f"upgrade {component} before any more node: "
            + case.kubectl(f"get pods -l component={component} -o wide", SYSTEM),
            subject=component,
            object=late[0].ref,
        )


def skipped(case: Case) -> Iterator[Finding]:
    """SK08: no minor is skipped, as far as OpenShift's history tells."""
    view = case.cluster.topic("clusterversions")
    for one in case.cluster.objects("clusterversions", ClusterVersion).values():
        versions = [
            (number, parse_version(entry.version))
            for number, entry in enumerate(one.status.history)
        ]
        known = [(number, found) for number, found in versions if found is not None]
        for (new, later), (old, before) in pairwise(known):
            jump = later.of.ahead_of(before.of)
            if jump is None or jump <= 1:
                continue
            ref, at = one.ref(view.version or "v1"), seen_at(case.cluster, view)
            evidence = tuple(
                Evidence("kubernetes", case.seen.cluster, ref, f"status.history[{number}].version",
                         str(version), at)
                for number, version in ((old, before), (new, later))
            )  # fmt: skip
            yield case.finding(
                "SK08",
                Severity.MEDIUM,
                f"Upgraded from {before.of} to {later.of} at once",
                "An API server must never skip a minor: objects that only the minor between would "
                "have converted may be stored in a version that is served no more.",
                evidence,
                "look for stored versions that are gone, and upgrade one minor at a time: "
                + case.kubectl("get clusterversion version -o yaml"),
                subject=f"{before.of} {later.of}",
                object=ref,
            )


def narrowed(case: Case) -> Iterator[Finding]:
    """SK12: what fits one of the API servers, but not the other."""
    if case.least == case.most:
        return
    parts = [
        *(one for one in (*case.seen.kubelets, *case.seen.proxies) if _narrow_node(case, one)),
        *(one for one in case.seen.controllers if _narrow_controller(case, one)),
    ]
    if not parts:
        return
    counts = {one.component: 0 for one in parts}
    for one in parts:
        counts[one.component] += one.count
    words = listed((f"{count} × {component}" for component, count in counts.items()), 5)
    yield case.finding(
        "SK12",
        Severity.MEDIUM,
        f"API servers at {case.least} and {case.most} leave less room for {words}",
        f"{minors(parts)} would fit one of the two, but not the other: not newer is meant of the "
        "oldest API server, and not too old of the newest.",
        case.shown(parts, case.least, case.most),
        _finish(case),
    )


def _narrow_node(case: Case, one: Instance) -> bool:
    minor = minor_of(one)
    if minor is None:
        return False
    ahead = newer(minor, case.least) and not newer(minor, case.most)
    provider = case.seen.provider
    behind = too_old(case.most, minor, provider) and not too_old(case.least, minor, provider)
    return ahead or behind


def _narrow_controller(case: Case, one: Instance) -> bool:
    minor = minor_of(one)
    if minor is None:
        return False
    ahead = newer(minor, case.least) and not newer(minor, case.most)
    far = (case.most.ahead_of(minor) or 0) > 1 >= (case.least.ahead_of(minor) or 0)
    return ahead or far
