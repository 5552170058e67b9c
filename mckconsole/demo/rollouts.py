"""A Deployment that the script ships anew: templates, ReplicaSets and pods at each moment.

A template whose containers crash replaces as many pods as the strategy lets it, and there it stays;
the next one takes over from there. Everything follows from the script and from how far it was
played, so that a jump shows what waiting would have shown. Such a workload has no Service.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from mckconsole.demo.deployments import (
    DEADLINE,
    REVISION,
    Counts,
    deployment_spec,
    deployment_status,
    replica_set,
    revision_of,
)
from mckconsole.demo.managed import written
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat, owner_of, seats_of
from mckconsole.demo.podstatus import crashing_status, status_of
from mckconsole.demo.scenario import Workload
from mckconsole.demo.site import DAY, Site
from mckconsole.demo.workloads import controller, pod_of, template_for
from mckconsole.demo.world import World


@dataclass(frozen=True, slots=True)
class Place:
    """One pod of it."""

    model: Workload
    """With the template that the pod is of."""
    seat: Seat
    log: tuple[str, ...] = ()
    """What its containers write before they end; empty where they run."""

    @property
    def born(self) -> float:
        """Seconds after the demo's start; negative before."""
        return -self.seat.days * DAY


@dataclass(frozen=True, slots=True)
class Stage:
    """A Deployment from one change of its template to the next."""

    at: float
    """Seconds after the demo's start; negative before."""
    revision: int
    model: Workload
    """With the template that it has now."""
    by: str
    """Field manager that changed it; empty for what was there at the start."""
    places: tuple[Place, ...]

    def pods_of(self, model: Workload) -> list[Place]:
        """Those of one template."""
        return [one for one in self.places if one.model.template == model.template]


def stages(world: World, cluster: str, model: Workload) -> list[Stage]:
    """What a Deployment was and is, oldest first; the last one is now."""
    site = world.sites[cluster]
    places = tuple(Place(model, seat) for seat in seats_of(site, model))
    first = -max(one.seat.days for one in places) * DAY
    found = [Stage(first, revision_of(site, model), model, "", places)]
    for step in world.shipped(cluster, model):
        if step.release is None or step.at > world.reached:
            break
        release, revision = step.release, found[-1].revision + 1
        shipped = _variant(model, release.images)
        places = _replaced(site, found, shipped, step.at, tuple(release.log))
        found.append(Stage(step.at, revision, shipped, release.by, places))
    return found


def _variant(model: Workload, images: dict[str, str]) -> Workload:
    """The workload with other images: another template, unless they are what it had."""
    containers = {**model.containers, **images}
    if containers == model.containers:
        return model
    told = ",".join(containers.values())
    return msgspec.structs.replace(model, containers=containers, template=told)


def _replaced(
    site: Site, past: Sequence[Stage], model: Workload, at: float, log: tuple[str, ...]
) -> tuple[Place, ...]:
    """Which pods there are when the rollout of a template has gone as far as it goes."""
    wanted = model.replicas
    healthy = [one for one in past[-1].places if not one.log]
    if log:
        kept = healthy[: wanted - wanted // 4]
        count = wanted + math.ceil(wanted / 4) - len(kept)
    else:
        kept = [one for one in healthy if one.model.template == model.template]
        count = wanted - len(kept)
    numbers = (one.seat.number for stage in past for one in stage.pods_of(model))
    number = 1 + max(numbers, default=-1)
    more = msgspec.structs.replace(model, replicas=number + count)
    born = [seat._replace(days=-at / DAY, ready=not log) for seat in seats_of(site, more)[number:]]
    return (*kept, *(Place(model, seat, log) for seat in born))


def rolled_out(world: World, cluster: str) -> Iterator[Workload]:
    """The workloads of a cluster that the script ships anew."""
    for model in world.scenario.workloads_of(cluster):
        if world.shipped(cluster, model):
            yield model


def scripted_objects(world: World, cluster: str) -> Iterator[KubeObject]:
    """Their Deployments, ReplicaSets and pods as they are now."""
    site = world.sites[cluster]
    for model in rolled_out(world, cluster):
        past = stages(world, cluster, model)
        yield _deployment(world, cluster, past)
        for one in _templates(past):
            yield _replica_set(world, cluster, past, one)
        for place in past[-1].places:
            status = partial(status_of, site, place.seat, over=False)
            if place.log:
                status = partial(
                    crashing_status, site, place.seat, reached=world.reached, words=place.log[-1]
                )
            template = template_for(world, cluster, place.model)
            yield pod_of(world, cluster, place.model, template, place.seat, status)


def gone_pods(world: World, cluster: str) -> Iterator[tuple[str, str]]:
    """Namespace and name of the pods that rollouts have replaced."""
    for model in rolled_out(world, cluster):
        past = stages(world, cluster, model)
        now = {place.seat.name for place in past[-1].places}
        ever = {place.seat.name for stage in past for place in stage.places}
        yield from ((model.namespace, name) for name in sorted(ever - now))


def _templates(past: Sequence[Stage]) -> list[Workload]:
    """Each template once."""
    return list({stage.model.template: stage.model for stage in past}.values())


def _deployment(world: World, cluster: str, past: Sequence[Stage]) -> KubeObject:
    site, now = world.sites[cluster], past[-1]
    model = now.model
    updated = now.pods_of(model)
    counts = Counts(
        wanted=model.replicas,
        all=len(now.places),
        ready=sum(place.seat.ready for place in now.places),
        updated=len(updated),
    )
    failed = any(one.log for one in updated) and world.reached >= now.at + DEADLINE
    status = deployment_status(
        site,
        counts,
        owner_of(site, model)[1],
        since=now.at,
        failed=failed,
        generation=len(past),
    )
    template = template_for(world, cluster, model)
    spec = deployment_spec(model, template, model.replicas)
    made = controller(site, model, world.login(cluster, model), template, spec, status)
    made["metadata"]["annotations"] = {REVISION: str(now.revision)}
    if now.by:
        made["metadata"]["managedFields"].append(_image_fields(site, now, made))
    return made


def _image_fields(site: Site, stage: Stage, made: KubeObject) -> KubeObject:
    """Who wrote the images last, and when; they are nobody else's any more."""
    former = made["metadata"]["managedFields"][0]["fieldsV1"]
    for one in former["f:spec"]["f:template"]["f:spec"]["f:containers"].values():
        del one["f:image"]
    owned: KubeObject = {
        f'k:{{"name":"{name}"}}': {"f:image": {}} for name in stage.model.containers
    }
    fields = {"f:spec": {"f:template": {"f:spec": {"f:containers": owned}}}}
    return written(stage.by, site.moment(stage.at), fields, api_version="apps/v1")


def _replica_set(world: World, cluster: str, past: Sequence[Stage], model: Workload) -> KubeObject:
    own = [stage for stage in past if stage.model.template == model.template]
    held = past[-1].pods_of(model)
    return replica_set(
        world.sites[cluster],
        model,
        template_for(world, cluster, model),
        wanted=len(held),
        count=len(held),
        ready=sum(place.seat.ready for place in held),
        revision=own[-1].revision,
        days=-own[0].at / DAY,
    )
