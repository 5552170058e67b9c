"""Objects, metrics and tables for tests on the use of API versions."""

from __future__ import annotations

from collections.abc import Mapping

from mckconsole.domain.kubeversion import Minor, parse_minor
from mckconsole.domain.metrics import MetricState, MetricVector, Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.support import Removal, SupportData
from mckconsole.domain.times import format_rfc3339
from tests.unit.analysis import build as b

DAY = 86400.0
LEAST = Minor(1, 24)
METRIC = "apiserver_requested_deprecated_apis"


def row(
    api: str, kind: str, end: str, instead: str = "", component: str = "k8s", since: str = "1.19"
) -> Removal:
    """One row of the table of removals; an empty `end` or `since` is not set."""
    group, _, version = api.rpartition("/")
    return Removal(
        group, version, kind, parse_minor(since), parse_minor(end), instead, component, "a test"
    )


DATA = SupportData(
    removals=(
        row("policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"),
        row("batch/v1beta1", "CronJob", "1.25", "batch/v1"),
        row("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"),
        row("apps/v1beta1", "Deployment", "1.26", "apps/v1"),
        row("extensions/v1beta1", "Deployment", "1.26", "apps/v1"),
        row("extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"),
        row("networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"),
        row("networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1"),
        row("resource.k8s.io/v1beta1", "DeviceClass", "1.38", "resource.k8s.io/v1"),
        row("resource.k8s.io/v1beta2", "DeviceClass", "1.39", "resource.k8s.io/v1"),
        row("v1", "Endpoints", "", "discovery.k8s.io/v1 EndpointSlice"),
        row("cert-manager.io/v1alpha2", "Certificate", "1.6", "cert-manager.io/v1", "cert-manager"),
        row("multicluster.x-k8s.io/v1alpha1", "ServiceExport", "", "", "mcs-api", since=""),
    )
)


def asked(*series: Mapping[str, str], value: float = 1.0) -> MetricVector:
    """What the API servers counted: labels of each series."""
    samples = tuple(Sample(dict(labels), value, b.NOW - 5) for labels in series)
    return MetricVector(MetricState.FRESH, "", samples, b.NOW)


def api(group: str, version: str, resource: str, end: str = "", **more: str) -> Mapping[str, str]:
    """Labels of one series of the metric."""
    return {"group": group, "version": version, "resource": resource, "subresource": "",
            "removed_release": end, **more}  # fmt: skip


BUILDS = MetricVector(MetricState.FRESH, "", (Sample({"job": "apiserver"}, 1.0, b.NOW - 5),), b.NOW)
SCRAPED: Mapping[str, MetricVector] = {"deprecated-apis": asked(), "apiserver-builds": BUILDS}
"""API servers that are scraped and counted nothing."""


def counted(*series: Mapping[str, str]) -> Mapping[str, MetricVector]:
    """API servers that are scraped and counted these."""
    return {"deprecated-apis": asked(*series), "apiserver-builds": BUILDS}


def written(
    kind: str, api_version: str, name: str, *entries: tuple[str, str, float | None]
) -> b.Doc:
    """An object with managers: (manager, the version that it wrote in, days ago)."""
    made = [
        {
            "manager": manager,
            "operation": "Update",
            "apiVersion": version,
            **({} if ago is None else {"time": format_rfc3339(b.NOW - ago * DAY)}),
            "fieldsV1": {"f:spec": {}},
        }
        for manager, version, ago in entries
    ]
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop", "managedFields": made},
    }


def budget(name: str, *entries: tuple[str, str, float | None]) -> b.Doc:
    """A PodDisruptionBudget with managers."""
    return written("PodDisruptionBudget", "policy/v1", name, *entries)


def cluster(
    *docs: b.Doc, metrics: Mapping[str, MetricVector] | None = None, states: b.States | None = None
) -> ClusterSnapshot:
    """A cluster whose API servers counted nothing, unless `metrics` say otherwise."""
    return b.cluster(
        "west", docs, metrics=SCRAPED if metrics is None else metrics, states=states,
        version="v1.24.17",
    )  # fmt: skip
