"""Rules on kubelets and kube-proxies: SK02 to SK05, SK11."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.analysis.versions.case import (
    Case,
    minor_of,
    minors,
    move,
    node_names,
    pool_words,
)
from mckconsole.analysis.versions.components import PROXY, SYSTEM, Instance
from mckconsole.analysis.versions.limits import most_behind, newer, too_old, upstream_behind
from mckconsole.domain.findings import Finding, ObjectRef, Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.wording import counted

_DAEMONSET = ObjectRef("apps/v1", "DaemonSet", SYSTEM, PROXY)


def newer_kubelets(case: Case) -> Iterator[Finding]:
    """SK02: a kubelet must not be newer than the oldest API server."""
    for pool, nodes in case.by_pool(case.seen.kubelets, lambda one: newer(one, case.least)):
        yield case.finding(
            "SK02",
            Severity.HIGH,
            f"{counted(len(nodes), 'kubelet')}{pool_words(pool)} newer than the oldest API server",
            f"{node_names(nodes)}: kubelet {minors(nodes)}, and an API server is at {case.least}. "
            "A kubelet is never to be newer than any API server.",
            case.shown(nodes, case.least),
            f"bring every API server to {max(_minors(nodes))}, or go back with the nodes:\n"
            + move(case, nodes, f"{case.least} or older"),
            subject=pool,
        )


def older_kubelets(case: Case) -> Iterator[Finding]:
    """SK03: a kubelet must not be too much older than the newest API server."""
    found = case.by_pool(case.seen.kubelets, lambda one: _too_old(case, one))
    for pool, nodes in found:
        yield case.finding(
            "SK03",
            _severity(case, nodes),
            f"{counted(len(nodes), 'kubelet')}{pool_words(pool)} too old for the API server",
            f"{node_names(nodes)}: kubelet {minors(nodes)}, and an API server is at {case.most}. "
            + _limit(case, nodes),
            case.shown(nodes, case.most),
            move(case, nodes, str(case.least)),
            subject=pool,
        )


def holding_kubelets(case: Case) -> Iterator[Finding]:
    """SK11: nodes that must move before the control plane can."""
    found = case.by_pool(case.seen.kubelets, lambda one: _holds(case, one))
    for pool, nodes in found:
        yield case.finding(
            "SK11",
            Severity.MEDIUM,
            f"{counted(len(nodes), 'node')}{pool_words(pool)} must move before {case.most.plus(1)}",
            f"{node_names(nodes)}: kubelet {minors(nodes)} is as old as an API server of "
            f"{case.most} allows. " + _limit(case, nodes),
            case.shown(nodes, case.most),
            move(case, nodes, str(case.least)),
            subject=pool,
        )


def proxies(case: Case) -> Iterator[Finding]:
    """SK04, and SK11 of kube-proxy: the same limits as for kubelets."""
    every = [(one, one.version.of) for one in case.seen.proxies if one.version is not None]
    ahead = [one for one, minor in every if newer(minor, case.least)]
    behind = [one for one, minor in every if _too_old(case, minor)]
    holding = [one for one, minor in every if _holds(case, minor)]
    if ahead:
        what = f"newer than the oldest API server, which is at {case.least}"
        yield _proxy(case, "SK04", Severity.HIGH, ahead, what, case.least, "newer")
    if behind:
        what = f"too old for the API server, which is at {case.most}"
        yield _proxy(case, "SK04", _severity(case, behind), behind, what, case.most, "older")
    if holding:
        what = f"as old as {case.most} allows, and must move before {case.most.plus(1)}"
        yield _proxy(case, "SK11", Severity.MEDIUM, holding, what, case.most, PROXY)


def _proxy(
    case: Case, rule: str, severity: Severity, found: Sequence[Instance], what: str,
    server: Minor, subject: str,
) -> Finding:  # fmt: skip
    image = f"set image daemonset/{PROXY} {PROXY}=IMAGE:v{case.least}.PATCH"
    return case.finding(
        rule,
        severity,
        f"kube-proxy {minors(found)} is {what}",
        f"{counted(sum(one.count for one in found), 'instance')}. {_limit(case, found)}",
        case.shown(found, server),
        f"bring kube-proxy to {case.least}, after the nodes; unless it is the provider's add-on: "
        + case.kubectl(image, SYSTEM),
        subject=subject,
        object=_daemonset(case),
    )


def _daemonset(case: Case) -> ObjectRef | None:
    held = case.cluster.topic("daemonsets").objects
    return _DAEMONSET if (SYSTEM, PROXY) in held else None


def beside_kubelets(case: Case) -> Iterator[Finding]:
    """SK05: kube-proxy and the kubelet of its node, either way."""
    nodes = {one.node: one for one in case.seen.kubelets}

    def apart(one: Instance) -> bool:
        kubelet, own = nodes.get(one.node), minor_of(one)
        other = minor_of(kubelet) if kubelet is not None else None
        if own is None or other is None:
            return False
        return abs(own.ahead_of(other) or 0) > upstream_behind(own)

    for pool, found in case.by_pool(filter(apart, case.seen.proxies), lambda _: True):
        beside = [nodes[one.node] for one in found]
        yield case.finding(
            "SK05",
            Severity.HIGH,
            f"kube-proxy {minors(found)} beside kubelet {minors(beside)}{pool_words(pool)}",
            f"{node_names(found)}: kube-proxy may be at most three minors older or newer than the "
            "kubelet of its node, two before 1.25.",
            (*case.shown(found), *case.shown(beside)),
            f"bring kubelet and kube-proxy of these nodes to {case.least}\n"
            + move(case, beside, str(case.least)),
            subject=pool,
        )


def _minors(instances: Sequence[Instance]) -> list[Minor]:
    return [one.version.of for one in instances if one.version is not None]


def _too_old(case: Case, node: Minor) -> bool:
    return too_old(case.most, node, case.seen.provider)


def _holds(case: Case, node: Minor) -> bool:
    """Whether a node is in order now, and would not be with the next control plane."""
    return not _too_old(case, node) and too_old(case.most.plus(1), node, case.seen.provider)


def _severity(case: Case, found: Sequence[Instance]) -> Severity:
    """What only the distribution does not allow still works as far as Kubernetes goes."""
    wrong = any(too_old(case.most, minor) for minor in _minors(found))
    return Severity.HIGH if wrong else Severity.MEDIUM


def _limit(case: Case, found: Sequence[Instance]) -> str:
    """How much older they may be, and who says so."""
    oldest = min(_minors(found))
    allowed, upstream = most_behind(case.seen.provider, oldest), upstream_behind(oldest)
    words = f"It may be {counted(allowed, 'minor')} older than the newest API server"
    if allowed < upstream:
        return f"{words}: Kubernetes allows {upstream}, {case.seen.provider} {allowed}."
    return f"{words}, as it is older than 1.25." if upstream < 3 else f"{words}."
