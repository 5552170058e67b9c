"""The rules on version skew within a cluster, SK01 to SK12, in words.

They are judged in `versions/skew.py` (SK07 in `versions/clients.py`, for the fleet as a whole). All
are Kubernetes' version skew policy; where a distribution allows less, the lesser counts.
"""

from __future__ import annotations

from mckconsole.domain.findings import Rule, Severity

_PANE = "versions"
_POLICY = "https://kubernetes.io/releases/version-skew-policy/"
_SERVERS = ("apiserver-leases", "pods", "apiserver-builds")
_NODES = (*_SERVERS, "nodes")
_PROXIES = ("daemonsets", "cilium-config")

_APART = (
    Rule(
        "SK01",
        _PANE,
        "API servers of one cluster have different versions",
        Severity.HIGH,
        _SERVERS,
        "In a cluster with several API servers these may be one minor apart, and that only while "
        "they are upgraded. /version is answered by one of them, so it is asked over several new "
        "connections, three for each; a load balancer that keeps a client with one server shows "
        "that one only, and then Prometheus and the images of static pods tell more. Leases say "
        "how many there are, not of which version: where fewer were seen, this is unknown. One "
        "minor apart is low at first, medium after a day, and more than one is high.",
        "Upgrade the API servers that stayed behind to the newest one's version.",
        _POLICY,
    ),
    Rule(
        "SK02",
        _PANE,
        "Kubelet newer than an API server",
        Severity.HIGH,
        _NODES,
        "A kubelet must not be newer than the oldest API server of its cluster: it may use fields "
        "that the server drops without a word.",
        "Upgrade the API servers, or replace the nodes by older ones.",
        _POLICY,
    ),
    Rule(
        "SK03",
        _PANE,
        "Kubelet too old for the API server",
        Severity.HIGH,
        _NODES,
        "A kubelet may be three minors older than the newest API server, two where it is older "
        "than 1.25. GKE allows two and k0s one; what only they do not allow is medium.",
        "Replace or upgrade the nodes, pool by pool, with a drain before.",
        f"{_POLICY}; k0s and GKE documentation",
    ),
    Rule(
        "SK04",
        _PANE,
        "kube-proxy too new or too old for the API server",
        Severity.HIGH,
        (*_NODES, *_PROXIES),
        "The same limits as for kubelets. The version is that of the image, pod by pod, or of the "
        "DaemonSet; nodeInfo.kubeProxyVersion was only ever a copy of the kubelet's. Where Cilium, "
        "GKE Dataplane V2 or OVN-Kubernetes do its work, or k3s has it within, there is none.",
        "Set the image of kube-proxy to the API server's minor, after the nodes.",
        f"{_POLICY}; KEP-4004",
    ),
    Rule(
        "SK05",
        _PANE,
        "kube-proxy and kubelet of a node too far apart",
        Severity.HIGH,
        (*_NODES, *_PROXIES),
        "kube-proxy may be at most three minors older or newer than the kubelet beside it, two "
        "where it is older than 1.25.",
        "Bring both to the API server's minor.",
        _POLICY,
    ),
    Rule(
        "SK06",
        _PANE,
        "Scheduler or controller manager does not fit the API server",
        Severity.HIGH,
        _SERVERS,
        "kube-controller-manager, kube-scheduler and cloud-controller-manager are never newer than "
        "an API server that they may reach, at most one minor older, and should be of its minor. "
        "High beyond that, medium where they are newer than only some of the API servers, low "
        "where they are one minor behind all. Where the provider runs them they cannot be seen, "
        "which is no fault; cloud-controller-managers with versions of their own are not judged.",
        "Upgrade them after the API servers, before the nodes.",
        _POLICY,
    ),
)
_ORDER = (
    Rule(
        "SK07",
        _PANE,
        "No one kubectl goes with all clusters",
        Severity.INFO,
        _SERVERS,
        "kubectl is supported within one minor of the API server. When the clusters of the fleet "
        "are further apart than that, no version of it goes with all of them; the finding says "
        "which go with which. The console itself asks for API versions that the server offers.",
        "Use a kubectl that goes with the cluster at hand; a version manager may choose it.",
        _POLICY,
    ),
    Rule(
        "SK08",
        _PANE,
        "A minor was skipped",
        Severity.MEDIUM,
        ("clusterversions",),
        "API servers are upgraded one minor at a time, single ones too. Of the past only "
        "OpenShift's ClusterVersion tells; for the future the plan has a step for every minor.",
        "Look for objects stored in versions that are gone; upgrade one minor at a time.",
        _POLICY,
    ),
    Rule(
        "SK09",
        _PANE,
        "Nodes were upgraded before the controllers",
        Severity.LOW,
        _NODES,
        "The order is: all API servers, then kube-controller-manager, kube-scheduler and "
        "cloud-controller-manager in any order, then kubelets, then kube-proxies. Here kubelets "
        "are newer than a controller.",
        "Upgrade the controllers before any more node.",
        _POLICY,
    ),
    Rule(
        "SK10",
        _PANE,
        "Kubelet upgraded without a drain",
        Severity.MEDIUM,
        ("nodes", "pods"),
        "A new minor of the kubelet needs a node without pods. A pod that is older than the minor "
        "of its node's kubelet was started by an older one and never evicted; pods of DaemonSets "
        "and static ones do not count. Days of release are those of the support calendar.",
        "Drain the nodes now, one after the other, and uncordon them.",
        _POLICY,
    ),
    Rule(
        "SK11",
        _PANE,
        "Nodes must move before the next minor",
        Severity.MEDIUM,
        (*_NODES, *_PROXIES),
        "These kubelets or kube-proxies are as old as the present API server allows. One more "
        "minor of the control plane leaves them behind: they block that step as UB01.",
        "Upgrade these pools first, as far as the present control plane goes.",
        _POLICY,
    ),
    Rule(
        "SK12",
        _PANE,
        "API servers of two minors leave less room for the rest",
        Severity.MEDIUM,
        (*_NODES, *_PROXIES),
        "While API servers are of two minors, not newer is meant of the older one and not too old "
        "of the newer one. Something fits one of them and not the other; it will be in order, or "
        "clearly not, when all API servers are of one version.",
        "Finish the upgrade of the API servers first.",
        _POLICY,
    ),
)

VERSION_RULES: tuple[Rule, ...] = (*_APART, *_ORDER)
"""SK01 to SK12."""
