"""Events of a simulated cluster: those that are there at the start, and the form of all of them.

Components write core/v1 Events; what they say is in the scenario, or follows from what happened
(`rollout_events`). The API server forgets them after an hour, and so none is older.
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import owner_of, seats_of
from mckconsole.demo.scenario import Workload
from mckconsole.demo.sections_incident import EventModel
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

_APIS = {
    "Pod": "v1",
    "Node": "v1",
    "Service": "v1",
    "PersistentVolumeClaim": "v1",
    "Deployment": "apps/v1",
    "ReplicaSet": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
}
_MINUTE = 60.0


def about(site: Site, kind: str, namespace: str, name: str, field_path: str = "") -> KubeObject:
    """What an Event names as its object."""
    # the kubelet calls a node's uid by the node's name
    uid = name if kind == "Node" else site.uid(kind, namespace, name)
    told = {"apiVersion": _APIS[kind], "kind": kind, "name": name, "uid": uid}
    if namespace:
        told["namespace"] = namespace
    if field_path:
        told["fieldPath"] = field_path
    return told


def event(
    site: Site,
    involved: KubeObject,
    reason: str,
    message: str,
    *,
    by: str,
    last: float,
    first: float | None = None,
    count: int = 1,
    type: str = "Normal",
    host: str = "",
) -> KubeObject:
    """One Event.

    Args:
        by: component that says it; `host` is where it runs.
        last: seconds after the demo's start; negative before. So `first`, as `last` if None.
    """
    first = last if first is None else first
    namespace = involved.get("namespace", "default")
    number = site.digest("event", involved["kind"], involved["name"], reason, message, first,
                         length=16)  # fmt: skip
    made = site.manifest(
        "v1",
        "Event",
        namespace,
        f"{involved['name']}.{number}",
        involvedObject=involved,
        reason=reason,
        message=message,
        source={"component": by, **({"host": host} if host else {})},
        firstTimestamp=site.moment(first),
        lastTimestamp=site.moment(last),
        count=count,
        type=type,
        eventTime=None,
        reportingComponent=by,
        reportingInstance=host,
    )
    made["metadata"]["creationTimestamp"] = site.moment(first)
    return made


def assigned(site: Site, involved: KubeObject, message: str, at: float) -> KubeObject:
    """An Event of the scheduler, which writes them through events.k8s.io: without a count, with a
    time of microseconds."""
    made = event(site, involved, "Scheduled", message, by="", last=at)
    made |= {
        "source": {},
        "firstTimestamp": None,
        "lastTimestamp": None,
        "eventTime": f"{site.moment(at)[:-1]}.204817Z",
        "action": "Binding",
        "reportingComponent": "default-scheduler",
        "reportingInstance": f"default-scheduler-{site.digest('scheduler')}",
    }
    del made["count"]
    return made


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """The Events that are there when the demo begins."""
    site = world.sites[name]
    for model in world.scenario.events:
        if world.scenario.within(name, model.where):
            for involved, host in _objects(world, name, model):
                yield _made(site, model, involved, host)


def _made(site: Site, model: EventModel, involved: KubeObject, host: str) -> KubeObject:
    since = model.minutes_ago if model.since_minutes is None else model.since_minutes
    return event(
        site,
        involved,
        model.reason,
        model.message.replace("{name}", involved["name"]),
        by=model.by,
        last=-model.minutes_ago * _MINUTE,
        first=-since * _MINUTE,
        count=model.count,
        type=model.type,
        host=host if model.by == "kubelet" else "",
    )


def _objects(world: World, name: str, model: EventModel) -> Iterator[tuple[KubeObject, str]]:
    """What it is about, each with the node that it is on."""
    site = world.sites[name]
    kind, _, place = model.about.partition(" ")
    if kind == "Node":
        plan = next(one for one in site.nodes if one.pool.name == place)
        yield about(site, kind, "", plan.name), plan.name
        return
    namespace, _, own = place.partition("/")
    workload = _workload(world, name, namespace, own)
    if kind == "Pod" and workload:
        seats = seats_of(site, workload)
        for seat in [one for one in seats if not one.ready] or seats[:1]:
            path = f"spec.containers{{{next(iter(workload.containers))}}}"
            yield about(site, kind, namespace, seat.name, path), seat.node.name
        return
    if kind == "ReplicaSet" and workload:
        own = owner_of(site, workload)[1]
    yield about(site, kind, namespace, own), ""


def _workload(world: World, name: str, namespace: str, own: str) -> Workload | None:
    found = world.scenario.workloads_of(name)
    return next((one for one in found if (one.namespace, one.name) == (namespace, own)), None)
