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
        ("targets", "prometheuses", "prometheusagents", "prometheus-configs",
         "opentelemetrycollectors"),
        "By query: which clusters are present in one endpoint under a label of their own, and how "
        "fresh.",
        "Set a unique external label per cluster and ship series to the central endpoint.",
    ),
    _rule(
        "CHK06",
        ("daemonsets", "log-configs", "clusterlogforwarders", "opentelemetrycollectors",
         "fluentbit-delivered", "vector-delivered", "otelcol-delivered"),
        "By agents and their configuration: whether every node ships to one central sink.",
        "Deploy the agent on every node, with the central sink as its output.",
    ),
    _rule(
        "CHK07",
        ("deployments", "daemonsets", "node-cost", "pod-egress", "aws-budgets",
         "google-budgets"),
        "By exporters and their metrics: whether cost and egress are measured, and a budget is "
        "there. Cloud bills are not read.",
        "Deploy a cost exporter with network costs, and a budget.",
    ),
    _rule(
        "CHK08",
        ("daemonsets", "cilium-config", "networkpolicies", "ciliumnetworkpolicies",
         "ciliumclusterwidenetworkpolicies", "calico-policies", "clusternetworkpolicies"),
        "Whether the network plugin enforces policies, which namespaces deny by default, and "
        "whether clusters agree.",
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
