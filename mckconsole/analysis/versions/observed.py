"""Which versions of which component a cluster runs, as far as it shows them, and what is not known.

API servers are counted by their leases, which carry no version; versions come from `/version`,
Prometheus and static pods. Where fewer were seen than there are, `least` and `most` hold of those
that were seen, and SK01 is unknown: what breaks a rule on skew against them breaks it for certain,
and that nothing does proves nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.provider import identify
from mckconsole.analysis.unread import cluster_reason, unread_reason, without_age
from mckconsole.analysis.versions.components import (
    Instance,
    connections,
    follows_kubernetes,
    kubelets,
    proxy_sets,
    scraped,
    system_pods,
)
from mckconsole.analysis.versions.hidden import hidden_controllers, no_proxy
from mckconsole.analysis.versions.model import Component, Seen
from mckconsole.domain import apiservers
from mckconsole.domain.apiservers import LEASES, PER_SERVER
from mckconsole.domain.core import Lease, Node
from mckconsole.domain.findings import Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.domain.wording import counted, listed

PANE = "versions"
TOPICS = ("nodes", "pods", "daemonsets", LEASES, "cilium-config", "clusterversions")
"""What is read of a cluster here and by the rules on skew, beside its version and its metrics."""
_CONNECTIONS, _PROMETHEUS, _PODS = "connection", "Prometheus", "images of pods"
_SHOWN = 3
"""Pieces of evidence for each version seen."""
CONTROLLERS = (Component.CONTROLLER_MANAGER, Component.SCHEDULER, Component.CLOUD_CONTROLLER)
_RULES = {
    Component.API_SERVER: ("SK01",),
    Component.KUBELET: ("SK02", "SK03", "SK11"),
    Component.KUBE_PROXY: ("SK04", "SK05"),
    Component.CONTROLLER_MANAGER: ("SK06",),
    Component.SCHEDULER: ("SK06",),
    Component.CLOUD_CONTROLLER: ("SK06",),
}
"""What cannot be judged without them."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The versions of one cluster."""

    cluster: str
    context: str
    provider: str
    """As `provider.identify` names it; empty where it is not clear."""
    servers: tuple[Instance, ...] = ()
    kubelets: tuple[Instance, ...] = ()
    controllers: tuple[Instance, ...] = ()
    proxies: tuple[Instance, ...] = ()
    least: Minor | None = None
    """Of the API servers that were seen, the oldest."""
    most: Minor | None = None
    instances: int | None = None
    """API servers with a live lease; None where not known."""
    absent: Mapping[Component, str] = field(default_factory=dict)
    """Why nothing is seen of a component, and that is as it should be."""
    unknown: Mapping[Component, tuple[str, ...]] = field(default_factory=dict)
    """Why not everything is known of a component."""

    @property
    def sure(self) -> bool:
        """Whether every API server was seen."""
        return self.least is not None and Component.API_SERVER not in self.unknown

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Each version of each component, as often as it was seen."""
        every = (*self.servers, *self.controllers, *self.kubelets, *self.proxies)
        none = (Seen(component, None, 0, why) for component, why in self.absent.items())
        return (*_summed(self.cluster, every, self.servers), *none)

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What cannot be judged, and why."""
        found = {
            Unknown(PANE, self.cluster, rule, reason)
            for component, reasons in self.unknown.items()
            for reason in reasons
            for rule in _RULES[component]
        }
        return tuple(sorted(found))


def observe(cluster: ClusterSnapshot) -> Observed:
    """What a cluster shows of its versions now; pure, and cheap enough for each change of it."""
    nodes = cluster.topic("nodes")
    known = list(cluster.objects("nodes", Node).values()) if nodes.state.readable else None
    version = cluster.version.git_version if cluster.version else None
    provider = identify(version, known).name
    pods = tuple(system_pods(cluster))
    servers = (*connections(cluster), *scraped(cluster), *_of(pods, Component.API_SERVER))
    minors = [one.version.of for one in servers if one.version is not None]
    controllers = tuple(one for one in pods if one.component in CONTROLLERS)
    proxies = tuple(_of(pods, Component.KUBE_PROXY)) or tuple(proxy_sets(cluster))
    nodes_seen = tuple(kubelets(cluster))
    absent, unknown = dict[Component, str](), dict[Component, tuple[str, ...]]()
    _note(unknown, Component.API_SERVER, _unsure(cluster, servers))
    _note(unknown, Component.KUBELET, _unread(cluster, "nodes"), _unparsed(nodes_seen, "node"))
    _judge_controllers(cluster, provider, controllers, absent, unknown)
    _judge_proxies(cluster, provider, proxies, absent, unknown)
    if not cluster.state.readable:
        _note(unknown, Component.API_SERVER, without_age(cluster_reason(cluster)))
    return Observed(
        cluster.name,
        cluster.context,
        provider,
        servers,
        nodes_seen,
        controllers,
        proxies,
        min(minors, default=None),
        max(minors, default=None),
        living(cluster)[0],
        absent,
        unknown,
    )


def _of(pods: Iterable[Instance], component: Component) -> Iterator[Instance]:
    return (one for one in pods if one.component is component)


def _note(unknown: dict[Component, tuple[str, ...]], component: Component, *reasons: str) -> None:
    told = tuple(reason for reason in reasons if reason)
    if told:
        unknown[component] = (*unknown.get(component, ()), *told)


def _unread(cluster: ClusterSnapshot, topic: str) -> str:
    """Why a topic is not the whole truth; empty when it is."""
    view = cluster.topic(topic)
    return "" if view.conclusive else without_age(unread_reason(view))


def _unparsed(instances: Sequence[Instance], noun: str) -> str:
    """Of how many instances what they say is no version; empty for none."""
    odd = [one for one in instances if one.version is None]
    if not odd:
        return ""
    first = odd[0]
    name = first.ref.name if first.ref else first.path
    said = repr(first.text) if first.text else "nothing"
    return f"no version of {counted(len(odd), noun)}: {name} says {said}"


def living(cluster: ClusterSnapshot) -> tuple[int | None, str]:
    """How many API servers renewed their lease within the last minute of their clock, or why that
    is not known."""
    view = cluster.topic(LEASES)
    if view.state is not TopicState.FRESH or view.faults or view.as_of is None:
        return None, without_age(unread_reason(view))
    return apiservers.living(cluster.objects(LEASES, Lease).values(), view.as_of)


def _unsure(cluster: ClusterSnapshot, servers: Sequence[Instance]) -> str:
    """Why not all API servers are known to have been seen; empty when they are."""
    known = [one for one in servers if one.version is not None]
    if len(known) < len(servers) or not known:
        return _unparsed(servers, "API server") or "no version of an API server could be read"
    ways = Counter[str]()
    for one in servers:
        ways[_how(one)] += one.count
    instances, no_count = living(cluster)
    if instances is None:  # static pods are all of them, as far as a cluster has any
        if ways[_PODS] and cluster.topic("pods").conclusive:
            return ""
        return f"how many API servers there are is not known: {no_count}"
    asked = ways[_CONNECTIONS]
    enough = max(ways[_PODS], ways[_PROMETHEUS]) >= instances or asked >= PER_SERVER * instances
    if instances == 1 or enough:
        return ""
    minors = listed(sorted({str(one.version.of) for one in known if one.version}), 3)
    return (
        f"{instances} API servers hold a lease, and not all of them were seen: "
        f"{minors} by {counted(asked, 'connection')}"
    )


def _judge_controllers(
    cluster: ClusterSnapshot,
    provider: str,
    found: Sequence[Instance],
    absent: dict[Component, str],
    unknown: dict[Component, tuple[str, ...]],
) -> None:
    hidden = hidden_controllers(provider)
    unread = _unread(cluster, "pods")
    for component in CONTROLLERS:
        mine = [one for one in found if one.component is component]
        cloud = component is Component.CLOUD_CONTROLLER
        if mine and cloud and not any(follows_kubernetes(one.text) for one in mine):
            absent[component] = f"has versions of its own: {mine[0].text}"
        elif mine:
            _note(unknown, component, unread, _unparsed(mine, component))
        elif hidden:
            absent[component] = hidden
        elif unread:
            _note(unknown, component, unread)
        elif not cloud:  # which many clusters have none of
            _note(unknown, component, f"no pod of {component} in kube-system")


def _judge_proxies(
    cluster: ClusterSnapshot,
    provider: str,
    found: Sequence[Instance],
    absent: dict[Component, str],
    unknown: dict[Component, tuple[str, ...]],
) -> None:
    component = Component.KUBE_PROXY
    unread = _unread(cluster, "pods")
    if found:
        _note(unknown, component, unread, _unparsed(found, component))
        return
    why = no_proxy(cluster, provider)
    if why:
        absent[component] = why
        return
    reasons = [unread, _unread(cluster, "daemonsets")]
    none = "kube-proxy was not found, nor what stands in for it"
    _note(unknown, component, *(filter(None, reasons) if any(reasons) else (none,)))


def _summed(
    cluster: str, instances: Iterable[Instance], servers: Sequence[Instance]
) -> Iterator[Seen]:
    """Instances that say the same in the same way, together."""
    groups: dict[tuple[Component, str, str], list[Instance]] = {}
    for one in instances:
        said = one.version.text if one.version else one.text
        groups.setdefault((one.component, _how(one), said), []).append(one)
    asked = sum(one.count for one in servers if _how(one) == _CONNECTIONS)
    for (component, how, _), ones in groups.items():
        count = sum(one.count for one in ones)
        words = f"{count} of {counted(asked, how)}" if how == _CONNECTIONS else how
        evidence = tuple(one.evidence(cluster) for one in ones[:_SHOWN])
        yield Seen(component, ones[0].version, count, words, evidence)


def _how(one: Instance) -> str:
    """In which way an instance was seen."""
    if one.source == "prometheus":
        return _PROMETHEUS
    if one.ref is None:
        return _CONNECTIONS
    if one.component is Component.KUBELET:
        return "nodes"
    if one.ref.kind == "Pod":
        return _PODS
    return f"image of {one.ref.kind} {one.ref.name}"
