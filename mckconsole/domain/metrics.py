"""What the console asks of Prometheus, and the samples that come back.

A query is named and fixed; its samples are attributed to clusters by the sources (endpoint or
label mapping), so the analysis never sees another label convention than the metric's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class MetricState(StrEnum):
    """How one query stands for one cluster."""

    FRESH = "fresh"
    PARTIAL = "partial"
    """The server answered with warnings: what is missing may exist."""
    FAILED = "failed"
    """The endpoint could not be asked, or refused the query."""
    NOT_CONFIGURED = "not-configured"
    """No endpoint covers this cluster."""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One named instant query over a plain series selector.

    `window` seconds > 0 asks for the growth over that time, `delta(selector[window])`: the gauges
    of Submariner and Cilium count up but are declared as gauges, so `rate` would be wrong.
    """

    id: str
    metric: str
    """Metric name."""
    window: float = 0.0
    by: tuple[str, ...] | None = None
    """Not every series, but the greatest value and the newest time of each cluster and of these
    labels (`max by`): for metrics of which a cluster has thousands of series."""
    matchers: str = ""
    """Label matchers, where not all series of the metric are of interest: `job="apiserver"`."""

    @property
    def selector(self) -> str:
        """A plain series selector, so `/federate` can serve it too."""
        return f"{self.metric}{{{self.matchers}}}" if self.matchers else self.metric


@dataclass(frozen=True, slots=True)
class Sample:
    """One series' value."""

    labels: Mapping[str, str]
    """Labels without `__name__`, cleaned."""
    value: float
    at: float
    """Unix seconds of the underlying sample (not of the query's evaluation)."""


@dataclass(frozen=True, slots=True)
class MetricVector:
    """The answer to one query for one cluster."""

    state: MetricState
    reason: str = ""
    """Why it is not FRESH: the warning or error, cleaned, with the endpoint's name."""
    samples: tuple[Sample, ...] = ()
    asked_at: float = 0.0
    """Unix seconds by the Prometheus server's clock when the query was answered."""
    endpoint: str = ""
    strangers: tuple[str, ...] = ()
    """Of a query with `by`: cluster labels of the same answer that name no cluster of the fleet;
    the empty one stands for series without any."""
    beside: tuple[MetricVector, ...] = ()
    """What the other endpoints that cover the cluster answered, for the queries of `EVERYWHERE`."""


NO_METRICS = MetricVector(MetricState.NOT_CONFIGURED, "no Prometheus endpoint covers this cluster")


@dataclass(frozen=True, slots=True)
class MetricsView:
    """All vectors known for one cluster, by query id."""

    vectors: Mapping[str, MetricVector] = field(default_factory=dict)

    def get(self, query: str) -> MetricVector:
        """The vector of `query`, or one that says why there is none."""
        return self.vectors.get(query, NO_METRICS)


_API_SERVERS = 'job=~"(.*/)?(kubernetes-|kube-|controlplane-)?apiservers?"'
"""How scrape configurations in use call the API servers. Every kubelet has a series of its own
too, and aggregated API servers (`openshift-apiserver`) have one with versions of their own."""

_NODE = ("node", "instance", "kubernetes_io_hostname")
"""Where scrape configurations in use say which node a kubelet is of."""

CLUSTER_LABELS = (
    "cluster",
    "k8s_cluster_name",
    "cluster_name",
    "cluster_id",
    "clusterName",
    "kubernetes_cluster",
    "k8s_cluster",
)
"""Labels in use for the cluster's name, tried in this order."""

REPLICAS = ("prometheus_replica", "replica", "__replica__")
"""Labels that tell the halves of a highly available pair of Prometheus servers apart."""

TARGETS = "targets"
"""The query of which targets are up."""

EVERYWHERE = frozenset({TARGETS})
"""Queries whose answers count by endpoint: in which of them is a cluster present."""

QUERIES: tuple[MetricQuery, ...] = (
    MetricQuery("submariner-connections", "submariner_connections"),
    MetricQuery("submariner-requested-connections", "submariner_requested_connections"),
    MetricQuery("submariner-latency", "submariner_connection_latency_seconds"),
    MetricQuery("submariner-rx-growth", "submariner_gateway_rx_bytes", window=300),
    MetricQuery("submariner-tx-growth", "submariner_gateway_tx_bytes", window=300),
    MetricQuery("submariner-global-ips", "submariner_global_IP_availability"),
    MetricQuery("cilium-remote-clusters", "cilium_clustermesh_remote_clusters"),
    MetricQuery("cilium-readiness", "cilium_clustermesh_remote_cluster_readiness_status"),
    MetricQuery("cilium-failures-growth", "cilium_clustermesh_remote_cluster_failures", window=300),
    MetricQuery("cilium-last-failure", "cilium_clustermesh_remote_cluster_last_failure_ts"),
    MetricQuery("kvstoremesh-readiness", "cilium_kvstoremesh_remote_cluster_readiness_status"),
    MetricQuery("cilium-node-latency", "cilium_node_connectivity_latency_seconds"),
    MetricQuery("cilium-initial-sync", "cilium_kvstore_initial_sync_completed"),
    MetricQuery("linkerd-gateway-alive", "gateway_alive"),
    MetricQuery("linkerd-gateway-enabled", "gateway_enabled"),
    MetricQuery("linkerd-gateway-latency", "gateway_latency"),
    MetricQuery("istio-sync-status", "istiod_remote_cluster_sync_status"),
    MetricQuery("istio-managed-clusters", "istiod_managed_clusters"),
    MetricQuery("consul-peering-healthy", "consul_peering_healthy"),
    MetricQuery("apiserver-builds", "kubernetes_build_info", matchers=_API_SERVERS),
    MetricQuery("deprecated-apis", "apiserver_requested_deprecated_apis"),
    MetricQuery("kubelet-cgroups", "kubelet_cgroup_version", by=_NODE),
    MetricQuery("kubelet-runtimes", "kubelet_cri_losing_support", by=(*_NODE, "version")),
    MetricQuery("etcd-size", "etcd_mvcc_db_total_size_in_bytes"),
    MetricQuery("etcd-quota", "etcd_server_quota_backend_bytes"),
    MetricQuery("etcd-leader", "etcd_server_has_leader"),
    MetricQuery(TARGETS, "up", by=("job", *REPLICAS)),
    MetricQuery("node-cost", "node_total_hourly_cost", by=()),
    MetricQuery("pod-egress", "kubecost_pod_network_egress_bytes_total", by=()),
    MetricQuery("fluentbit-delivered", "fluentbit_output_proc_records_total", by=()),
    MetricQuery("fluentd-delivered", "fluentd_output_status_emit_records", by=()),
    MetricQuery("vector-delivered", "vector_component_sent_events_total", by=()),
    MetricQuery("loki-delivered", "loki_write_sent_entries_total", by=()),
    MetricQuery("promtail-delivered", "promtail_sent_entries_total", by=()),
    MetricQuery("otelcol-delivered", "otelcol_exporter_sent_log_records", by=()),
)
"""Every query of the panes and of the checklist.

Sources: Submariner and Cilium metric references; Linkerd multicluster/service-mirror/metrics.go
(`gateway_latency` is in milliseconds, of the last probe); Istio pkg/kube/multicluster
(`istiod_remote_cluster_sync_status` since 1.29: one series per cluster and status, of which one is
1; cleared series stay at 0); Consul agent/consul/leader_peering.go (only the leader's counts).
Kubernetes: component-base/version (`kubernetes_build_info` is 1 and has the version in
`git_version`); pkg/kubelet/metrics (`kubelet_cgroup_version` is 1 or 2, from 1.31 on;
`kubelet_cri_losing_support` names in `version` the release that will not start with this runtime,
as that kubelet's build believed, from 1.34 on); apiserver/pkg/endpoints/metrics
(`apiserver_requested_deprecated_apis` is 1 from the first request on until that API server starts
anew; `removed_release` is empty for custom resources and where no end is set). etcd:
server/etcdserver (`etcd_server_has_leader` is 1 or 0; a database as large as its quota takes no
more writes).
"""
