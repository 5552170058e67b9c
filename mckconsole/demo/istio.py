"""What the replicas of istiod say of remote clusters; the remote secrets are in `istioservices`."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.demo.promql import PromSeries
from mckconsole.demo.world import World

NAMESPACE = "istio-system"
_STATUSES = ("synced", "syncing", "timeout", "closed")


def series(world: World, name: str) -> Iterator[PromSeries]:
    """Metrics of istiod in cluster `name`, of every replica.

    istiod keeps the status of a cluster that it once read, whatever becomes of it. The scrape gives
    its targets a label `cluster`, so the metric's own is moved, as Prometheus does.
    """
    remotes = world.scenario.mesh.istio.get(name, {})
    count = max((len(remote.status) for remote in remotes.values()), default=0)
    for number in range(count):
        suffix = world.sites[name].digest("istiod", number, length=5)
        target = {"job": "istiod", "namespace": NAMESPACE, "pod": f"istiod-{suffix}"}
        local = {**target, "cluster_type": "local"}
        yield PromSeries("istiod_managed_clusters", local, 1)
        remote_ones = {**target, "cluster_type": "remote"}
        yield PromSeries("istiod_managed_clusters", remote_ones, len(remotes))
        for remote, found in remotes.items():
            for status in _STATUSES:
                labels = {**remote_ones, "exported_cluster": remote, "status": status}
                value = int(found.status[number] == status)
                yield PromSeries("istiod_remote_cluster_sync_status", labels, value)
