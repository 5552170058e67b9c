"""Which agents ship a cluster's logs, on how many of its nodes, and where to by what was read.

An agent is known by its image. Where it sends is in its ConfigMaps (by label, in its namespace), in
custom resources, or in its environment; a configuration in a Secret or an image is not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.checklist.moments import Sight
from mckconsole.analysis.checklist.sinkplaces import resolved
from mckconsole.analysis.mesh.evidence import ref_of
from mckconsole.domain.core import DaemonSet, Deployment, Node, TemplateContainer
from mckconsole.domain.failover import StatefulSet
from mckconsole.domain.logagents import Agent, agent_of
from mckconsole.domain.logsinks import LogConfig
from mckconsole.domain.observability import ClusterLogForwarder, OpenTelemetryCollector
from mckconsole.domain.sinks import Sink
from mckconsole.domain.snapshot import ClusterSnapshot

DAEMONSETS, NODES = "daemonsets", "nodes"
CONFIGS = ("log-configs", "log-configs-old")
RESOURCES = ("opentelemetrycollectors", "clusterlogforwarders")
RELAYS = ("deployments", "statefulsets")
Workload: TypeAlias = DaemonSet | Deployment | StatefulSet
_VIRTUAL = (("eks.amazonaws.com/compute-type", "fargate"), ("type", "virtual-kubelet"))
"""Labels of nodes on which no DaemonSet runs."""
_LABELS = ("app.kubernetes.io/name", "k8s-app")
_DATADOG_LOGS = ("DD_LOGS_ENABLED", "true")
_DATADOG_SITE = "datadoghq.com"
"""Where the Datadog agent sends without DD_SITE."""
_DESTINATIONS = ("HOST", "HOSTS", "URL", "ENDPOINT")
"""How variables end that say where to."""
_BY_DEFAULT = frozenset({"Fluent Bit", "Fluentd", "Vector", "Promtail", "Filebeat", "GKE logging",
                         "AKS monitoring"})  # fmt: skip
"""Those whose only work it is to ship logs."""


class Shipper(NamedTuple):
    """An agent on the nodes of a cluster; several DaemonSets of one kind together."""

    agent: Agent
    desired: int
    """Pods that it is to have on nodes."""
    widest: int
    """The most nodes that one of its DaemonSets is meant for."""
    ready: int
    sinks: tuple[Sink, ...]
    """Without variables that its environment resolves."""
    ships: bool
    """Whether it is known to ship logs: some of these also do without."""
    unread: tuple[str, ...]
    """Configurations of it that could not be read, in words."""
    sights: tuple[Sight, ...]


class Relay(NamedTuple):
    """A workload that runs an agent on no particular node: it takes logs in and passes them on."""

    namespace: str
    name: str
    sinks: tuple[Sink, ...]

    def is_behind(self, space: str, service: str) -> bool:
        """Whether a Service is its own, by the names that charts give the two."""
        alike = service.startswith(self.name) or self.name.startswith(service)
        return space == self.namespace and alike


class Shipping(NamedTuple):
    """The agents of a cluster, and the nodes there are to cover."""

    shippers: tuple[Shipper, ...]
    nodes: int
    project: str
    """Google project of the nodes; empty elsewhere."""
    relays: tuple[Relay, ...]


def shipping(cluster: ClusterSnapshot) -> Shipping:
    """Read a cluster's objects."""
    configs = list(_configs(cluster))
    resources = list(_resources(cluster))
    groups: dict[str, list[tuple[DaemonSet, TemplateContainer, Agent]]] = {}
    for one in cluster.objects(DAEMONSETS, DaemonSet).values():
        for container in one.spec.template.spec.containers:
            agent = agent_of(container.image)
            if agent is not None:
                groups.setdefault(agent.name, []).append((one, container, agent))
                break
    shippers = [_shipper(cluster, each, configs, resources) for each in groups.values()]
    nodes = [one for one in cluster.objects(NODES, Node).values() if _covered(one)]
    return Shipping(
        tuple(sorted(shippers, key=lambda one: one.agent.name)),
        len(nodes),
        next(filter(None, map(_project, nodes)), ""),
        tuple(_relays(cluster, configs, resources)),
    )


def _relays(
    cluster: ClusterSnapshot,
    configs: list[tuple[Sight, LogConfig]],
    resources: list[_Resource],
) -> Iterator[Relay]:
    """Workloads with agents that are ready."""
    found: list[Deployment | StatefulSet] = [
        *cluster.objects("deployments", Deployment).values(),
        *cluster.objects("statefulsets", StatefulSet).values(),
    ]
    for one in found:
        for container in one.spec.template.spec.containers if one.status.ready_replicas else ():
            agent = agent_of(container.image)
            if agent is None:
                continue
            space, name = one.key
            raw = {sink for _, each in configs if _configures(each, one, agent)
                   for sink in each.sinks}  # fmt: skip
            raw |= {sink for each in resources if each.sight.ref.namespace == space
                    and agent.name in each.agents for sink in each.sinks}  # fmt: skip
            yield Relay(space, name, tuple(sorted(resolved(raw, container.env))))
            break


def _configs(cluster: ClusterSnapshot) -> Iterator[tuple[Sight, LogConfig]]:
    for topic in CONFIGS:
        for key, one in sorted(cluster.objects(topic, LogConfig).items()):
            told = ", ".join(map(str, one.sinks)) or "no sink"
            yield Sight(topic, ref_of(cluster, topic, key), "data", told), one


class _Resource(NamedTuple):
    sight: Sight
    agents: tuple[str, ...]
    sinks: tuple[Sink, ...]
    unread: str


def _resources(cluster: ClusterSnapshot) -> Iterator[_Resource]:
    """Custom resources that say where logs go, and the agents that are made of them."""
    kinds = (
        ("opentelemetrycollectors", OpenTelemetryCollector, ("OpenTelemetry Collector",)),
        ("clusterlogforwarders", ClusterLogForwarder, ("Vector", "Fluentd")),
    )
    for topic, kind, agents in kinds:
        for key, one in sorted(cluster.topic(topic).objects.items()):
            if isinstance(one, kind):
                told = ", ".join(map(str, one.logs)) or "no sink of logs"
                sight = Sight(topic, ref_of(cluster, topic, key), "spec", told)
                yield _Resource(sight, agents, one.logs, one.unread)


def _shipper(
    cluster: ClusterSnapshot,
    group: list[tuple[DaemonSet, TemplateContainer, Agent]],
    configs: list[tuple[Sight, LogConfig]],
    resources: list[_Resource],
) -> Shipper:
    """One kind of agent."""
    agent = group[0][2]
    sinks: set[Sink] = set()
    sights, unread = [], []
    for daemon, container, _ in group:
        sights.append(_running(cluster, daemon))
        found = [one for one in configs if _configures(one[1], daemon, agent)]
        sights += [sight for sight, _ in found]
        unread += [f"{sight.ref}: {why}" for sight, one in found for why in one.unread]
        raw = {sink for _, one in found for sink in one.sinks}
        raw |= _told(container, agent, bool(raw))
        sinks |= resolved(raw, container.env)
    for one in resources:
        if agent.name in one.agents:
            sights.append(one.sight)
            sinks.update(one.sinks)
            unread += [f"{one.sight.ref}: {one.unread}"] if one.unread else []
    status = [daemon.status for daemon, _, _ in group]
    return Shipper(
        agent,
        sum(one.desired_number_scheduled for one in status),
        max(one.desired_number_scheduled for one in status),
        sum(one.number_ready for one in status),
        tuple(sorted(sinks)),
        bool(sinks) or agent.name in _BY_DEFAULT,
        tuple(unread),
        tuple(sights),
    )


def _running(cluster: ClusterSnapshot, daemon: DaemonSet) -> Sight:
    status = daemon.status
    told = f"{status.number_ready} of {status.desired_number_scheduled} ready"
    ref = ref_of(cluster, DAEMONSETS, daemon.key)
    return Sight(DAEMONSETS, ref, "status.numberReady", told)


def _configures(config: LogConfig, workload: Workload, agent: Agent) -> bool:
    """Whether a ConfigMap is an agent's, by namespace and label."""
    if config.metadata.namespace != workload.metadata.namespace:
        return False
    names = {config.metadata.labels.get(label) for label in _LABELS}
    return not names.isdisjoint(agent.configs) or _labelled(config, workload)


def _labelled(config: LogConfig, workload: Workload) -> bool:
    own = config.metadata.labels
    return any(own.get(one) and own[one] == workload.metadata.labels.get(one) for one in _LABELS)


def _told(container: TemplateContainer, agent: Agent, configured: bool) -> set[Sink]:
    """What the environment alone says; of agents with a configuration it only fills that in."""
    values = {one.name: one.value for one in container.env}
    if agent.managed:
        return {Sink(agent.managed)}
    if agent.name == "Datadog agent":
        if values.get(_DATADOG_LOGS[0]) != _DATADOG_LOGS[1]:
            return set()
        return {Sink("datadog", values.get("DD_SITE") or _DATADOG_SITE)}
    if configured or agent.name not in _BY_DEFAULT:
        return set()
    hosts = {value for name, value in values.items() if name.endswith(_DESTINATIONS)}
    return {Sink("environment", one) for one in hosts}


def _covered(node: Node) -> bool:
    labels = node.metadata.labels
    return not any(labels.get(name) == value for name, value in _VIRTUAL)


def _project(node: Node) -> str:
    """`gce://project/zone/name`."""
    place, _, rest = node.spec.provider_id.partition("://")
    return rest.partition("/")[0] if place == "gce" else ""
