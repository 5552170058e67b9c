"""SD14 in words: what is wrong with a cluster's DNS path, what that does, what to do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.mesh.hints import kubectl_on, numbered
from mckconsole.analysis.services.lighthouse_dns import NAME, Resolver, Server
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import ClusterSnapshot


@dataclass(frozen=True, slots=True)
class DnsPath:
    """The Corefile line that was judged."""

    domain: str
    ref: ObjectRef
    said: str
    """The line, or what is not there in brackets."""
    at: float


def not_forwarded(cluster: ClusterSnapshot, path: DnsPath, resolver: Resolver) -> Finding:
    """No forward line leads names of the domain to Lighthouse."""
    target = ", ".join(sorted(resolver.addresses)) or f"the address of Service {NAME}"
    return _finding(
        cluster,
        path,
        f"missing {path.domain}",
        f"DNS does not forward {path.domain}",
        f"CoreDNS sends names under {path.domain} the way of all others, where nobody knows them: "
        "pods get NXDOMAIN for every imported service.",
        (_line(cluster, path), _service(cluster, resolver)),
        (
            _show(cluster, path.ref),
            f"add a server block {path.domain}:53 with `forward . {target}`, or let Submariner's "
            "operator write it again: "
            + _kubectl(
                cluster, resolver.namespace, "rollout restart deployment submariner-operator"
            ),
            f"subctl diagnose service-discovery --context {shlex.quote(cluster.context)}",
        ),
    )


def dead_forward(
    cluster: ClusterSnapshot, path: DnsPath, resolver: Resolver, dead: list[str]
) -> Finding:
    """The forward leads to addresses that are not Lighthouse's."""
    where = ", ".join(dead) or "no address"
    right = ", ".join(sorted(resolver.addresses))
    is_now = f"Service {NAME} has {right}" if right else f"there is no Service {NAME}"
    return _finding(
        cluster,
        path,
        f"dead {path.domain}",
        f"DNS forwards {path.domain} to an address that Lighthouse does not have",
        f"Names under {path.domain} go to {where}, and {is_now}: pods wait for an answer and get "
        "SERVFAIL. It happens when the Service was made anew.",
        (_line(cluster, path), _service(cluster, resolver)),
        (
            _show(cluster, path.ref),
            _kubectl(cluster, resolver.namespace, f"get service {NAME}"),
            f"set the forward to {right or 'the address of that Service'}, or restart Submariner's "
            "operator, which writes it: "
            + _kubectl(
                cluster, resolver.namespace, "rollout restart deployment submariner-operator"
            ),
        ),
    )


def no_plugin(cluster: ClusterSnapshot, path: DnsPath) -> Finding:
    """CoreDNS does not serve the imports of Cilium's MCS support."""
    return _finding(
        cluster,
        path,
        f"plugin {path.domain}",
        f"DNS does not answer for {path.domain}",
        f"Cilium's MCS support is on, and CoreDNS has no multicluster line for {path.domain}: pods "
        "get NXDOMAIN for every imported service.",
        (_line(cluster, path),),
        (
            _show(cluster, path.ref),
            f"name {path.domain} in CoreDNS' kubernetes plugin and add `multicluster "
            f"{path.domain}` to its block (CoreDNS 1.12.2 or newer)",
            "let CoreDNS read serviceimports.multicluster.x-k8s.io: "
            f"kubectl --context {shlex.quote(cluster.context)} get clusterrole system:coredns "
            "-o yaml",
        ),
    )


def not_running(cluster: ClusterSnapshot, resolver: Resolver, server: Server) -> Finding:
    """No pod of Lighthouse's DNS server answers."""
    counted = f"{server.available} of {server.wanted} replicas available"
    said = (
        seen(cluster.name, server.ref, "status.availableReplicas", counted, server.at)
        if server.ref
        else derived(cluster.name, f"Deployment {resolver.namespace}/{NAME}", "(none)", server.at)
    )
    return Finding(
        rule="SD14",
        pane="services",
        severity=Severity.HIGH,
        cluster=cluster.name,
        object=server.ref or resolver.service,
        title="Lighthouse's DNS server is not available",
        detail=f"Deployment {NAME} has no available replica: pods get no answer for names of "
        "the cluster set, of imported services and of their own exported ones.",
        evidence=(said,),
        remediation=numbered(
            (
                _kubectl(cluster, resolver.namespace, f"describe deployment {NAME}"),
                _kubectl(cluster, resolver.namespace, f"get pods -l app={NAME} -o wide"),
                _kubectl(cluster, resolver.namespace, f"logs deployment/{NAME} --tail=100"),
            )
        ),
        subject="server",
    )


def _finding(
    cluster: ClusterSnapshot,
    path: DnsPath,
    subject: str,
    title: str,
    detail: str,
    evidence: tuple[Evidence, ...],
    steps: tuple[str, ...],
) -> Finding:
    return Finding(
        rule="SD14",
        pane="services",
        severity=Severity.HIGH,
        cluster=cluster.name,
        object=path.ref,
        title=title,
        detail=detail,
        evidence=evidence,
        remediation=numbered(steps),
        subject=subject,
    )


def _line(cluster: ClusterSnapshot, path: DnsPath) -> Evidence:
    return seen(cluster.name, path.ref, "data.Corefile", path.said, path.at)


def _service(cluster: ClusterSnapshot, resolver: Resolver) -> Evidence:
    if resolver.service is None:
        what = f"Service {resolver.namespace}/{NAME}"
        return derived(cluster.name, what, resolver.unread or "(none)", resolver.at)
    addresses = ", ".join(sorted(resolver.addresses)) or "(none)"
    return seen(cluster.name, resolver.service, "spec.clusterIP", addresses, resolver.at)


def _show(cluster: ClusterSnapshot, ref: ObjectRef) -> str:
    return _kubectl(cluster, ref.namespace, f"get configmap {shlex.quote(ref.name)} -o yaml")


def _kubectl(cluster: ClusterSnapshot, namespace: str, command: str) -> str:
    return kubectl_on(cluster.context, command, namespace)
