"""The rules on what blocks an upgrade, UB01 to UB19, in words.

They are judged in `versions/`. Where what a rule reads cannot be read, it says so, and a plan shows
that instead of passing.
"""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.domain.findings import Rule, Severity

_SKEW = "https://kubernetes.io/releases/version-skew-policy/"
_PDB = "https://kubernetes.io/docs/tasks/run-application/configure-pdb/"
_EVICTION = "https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/"
_WEBHOOKS = (
    "https://kubernetes.io/docs/concepts/cluster-administration/admission-webhooks-good-practices/"
)
_WORKLOADS = ("deployments", "statefulsets")

_API = (
    Rule(
        "UB01",
        "versions",
        "A kubelet or kube-proxy is too old for the next minor",
        Severity.HIGH,
        ("nodes", "daemonsets"),
        "Kubelets and kube-proxies may be three minors older than the oldest API server, two "
        "where they are older than 1.25. Those that are as old as that already must move before "
        "the control plane does.",
        "Upgrade these nodes first, to a minor that the next control plane still accepts.",
        _SKEW,
    ),
    Rule(
        "UB02",
        "versions",
        "An API that the next minor removes is in use",
        Severity.HIGH,
        ("deprecated-apis", "deployments", "autoscalers"),
        "The API server counted requests to a version that is gone in the next minor, and where "
        "managedFields name a writer the use is confirmed. What only managedFields say, and long "
        "ago, is a stale trace and blocks nothing. Without the metric it is not known whether "
        "anybody reads through the old version.",
        "Change the manifests and clients that the finding names to the version that replaces it, "
        "apply them, and see the metric stay away after a restart of the API server.",
        "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
    ),
)

_DRAIN = (
    Rule(
        "UB03",
        "versions",
        "A disruption budget can never be met",
        Severity.HIGH,
        ("poddisruptionbudgets",),
        "maxUnavailable is 0, or minAvailable is as many as there are pods (shares are rounded "
        "up), or the controller cannot work the budget out. Evictions are refused for ever and "
        "the node never drains. Budgets that select no pod block nothing.",
        "Let one pod go (`maxUnavailable: 1`) and run more than one replica.",
        _PDB,
    ),
    Rule(
        "UB04",
        "versions",
        "A disruption budget allows nothing now",
        Severity.MEDIUM,
        ("poddisruptionbudgets",),
        "Too few pods are healthy, so none may be evicted until more are. As information where "
        "unhealthyPodEvictionPolicy is AlwaysAllow: pods that are not healthy do not hold a drain "
        "then.",
        "Bring the pods to readiness; set unhealthyPodEvictionPolicy: AlwaysAllow.",
        _PDB,
    ),
    Rule(
        "UB05",
        "versions",
        "Pods are in several disruption budgets",
        Severity.HIGH,
        ("poddisruptionbudgets", "pods"),
        "The eviction API answers with an error for a pod that more than one budget selects.",
        "Leave each pod in one budget.",
        _EVICTION,
    ),
    Rule(
        "UB06",
        "versions",
        "Pods that a drain interrupts or waits for",
        Severity.MEDIUM,
        ("pods", *_WORKLOADS, "services", "serviceexports"),
        "A single replica behind a Service is an interruption, a pod without controller does not "
        "come back, annotations ask autoscalers not to move a pod, and a grace period of more "
        "than 15 minutes may outlast the drain.",
        "Run two replicas, give bare pods a controller, shorten the grace period, or announce it.",
        "https://kubernetes.io/docs/tasks/administer-cluster/safely-drain-node/",
    ),
    Rule(
        "UB07",
        "versions",
        "Nodes are not fit for an upgrade",
        Severity.HIGH,
        ("nodes", "pods"),
        "Nodes are not ready, under pressure, or cordoned for more than a day, or pods that were "
        "deleted do not go. Blocks where it is more than one node or the only pool; else a "
        "warning. Nodes cordoned today, or nobody knows since when, are a warning.",
        "Repair or remove the nodes, and look at the finalizers of pods that do not go.",
        "https://kubernetes.io/docs/reference/node/node-status/",
    ),
)

_SERVERS = (
    Rule(
        "UB08",
        "versions",
        "A webhook that must answer may not",
        Severity.HIGH,
        (
            "mutatingwebhooks",
            "validatingwebhooks",
            "services",
            "endpointslices",
            "pods",
            "namespaces",
        ),
        "A webhook with failurePolicy Fail refuses every request it is asked about while it does "
        "not answer: its Service has no ready endpoint, or its CA bundle has expired (both "
        "block), all its pods are on one node, or it is asked about pods, nodes or leases of "
        "kube-system too, which can keep the cluster from mending itself (warnings). Who answers "
        "at a URL, and what matchConditions leave out, is not known.",
        "Run two replicas on different nodes, leave kube-system out with a namespaceSelector, or "
        "set failurePolicy: Ignore for the time of the upgrade.",
        _WEBHOOKS,
    ),
    Rule(
        "UB09",
        "versions",
        "An aggregated API does not answer",
        Severity.MEDIUM,
        ("apiservices",),
        "Available is False: discovery is incomplete, namespaces cannot be deleted, and "
        "autoscalers miss their metrics. Upgrade tools that ask for all APIs fail.",
        "Bring the Service behind it back, or delete the APIService when what served it is gone.",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/configure-aggregation-layer/",
    ),
    Rule(
        "UB10",
        "versions",
        "A setting or feature that a later minor removes",
        Severity.HIGH,
        ("pods", "kubelet-config", "kube-proxy-config", "eks-proxy-config", "services"),
        "A component does not start with a feature gate or flag that it does not know any more. "
        "Read are the static pods of the control plane, kubelet-config and kube-proxy's "
        "ConfigMap; a kubelet's own command line is not visible. gitRepo volumes do not mount "
        "from 1.36 on, externalIPs are deprecated from then on, and kube-proxy's ipvs mode is "
        "deprecated from 1.35 and off from 1.40 on.",
        "Take the setting out before the step, and see the component run without it.",
        "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates-removed/",
    ),
    Rule(
        "UB11",
        "versions",
        "The runtime or cgroup version of nodes is too old for a later kubelet",
        Severity.HIGH,
        ("nodes", "kubelet-config", "kubelet-cgroups"),
        "From 1.35 on the kubelet refuses cgroup v1 unless failCgroupV1 is false. From 1.38 on it "
        "needs a runtime that tells its cgroup driver: containerd 2.0 or CRI-O 1.28. From 1.26 on "
        "containerd 1.6, from 1.24 on no dockershim. Many pages still name 1.35 or 1.36 for "
        "containerd 2.0; that was put off twice.",
        "Move the pool to an image with cgroup v2 and a newer runtime before its kubelets go on.",
        "KEP-2221, KEP-4569, KEP-4033; release notes of 1.24, 1.26, 1.35",
    ),
    Rule(
        "UB12",
        "versions",
        "The nodes' kernel or OS image is too old",
        Severity.HIGH,
        ("nodes", "daemonsets"),
        "Cilium from 1.18 on needs Linux 5.10 (RHEL 8.10's 4.18 has what it needs), kube-proxy's "
        "nftables mode 5.13, and there is no Amazon Linux 2 image for EKS from 1.33 on.",
        "Move the pool to a newer OS image first.",
        "Cilium: system requirements; AWS: EKS AMI deprecation",
    ),
)

_AROUND = (
    Rule(
        "UB13",
        "versions",
        "An add-on does not go with the next minor",
        Severity.HIGH,
        ("deployments", "daemonsets", "statefulsets"),
        "The add-on's vendor names the minors that it goes with. Out of range blocks for the "
        "network plugin, without which no pod has a network; for others it is a warning. What a "
        "vendor does not list is untested, which is not to say unsupported. How well each row of "
        "the table is founded is told with it.",
        "Upgrade the add-on first, to a release that goes with both minors.",
        "addon_compat.csv, each row with its source",
    ),
    Rule(
        "UB14",
        "versions",
        "Objects are stored in a version that an add-on drops",
        Severity.HIGH,
        ("crd-conversions",),
        "status.storedVersions of a CustomResourceDefinition still names a version that is not "
        "served any more or is deprecated. The API server refuses a definition without it, so "
        "the add-on's upgrade fails.",
        "Write every object once in the storage version, then take the old one out of "
        "status.storedVersions.",
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/",
    ),
    Rule(
        "UB15",
        "versions",
        "etcd is not fit for an upgrade",
        Severity.HIGH,
        ("pods", "nodes", "etcd-size", "etcd-quota", "etcd-leader"),
        "A member that runs as a static pod is not ready: with one more down for its upgrade the "
        "quorum may be lost. Control plane nodes without a member, where others have one, are a "
        "warning. Where Prometheus has its metrics, a member without a leader blocks, a database "
        "with more than 80 % of its quota is a warning, with more than 95 % it blocks. When it "
        "was saved last nobody tells. Providers that run etcd themselves do not show it.",
        "Mend the member, and take a snapshot before the control plane's turn.",
        "https://kubernetes.io/docs/tasks/administer-cluster/configure-upgrade-etcd/",
    ),
    Rule(
        "UB16",
        "versions",
        "A certificate ends within the upgrade's window",
        Severity.MEDIUM,
        ("certificates",),
        "Certificates of the API server, of webhooks, of aggregated APIs, of the mesh and of the "
        "cluster's CA that end within 30 days and that nothing is known to renew: an upgrade "
        "that is interrupted then cannot be told from a certificate that ended. Those that have "
        "ended block.",
        "Renew them before the upgrade; the certificates screen says how.",
        "https://kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs/",
    ),
    Rule(
        "UB17",
        "versions",
        "A peer of the mesh is being upgraded or is not well",
        Severity.HIGH,
        ("nodes", "gateways"),
        "No two clusters of one mesh are upgraded at a time: services that fail over from one "
        "would fail over to the other. A peer is under way while its API servers, or the nodes of "
        "one pool, have two minors; it is not well while no link to it is up. A plan has those "
        "that are under way go first.",
        "Wait until the peer is through, and see its links up.",
        "Cilium: clusters of one mesh one minor apart; Istio: one minor between primaries",
    ),
    Rule(
        "UB18",
        "versions",
        "The provider does not let it be upgraded",
        Severity.HIGH,
        ("clusterversions",),
        "OpenShift says why in the message of its Upgradeable condition; an update that is under "
        "way or failing is one more reason. Cluster API's objects, EKS Insights and GKE's "
        "maintenance exclusions are not read.",
        "Do what the message asks for.",
        "https://docs.openshift.com/ (ClusterVersion conditions)",
    ),
    Rule(
        "UB19",
        "versions",
        "An add-on that nobody maintains any more",
        Severity.MEDIUM,
        ("deployments", "daemonsets"),
        "ingress-nginx was retired in March 2026 and Promtail reached its end on 2 March 2026: "
        "nobody will make them go with a later Kubernetes.",
        "Move to a Gateway API implementation, or to Grafana Alloy.",
        "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/; Grafana: Promtail",
    ),
)

UPGRADE_RULES: tuple[Rule, ...] = (*_API, *_DRAIN, *_SERVERS, *_AROUND)
"""All of them, by id."""

UPGRADE_TITLES: Mapping[str, str] = {one.id: one.title for one in UPGRADE_RULES}
"""Titles by id."""
