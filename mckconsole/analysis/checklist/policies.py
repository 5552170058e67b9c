"""CHK08: network policies are enforced, deny by default where services are exported, let other
clusters in by name, and are the same in every cluster that exports from a namespace.

Cilium's identities hold the cluster, so a rule that does not name one means pods of all clusters
(unless `policy-default-local-cluster`); over Submariner only address ranges name remote pods. What
Istio and Linkerd let in is decided by their own policies and is not judged here.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist import policyset
from mckconsole.analysis.checklist.drift import Drift, drifts
from mckconsole.analysis.checklist.enforcement import CONFIG, DAEMONSETS, Plugin, plugin_of
from mckconsole.analysis.checklist.grounds import Grounds
from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.moments import Sight, dated
from mckconsole.analysis.checklist.points import Point, settle, unknown, untold
from mckconsole.analysis.checklist.policyset import Held, PolicySet, policy_set
from mckconsole.analysis.mesh.evidence import derived, ref_of
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.services.model import Dialect
from mckconsole.analysis.unread import cluster_reason, unread_reason
from mckconsole.domain.core import CiliumConfig
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.wording import counted, listed

RULE = "CHK08"
TOPICS = (DAEMONSETS, CONFIG, "namespaces", *policyset.TOPICS)
QUERIES: tuple[str, ...] = ()
SETTLED = True
_CILIUM = frozenset({Dialect.CILIUM_GLOBAL, Dialect.CILIUM_MCS})
_NAMED = 3


class Facts(NamedTuple):
    """What a cluster says of its policies."""

    plugin: Plugin | None
    policies: PolicySet
    local: str
    """`policy-default-local-cluster` as written."""
    sights: tuple[Sight, ...] = ()


class Share(NamedTuple):
    """What the services and the other clusters add."""

    exports: tuple[tuple[str, tuple[Dialect, ...]], ...]
    """Namespaces that it exports services of, and how."""
    drifts: tuple[Drift, ...]


def measure(cluster: ClusterSnapshot) -> object:
    """No metric counts."""
    return None


def gather(cluster: ClusterSnapshot) -> Facts:
    """Read a cluster's plugin and policies."""
    local, sights = "", []
    for key, one in cluster.objects(CONFIG, CiliumConfig).items():
        local = one.data.policy_default_local_cluster
        path = "data.policy-default-local-cluster"
        sights.append(Sight(CONFIG, ref_of(cluster, CONFIG, key), path, local or "(not there)"))
    return Facts(plugin_of(cluster), policy_set(cluster), local, tuple(sights))


def shares(grounds: Grounds, facts: Mapping[str, Facts]) -> Mapping[str, Share]:
    """Who exports what, and whose policies differ."""
    exports: dict[str, dict[str, set[Dialect]]] = {name: {} for name in facts}
    for name, space, dialect in _exports(grounds):
        if name in exports:
            exports[name].setdefault(space, set()).add(dialect)
    held = {name: one.policies for name, one in facts.items()}
    differing = drifts({name: tuple(each) for name, each in exports.items()}, held)
    return {
        name: Share(
            tuple((space, tuple(sorted(spoken))) for space, spoken in sorted(each.items())),
            differing.get(name, ()),
        )
        for name, each in exports.items()
    }


def _exports(grounds: Grounds) -> set[tuple[str, str, Dialect]]:
    """Cluster, namespace and means of every export; there are thousands, and few that differ."""
    found = set()
    for service in grounds.services.services:
        space = service.key.namespace
        for name, part in service.parts.items():
            for one in part.exports:
                found.add((name, space, one.dialect))
    return found


def answer(grounds: Grounds, cluster: ClusterSnapshot, facts: Facts, share: Share) -> Answer:
    """Whether policies hold, and hold against other clusters."""
    name = cluster.name
    if not cluster.state.readable:
        return settle(RULE, name, [unknown(cluster_reason(cluster))], well="")
    points = [*_enforced(cluster, facts.plugin), *_gaps(grounds, cluster)]
    for space, spoken in share.exports:
        points += _space(cluster, facts, space, frozenset(spoken))
    points += [_drifted(grounds, cluster, one) for one in share.drifts]
    spaces = counted(len(share.exports), "exporting namespace")
    closed = f"{spaces} closed by default" if share.exports else "it exports no service"
    well = f"{facts.plugin.words if facts.plugin else ''}; {closed}"
    return settle(RULE, name, points, well=well)


def _enforced(cluster: ClusterSnapshot, plugin: Plugin | None) -> Iterator[Point]:
    """Whether anything enforces policies at all."""
    view = cluster.topic(DAEMONSETS)
    if not view.complete:
        yield unknown(f"who enforces policies: {unread_reason(view)}")
    if plugin is None:
        if view.complete:
            k3s = cluster.version is not None and "+k3s" in cluster.version.git_version
            why = "k3s enforces policies itself unless told not to, which no object says"
            yield untold(why if k3s else "no network plugin that is known runs on its nodes")
        return
    told = dated(cluster, plugin.sights)
    mark = plugin.mark if view.complete or plugin.enforces else Mark.UNKNOWN
    show = kubectl_on(cluster.context, "get daemonsets -o wide", "kube-system")
    fix = f"{show}\nswitch on enforcement in the plugin, or install one that enforces policies"
    yield Point(mark, plugin.words, told, fix)


def _gaps(grounds: Grounds, cluster: ClusterSnapshot) -> Iterator[Point]:
    """Why namespaces that export services may not all be known."""
    if cluster.name not in grounds.services.clusters:
        yield unknown("services across clusters were not looked at")
    for one in grounds.service_unknowns.get(cluster.name, ()):
        if one.rule == "*":
            yield unknown(one.reason)


def _space(
    cluster: ClusterSnapshot, facts: Facts, space: str, spoken: frozenset[Dialect]
) -> Iterator[Point]:
    """One namespace that services are exported of."""
    plugin, policies = facts.plugin, facts.policies
    reads = [unread_reason(cluster.topic(one)) for one in policies.unread]
    closing, opening = policies.closing(space), policies.opening(space)
    if opening is not None:
        words = f"{space} exports services, and {opening.name} lets everybody in"
        show = kubectl_on(
            cluster.context,
            f"get {opening.sight.ref.kind.lower()} {shlex.quote(opening.name)} -o yaml",
            space,
        )
        yield Point(Mark.WARN, words, dated(cluster, (opening.sight,)), show)
    elif reads:
        yield unknown(f"whether {space} denies by default: {listed(reads, _NAMED)}")
    elif closing is None and not (plugin is not None and plugin.closes):
        told = dated(cluster, [one.sight for one in policies.of(space)]) or (
            derived(cluster.name, f"policies in {space}", "none", _read(cluster)),
        )
        words = f"{space} exports services and has no policy that denies by default"
        yield Point(Mark.WARN, words, told, _deny(cluster, space))
    else:
        if closing is not None:
            words = f"{space} is closed by {closing.sight.ref.kind} {closing.name}"
            yield Point(Mark.PASS, words, dated(cluster, (closing.sight,)))
        yield from _let_in(cluster, facts, space, spoken)


def _let_in(
    cluster: ClusterSnapshot, facts: Facts, space: str, spoken: frozenset[Dialect]
) -> Iterator[Point]:
    """Whether what is closed lets other clusters in, by name."""
    counting = facts.policies.of(space)
    cilium = not spoken.isdisjoint(_CILIUM)
    if not cilium and Dialect.LIGHTHOUSE not in spoken:
        return
    if any(one.facts.clusters if cilium else one.facts.blocks for one in counting):
        return
    vague = [one for one in counting if one.facts.ambiguous]
    told = dated(cluster, [one.sight for one in vague or counting])
    show = kubectl_on(cluster.context, "get networkpolicies,ciliumnetworkpolicies -o yaml", space)
    if cilium and vague and facts.local != "true":
        words = f"{_named(vague)} in {space} names pods of all clusters alike"
        fix = "name the cluster by the label io.cilium.k8s.policy.cluster"
        yield Point(Mark.WARN, words, (*told, *dated(cluster, facts.sights)), f"{show}\n{fix}")
        return
    by = "the label io.cilium.k8s.policy.cluster" if cilium else "the address ranges of its pods"
    words = f"{space} is closed and no policy lets another cluster in by {by}"
    yield Point(Mark.WARN, words, told, f"{show}\nallow the other clusters by {by}")


def _named(policies: list[Held]) -> str:
    return listed((one.name for one in policies), _NAMED)


def _drifted(grounds: Grounds, cluster: ClusterSnapshot, drift: Drift) -> Point:
    """That the same namespace has other policies elsewhere, or may have."""
    if drift.unread:
        return unknown(f"policies of {drift.namespace} in {drift.others[0]} were not all read")
    parts = []
    if drift.lacks:
        parts.append(f"lacks {listed(drift.lacks, _NAMED)}")
    if drift.beyond:
        parts.append(f"has {listed(drift.beyond, _NAMED)} beside")
    where = listed(drift.others, _NAMED)
    words = f"policies in {drift.namespace} are not those of {where}: {', '.join(parts)}"
    told = [derived(cluster.name, f"policies in {drift.namespace}", _all(drift.here),
                    _read(cluster))]  # fmt: skip
    for other in drift.others[:_NAMED]:
        peer = grounds.fleet.clusters[other]
        value = _all(drift.there)
        told.append(derived(other, f"policies in {drift.namespace}", value, _read(peer)))
    show = "get networkpolicies,ciliumnetworkpolicies -o yaml"
    shown = [kubectl_on(one.context, show, drift.namespace)
             for one in (cluster, grounds.fleet.clusters[drift.others[0]])]  # fmt: skip
    return Point(Mark.FAIL, words, tuple(told), "\n".join(shown))


def _all(names: tuple[str, ...]) -> str:
    return listed(names, 10) or "none"


def _read(cluster: ClusterSnapshot) -> float:
    at = cluster.topic("networkpolicies").as_of
    return at if at is not None else cluster.as_of or 0.0


def _deny(cluster: ClusterSnapshot, space: str) -> str:
    """A policy that closes a namespace."""
    head = kubectl_on(cluster.context, "apply -f - <<'EOF'")
    return f"""{head}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: default-deny-ingress, namespace: {json.dumps(space)}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress]}}
EOF"""
