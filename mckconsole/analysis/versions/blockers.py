"""Everything of one cluster itself that stands in the way of its upgrade, as blockers, and these as
findings. What skew, API use, custom resources and add-ons bring is joined by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mckconsole.analysis.certificates.model import CertificateEntry
from mckconsole.analysis.unread import cluster_reason, without_age
from mckconsole.analysis.versions.apiservices import APISERVICES, apiservice_blockers
from mckconsole.analysis.versions.certificate_window import certificate_blockers
from mckconsole.analysis.versions.component_configs import PROXY_TOPICS
from mckconsole.analysis.versions.disruption import disruption_blockers
from mckconsole.analysis.versions.etcd import etcd_blockers
from mckconsole.analysis.versions.evictions import eviction_blockers
from mckconsole.analysis.versions.features import feature_blockers
from mckconsole.analysis.versions.ground import Ground, in_order
from mckconsole.analysis.versions.kernels import kernel_blockers
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Gravity, Phase
from mckconsole.analysis.versions.node_runtimes import runtime_blockers
from mckconsole.analysis.versions.nodes_blockers import lag_blockers, node_blockers
from mckconsole.analysis.versions.podsort import SortedPods
from mckconsole.analysis.versions.providers import TOPIC as CLUSTER_VERSIONS
from mckconsole.analysis.versions.providers import provider_blockers
from mckconsole.analysis.versions.webhooks import WEBHOOK_TOPICS, webhook_blockers
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import SupportData

PANE = "versions"
BLOCKER_TOPICS: tuple[str, ...] = (
    "nodes",
    "pods",
    "services",
    "deployments",
    "statefulsets",
    "serviceexports",
    "gke-serviceexports",
    "poddisruptionbudgets",
    "persistentvolumes",
    "kubelet-config",
    *PROXY_TOPICS,
    *WEBHOOK_TOPICS,
    "endpointslices",
    "namespaces",
    APISERVICES,
    CLUSTER_VERSIONS,
)
"""What is read here, but for `versions` and the certificates, which others read."""


def cluster_blockers(
    cluster: ClusterSnapshot,
    versions: ClusterVersions,
    pods: SortedPods,
    data: SupportData,
    certificates: Iterable[CertificateEntry] = (),
) -> tuple[Blocker, ...]:
    """UB01, UB03 to UB12, UB15, UB16 and UB18 of one cluster, worst first.

    Args:
        versions: its provider, `least`, `seen`, `pools` and `addons`; nothing else of it is read.
        pods: `sort_pods(cluster)`, which `headrooms` takes too.
        certificates: the cluster's, of the certificates report.
    """
    provider, pools, least = versions.provider, versions.pools, versions.least
    found: list[Blocker] = [
        *lag_blockers(cluster, versions),
        *disruption_blockers(cluster, provider),
        *eviction_blockers(cluster, pods),
        *node_blockers(cluster, pools, pods),
        *feature_blockers(cluster, provider, pods),
        *webhook_blockers(cluster),
        *apiservice_blockers(cluster),
        *runtime_blockers(cluster, pools, data),
        *etcd_blockers(cluster, provider, pods),
        *certificate_blockers(cluster, certificates),
        *provider_blockers(cluster, provider),
    ]
    if least is None:
        why = "the API servers' version is not known"
        found.append(Ground(cluster).unknown("UB12", Phase.NODES, why))
    else:
        last = max((least, *(one.minor for one in data.calendar)))
        found += kernel_blockers(cluster, versions.addons, least, last, provider)
    return in_order(found)


def blocker_findings(
    cluster: str, blockers: Sequence[Blocker], least: Minor | None
) -> tuple[Finding, ...]:
    """Blockers as findings, one each; what is not known is in `blocker_unknowns`.

    What stops the next step is HIGH and what stops a later one MEDIUM; a warning MEDIUM and LOW.

    Args:
        cluster: its name in the fleet.
        least: of the live API servers the oldest minor; None where it is not known.
    """
    return tuple(
        Finding(
            one.rule,
            PANE,
            severity_of(one, least),
            cluster,
            one.object,
            one.title,
            one.detail,
            one.evidence,
            one.remediation,
            one.peers,
            one.subject,
        )
        for one in blockers
        if one.gravity is not Gravity.UNKNOWN
    )


def blocker_unknowns(cluster: ClusterSnapshot, blockers: Sequence[Blocker]) -> tuple[Unknown, ...]:
    """What could not be judged, each reason of a rule once; of a cluster that cannot be read at
    all one for everything."""
    if not cluster.state.readable:
        return (Unknown(PANE, cluster.name, "*", without_age(cluster_reason(cluster))),)
    unknown = {(one.rule, one.detail) for one in blockers if one.gravity is Gravity.UNKNOWN}
    return tuple(Unknown(PANE, cluster.name, rule, why) for rule, why in sorted(unknown))


def severity_of(blocker: Blocker, least: Minor | None) -> Severity:
    """How bad a blocker is, seen from where the cluster is now."""
    near = least is None or blocker.target is None or blocker.target <= least.plus(1)
    if blocker.gravity is Gravity.BLOCK:
        return Severity.HIGH if near else Severity.MEDIUM
    if blocker.gravity is Gravity.WARN:
        return Severity.MEDIUM if near else Severity.LOW
    return Severity.INFO
