"""SD14: whether the cluster's DNS leads names of the cluster set to where they are answered.

Pods ask CoreDNS. Lighthouse answers from a server of its own, so CoreDNS must forward its domains
to that server's Service; Cilium's MCS imports are answered by CoreDNS' `multicluster` option.
Source: submariner-operator controllers/servicediscovery, Cilium MCS documentation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from mckconsole.analysis.services.caddyfile import (
    Configuration,
    Directive,
    ServerBlock,
    address_of,
    holds,
    normal_zone,
    parse,
)
from mckconsole.analysis.services.dns_findings import (
    DnsPath,
    dead_forward,
    no_plugin,
    not_forwarded,
    not_running,
)
from mckconsole.analysis.services.lighthouse_dns import (
    NAME,
    Resolver,
    find_resolver,
    find_server,
)
from mckconsole.analysis.services.model import ClusterFacts, Dialect
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.discovery import Corefile, ServiceDiscovery
from mckconsole.domain.findings import Finding, ObjectRef, Unknown
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.text import shorten

CLUSTERSET = "clusterset.local"
_OPENSHIFT = "corefile-openshift"
_PLACES = "kube-system/coredns and no openshift-dns/dns-default"
_FORWARDERS = frozenset({"forward", "proxy", "stub"})
_MAX_SHOWN = 160
_NOT_KNOWN = "whether DNS leads to {} is not known: {}"


@dataclass(frozen=True, slots=True)
class _Dns:
    """The cluster's CoreDNS configuration, and where it was read."""

    ref: ObjectRef
    at: float
    configuration: Configuration
    gap: str
    """Why an import may hold what is not found; empty when everything was read."""


def check_dns(cluster: ClusterSnapshot, facts: ClusterFacts) -> tuple[list[Finding], list[Unknown]]:
    """Judge the DNS path of one cluster.

    Nothing is said of a cluster in which neither Lighthouse nor Cilium's MCS support is installed.
    """
    judge = _Judge(cluster)
    if Dialect.LIGHTHOUSE in facts.installed:
        judge.lighthouse()
    elif Dialect.CILIUM_MCS in facts.installed:
        judge.plugin()
    unknowns = [Unknown("services", cluster.name, "SD14", why) for why in judge.unknowns]
    return judge.findings, unknowns


def forward_lines(cluster: ClusterSnapshot) -> tuple[ObjectRef, str] | None:
    """The lines of the Corefile that take names of the cluster set, empty when none does; None
    when it could not be read."""
    dns = _read_dns(cluster)
    if isinstance(dns, str):
        return None
    lines = _forwards(dns.configuration.answering(CLUSTERSET), CLUSTERSET)
    return dns.ref, shorten("; ".join(map(str, lines)), _MAX_SHOWN)


def domains_of(cluster: ClusterSnapshot) -> list[str]:
    """Domains that Lighthouse answers for: the cluster set's and those of its settings."""
    settings = cluster.objects("servicediscoveries", ServiceDiscovery).values()
    custom = (normal_zone(domain) for one in settings for domain in one.spec.custom_domains)
    return list(dict.fromkeys([CLUSTERSET, *(domain for domain in custom if domain)]))


class _Judge:
    """Gathers what is wrong in one cluster, and what could not be judged."""

    def __init__(self, cluster: ClusterSnapshot) -> None:
        self._cluster = cluster
        self.findings: list[Finding] = []
        self.unknowns: list[str] = []

    def lighthouse(self) -> None:
        """Judge the forward lines, and the server behind them."""
        resolver = find_resolver(self._cluster)
        server = find_server(self._cluster, resolver)
        if isinstance(server, str):
            self.unknowns.append(f"whether {NAME} runs is not known: {server}")
        elif server.available <= 0:
            self.findings.append(not_running(self._cluster, resolver, server))
        dns = _read_dns(self._cluster)
        if isinstance(dns, str):
            self.unknowns.append(_NOT_KNOWN.format(CLUSTERSET, dns))
            return
        for domain in domains_of(self._cluster):
            self._forward(dns, domain, resolver)

    def _forward(self, dns: _Dns, domain: str, resolver: Resolver) -> None:
        """Whether queries for `domain` go to Lighthouse's server, and only there."""
        servers = dns.configuration.answering(domain)
        lines = _forwards(servers, domain)
        targets = {target: address_of(target) for line in lines for target in line.args[1:]}
        dead = [target for target, address in targets.items() if address not in resolver.addresses]
        if targets and not dead and not resolver.unread:
            return
        said = "; ".join(str(line) for line in lines) or f"(no forward of {domain})"
        path = DnsPath(domain, dns.ref, shorten(said, _MAX_SHOWN), dns.at)
        if len(dead) == len(targets) and not _is_for(servers, lines):
            if dns.gap:
                self.unknowns.append(_NOT_KNOWN.format(domain, dns.gap))
            else:
                self.findings.append(not_forwarded(self._cluster, path, resolver))
        elif resolver.unread:
            self.unknowns.append(_NOT_KNOWN.format(f"Lighthouse for {domain}", resolver.unread))
        else:
            self.findings.append(dead_forward(self._cluster, path, resolver, dead))

    def plugin(self) -> None:
        """Judge whether CoreDNS answers for Cilium's imports."""
        dns = _read_dns(self._cluster)
        if isinstance(dns, str):
            self.unknowns.append(_NOT_KNOWN.format(CLUSTERSET, dns))
        elif not _has_plugin(dns.configuration):
            if dns.gap:
                self.unknowns.append(_NOT_KNOWN.format(CLUSTERSET, dns.gap))
                return
            said = f"(no multicluster {CLUSTERSET})"
            path = DnsPath(CLUSTERSET, dns.ref, said, dns.at)
            self.findings.append(no_plugin(self._cluster, path))


def _read_dns(cluster: ClusterSnapshot) -> _Dns | str:
    """The configuration that pods' DNS runs with, or why it is not known."""
    views = [cluster.topic(topic) for topic in (_OPENSHIFT, "corefile")]
    for view in views:
        for found in cluster.objects(view.topic, Corefile).values():
            if "Corefile" in found.data:
                return _configured(cluster, view, found) if view.complete else unread_reason(view)
    for view in reversed(views):
        if not view.conclusive:
            return unread_reason(view)
    return (
        f"there is no {_PLACES} with a Corefile; DNS that the provider manages (GKE's kube-dns, "
        "Cloud DNS) does not show where it forwards to"
    )


def _configured(cluster: ClusterSnapshot, view: TopicView, found: Corefile) -> _Dns:
    """A Corefile with what it imports from coredns-custom."""
    custom = cluster.topic("corefile-custom")
    files: dict[str, str] = {}
    for one in cluster.objects("corefile-custom", Corefile).values():
        files.update(one.data)
    configuration = _parse(found.data["Corefile"], tuple(sorted(files.items())))
    missing = configuration.unresolved
    gap = ""
    if missing and not custom.conclusive:
        gap = f"it imports {', '.join(missing)}, and {unread_reason(custom)}"
    elif any("*" not in one for one in missing):
        gap = f"it imports {', '.join(missing)}, which is in no ConfigMap that is read"
    elif files and not custom.complete:
        gap = unread_reason(custom)
    at = view.as_of or cluster.as_of or 0.0
    return _Dns(found.ref(view.version or "v1"), at, configuration, shorten(gap, _MAX_SHOWN))


@lru_cache(maxsize=64)
def _parse(text: str, files: tuple[tuple[str, str], ...]) -> Configuration:
    return parse(text, dict(files))


def _forwards(servers: Sequence[ServerBlock], domain: str) -> list[Directive]:
    """The forward lines that take `domain`: per server block, those of the longest zone."""
    found: list[Directive] = []
    for server in servers:
        taking = [one for one in server.directives if _takes(one, domain)]
        longest = max((len(normal_zone(one.args[0])) for one in taking), default=0)
        found += [one for one in taking if len(normal_zone(one.args[0])) == longest]
    return found


def _takes(line: Directive, domain: str) -> bool:
    if line.name not in _FORWARDERS or not line.args:
        return False
    excepted = (name for one in line.block if one.name == "except" for name in one.args)
    return holds(normal_zone(line.args[0]), domain) and not any(
        holds(normal_zone(name), domain) for name in excepted
    )


def _is_for(servers: Sequence[ServerBlock], lines: Sequence[Directive]) -> bool:
    """Whether somebody meant these lines for this domain: a zone other than the root says so."""
    if not lines:
        return False
    return any(normal_zone(line.args[0]) for line in lines) or not any(
        "" in server.zones for server in servers
    )


def _has_plugin(configuration: Configuration) -> bool:
    """Whether `multicluster` serves the cluster set, as a plugin or an option of `kubernetes`."""
    for server in configuration.answering(CLUSTERSET):
        for line in server.directives:
            options = line.block if line.name == "kubernetes" else ()
            for one in (line, *options):
                zones = [normal_zone(zone) for zone in one.args] or list(server.zones)
                if one.name == "multicluster" and any(holds(zone, CLUSTERSET) for zone in zones):
                    return True
    return False
