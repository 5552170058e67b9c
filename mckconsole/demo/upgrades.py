"""What stands in the way of an upgrade in a simulated cluster, and the same where nothing does:
disruption budgets with the status that follows from their pods, custom kinds with their past.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.pods import Seat, pod_labels, seats_of
from mckconsole.demo.scenario import Workload
from mckconsole.demo.sections_versions import Budget, Definition
from mckconsole.demo.site import Site
from mckconsole.demo.world import World


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """The disruption budgets and volumes of cluster `name`."""
    yield from _volumes(world, name)
    for one in world.scenario.budgets:
        if world.scenario.within(name, one.where):
            yield _budget(world.sites[name], one, world.scenario.workloads_of(name))


def _budget(site: Site, model: Budget, workloads: list[Workload]) -> KubeObject:
    spec: KubeObject = {"selector": {"matchLabels": model.selector}}
    if model.min_available is not None:
        spec["minAvailable"] = model.min_available
    if model.max_unavailable is not None:
        spec["maxUnavailable"] = model.max_unavailable
    if model.policy:
        spec["unhealthyPodEvictionPolicy"] = model.policy
    return site.manifest(
        "policy/v1",
        "PodDisruptionBudget",
        model.namespace,
        model.name,
        days_ago=site.rollout_days,
        spec=spec,
        status=status_of(site, model, workloads),
    )


def _selects(model: Budget, workload: Workload) -> bool:
    return workload.namespace == model.namespace and (
        model.selector.items() <= pod_labels(workload).items()
    )


def status_of(site: Site, model: Budget, workloads: Sequence[Workload]) -> KubeObject:
    """The status of a budget as the disruption controller works it out: shares are rounded up."""
    seats = [seat for one in workloads if _selects(model, one) for seat in seats_of(site, one)]
    expected, healthy = len(seats), sum(seat.ready for seat in seats)
    if model.max_unavailable is not None:
        desired = max(0, expected - _share(model.max_unavailable, expected))
    else:
        desired = _share(model.min_available or 0, expected)
    allowed = max(0, healthy - desired) if expected else 0
    return {
        "observedGeneration": 1,
        "expectedPods": expected,
        "currentHealthy": healthy,
        "desiredHealthy": desired,
        "disruptionsAllowed": allowed,
        "conditions": [
            {
                "type": "DisruptionAllowed",
                "status": "True" if allowed else "False",
                "reason": "SufficientPods" if allowed else "InsufficientPods",
                "message": "",
                "lastTransitionTime": site.created(site.rollout_days),
            }
        ],
    }


def _share(value: int | str, of: int) -> int:
    return value if isinstance(value, int) else -(-int(value.removesuffix("%")) * of // 100)


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """Custom kinds of cluster `name` with the versions that they were stored in."""
    for one in world.scenario.definitions:
        if world.scenario.within(name, one.where):
            yield _definition(one)


def _definition(model: Definition) -> KubeObject:
    plural, _, group = model.name.partition(".")
    made = definition(group, model.versions, plural, model.kind)
    for version in made["spec"]["versions"]:
        if version["name"] in model.deprecated:
            version["deprecated"] = True
    made["status"] = {"storedVersions": model.stored, "conditions": []}
    return made


_DRIVERS = {
    "eks": "ebs.csi.aws.com",
    "gke": "pd.csi.storage.gke.io",
    "aks": "disk.csi.azure.com",
    "vsphere": "csi.vsphere.vmware.com",
}
_LOCAL = "driver.longhorn.io"


def _volumes(world: World, name: str) -> Iterator[KubeObject]:
    """The volumes that pods of StatefulSets have; clouds' can be reached from one zone only."""
    site = world.sites[name]
    for model in world.scenario.workloads_of(name):
        for seat in seats_of(site, model) if model.volume and not model.outside else ():
            yield _volume(site, model, seat)
            yield _claim(site, model, seat)


def _claim(site: Site, model: Workload, seat: Seat) -> KubeObject:
    """What a pod claims, bound to its volume."""
    name, modes = f"data-{seat.name}", ["ReadWriteOnce"]
    uid = site.uid("PersistentVolumeClaim", model.namespace, name)
    return site.manifest(
        "v1",
        "PersistentVolumeClaim",
        model.namespace,
        name,
        labels=pod_labels(model),
        days_ago=site.rollout_days,
        spec={
            "accessModes": modes,
            "resources": {"requests": {"storage": model.volume}},
            "volumeMode": "Filesystem",
            "volumeName": f"pvc-{uid}",
        },
        status={"phase": "Bound", "accessModes": modes, "capacity": {"storage": model.volume}},
    )


def _volume(site: Site, model: Workload, seat: Seat) -> KubeObject:
    claim = f"data-{seat.name}"
    uid = site.uid("PersistentVolumeClaim", model.namespace, claim)
    spec: KubeObject = {
        "capacity": {"storage": model.volume},
        "accessModes": ["ReadWriteOnce"],
        "persistentVolumeReclaimPolicy": "Delete",
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": model.namespace,
            "name": claim,
            "uid": uid,
        },
        "csi": {"driver": _DRIVERS.get(site.cluster.provider, _LOCAL), "volumeHandle": uid},
    }
    if site.cluster.provider in ("eks", "gke", "aks"):
        zone = {"key": "topology.kubernetes.io/zone", "operator": "In", "values": [seat.node.zone]}
        spec["nodeAffinity"] = {"required": {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}}
    return site.manifest(
        "v1",
        "PersistentVolume",
        "",
        f"pvc-{uid}",
        days_ago=site.rollout_days,
        spec=spec,
        status={"phase": "Bound"},
    )
