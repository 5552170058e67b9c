"""What to look at next, as commands for an operator. Nothing here is ever run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping

from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Pair
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot

_NAMESPACE = "submariner-operator"


def numbered(steps: Iterable[str]) -> str:
    """Steps in order, on one line each."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def kubectl(fleet: FleetSnapshot, cluster: str, command: str) -> str:
    """A kubectl command on the cluster's context."""
    found = fleet.clusters.get(cluster)
    return kubectl_on(found.context if found else cluster, command)


def kubectl_on(context: str, command: str, namespace: str = "") -> str:
    """A kubectl command on a context, in a namespace where one is named, fit to be pasted into a
    shell; `command` is quoted already."""
    place = f"-n {shlex.quote(namespace)} " if namespace else ""
    return f"kubectl --context {shlex.quote(context)} {place}{command}"


def _context(fleet: FleetSnapshot, cluster: str) -> str:
    found = fleet.clusters.get(cluster)
    return shlex.quote(found.context if found else cluster)


def get_yaml(fleet: FleetSnapshot, cluster: str, ref: ObjectRef, plural: str) -> str:
    """The command that shows an object."""
    found = fleet.clusters.get(cluster)
    command = f"get {plural} {shlex.quote(ref.name)} -o yaml"
    return kubectl_on(found.context if found else cluster, command, ref.namespace)


def link_steps(fleet: FleetSnapshot, link: Link, pair: Pair | None) -> str:
    """Where to look for one link, in order; a stale one's own steps lead to the stale side."""
    steps = _STEPS[link.key.provider](fleet, link)
    hints = pair.hints if pair and link.state is not LinkState.STALE else ()
    return numbered([*steps, *hints])


def _submariner_steps(fleet: FleetSnapshot, link: Link) -> list[str]:
    name = link.key.source
    context = _context(fleet, name)
    namespace = link.object.namespace if link.object else _NAMESPACE
    place = f"-n {shlex.quote(namespace)} "
    steps = []
    if link.object and link.object.kind == "Gateway":
        steps.append(get_yaml(fleet, name, link.object, "gateways.submariner.io"))
    if link.state is LinkState.STALE or link.cause == "no-active-gateway":
        steps += [
            kubectl(fleet, name, f"{place}get pods -l app=submariner-gateway -o wide"),
            kubectl(fleet, name, f"{place}get lease submariner-gateway-lock -o yaml"),
            kubectl(fleet, name, "get nodes -l submariner.io/gateway=true"),
        ]
    elif link.state is LinkState.UNVERIFIED:
        steps.append(
            kubectl(fleet, name, f"{place}get submariners.submariner.io submariner "
                    "-o jsonpath='{.spec.connectionHealthCheck}'")
        )  # fmt: skip
    elif link.state is LinkState.MISSING:
        steps += [
            kubectl(fleet, name, f"{place}get endpoints.submariner.io"),
            f"subctl diagnose deployment --context {context}",
        ]
    elif link.cause == "route-agents":
        steps.append(kubectl(fleet, name, f"{place}get routeagents.submariner.io -o yaml"))
    steps.append(f"subctl show connections --context {context}")
    return steps


def _cilium_steps(fleet: FleetSnapshot, link: Link) -> list[str]:
    context = _context(fleet, link.key.source)
    return [
        f"cilium clustermesh status --context {context}",
        kubectl(
            fleet, link.key.source, "-n kube-system get deployment,service clustermesh-apiserver"
        ),
        kubectl(fleet, link.key.source, "-n kube-system get pods -l k8s-app=cilium -o wide"),
    ]


def _linkerd_steps(fleet: FleetSnapshot, link: Link) -> list[str]:
    name = link.key.source
    context = _context(fleet, name)
    steps = [f"linkerd multicluster gateways --context {context}"]
    if link.object:
        steps.append(get_yaml(fleet, name, link.object, "links.multicluster.linkerd.io"))
    if link.cause == "flat-mode":
        steps.append("nothing probes flat mode: call a mirrored service from a pod of this cluster")
    elif link.state is LinkState.UNVERIFIED:
        steps.append(
            kubectl(fleet, name, "-n linkerd-multicluster get pods -o wide")
            + "; their port 9999 serves gateway_alive: have Prometheus scrape it"
        )
    elif link.in_fleet:
        place = "-n linkerd-multicluster get service,pods -l app=linkerd-gateway -o wide"
        steps.append(kubectl(fleet, link.key.target, place))
    steps.append(f"linkerd multicluster check --context {context}")
    return steps


def _istio_steps(fleet: FleetSnapshot, link: Link) -> list[str]:
    name = link.key.source
    steps = [
        f"istioctl remote-clusters --context {_context(fleet, name)}",
        kubectl(fleet, name, "-n istio-system get pods -l app=istiod -o wide"),
    ]
    if link.object:
        place = f"-n {shlex.quote(link.object.namespace)} get secret"
        shown = "-o custom-columns=NAME:.metadata.name,VERSION:.metadata.resourceVersion"
        steps.append(kubectl(fleet, name, f"{place} {shlex.quote(link.object.name)} {shown}"))
    if link.state is LinkState.UNVERIFIED:
        steps.append("have Prometheus scrape port 15014 of every istiod pod (Istio 1.29 or newer)")
    else:
        steps += [
            kubectl(fleet, name, "-n istio-system logs -l app=istiod --tail=200 --prefix"),
            "the remote secret's token and address: `istioctl create-remote-secret` makes it anew",
        ]
    return steps


def _consul_steps(fleet: FleetSnapshot, link: Link) -> list[str]:
    name = link.key.source
    plurals = {"PeeringAcceptor": "peeringacceptors", "PeeringDialer": "peeringdialers"}
    steps = []
    if link.object:
        plural = f"{plurals.get(link.object.kind, 'peeringdialers')}.consul.hashicorp.com"
        steps.append(get_yaml(fleet, name, link.object, plural))
    steps += [
        kubectl(fleet, name, "get pods -A -l component=mesh-gateway -o wide"),
        f"consul peering read -name {shlex.quote(link.peer)}, against {name}'s Consul servers",
    ]
    if link.cause == "token-drift":
        steps.append(
            f"copy the new token's Secret from {link.key.target}, then raise the annotation "
            "consul.hashicorp.com/peering-version of the PeeringDialer"
        )
    elif link.state is LinkState.UNVERIFIED:
        steps.append("have Prometheus scrape /v1/agent/metrics of every Consul server")
    return steps


_STEPS: Mapping[MeshProvider, Callable[[FleetSnapshot, Link], list[str]]] = {
    MeshProvider.SUBMARINER: _submariner_steps,
    MeshProvider.CILIUM: _cilium_steps,
    MeshProvider.LINKERD: _linkerd_steps,
    MeshProvider.ISTIO: _istio_steps,
    MeshProvider.CONSUL: _consul_steps,
}
