"""What the rules on version skew look at: one cluster, what was observed of it, and its pools."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.versions.components import Instance
from mckconsole.analysis.versions.model import NodePool
from mckconsole.analysis.versions.observed import PANE, Observed
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData
from mckconsole.domain.wording import counted, listed

MOST_EVIDENCE = 50
"""Objects that are shown of a finding that many share; all of them are counted."""
_WITNESSES = 3
"""API servers that are shown beside them."""
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Case:
    """One cluster with at least one API server whose version is known."""

    cluster: ClusterSnapshot
    seen: Observed
    pools: Mapping[str, str]
    """By node."""
    least: Minor
    most: Minor
    data: SupportData

    def by_pool(
        self, instances: Iterable[Instance], wrong: Callable[[Minor], bool]
    ) -> Iterator[tuple[str, list[Instance]]]:
        """Those whose minor is wrong, pool by pool."""
        groups: dict[str, list[Instance]] = {}
        verdicts: dict[Minor, bool] = {}  # there are few minors, and thousands of nodes
        for one in instances:
            if one.version is None:
                continue
            minor = one.version.of
            verdict = verdicts.get(minor)
            if verdict is None:
                verdict = verdicts[minor] = wrong(minor)
            if verdict:
                groups.setdefault(self.pools.get(one.node, ""), []).append(one)
        yield from sorted(groups.items())

    def server(self, minor: Minor) -> tuple[Evidence, ...]:
        """API servers that were seen at a minor."""
        found = (one for one in self.seen.servers if minor_of(one) == minor)
        return tuple(one.evidence(self.seen.cluster) for one in found)[:_WITNESSES]

    def shown(self, instances: Sequence[Instance], *servers: Minor) -> tuple[Evidence, ...]:
        """Evidence of instances, then of the API servers that they are compared with."""
        own = tuple(one.evidence(self.seen.cluster) for one in instances[:MOST_EVIDENCE])
        return (*own, *(one for minor in dict.fromkeys(servers) for one in self.server(minor)))

    def kubectl(self, command: str, namespace: str = "") -> str:
        """A command for an operator; `command` is quoted already."""
        return kubectl_on(self.seen.context, command, namespace)

    def finding(
        self, rule: str, severity: Severity, title: str, detail: str,
        evidence: tuple[Evidence, ...], remediation: str, *, subject: str = "",
        object: ObjectRef | None = None,
    ) -> Finding:  # fmt: skip
        """A finding of this cluster."""
        return Finding(
            rule,
            PANE,
            severity,
            self.seen.cluster,
            object,
            title,
            detail,
            evidence,
            remediation,
            subject=subject,
        )


def case_of(
    cluster: ClusterSnapshot, seen: Observed, pools: Iterable[NodePool], data: SupportData
) -> Case | None:
    """The case; None where no version of an API server is known."""
    if seen.least is None or seen.most is None:
        return None
    names = {node: pool.name for pool in pools for node in pool.nodes}
    return Case(cluster, seen, names, seen.least, seen.most, data)


def minor_of(one: Instance) -> Minor | None:
    """The minor of an instance; None where its version is not known."""
    return one.version.of if one.version is not None else None


def minors(instances: Iterable[Instance]) -> str:
    """`1.31, 1.32`, those that are known."""
    return listed(map(str, sorted({one.version.of for one in instances if one.version})), 4)


def pool_words(pool: str) -> str:
    """` of pool web`; empty for nodes that name none."""
    return f" of pool {pool}" if pool else ""


def node_names(instances: Sequence[Instance]) -> str:
    """The nodes' names, for a sentence."""
    return listed((one.node for one in instances), _NAMED)


def move(case: Case, instances: Sequence[Instance], to: str) -> str:
    """How nodes get another kubelet: always by way of a drain."""
    node = shlex.quote(instances[0].node)
    drain = case.kubectl(f"drain {node} --ignore-daemonsets --delete-emptydir-data")
    more = len(instances) - 1
    rest = f"; so with {counted(more, 'more node')}, one after the other" if more else ""
    return (
        f"1. {drain}\n2. replace or upgrade it to {to}\n3. {case.kubectl(f'uncordon {node}')}{rest}"
    )
