"""What to look at next, as commands for an operator. Nothing here is ever run."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from mckconsole.analysis.mesh.links import Link, LinkState, MeshProvider, Pair
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot

_NAMESPACE = "submariner-operator"


def numbered(steps: Iterable[str]) -> str:
    """Steps in order, on one line each."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))


def kubectl(fleet: FleetSnapshot, cluster: str, command: str) -> str:
    """A kubectl command on the cluster's context, fit to be pasted into a shell."""
    return f"kubectl --context {_context(fleet, cluster)} {command}"


def _context(fleet: FleetSnapshot, cluster: str) -> str:
    found = fleet.clusters.get(cluster)
    return shlex.quote(found.context if found else cluster)


def get_yaml(fleet: FleetSnapshot, cluster: str, ref: ObjectRef, plural: str) -> str:
    """The command that shows an object."""
    place = f"-n {shlex.quote(ref.namespace)} " if ref.namespace else ""
    return kubectl(fleet, cluster, f"{place}get {plural} {shlex.quote(ref.name)} -o yaml")


def link_steps(fleet: FleetSnapshot, link: Link, pair: Pair | None) -> str:
    """Where to look for one link, in order; a stale one's own steps lead to the stale side."""
    cilium = link.key.provider is MeshProvider.CILIUM
    steps = _cilium_steps(fleet, link) if cilium else _submariner_steps(fleet, link)
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
