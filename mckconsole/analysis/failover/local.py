"""What the lost clusters run that nobody else does, or nobody else can reach."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import lru_cache

from mckconsole.analysis.failover.capacity import Room
from mckconsole.analysis.failover.ground import Ground
from mckconsole.analysis.failover.model import LocalLoss
from mckconsole.domain.core import Service
from mckconsole.domain.objects import Key

_SYSTEM = (
    "kube-*", "*-system", "openshift", "openshift-*", "submariner-*", "cilium*", "linkerd*",
    "istio-*", "consul", "karmada-*", "open-cluster-management*", "cattle-*", "gke-*", "gmp-*",
    "amazon-*", "azure-*", "calico-*", "tigera-*", "cert-manager",
)  # fmt: skip
_API = ("default", "kubernetes")
"""The Service of the cluster's own API server."""


@lru_cache(maxsize=4096)
def is_system(namespace: str) -> bool:
    """Whether a namespace belongs to the cluster, its mesh or an operator, not to those who use it.

    More than `services.keys.is_system`, which leaves services out and must not leave out a user's;
    here they are only counted instead of listed.
    """
    return any(fnmatchcase(namespace, pattern) for pattern in _SYSTEM)


class Elsewhere:
    """Which clusters hold a workload or Service of a kind, namespace and name."""

    def __init__(self, ground: Ground, room: Callable[[str], Room]) -> None:
        self._ground = ground
        self._room = room
        self._holders: dict[tuple[str, str, str], list[str]] = {}
        for name, cluster in ground.fleet.clusters.items():
            for one in room(name).workloads:
                self._holders.setdefault((one.kind, *one.key), []).append(name)
            for key in cluster.objects("services", Service):
                self._holders.setdefault(("Service", *key), []).append(name)
        self._exported = _exported(ground)
        self._derived = _derived(ground)

    def losses(self, name: str, lost: Collection[str]) -> Iterator[LocalLoss]:
        """What is lost with one cluster, those of system namespaces too.

        A workload that runs elsewhere too is no loss unless it has volumes of its own. A Service
        that is not exported only its own cluster reached, whoever else has one of that name.
        """
        for one in self._room(name).workloads:
            if not one.replicas and not one.ready:
                continue
            others = self._others(one.kind, one.key, lost)
            if not others or one.stateful:
                yield LocalLoss(name, *one.key, one.kind, one.ready, others, one.stateful)
        ready = self._ground.ready(name) or {}
        crossing = self._exported.get(name, set()) | self._derived.get(name, set())
        for key in self._ground.fleet.clusters[name].objects("services", Service):
            if ready.get(key) and key != _API and key not in crossing:
                others = self._others("Service", key, lost)
                yield LocalLoss(name, *key, "Service", ready[key], others)

    def _others(self, kind: str, key: Key, lost: Collection[str]) -> tuple[str, ...]:
        return tuple([one for one in self._holders[kind, *key] if one not in lost])


def _exported(ground: Ground) -> Mapping[str, set[Key]]:
    """Services whose endpoints other clusters may use, by cluster."""
    found: dict[str, set[Key]] = {}
    for tally in ground.tallies:
        for pool in tally.pools:
            for name, share in pool.shares.items():
                if not share.unknown or share.ready:
                    found.setdefault(name, set()).add(
                        (tally.service.key.namespace, tally.service.key.name)
                    )
    return found


def _derived(ground: Ground) -> Mapping[str, set[Key]]:
    """Services that meshes made of imports: what is behind them lies in other clusters."""
    found: dict[str, set[Key]] = {}
    for service in ground.services.services:
        for name, part in service.parts.items():
            for one in part.imports:
                if one.derived:
                    found.setdefault(name, set()).add((service.key.namespace, one.derived))
    return found


def order(loss: LocalLoss) -> tuple[object, ...]:
    """What exists nowhere else first, then what has data, then by name."""
    return (bool(loss.elsewhere), not loss.stateful, loss.namespace, loss.name, loss.kind)
