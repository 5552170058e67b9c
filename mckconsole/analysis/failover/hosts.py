"""Host names that the lost clusters serve to the outside, and who else serves them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.model import HostLoss
from mckconsole.analysis.mesh.evidence import seen
from mckconsole.domain.failover import HTTPRoute, Ingress, Route
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.objects import Key

TOPICS = ("ingresses", "httproutes", "routes")


class _Rule(msgspec.Struct, frozen=True, gc=False):
    """One object that serves a host."""

    host: str
    cluster: str
    ref: ObjectRef
    path: str
    backends: tuple[Key, ...]
    """Services behind it; empty when that is not known or they are none."""
    deep: bool = False
    """Whether a wildcard stands for any number of labels, as in the Gateway API, not for one."""
    hint: str = ""


_NO_RULES: Mapping[str, list[_Rule]] = {}


@dataclass(slots=True)
class Hosts:
    """Every host of the fleet, by cluster."""

    ground: Ground
    rules: Mapping[str, Mapping[str, list[_Rule]]] = field(init=False)
    """Cluster to host to the rules for it."""
    wildcards: Mapping[str, list[_Rule]] = field(init=False)
    nameless: Mapping[str, int] = field(init=False)
    """HTTPRoutes without host names, by cluster: theirs stand in Gateways."""
    unread: frozenset[str] = field(init=False)
    """Clusters in which a host may be served that was not seen."""

    def __post_init__(self) -> None:
        rules: dict[str, dict[str, list[_Rule]]] = {}
        wildcards: dict[str, list[_Rule]] = {}
        nameless: dict[str, int] = {}
        for name in self.ground.fleet.clusters:
            for rule in _rules(self.ground, name):
                if not rule.host:
                    nameless[name] = nameless.get(name, 0) + 1
                    continue
                rules.setdefault(name, {}).setdefault(rule.host, []).append(rule)
                if rule.host.startswith("*."):
                    wildcards.setdefault(name, []).append(rule)
        self.rules, self.wildcards, self.nameless = rules, wildcards, nameless
        self.unread = frozenset(
            name
            for name, cluster in self.ground.fleet.clusters.items()
            if not cluster.state.readable
            or any(not cluster.topic(topic).conclusive for topic in TOPICS)
        )

    def serves(self, name: str, host: str) -> bool:
        """Whether something is ready behind a cluster's own rules for a host, or it cannot be
        told."""
        return any(
            _alive(self.ground, one) for one in self.rules.get(name, _NO_RULES).get(host, ())
        )

    def losses(self, lost: Collection[str]) -> Iterator[HostLoss]:
        """The hosts of lost clusters that have no other server first, then by name."""
        names = {host for name in lost for host in self.rules.get(name, ())}
        found = [self.loss(host, lost) for host in names]
        yield from sorted(found, key=lambda one: (one.impact.rank, one.host))

    def loss(self, host: str, lost: Collection[str]) -> HostLoss:
        """What becomes of one host that some of the lost clusters serve."""
        gone = {n: self.rules[n][host] for n in lost if host in self.rules.get(n, {})}
        left: list[str] = []
        unread: list[str] = []
        evidence = [_evidence(self.ground, rules[0]) for rules in gone.values()]
        for name in self.ground.fleet.clusters:
            if name in lost:
                continue
            serving = [*self.rules.get(name, _NO_RULES).get(host, ())]
            if name in self.wildcards:
                serving += [one for one in self.wildcards[name] if _covers(one, host)]
            if serving and name in self.ground.doubts:
                unread.append(name)
            elif serving and any(_alive(self.ground, one) for one in serving):
                left.append(name)
            elif serving:
                evidence.append(_evidence(self.ground, serving[0], dead=True))
            elif name in self.unread:
                unread.append(name)
        hints = dict.fromkeys(one.hint for rules in gone.values() for one in rules if one.hint)
        return HostLoss(
            host,
            tuple(name for name in self.ground.fleet.clusters if name in gone),
            tuple(left),
            tuple(unread),
            "; ".join(hints),
            tuple(evidence),
        )


def _covers(rule: _Rule, host: str) -> bool:
    """Whether a wildcard rule answers for `host`, itself a name or a narrower wildcard."""
    suffix = rule.host[1:]
    if host == rule.host or not host.endswith(suffix):
        return False  # an equal one was found by its name
    front = host[: -len(suffix)]
    return bool(front) and (rule.deep or ("." not in front and front != "*"))


def _alive(ground: Ground, rule: _Rule) -> bool:
    """Whether something behind the rule is ready, or it cannot be told."""
    ready = ground.ready(rule.cluster)
    if ready is None or not rule.backends:
        return True
    return any(ready.get(key, 0) > 0 for key in rule.backends)


def _evidence(ground: Ground, rule: _Rule, *, dead: bool = False) -> Evidence:
    topic = {"Ingress": "ingresses", "HTTPRoute": "httproutes", "Route": "routes"}[rule.ref.kind]
    value = f"{rule.host}, but nothing behind it is ready" if dead else rule.host
    return seen(rule.cluster, rule.ref, rule.path, value, ground.at(rule.cluster, topic))


def _rules(ground: Ground, name: str) -> Iterator[_Rule]:
    """Every rule of a cluster; a route that names no host has an empty one."""
    cluster = ground.fleet.clusters[name]
    for one in cluster.objects("ingresses", Ingress).values():
        ref, space = ground.ref(name, "ingresses", one), one.metadata.namespace
        for index, rule in enumerate(one.spec.rules):
            paths = [path.backend.service.name for path in rule.http.paths]
            behind = _keys(space, paths)
            path = f"spec.rules[{index}].host"
            if rule.host:
                yield _Rule(rule.host.lower(), name, ref, path, behind, hint=_hint(one))
    for two in cluster.objects("httproutes", HTTPRoute).values():
        ref, space = ground.ref(name, "httproutes", two), two.metadata.namespace
        backends = [one for rule in two.spec.rules for one in rule.backend_refs]
        behind = tuple((one.namespace or space, one.name) for one in backends)
        if any(one.kind != "Service" for one in backends):
            behind = ()  # a ServiceImport has its endpoints anywhere
        for index, host in enumerate(two.spec.hostnames):
            yield _Rule(host.lower(), name, ref, f"spec.hostnames[{index}]", behind, True)
        if not two.spec.hostnames:
            yield _Rule("", name, ref, "spec.hostnames", behind)
    for three in cluster.objects("routes", Route).values():
        ref, space = ground.ref(name, "routes", three), three.metadata.namespace
        if three.spec.host:
            behind = _keys(space, [three.spec.to.name])
            yield _Rule(three.spec.host.lower(), name, ref, "spec.host", behind)


def _keys(namespace: str, names: list[str]) -> tuple[Key, ...]:
    """The Services of these names; none when one is something else than a Service."""
    return tuple((namespace, one) for one in names) if all(names) else ()


def _hint(ingress: Ingress) -> str:
    """What its annotations say of how its name is moved between clusters."""
    written = ingress.metadata.annotations
    said = []
    if written.k8gb_strategy:
        said.append(f"k8gb strategy {written.k8gb_strategy}")
    if written.set_identifier:
        policy = "weighted" if written.aws_weight else "failover" if written.aws_failover else ""
        said.append(f"external-dns record {written.set_identifier} {policy}".rstrip())
    if written.ttl:
        said.append(f"DNS TTL {written.ttl}")
    return ", ".join(said)
