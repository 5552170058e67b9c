"""What controllers, the scheduler and the kubelet say of a rollout, as it goes on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from mckconsole.demo.crashing import back_offs, loop_at
from mckconsole.demo.happenings import about, assigned, event
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import owner_of
from mckconsole.demo.rollouts import Place, Stage, rolled_out, stages
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

_PULL = 1.4
"""Seconds that an image takes."""


def scripted_objects(world: World, cluster: str) -> Iterator[KubeObject]:
    """All Events of the rollouts of a cluster until now."""
    site = world.sites[cluster]
    for model in rolled_out(world, cluster):
        past = stages(world, cluster, model)
        for before, stage in pairwise(past):
            yield from _scaling(site, before, stage)
            kept = {place.seat.name for place in before.places}
            left = {place.seat.name for place in stage.places}
            for place in before.places:
                if place.seat.name not in left:
                    yield from _ended(site, place, stage.at)
            for place in stage.places:
                if place.seat.name not in kept:
                    yield from _begun(site, place, _until(world, past, place))


def _until(world: World, past: list[Stage], place: Place) -> float:
    """The last moment of a pod so far: when a rollout replaced it, or now."""
    for stage in past:
        if stage.at > place.born and place not in stage.places:
            return stage.at
    return world.reached


def _scaling(site: Site, before: Stage, stage: Stage) -> Iterator[KubeObject]:
    """How the controller moved replicas from one ReplicaSet to the other."""
    model = stage.model
    deployment = about(site, "Deployment", model.namespace, model.name)
    for one in sorted((before.model, model), key=lambda other: other is not model):
        had, has = len(before.pods_of(one)), len(stage.pods_of(one))
        if had == has:
            continue
        way = "up" if has > had else "down"
        name = owner_of(site, one)[1]
        message = f"Scaled {way} replica set {name} from {had} to {has}"
        yield event(
            site, deployment, "ScalingReplicaSet", message, by="deployment-controller",
            last=stage.at,
        )  # fmt: skip


def _ended(site: Site, place: Place, at: float) -> Iterator[KubeObject]:
    namespace, name = place.model.namespace, place.seat.name
    owner = about(site, "ReplicaSet", namespace, owner_of(site, place.model)[1])
    yield event(
        site, owner, "SuccessfulDelete", f"Deleted pod: {name}", by="replicaset-controller",
        last=at,
    )  # fmt: skip
    for container in place.model.containers:
        path = f"spec.containers{{{container}}}"
        yield event(
            site, about(site, "Pod", namespace, name, path), "Killing",
            f"Stopping container {container}", by="kubelet", host=place.seat.node.name, last=at,
        )  # fmt: skip


def _begun(site: Site, place: Place, until: float) -> Iterator[KubeObject]:
    namespace, name, born = place.model.namespace, place.seat.name, place.born
    owner = about(site, "ReplicaSet", namespace, owner_of(site, place.model)[1])
    yield event(
        site, owner, "SuccessfulCreate", f"Created pod: {name}", by="replicaset-controller",
        last=born,
    )  # fmt: skip
    pod = about(site, "Pod", namespace, name)
    node = place.seat.node.name
    yield assigned(site, pod, f"Successfully assigned {namespace}/{name} to {node}", born)
    for container, image in place.model.containers.items():
        yield from _container(site, place, container, image, until - born)


def _container(
    site: Site, place: Place, container: str, image: str, age: float
) -> Iterator[KubeObject]:
    """What the kubelet says of one container of a pod of this age."""
    loop = loop_at(age)
    if loop is None:
        return
    namespace, name = place.model.namespace, place.seat.name
    pod = about(site, "Pod", namespace, name, f"spec.containers{{{container}}}")
    says = partial(event, site, pod, by="kubelet", host=place.seat.node.name)
    started = place.born + loop.since
    first = place.born + _PULL
    yield says("Pulling", f'Pulling image "{image}"', last=place.born)
    yield says("Pulled", f'Successfully pulled image "{image}" in 1.4s', last=first)
    times = loop.started if place.log else 1
    last = started if place.log else first
    if times > 1:
        present = f'Container image "{image}" already present on machine'
        yield says("Pulled", present, first=first, last=last, count=times - 1)
    yield says("Created", f"Created container: {container}", first=first, last=last, count=times)
    yield says("Started", f"Started container {container}", first=first, last=last, count=times)
    if place.log and (count := back_offs(age)):
        uid = site.uid("Pod", namespace, name)
        yield says(
            "BackOff",
            f"Back-off restarting failed container {container} in pod {name}_{namespace}({uid})",
            first=place.born + 8.0,
            last=place.born + age,
            count=count,
            type="Warning",
        )
