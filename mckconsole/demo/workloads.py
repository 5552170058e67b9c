"""Workloads of a simulated cluster with what Kubernetes makes of them: pods, services, slices.

Functions of a `Site` and a scenario's `Workload`; no clock is read here.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.clusterservices import endpoint_slice, service
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import containers_of, places, pod_labels, pods_of, ready_count
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import Site


def workload(site: Site, model: Workload) -> Iterator[KubeObject]:
    """A workload with its pods and, when it has ports, its Service and EndpointSlice.

    A Service that leads out of the cluster has no workload behind it.
    """
    pods = [] if model.outside else pods_of(site, model)
    if not model.outside:
        yield _controller(site, model, len(pods))
    yield from pods
    if model.autoscale:
        yield _autoscaler(site, model)
    if model.ports:
        yield service(site, model)
        yield endpoint_slice(site, model)


def _controller(site: Site, model: Workload, count: int) -> KubeObject:
    labels, ready = pod_labels(model), ready_count(site, model)
    template = {"metadata": {"labels": labels}, "spec": {"containers": containers_of(site, model)}}
    spec: KubeObject = {"selector": {"matchLabels": labels}, "template": template}
    if model.kind == "DaemonSet":
        status: KubeObject = {
            "desiredNumberScheduled": count,
            "currentNumberScheduled": count,
            "numberReady": ready,
            "numberAvailable": ready,
            "updatedNumberScheduled": count,
            "numberMisscheduled": 0,
        }
    else:
        spec = {"replicas": count, **spec}
        status = {
            "replicas": count,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": count,
        }
    if model.kind == "StatefulSet":
        spec |= {"serviceName": model.service_name, "volumeClaimTemplates": _claims(model)}
    return site.manifest(
        "apps/v1",
        model.kind,
        model.namespace,
        model.name,
        labels=labels,
        days_ago=site.rollout_days,
        spec=spec,
        status=status,
    )


def _claims(model: Workload) -> list[KubeObject]:
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": model.volume}},
    }
    return [{"metadata": {"name": "data"}, "spec": claim}] if model.volume else []


def _autoscaler(site: Site, model: Workload) -> KubeObject:
    target = {"apiVersion": "apps/v1", "kind": model.kind, "name": model.name}
    utilisation = {"type": "Utilization", "averageUtilization": 70}
    count = len(places(site, model))
    return site.manifest(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        model.namespace,
        model.name,
        labels=pod_labels(model),
        days_ago=site.rollout_days,
        spec={
            "scaleTargetRef": target,
            "minReplicas": count,
            "maxReplicas": model.autoscale,
            "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": utilisation}}],
        },
        status={"currentReplicas": count, "desiredReplicas": count},
    )
