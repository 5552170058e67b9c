"""How the rules of service discovery say things: evidence, commands, findings.

Every finding is about clusters that must agree, so each cluster it names has at least one line of
evidence: where a rule gives none, the cluster's own part in the service is it.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from mckconsole.analysis.mesh.evidence import derived, seen
from mckconsole.analysis.mesh.hints import kubectl_on, numbered
from mckconsole.analysis.services.labels import MCS_SERVICE, MCS_SOURCE, SERVICE_NAME
from mckconsole.analysis.services.model import ConditionView, Dialect, Export, Import, Port
from mckconsole.analysis.services.rules_case import PANE, Case
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

_TOPICS = {
    "serviceexports.net.gke.io": "gke-serviceexports",
    "serviceimports.net.gke.io": "gke-serviceimports",
}
_SLICES = "endpointslices.discovery.k8s.io"
_SHOWN = 6
"""Addresses named."""
_LOCAL = frozenset({
    Dialect.CILIUM_GLOBAL, Dialect.LINKERD, Dialect.CONSUL, Dialect.ISTIO, Dialect.KARMADA,
})  # fmt: skip
"""Dialects in which the service is asked for under its name within the cluster."""


def resource(ref: ObjectRef) -> str:
    """`serviceexports.net.gke.io`: the resource as kubectl takes it, its group included."""
    plural = ref.kind.lower()
    plural += "" if plural.endswith("services") else "s"
    group = ref.api_version.rpartition("/")[0]
    return f"{plural}.{group}" if group else plural


def topic_of(ref: ObjectRef) -> str:
    """The topic that the object was read in."""
    name = resource(ref)
    return _TOPICS.get(name, name.partition(".")[0])


def saw(case: Case, cluster: str, ref: ObjectRef, path: str, value: str) -> Evidence:
    """A field of an object."""
    return seen(cluster, ref, path, value, _at(case, cluster, topic_of(ref)))


def worked_out(case: Case, cluster: str, topic: str, what: str, value: str) -> Evidence:
    """What was found absent, or worked out."""
    return derived(cluster, what, value, _at(case, cluster, topic))


def _at(case: Case, cluster: str, topic: str) -> float:
    facts = case.setting.around.clusters.get(cluster)
    return facts.at.get(topic, case.setting.around.now) if facts else case.setting.around.now


def show_condition(
    case: Case, cluster: str, holder: Export | Import, one: ConditionView
) -> Evidence:
    """A condition as evidence, its reason as written."""
    words = f"{one.type}={one.status}"
    words += f" {one.raw}" if one.raw else ""
    words += f": {one.message}" if one.message else ""
    return saw(case, cluster, holder.ref, one.path, words)


def presence(case: Case, cluster: str) -> Evidence:
    """A cluster's own part in the service, in one line."""
    offer = case.offers.get(cluster)
    if offer:
        told = [f"{one.type}={one.status}" for one in offer.export.conditions]
        return saw(
            case, cluster, offer.export.ref, "status.conditions", ", ".join(told) or "(none)"
        )
    if cluster in case.imports:
        one = case.imports[cluster][0]
        return saw(case, cluster, one.ref, "status.clusters", listed(one.sources))
    if cluster in case.remote:
        other = case.remote[cluster][0]
        return saw(case, cluster, other.ref, "endpoints", f"{other.ready} of {other.total} ready")
    part = case.parts.get(cluster)
    if part and part.service:
        return saw(case, cluster, part.service.ref, "spec.type", part.service.type)
    missing = case.unread(cluster, "services") or "nothing of that name"
    return worked_out(case, cluster, "services", f"part in {case.key}", missing)


def listed(names: Iterable[str]) -> str:
    """Names in a sentence or a value; `(none)` when there are none."""
    return ", ".join(names) or "(none)"


def ports_text(ports: Iterable[Port]) -> str:
    """Ports in a fixed order."""
    return listed(str(one) for one in sorted(ports))


def addresses_text(found: Collection[str]) -> str:
    """Addresses in a fixed order, a handful of them."""
    shown = sorted(found)
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return listed(shown[:_SHOWN]) + more


def name_asked(case: Case, clusters: Sequence[str] = (), home: str = "") -> str:
    """The name under which a pod in the first of `clusters` asks for what `home` offers."""
    zone = "cluster.local" if case.dialect in _LOCAL else "clusterset.local"
    return f"{_service_asked(case, clusters, home)}.{case.key.namespace}.svc.{zone}"


def _service_asked(case: Case, clusters: Sequence[str], home: str) -> str:
    """The Service that is asked: with Linkerd the mirror, of which there is one for each source;
    without one only pods beside the Service ask, by its own name."""
    if case.dialect is not Dialect.LINKERD:
        return case.key.name
    held = [one for name in (*clusters, *case.imports) for one in case.imports.get(name, ())]
    meant = [one for one in held if home in _sources(case, one)]
    return next((one.ref.name for one in (*meant, *held)), case.key.name)


def _sources(case: Case, one: Import) -> set[str]:
    """The clusters that an import is of, as it calls them and as the fleet does."""
    return {name for source in one.sources for name in (source, *case.resolve(source))}


def who_asks(case: Case, clusters: Sequence[str], home: str = "") -> str:
    """`A pod in east or west that asks for checkout.shop.svc.clusterset.local`."""
    name = name_asked(case, clusters, home)
    if not clusters:
        return f"A pod that asks for {name}"
    shown = list(clusters[:3])
    more = f" or {len(clusters) - 3} more" if len(clusters) > 3 else ""
    return f"A pod in {' or '.join(shown)}{more} that asks for {name}"


def kubectl(case: Case, cluster: str, command: str, namespace: str = "") -> str:
    """A kubectl command on the cluster's context, fit to be pasted into a shell."""
    return kubectl_on(case.facts(cluster).context or cluster, command, namespace)


def show(case: Case, cluster: str, ref: ObjectRef) -> str:
    """The command that shows an object."""
    command = f"get {resource(ref)} {shlex.quote(ref.name)} -o yaml"
    return kubectl(case, cluster, command, ref.namespace)


def show_all(case: Case, cluster: str, resources: str, selector: str = "") -> str:
    """The command that lists objects of the service's namespace."""
    chosen = f" -l {shlex.quote(selector)}" if selector else ""
    place = shlex.quote(case.key.namespace)
    return kubectl(case, cluster, f"-n {place} get {resources}{chosen} -o wide")


def show_own_slices(case: Case, cluster: str) -> str:
    """The command that lists the slices of the cluster's own Service."""
    return show_all(case, cluster, _SLICES, f"{SERVICE_NAME}={case.key.name}")


def show_slices(case: Case, cluster: str, source: str = "") -> str:
    """The command that lists the imported slices of the service, of one source or of all.

    Those of a Linkerd mirror are labelled as any Service's are.
    """
    if case.dialect is Dialect.LINKERD:
        mirror = _service_asked(case, (cluster,), source)
        return show_all(case, cluster, _SLICES, f"{SERVICE_NAME}={mirror}")
    selector = f"{MCS_SERVICE}={case.key.name}"
    if source:
        selector += f",{MCS_SOURCE}={source}"
    return show_all(case, cluster, _SLICES, selector)


def show_controller(case: Case, cluster: str) -> str:
    """Where to look at the controller that exports and imports."""
    if case.dialect is Dialect.LIGHTHOUSE:
        what = "-n submariner-operator logs deployment/submariner-lighthouse-agent --tail=100"
    elif case.dialect in (Dialect.CILIUM_MCS, Dialect.CILIUM_GLOBAL):
        what = "-n kube-system logs deployment/cilium-operator --tail=100"
    elif case.dialect is Dialect.LINKERD:
        what = "-n linkerd-multicluster get links.multicluster.linkerd.io -o yaml"
    elif case.dialect is Dialect.GKE:
        what = "-n gke-mcs logs deployment/gke-mcs-importer --tail=100"
    elif case.dialect is Dialect.KARMADA:
        cluster = next(iter(case.offers), cluster)  # the hub dispatches for its members
        what = _get_multicluster_service(case)
    elif case.dialect is Dialect.CLOUD_MAP:
        what = "-n cloud-map-mcs-system logs deployment/cloud-map-mcs-controller-manager --tail=100"
    else:
        what = f"-n {shlex.quote(case.key.namespace)} get events --sort-by=.lastTimestamp"
    return kubectl(case, cluster, what)


def _get_multicluster_service(case: Case) -> str:
    place, name = shlex.quote(case.key.namespace), shlex.quote(case.key.name)
    return f"-n {place} get multiclusterservices.networking.karmada.io {name} -o yaml"


@dataclass(frozen=True, slots=True)
class Words:
    """A title of one short line without a cluster's name, and what a user would see."""

    title: str
    detail: str


def make_finding(
    case: Case,
    rule: str,
    severity: Severity,
    where: tuple[str, ObjectRef | None],
    words: Words,
    evidence: Iterable[Evidence],
    steps: Iterable[str],
    *,
    peers: Iterable[str] = (),
    subject: str = "",
) -> Finding:
    """A finding of the services pane; `where` is (cluster, object).

    Clusters among `peers` of which `evidence` says nothing are shown by their part in the service.
    """
    cluster = where[0]
    others = tuple(sorted({peer for peer in peers if peer and peer != cluster}))
    shown = list(dict.fromkeys(evidence))
    named = {one.cluster for one in shown}
    shown += [presence(case, name) for name in (cluster, *others) if name not in named]
    return Finding(
        rule=rule,
        pane=PANE,
        severity=severity,
        cluster=cluster,
        object=where[1],
        title=words.title,
        detail=words.detail,
        evidence=tuple(shown),
        remediation=numbered(dict.fromkeys(steps)),
        peers=others,
        subject=f"{case.key} {case.dialect} {subject}".rstrip(),
    )


def main_import(imports: Sequence[Import]) -> Import:
    """The import that stands for the service: the aggregated one before copies per cluster."""
    return next((one for one in imports if not one.source), imports[0])
