"""Rule SK10: a kubelet gets a new minor only on a node that was drained.

What proves that it was not: a pod that is older than the minor of its node's kubelet. Pods never
move, so an older kubelet started it. Pods of DaemonSets and static ones live through a drain.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from datetime import date

from mckconsole.analysis.versions.case import MOST_EVIDENCE, Case, node_names, pool_words
from mckconsole.analysis.versions.components import Instance, seen_at
from mckconsole.analysis.versions.support import UPSTREAM
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.pods import Pod
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted

_STAY = frozenset({"DaemonSet", "Node"})
"""Controllers of pods that are not evicted."""


def undrained(case: Case) -> Iterator[Finding]:
    """SK10: nodes with pods from before the kubelet's minor was released."""
    released = _releases(case)
    nodes = {
        one.node: (one, day)
        for one in case.seen.kubelets
        if one.version is not None and one.version.released
        and (day := released.get(one.version.of))
    }  # fmt: skip
    old: dict[str, list[Pod]] = {}
    for pod in case.cluster.objects("pods", Pod).values():
        known = nodes.get(pod.spec.node_name)
        if known is not None and _older(pod, known[1]):
            old.setdefault(pod.spec.node_name, []).append(pod)
    found = (nodes[name][0] for name in sorted(old))
    for pool, instances in case.by_pool(found, lambda _: True):
        yield _finding(case, pool, instances, old)


def unreleased(case: Case) -> tuple[Minor, ...]:
    """Minors of kubelets whose day of release the table does not have."""
    known = _releases(case)
    every = {one.version.of for one in case.seen.kubelets if one.version is not None}
    return tuple(sorted(every - known.keys()))


def _releases(case: Case) -> dict[Minor, str]:
    """The days on which minors were released, `2025-12-17`: days compare as text."""
    days: Iterable[tuple[Minor, date]] = (
        (one.minor, one.release) for one in case.data.calendar if one.provider == UPSTREAM
    )
    return {minor: day.isoformat() for minor, day in days}


def _older(pod: Pod, day: str) -> bool:
    made = pod.metadata.creation_timestamp
    if not made or made[:10] >= day or pod.over:
        return False
    owners = pod.metadata.owner_references
    return parse_rfc3339(made) is not None and not any(one.kind in _STAY for one in owners)


def _finding(case: Case, pool: str, found: list[Instance], old: dict[str, list[Pod]]) -> Finding:
    view = case.cluster.topic("pods")
    at, version = seen_at(case.cluster, view), view.version or "v1"
    pods = [pod for one in found for pod in old[one.node]]
    path = "metadata.creationTimestamp"
    evidence = tuple(
        Evidence("kubernetes", case.seen.cluster, pod.ref(version), path,
                 pod.metadata.creation_timestamp, at)
        for pod in pods[:MOST_EVIDENCE]
    )  # fmt: skip
    node = shlex.quote(found[0].node)
    again = case.kubectl(f"drain {node} --ignore-daemonsets --delete-emptydir-data")
    back = case.kubectl(f"uncordon {node}")
    return case.finding(
        "SK10",
        Severity.MEDIUM,
        f"{counted(len(found), 'node')}{pool_words(pool)} upgraded without a drain",
        f"{node_names(found)}: {counted(len(pods), 'pod')} from before the kubelet's minor was "
        "released. A new minor of the kubelet on a node with pods is not supported: they keep what "
        "the old one set up.",
        (*case.shown(found), *evidence),
        f"drain now, and take it back, one node after the other:\n1. {again}\n2. {back}",
        subject=pool,
    )
