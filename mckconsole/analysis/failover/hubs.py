"""Roles for other clusters that are lost: brokers, control planes, mesh servers, central stores."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache

from mckconsole.analysis.failover.capacity import Room
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.hub_signs import SIGNS, Sign, repository
from mckconsole.analysis.failover.model import HubLoss
from mckconsole.analysis.failover.workloads import TOPICS as WORKLOADS
from mckconsole.analysis.failover.workloads import Workload
from mckconsole.analysis.mesh.evidence import seen
from mckconsole.analysis.mesh.links import MeshProvider
from mckconsole.analysis.mesh.members import BROKER_NAMESPACE
from mckconsole.domain.core import Namespace, Service
from mckconsole.domain.discovery import IstioRemoteSecret
from mckconsole.domain.failover import Broker, KarmadaCluster, ManagedCluster, RancherCluster
from mckconsole.domain.findings import Evidence
from mckconsole.domain.objects import Projection

TOPICS = (
    "brokers",
    "namespaces",
    "karmada-clusters",
    "managedclusters",
    "rancher-clusters",
    "istio-remote-secrets",
    "deployments",
    "statefulsets",
)
_SOLVER = "acme.cert-manager.io/http01-solver"
_BROKER = (
    "tunnels that are up stay up and services known stay known; no new or moved gateway, export or "
    "endpoint is told to the others until it is back"
)
_LED: Mapping[str, tuple[type[Projection], str, str]] = {
    "karmada-clusters": (
        KarmadaCluster,
        "Karmada control plane",
        "what was placed in the members goes on running; nothing is placed, moved or failed over "
        "any more",
    ),
    "managedclusters": (
        ManagedCluster,
        "Open Cluster Management hub",
        "what the members run goes on; work, policies and add-ons are not changed any more",
    ),
    "rancher-clusters": (
        RancherCluster,
        "Rancher server",
        "the clusters it leads go on; access through Rancher ends, and so does their management",
    ),
}


class Hubs:
    """The roles of every cluster of a fleet."""

    def __init__(self, ground: Ground, room: Callable[[str], Room]) -> None:
        self._ground = ground
        self._room = room

    def losses(self, name: str, lost: Collection[str]) -> Iterator[HubLoss]:
        """The roles lost with one cluster."""
        yield from self._broker(name, lost)
        for topic, (kind, role, effect) in _LED.items():
            yield from self._led(name, lost, topic, kind, role, effect)
        yield from self._clustermesh(name, lost)
        yield from self._istio(name, lost)
        yield from self._stores(name, lost)
        yield from self._solver(name)

    def _survivors(self, lost: Collection[str]) -> Iterator[str]:
        return (name for name in self._ground.fleet.clusters if name not in lost)

    def _seen(
        self, name: str, topic: str, found: Projection, path: str, value: str
    ) -> Evidence:  # fmt: skip
        ref = self._ground.ref(name, topic, found)
        return seen(name, ref, path, value, self._ground.at(name, topic))

    def _broker(self, name: str, lost: Collection[str]) -> Iterator[HubLoss]:
        cluster = self._ground.fleet.clusters[name]
        evidence = [
            self._seen(name, "brokers", one, "metadata.name", one.metadata.name)
            for one in cluster.objects("brokers", Broker).values()
        ]
        space = cluster.objects("namespaces", Namespace).get(("", BROKER_NAMESPACE))
        if space is not None:
            found = self._seen(name, "namespaces", space, "metadata.name", BROKER_NAMESPACE)
            evidence.append(found)
        if evidence:
            members = self._mesh(MeshProvider.SUBMARINER)
            left = tuple(one for one in self._survivors(lost) if one in members)
            yield HubLoss(name, "Submariner broker", _BROKER, left, tuple(evidence))

    def _mesh(self, provider: MeshProvider) -> set[str]:
        return {one.cluster for one in self._ground.mesh.members if one.provider is provider}

    def _led(
        self, name: str, lost: Collection[str], topic: str, kind: type[Projection], role: str,
        effect: str,
    ) -> Iterator[HubLoss]:  # fmt: skip
        found = self._ground.fleet.clusters[name].objects(topic, kind)
        names: dict[str, None] = {}
        for one in found.values():
            shown = one.spec.display_name if isinstance(one, RancherCluster) else ""
            names[shown or one.metadata.name] = None
        if not found or names.keys() <= {name, "local", "local-cluster"}:
            return  # it leads nobody but itself
        here = {one: self._ids.get(one, "") for one in names}
        led = set(here.values())
        members = tuple(one for one in self._survivors(lost) if one in led)
        strange = sum(not cluster for cluster in here.values())
        if strange:
            effect = f"{effect} ({strange} of the {len(names)} it leads are not in this fleet)"
        evidence = [
            self._seen(name, topic, one, "metadata.name", one.metadata.name)
            for one in list(found.values())[:5]
        ]
        yield HubLoss(name, role, effect, members, tuple(evidence))

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        """Any name of a cluster to its name in the fleet; empty where two share it."""
        found: dict[str, str] = {}
        for name in self._ground.fleet.clusters:
            facts = self._ground.services.clusters.get(name)
            for one in (name, *(facts.ids if facts else ())):
                found[one] = "" if found.get(one, name) != name else name
        return found

    def _clustermesh(self, name: str, lost: Collection[str]) -> Iterator[HubLoss]:
        found = self._workload(name, "Deployment", "clustermesh-apiserver")
        if found is None:
            return
        peers = self._mesh(MeshProvider.CILIUM)
        mirrored = any("kvstoremesh" in image for image in _containers(found))
        cache = ", kept by KVStoreMesh," if mirrored else ""
        effect = (
            f"agents elsewhere keep what they hold of its nodes, identities and endpoints{cache} "
            "until clustermesh-cache-ttl ends it, and for good where that is unset; then remote "
            "identities expire and global services drop its endpoints. Other pairs go on"
        )
        members = tuple(one for one in self._survivors(lost) if one in peers)
        evidence = self._seen(
            name, "deployments", found.object, "status.readyReplicas", str(found.ready)
        )
        yield HubLoss(name, "Cilium clustermesh-apiserver", effect, members, (evidence,))

    def _istio(self, name: str, lost: Collection[str]) -> Iterator[HubLoss]:
        """A primary: its istiod reads other clusters that have none of their own."""
        found = self._istiod(name)
        if found is None:
            return
        secrets = self._ground.fleet.clusters[name].objects(
            "istio-remote-secrets", IstioRemoteSecret
        )
        members, evidence = [], []
        for secret in secrets.values():
            other = self._ids.get(secret.cluster, "")
            if not other or other in lost or self._istiod(other) is not None:
                continue
            if self._room(other).unread("deployments"):
                continue
            members.append(other)
            evidence.append(
                self._seen(name, "istio-remote-secrets", secret, "metadata.name",
                           secret.metadata.name)
            )  # fmt: skip
        if members:
            effect = (
                "proxies of the remotes keep their last configuration; new pods get no sidecar and "
                "no certificate, endpoints no longer follow, certificates end within a day"
            )
            shown = self._seen(
                name, "deployments", found.object, "status.readyReplicas", str(found.ready)
            )
            yield HubLoss(name, "Istio primary", effect, tuple(sorted(members)), (shown, *evidence))

    def _istiod(self, name: str) -> Workload | None:
        return next(
            (
                one
                for one in self._room(name).workloads
                if one.kind == "Deployment" and one.labels.get("app") == "istiod"
            ),
            None,
        ) or self._workload(name, "Deployment", "istiod")

    def _workload(self, name: str, kind: str, called: str) -> Workload | None:
        return next(
            (
                one
                for one in self._room(name).workloads
                if one.kind == kind and one.key[1] == called
            ),
            None,
        )

    @cached_property
    def _runs(self) -> Mapping[str, Mapping[str, Sequence[Workload]]]:
        """Role to cluster to what of it runs there."""
        found: dict[str, dict[str, list[Workload]]] = {}
        for name in self._ground.fleet.clusters:
            for one in self._room(name).workloads:
                for sign in _signs(one):
                    found.setdefault(sign.role, {}).setdefault(name, []).append(one)
        return found

    def _stores(self, name: str, lost: Collection[str]) -> Iterator[HubLoss]:
        for sign in SIGNS:
            running = self._runs.get(sign.role, {})
            if name not in running or any(one not in lost for one in running):
                continue
            others = tuple(self._survivors(lost))
            unread = [o for o in others if self._room(o).unread("deployments", "statefulsets")]
            effect = sign.effect
            if unread:
                effect = f"{effect}. Whether {', '.join(unread)} has one too could not be read"
            evidence = [self._image(name, one, sign) for one in running[name][:3]]
            yield HubLoss(
                name,
                sign.role,
                effect,
                tuple(one for one in others if one not in unread),
                tuple(evidence),
            )

    def _image(self, name: str, found: Workload, sign: Sign) -> Evidence:
        index, image = next(
            (index, image)
            for index, image in enumerate(found.images)
            if sign.images.search(repository(image))
        )
        path = f"spec.template.spec.containers[{index}].image"
        return self._seen(name, WORKLOADS[found.kind], found.object, path, image)

    def _solver(self, name: str) -> Iterator[HubLoss]:
        services = self._ground.fleet.clusters[name].objects("services", Service)
        evidence = [
            self._seen(name, "services", one, f"metadata.labels['{_SOLVER}']", "true")
            for one in services.values()
            if one.metadata.labels.get(_SOLVER) == "true"
        ]
        if evidence:
            effect = (
                "ACME challenges that are under way there fail: certificates they are for are not "
                "issued or renewed until another cluster answers for their hosts"
            )
            yield HubLoss(name, "ACME solver", effect, (), tuple(evidence[:5]))


def _signs(found: Workload) -> Iterable[Sign]:
    """What a workload's images tell; an agent on every node is no store."""
    if found.kind == "DaemonSet":
        return ()
    return dict.fromkeys(sign for image in found.images for sign in _told_by(image))


@lru_cache(maxsize=8192)
def _told_by(image: str) -> tuple[Sign, ...]:
    name = repository(image)
    return tuple(sign for sign in SIGNS if sign.images.search(name))


def _containers(found: Workload) -> Iterator[str]:
    """Names of the containers of a Deployment, and their images."""
    yield from found.images
    yield from found.containers
