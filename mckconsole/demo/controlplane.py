"""API servers, etcd and controllers of a simulated cluster, as far as it shows them.

Every API server renews a Lease; static pods show what runs on nodes of the control plane, which
clouds keep to themselves. Versions stand in the images' tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole.demo import generate
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.pods import Seat
from mckconsole.demo.podstatus import status_of
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.sections_versions import ControlPlane
from mckconsole.demo.site import NodePlan, Site
from mckconsole.demo.world import World

CONTROL_POOLS = ("server", "control-plane")
"""Pools whose nodes run the control plane."""
_RENEWED = 10.0
"""Seconds between two renewals of an API server's Lease."""
_VALID = 3600
_RESTARTS = 41
"""Of a static pod that is not ready."""
_ETCD = "registry.k8s.io/etcd:3.6.5-0"
_COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")


def control_nodes(site: Site) -> tuple[NodePlan, ...]:
    """The nodes of a cluster's control plane; none where a cloud runs it."""
    return tuple(plan for plan in site.nodes if plan.pool.name in CONTROL_POOLS)


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """The static pods of cluster `name`."""
    model = world.scenario.control_planes.get(name)
    if model is None or not model.image:
        return
    site = world.sites[name]
    for plan, version in zip(control_nodes(site), model.servers, strict=True):
        for component in _COMPONENTS:
            yield _static_pod(site, model, plan, component, version)


def _static_pod(
    site: Site, model: ControlPlane, plan: NodePlan, component: str, server: str
) -> KubeObject:
    version = model.scheduler if component == "kube-scheduler" and model.scheduler else server
    name, image = f"{component}-{plan.name}", model.image
    image = image.replace("{component}", component).replace("{version}", version.replace("+", "-"))
    image = _ETCD if component == "etcd" else image
    newest = server == max(model.servers)
    days = min(model.started if newest else 60.0, site.cluster.age_days)
    spec = _spec(plan, component, image, model.flags.get(component, ()))
    seat = Seat(name, plan, 0, name not in model.unready, plan.address, days)
    made = site.manifest(
        "v1",
        "Pod",
        "kube-system",
        name,
        labels={"component": component, "tier": "control-plane"},
        annotations={
            "kubernetes.io/config.hash": site.digest("static", name, length=32),
            "kubernetes.io/config.mirror": site.digest("static", name, length=32),
            "kubernetes.io/config.source": "file",
        },
        days_ago=days,
        spec=spec,
        status=status_of(site, seat, spec, restarts=_RESTARTS),
    )
    made["metadata"]["ownerReferences"] = [
        {
            "apiVersion": "v1",
            "kind": "Node",
            "name": plan.name,
            "uid": site.uid("Node", "", plan.name),
            "controller": True,
        }
    ]
    return made


def _spec(plan: NodePlan, component: str, image: str, flags: Sequence[str]) -> KubeObject:
    container = {
        "name": component,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": [component, f"--bind-address={plan.address}", *flags],
        "resources": {"requests": {"cpu": "100m"}},
    }
    return {
        "nodeName": plan.name,
        "hostNetwork": True,
        "priorityClassName": "system-node-critical",
        "priority": 2_000_001_000,
        "restartPolicy": "Always",
        "dnsPolicy": "ClusterFirst",
        "schedulerName": "default-scheduler",
        "terminationGracePeriodSeconds": 30,
        "enableServiceLinks": True,
        "tolerations": [{"operator": "Exists", "effect": "NoExecute"}],
        "securityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
    }


def heartbeat_objects(world: World, name: str, now: float) -> Iterator[KubeObject]:
    """The Leases of API servers, as they were renewed last before `now`."""
    model, site = world.scenario.control_planes.get(name), world.sites[name]
    renewed = now - (now - world.epoch) % _RENEWED
    for number in range(len(model.servers) if model else 0):
        own = f"apiserver-{site.digest('apiserver', number, length=26)}"
        holder = f"{own}_{site.uid('Lease', 'kube-system', own)}"
        made = generate.lease(site, "kube-system", own, holder, renewed, _VALID)
        made["metadata"]["labels"] = {
            "apiserver.kubernetes.io/identity": "kube-apiserver",
            "kubernetes.io/hostname": _host(site, number),
        }
        yield made


def _host(site: Site, number: int) -> str:
    nodes = control_nodes(site)
    return nodes[number].name if nodes else f"apiserver-{number + 1}"


def series(world: World, name: str) -> Iterator[PromSeries]:
    """What the API servers of cluster `name` say in metrics."""
    model, site = world.scenario.control_planes.get(name), world.sites[name]
    if model is None:
        return
    for number, version in enumerate(model.servers):
        target = {"job": "kube-apiservers", "instance": f"{_host(site, number)}:6443"}
        yield PromSeries("kubernetes_build_info", {**target, "git_version": version}, 1)
        for text in model.requests:
            api, _, removed = text.partition(" ")
            resource, version_, group = api.split(".", 2)
            labels = {"group": group, "version": version_, "resource": resource}
            yield PromSeries(
                "apiserver_requested_deprecated_apis",
                {**target, **labels, "subresource": "", "removed_release": removed},
                1,
            )
