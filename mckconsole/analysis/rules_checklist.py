"""The ten items of the go-live checklist, CHK01 to CHK10, in words.

They are answered in `checklist/`, each for every cluster; a FAIL or a WARN is a finding, an UNKNOWN
is an unknown, and neither is a pass.
"""

from __future__ import annotations

from mckconsole.analysis.checklist.items import BY_RULE
from mckconsole.domain.findings import Rule, Severity

PANE = "checklist"
_ATTESTED = (
    " The result of a probe (`mckconsole checklist --evidence FILE`) fails the item, or lifts an "
    "UNKNOWN that only a probe can; one that is more than thirty days old does not count."
)


def _rule(id_: str, reads: tuple[str, ...], explanation: str, remediation: str) -> Rule:
    item = BY_RULE[id_]
    told = f"{explanation}{_ATTESTED}"
    return Rule(id_, PANE, item.title, Severity.HIGH, reads, told, remediation, item.source)


CHECKLIST_RULES: tuple[Rule, ...] = (
    _rule(
        "CHK01",
        ("gateways", "routeagents", "cilium-readiness", "linkerd-links", "istio-sync-status",
         "consul-peering-healthy"),
        "Every pair of clusters that a mesh joins. FAIL: a pair is down, or one is missing. WARN: "
        "one direction only, a degraded tunnel, a round trip of half a second (or what the "
        "configuration says), or more than twice the median of its mesh. UNKNOWN: stale or unread, "
        "never measured, one end not in the fleet, or a cluster that no mesh joins to another: "
        "whether one should is not written anywhere. A mesh that measures no round trips leaves "
        "latency to a probe.",
        "Open the mesh pane at the pair; its hints say where to look first.",
    ),
    _rule(
        "CHK02",
        ("serviceexports", "serviceimports", "endpointslices", "services", "corefile",
         "corefile-custom", "corefile-openshift"),
        "FAIL: DNS does not lead to the cluster set (SD14), or a service across clusters has no "
        "ready endpoint anywhere, or a finding on it is high or worse. WARN: conflicts between "
        "exporters, a headless endpoint without a name, no named port (no SRV name), endpoints of "
        "one cluster only. UNKNOWN: unread, no service across clusters, or DNS that a provider or "
        "a mesh keeps where no object tells of it.",
        "Open the services pane at the service; SD14 has the Corefile line.",
    ),
    _rule(
        "CHK03",
        ("serviceaccounts", "pods", "clusterroles", "clusterrolebindings", "roles",
         "rolebindings"),
        "FAIL: a finding on identities that is high or worse, or a service account outside of "
        "system namespaces (or all of them) that may do everything in all namespaces. WARN: the "
        "same within one namespace. What the clouds allow the roles is never read.",
        "Open the identity pane; bind accounts to roles with the verbs and resources they need.",
    ),
    _rule(
        "CHK04",
        ("secrets", "certificates", "mutatingwebhooks", "validatingwebhooks", "apiservices"),
        "The worst certificate decides, by the matrix of days left and proven renewal "
        "(docs/certificates.md), or by the literal rule (`--strict`): 90 days left and renewed. "
        "The literal rule fails every short-lived certificate however well it is renewed, so the "
        "answer says how many it would fail.",
        "Open the certificates (`:certs`); renew, or give them something that does.",
    ),
    _rule(
        "CHK05",
        ("targets", "prometheuses", "prometheusagents", "prometheus-configs", "daemonsets"),
        "By `up` in the endpoint that is asked for most clusters. FAIL: it has no series of the "
        "cluster. WARN: the newest is more than five minutes old; no target of kube-state-metrics, "
        "the API servers or the cluster's DNS, or all of one down; series twice, told apart by a "
        "replica label; a label that another cluster has too; another endpoint than that of most. "
        "UNKNOWN: nobody is asked, or it answers in part; series under a name that nobody "
        "translates, or without a cluster label. What a vendor's agent takes away is not seen "
        "from here.",
        "Set a unique external label per cluster, and ship or federate series to one endpoint.",
    ),
    _rule(
        "CHK06",
        ("daemonsets", "nodes", "log-configs", "log-configs-old", "clusterlogforwarders",
         "opentelemetrycollectors", "fluentbit-delivered", "vector-delivered",
         "otelcol-delivered"),
        "Agents are known by image, their sinks by ConfigMaps (of the agent's label and "
        "namespace), custom resources and environment; of a sink only its host, project or "
        "region and group are kept. FAIL: no agent, an agent on no node, or logs that end in a "
        "Service of the cluster itself. WARN: nodes without it, pods that are not ready, an agent "
        "without support, several sinks, another sink than that of most clusters, no counter of "
        "what was delivered. UNKNOWN: a configuration that stands in a Secret or an image, was "
        "not read, or names a variable that nothing sets.",
        "Deploy the agent on every node, with the central sink as its output.",
    ),
    _rule(
        "CHK07",
        ("deployments", "daemonsets", "nodes", "node-cost", "pod-egress", "aws-budgets",
         "google-budgets"),
        "FAIL: no cost exporter and no series of costs. WARN: it is not ready, has no egress data, "
        "or the cloud has not taken over the budget. UNKNOWN: metrics that nobody could be asked "
        "for; a cloud whose budgets are no objects here (a result that somebody brings lifts it to "
        "WARN); GKE, which may allocate costs itself. A budget counts for all clusters of its "
        "cloud, wherever in the fleet it is kept. Cloud bills are not read.",
        "Deploy a cost exporter with network costs, and keep a budget as an object.",
    ),
    _rule(
        "CHK08",
        ("daemonsets", "cilium-config", "namespaces", "networkpolicies", "ciliumnetworkpolicies",
         "ciliumclusterwidenetworkpolicies", "calico-policies", "calico-globalpolicies",
         "adminnetworkpolicies", "baselineadminnetworkpolicies", "clusternetworkpolicies"),
        "FAIL: the network plugin enforces nothing (flannel alone, the AWS VPC CNI without its "
        "policy agent switched on, Cilium with enable-policy never, an old kindnet), or policies "
        "of an exporting namespace are not those that most clusters have. WARN: the plugin is not "
        "ready everywhere or is being retired; an exporting namespace that does not deny by "
        "default, or lets everybody in; a closed one that names no other cluster (Cilium: by "
        "io.cilium.k8s.policy.cluster, Submariner: by addresses), or names pods of all clusters "
        "alike. UNKNOWN: no known plugin, or policies that were not read. Policies are compared "
        "by what they say, without those that name addresses or clusters.",
        "Switch enforcement on, and add a default-deny policy with explicit allows.",
    ),
    _rule(
        "CHK09",
        ("services", "endpointslices", "serviceexports", "serviceimports", "ingresses",
         "httproutes", "routes", "deployments", "statefulsets"),
        "The loss of the cluster, simulated. FAIL: a service or host would go dark. WARN: a "
        "service would be degraded, a hub role would be lost, or nothing of the cluster fails over "
        "at all. UNKNOWN: what is left could not be read, or nothing was simulated.",
        "Run `mckconsole failover --lose CLUSTER`; export the service from a second cluster.",
    ),
    _rule(
        "CHK10",
        ("nodes", "apiserver-leases", "poddisruptionbudgets"),
        "FAIL: the version is out of support, something blocks the next upgrade, or clusters of "
        "one mesh are more than one minor apart. WARN: extended support, or 90 days or less left. "
        "UNKNOWN: version, calendar or plan is not known.",
        "Run `mckconsole plan`; it names the order and what blocks each step.",
    ),
)  # fmt: skip
