"""Workloads of a simulated cluster with what Kubernetes makes of them: pods, services, slices.

Functions of the world at its start and a scenario's `Workload`; no clock is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from mckconsole.demo.admission import inject
from mckconsole.demo.clusterservices import endpoint_slice, service
from mckconsole.demo.deployments import (
    REVISION,
    Counts,
    deployment_spec,
    deployment_status,
    replica_set,
    revision_of,
)
from mckconsole.demo.literals import add_literals
from mckconsole.demo.managed import metadata_fields, template_fields, written
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat, owner_of, pod, pod_labels, ready_count, seats_of
from mckconsole.demo.podspec import bare_spec, template_of
from mckconsole.demo.podstatus import status_of
from mckconsole.demo.scenario import Workload
from mckconsole.demo.sections_identity import Login
from mckconsole.demo.site import DAY, Site
from mckconsole.demo.world import World

WRITER = "argocd-controller"
"""Who wrote what the scenario names nobody for."""


def workload(world: World, cluster: str, model: Workload) -> Iterator[KubeObject]:
    """A workload with its pods and, when it has ports, its Service and EndpointSlice.

    A Service that leads out of the cluster has no workload behind it.
    """
    site, login = world.sites[cluster], world.login(cluster, model)
    if not model.outside and not world.shipped(cluster, model):
        template = template_for(world, cluster, model)
        seats = seats_of(site, model)
        yield from _controllers(site, model, login, template, seats)
        over = model.kind in ("CronJob", "Job")
        for seat in seats:
            yield pod_of(
                world, cluster, model, template, seat, partial(status_of, site, seat, over=over)
            )
    if model.autoscale:
        yield _autoscaler(site, model, len(seats_of(site, model)))
    if model.ports:
        yield service(site, model)
        yield endpoint_slice(site, model)


def template_for(world: World, cluster: str, model: Workload) -> KubeObject:
    """The pod template of a workload, with what somebody wrote into it by hand."""
    template = template_of(world.sites[cluster], model, world.login(cluster, model))
    add_literals(world, cluster, f"{model.namespace}/{model.name}", template)
    return template


def pod_of(
    world: World,
    cluster: str,
    model: Workload,
    template: KubeObject,
    seat: Seat,
    status: Callable[[KubeObject], KubeObject],
) -> KubeObject:
    """One pod of a workload; `status` makes its status of its specification."""
    site, login = world.sites[cluster], world.login(cluster, model)
    metadata = dict(template["metadata"])
    token = login is None or login.api_token is not False
    spec = bare_spec(site, model, seat, template, token=token)
    if login:
        inject(site, login, world.tenant(cluster), seat.name, metadata, spec)
    return pod(site, model, seat, metadata, spec, status(spec))


def _controllers(
    site: Site, model: Workload, login: Login | None, template: KubeObject, seats: Sequence[Seat]
) -> Iterator[KubeObject]:
    """What made the pods: nothing for a bare pod, a CronJob with its last Job."""
    match model.kind:
        case "Pod":
            return
        case "CronJob":
            yield _cron_job(site, model, template)
            yield _job(site, model, template, seats)
        case "Job":
            yield _job(site, model, template, seats)
        case _:
            yield from _controller(site, model, login, template, seats)


def _controller(
    site: Site, model: Workload, login: Login | None, template: KubeObject, seats: Sequence[Seat]
) -> Iterator[KubeObject]:
    count, ready = len(seats), ready_count(site, model)
    if model.kind == "Deployment":
        yield from _deployment(site, model, login, template, seats)
        return
    labels = pod_labels(model)
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
        spec = {
            "replicas": max(count, model.refused),
            **spec,
            "serviceName": model.service_name,
            "volumeClaimTemplates": _claims(model),
        }
        status = {
            "replicas": count,
            "readyReplicas": ready,
            "availableReplicas": ready,
            "updatedReplicas": count,
        }
    yield controller(site, model, login, template, spec, status)


def _deployment(
    site: Site, model: Workload, login: Login | None, template: KubeObject, seats: Sequence[Seat]
) -> Iterator[KubeObject]:
    """A Deployment whose rollout was over before the demo began, with its ReplicaSet."""
    ready, revision = ready_count(site, model), revision_of(site, model)
    counts = Counts(max(len(seats), model.refused), len(seats), ready, len(seats))
    days = max((seat.days for seat in seats), default=site.rollout_days)
    status = deployment_status(
        site, counts, owner_of(site, model)[1], since=-days * DAY, failed=False
    )
    spec = deployment_spec(model, template, counts.wanted)
    made = controller(site, model, login, template, spec, status)
    made["metadata"]["annotations"] = {REVISION: str(revision)}
    yield made
    yield replica_set(
        site, model, template, wanted=counts.wanted, count=len(seats), ready=ready,
        revision=revision, days=days,
    )  # fmt: skip


def controller(
    site: Site,
    model: Workload,
    login: Login | None,
    template: KubeObject,
    spec: KubeObject,
    status: KubeObject,
) -> KubeObject:
    """A Deployment, DaemonSet or StatefulSet with who wrote its template."""
    made = site.manifest(
        "apps/v1",
        model.kind,
        model.namespace,
        model.name,
        labels={**pod_labels(model), **(login.own_labels if login else {})},
        days_ago=site.rollout_days,
        spec=spec,
        status=status,
    )
    fields = metadata_fields(labels=made["metadata"]["labels"]) | template_fields(template)
    stamp = site.created(min(site.rollout_days, 20))
    made["metadata"]["managedFields"] = [
        written(login.written_by if login else WRITER, stamp, fields, api_version="apps/v1")
    ]
    if model.autoscale:
        scaled: KubeObject = {"f:spec": {"f:replicas": {}}}
        made["metadata"]["managedFields"].append(
            written("kube-controller-manager", site.created(min(site.rollout_days, 1.5)), scaled,
                    api_version="autoscaling/v1", subresource="scale")
        )  # fmt: skip
    return made


def _cron_job(site: Site, model: Workload, template: KubeObject) -> KubeObject:
    return site.manifest(
        "batch/v1",
        "CronJob",
        model.namespace,
        model.name,
        labels=pod_labels(model),
        days_ago=site.rollout_days,
        spec={
            "schedule": model.schedule,
            "concurrencyPolicy": "Forbid",
            "suspend": False,
            "successfulJobsHistoryLimit": 1,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {"metadata": {}, "spec": {"template": template}},
        },
        status={},
    )


def _job(site: Site, model: Workload, template: KubeObject, seats: Sequence[Seat]) -> KubeObject:
    name = owner_of(site, model)[1]
    uid = site.uid("Job", model.namespace, name)
    own = {"batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name}
    labels = {**template["metadata"]["labels"], **own}
    made = site.manifest(
        "batch/v1",
        "Job",
        model.namespace,
        name,
        labels=labels,
        days_ago=seats[0].days,
        spec={
            "parallelism": len(seats),
            "completions": len(seats),
            "backoffLimit": 6,
            "suspend": False,
            "manualSelector": True,
            "selector": {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}},
            "template": {**template, "metadata": {**template["metadata"], "labels": labels}},
        },
        status={"succeeded": len(seats), "startTime": site.created(seats[0].days)},
    )
    if model.kind == "CronJob":
        made["metadata"]["ownerReferences"] = [
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": model.name,
                "uid": site.uid("CronJob", model.namespace, model.name),
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
    return made


def _claims(model: Workload) -> list[KubeObject]:
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": model.volume}},
    }
    return [{"metadata": {"name": "data"}, "spec": claim}] if model.volume else []


def _autoscaler(site: Site, model: Workload, count: int) -> KubeObject:
    target = {"apiVersion": "apps/v1", "kind": model.kind, "name": model.name}
    utilisation = {"type": "Utilization", "averageUtilization": 70}
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
