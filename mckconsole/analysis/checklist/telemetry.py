"""How a cluster's own Prometheus servers name it, and who else takes its metrics away.

`external_labels` are on no local series: they show in what is federated and remote-written, and so
in the endpoint that shows the fleet. Agents of vendors are known by their images.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mckconsole.analysis.checklist.moments import Sight
from mckconsole.analysis.unread import unread_reason
from mckconsole.domain.core import DaemonSet, Deployment
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.logagents import repository
from mckconsole.domain.metrics import CLUSTER_LABELS
from mckconsole.domain.observability import (
    Prometheus,
    PrometheusAgent,
    PrometheusConfig,
)
from mckconsole.domain.snapshot import ClusterSnapshot

_SERVERS = ("prometheuses", "prometheusagents", "prometheus-configs")
_VENDORS = {
    "Datadog": re.compile(r"(?:^|/)(?:datadog/agent|datadoghq/agent|datadog-agent)$"),
    "New Relic": re.compile(r"(?:^|/)newrelic/(?:nri-kubernetes|infrastructure-k8s|k8s-events)"),
    "Dynatrace": re.compile(r"(?:^|/)dynatrace-(?:oneagent|activegate|operator)$"),
    "Google Managed Prometheus": re.compile(r"(?:^|/)gke\.gcr\.io/prometheus-engine/|/gmp/"),
    "Azure Monitor": re.compile(r"(?:^|/)prometheus-collector/images|/ama-metrics"),
}
"""Those whose metrics leave the cluster for a place of their own."""


class Label(NamedTuple):
    """A cluster label that a Prometheus adds to what leaves it."""

    name: str
    value: str
    sight: Sight


class Telemetry(NamedTuple):
    """What a cluster says of how it is observed."""

    labels: tuple[Label, ...] = ()
    unlabelled: tuple[Sight, ...] = ()
    """Prometheus servers that add no cluster label."""
    vendors: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Why two clusters might have one label without anybody seeing it."""


def telemetry(cluster: ClusterSnapshot) -> Telemetry:
    """Read a cluster's objects."""
    labels, bare = [], []
    for topic, ref, external in _servers(cluster):
        name = next((one for one in CLUSTER_LABELS if external.get(one)), "")
        if name:
            sight = Sight(topic, ref, f"external label {name}", external[name])
            labels.append(Label(name, external[name], sight))
        else:
            bare.append(Sight(topic, ref, "external labels", "no cluster label"))
    return Telemetry(
        tuple(sorted(set(labels))),
        tuple(sorted(set(bare))),
        tuple(_vendors(cluster)),
        tuple(_unread(cluster)),
    )


def _servers(cluster: ClusterSnapshot) -> Iterator[tuple[str, ObjectRef, Mapping[str, str]]]:
    """Every Prometheus whose settings could be read."""
    found: list[tuple[str, Prometheus | PrometheusAgent | PrometheusConfig]] = []
    found += [("prometheuses", one)
              for one in cluster.objects("prometheuses", Prometheus).values()]  # fmt: skip
    found += [("prometheusagents", one)
              for one in cluster.objects("prometheusagents", PrometheusAgent).values()]  # fmt: skip
    found += [("prometheus-configs", one)
              for one in cluster.objects("prometheus-configs", PrometheusConfig).values()
              if one.read]  # fmt: skip
    for topic, one in found:
        view = cluster.topic(topic)
        labels = (
            one.external_labels if isinstance(one, PrometheusConfig) else one.spec.external_labels
        )
        yield topic, one.ref(view.version or "v1"), labels


def _vendors(cluster: ClusterSnapshot) -> Iterator[str]:
    images = {
        repository(container.image)
        for found in (
            cluster.objects("daemonsets", DaemonSet).values(),
            cluster.objects("deployments", Deployment).values(),
        )
        for one in found
        for container in one.spec.template.spec.containers
    }
    for name, pattern in _VENDORS.items():
        if any(pattern.search(image) for image in images):
            yield name


def _unread(cluster: ClusterSnapshot) -> Iterator[str]:
    """A label that is used twice is looked for, so what was not read is said."""
    for name in _SERVERS:
        view = cluster.topic(name)
        if not view.conclusive:
            yield unread_reason(view)
