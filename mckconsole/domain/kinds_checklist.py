"""Topics that only the go-live checklist reads: where telemetry goes, network policies, budgets."""

from __future__ import annotations

from mckconsole.domain import budgets, logsinks, netpolicy, observability
from mckconsole.domain.kind import Keep, Kind, Sensitivity
from mckconsole.domain.logagents import AGENTS
from mckconsole.domain.objects import Projection

_NAMES = sorted({name for one in AGENTS for name in one.configs})
_OLD_NAMES = ("filebeat", "fluent-bit", "fluentd", "fluentd-logging", "promtail", "vector")
"""Values of the label that came before `app.kubernetes.io/name`."""


def _one_of(label: str, values: tuple[str, ...] | list[str]) -> str:
    return f"{label} in ({','.join(values)})"


def _policies(
    topic: str, projection: type[Projection], version: str = "v1", *, plural: str = ""
) -> Kind:
    return Kind(
        topic,
        projection.api_group,
        (version,),
        plural or topic,
        projection,
        Keep.POLL,
        300,
        optional=True,
    )


def _telling(
    topic: str,
    projection: type[Projection],
    versions: tuple[str, ...] = ("v1",),
    *,
    plural: str = "",
    labels: str = "",
) -> Kind:
    """What names destinations, and holds credentials beside them."""
    return Kind(
        topic,
        projection.api_group,
        versions,
        plural or topic,
        projection,
        Keep.POLL,
        600,
        sensitivity=Sensitivity.CREDENTIALS_IN_SPEC,
        labels=labels,
        optional=True,
    )


CHECKLIST_KINDS: tuple[Kind, ...] = (
    _policies("networkpolicies", netpolicy.NetworkPolicy),
    _policies("ciliumnetworkpolicies", netpolicy.CiliumNetworkPolicy, "v2"),
    _policies("ciliumclusterwidenetworkpolicies", netpolicy.CiliumClusterwideNetworkPolicy, "v2"),
    _policies("adminnetworkpolicies", netpolicy.AdminNetworkPolicy, "v1alpha1"),
    _policies("baselineadminnetworkpolicies", netpolicy.BaselineAdminNetworkPolicy, "v1alpha1"),
    _policies("clusternetworkpolicies", netpolicy.ClusterNetworkPolicy, "v1alpha2"),
    _policies("calico-policies", netpolicy.CalicoNetworkPolicy, plural="networkpolicies"),
    _policies(
        "calico-globalpolicies", netpolicy.CalicoGlobalNetworkPolicy, plural="globalnetworkpolicies"
    ),
    _telling("prometheuses", observability.Prometheus),
    _telling("prometheusagents", observability.PrometheusAgent, ("v1alpha1",)),
    _telling(
        "prometheus-configs",
        observability.PrometheusConfig,
        plural="configmaps",
        labels=_one_of("app.kubernetes.io/name", ("prometheus",)),
    ),
    _telling(
        "opentelemetrycollectors", observability.OpenTelemetryCollector, ("v1beta1", "v1alpha1")
    ),
    _telling("clusterlogforwarders", observability.ClusterLogForwarder),
    _telling(
        "log-configs",
        logsinks.LogConfig,
        plural="configmaps",
        labels=_one_of("app.kubernetes.io/name", _NAMES),
    ),
    _telling(
        "log-configs-old",
        logsinks.LogConfig,
        plural="configmaps",
        labels=_one_of("k8s-app", _OLD_NAMES),
    ),
    Kind(
        "aws-budgets",
        budgets.AwsBudget.api_group,
        ("v1beta2", "v1beta1"),
        "budgets",
        budgets.AwsBudget,
        Keep.POLL,
        600,
        optional=True,
    ),
    Kind(
        "google-budgets",
        budgets.GoogleBudget.api_group,
        ("v1beta1",),
        "billingbudgetsbudgets",
        budgets.GoogleBudget,
        Keep.POLL,
        600,
        optional=True,
    ),
)
"""Policies, what says where metrics and logs go, and budgets."""
