"""Whether a plan may go on with the nodes as they are.

Source: https://kubernetes.io/releases/version-skew-policy/; `limits` has the numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mckconsole.analysis.versions.limits import most_behind
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Component, Gravity, Phase
from mckconsole.domain.findings import Evidence
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.wording import counted, listed

_ABOUT_NODES = frozenset({"*", "SK02", "SK03", "SK11", "UB01"})
"""Rules that cannot be judged where the nodes cannot be read."""
_SERVERS = (Component.API_SERVER,)
_ON_NODES = (Component.KUBELET, Component.KUBE_PROXY)
_MOST_EVIDENCE = 4
"""Per side of a comparison."""


def fits(provider: str, server: Minor, node: Minor) -> bool:
    """Whether a kubelet or kube-proxy may work with an API server, seen from its age alone."""
    behind = server.ahead_of(node)
    return behind is not None and behind <= most_behind(provider, node)


def own_blockers(versions: ClusterVersions) -> Iterator[Blocker]:
    """What stops every step of a cluster by the skew of its parts, or because it is not known."""
    least, most = versions.least, versions.most
    if least is None:
        return
    if most is not None and (most.ahead_of(least) or 0) > 1:
        yield _blocker(
            "SK01",
            f"API servers from {least} to {most}",
            "more than one minor apart: no step from here is supported",
            f"bring every API server to {most} first",
            evidence=_shown(versions, _SERVERS),
        )
    newer = sorted({str(one) for one in _node_minors(versions) if one > least})
    if newer:
        yield _blocker(
            "SK02",
            f"nodes at {listed(newer, 3)}, newer than the oldest API server at {least}",
            "kubelet and kube-proxy must never be newer than any API server",
            f"replace these nodes by nodes at {least}",
            evidence=(*_shown(versions, _SERVERS), *_shown(versions, _ON_NODES, least)),
        )
    yield from _not_known(versions)


def _shown(
    versions: ClusterVersions, kinds: Collection[Component], over: Minor | None = None
) -> tuple[Evidence, ...]:
    """What shows the versions of these components, of those newer than `over` alone; the first of
    it."""
    found = [
        each for one in versions.seen
        if one.component in kinds
        and (over is None or (one.version is not None and one.version.of > over))
        for each in one.evidence
    ]  # fmt: skip
    return tuple(found[:_MOST_EVIDENCE])


def _node_minors(versions: ClusterVersions) -> Iterator[Minor]:
    yield from (minor for minor, _ in versions.kubelets)
    for one in versions.seen:
        if one.component is Component.KUBE_PROXY and one.version is not None:
            yield one.version.of


def _not_known(versions: ClusterVersions) -> Iterator[Blocker]:
    """Nodes of which it cannot be told whether they may stay behind (SK11)."""
    nodes = sum(len(pool.nodes) for pool in versions.pools)
    silent = nodes - sum(count for _, count in versions.kubelets)
    what = "without it nobody knows whether the next control plane still takes them"
    if silent > 0:
        title = f"the kubelet's version of {counted(silent, 'node')} is not known"
        yield _blocker("SK11", title, what, "kubectl get nodes -o wide")
    proxies = [one for one in versions.seen if one.component is Component.KUBE_PROXY]
    if any(one.version is None and one.count for one in proxies):
        yield _blocker(
            "SK11", "the version of kube-proxy is not known", what,
            "name its image by a tag, not by a digest alone", "kube-proxy",
        )  # fmt: skip
    if versions.pools:
        return
    unread = [one for one in versions.unknowns if one.rule in _ABOUT_NODES]
    if unread:
        yield _blocker("SK11", f"the nodes are not known: {unread[0].reason}", what,
                       "let the console list nodes")  # fmt: skip


def _blocker(
    rule: str, title: str, detail: str, remedy: str, subject: str = "nodes",
    evidence: tuple[Evidence, ...] = (),
) -> Blocker:  # fmt: skip
    return Blocker(
        rule, Gravity.BLOCK, Phase.CONTROL_PLANE, title, detail, remedy, subject=subject,
        evidence=evidence,
    )  # fmt: skip
