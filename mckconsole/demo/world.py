"""The state of the simulated fleet at one moment, and how the script changes it.

The world is the only mutable thing of a scenario: tunnels, kubelet versions and heartbeats. It
moves forward only, driven by seconds since the demo's start, and must not know servers or objects.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from mckconsole.demo.crashing import moments
from mckconsole.demo.keyring import Keyring
from mckconsole.demo.scenario import (
    ClusterLoss,
    PoolChange,
    Scenario,
    Step,
    TunnelChange,
    TunnelModel,
    Workload,
)
from mckconsole.demo.sections_identity import Login
from mckconsole.demo.site import Site

if TYPE_CHECKING:
    from mckconsole.demo.offers import Offer

HEARTBEAT_SECONDS = 5.0
"""How often a Submariner gateway writes its object."""
NOTICED_SECONDS = 11.0
"""After this long gateways call the tunnel to a lost cluster an error: six lost pings and one
write (Submariner's defaults)."""
GIVEN_UP_SECONDS = 60.0
"""After this long Karmada calls a lost member not ready and Linkerd empties its mirrors."""
ROLLOUT_SECONDS = 740.0
"""For so long a release that crashes changes what it touches; then all that grows is its age."""


@dataclass(frozen=True, order=True)
class _Due:
    at: float
    number: int
    """Keeps the script's order among entries of the same second."""
    change: Callable[[], tuple[str, ...]] = field(compare=False)
    """Applies the change; returns the clusters whose objects differ now."""


class World:
    """A scenario in motion.

    Args:
        scenario: what the fleet is like at the start.
        seed: what names and identifiers are derived from.
        epoch: Unix seconds of the start.
    """

    def __init__(self, scenario: Scenario, *, seed: int, epoch: float) -> None:
        self.scenario = scenario
        self.epoch = epoch
        self.sites: Mapping[str, Site] = {
            model.name: Site(model, seed, epoch + model.clock_ahead) for model in scenario.clusters
        }
        self.keyring = Keyring(scenario, seed=seed, epoch=epoch)
        self.tunnels: dict[tuple[str, str], TunnelModel] = dict(_tunnels(scenario))
        """(from, to) of every connection that exists; a dropped Endpoint has none."""
        self._past: dict[tuple[str, str], list[tuple[float, TunnelModel]]] = {
            pair: [(-math.inf, tunnel)] for pair, tunnel in self.tunnels.items()
        }
        self.kubelets: dict[tuple[str, str], str] = {
            (site.cluster.name, node.name): node.pool.kubelet or site.cluster.version
            for site in self.sites.values()
            for node in site.nodes
        }
        """(cluster, node) to kubelet version."""
        self.services: Mapping[tuple[str, str, str], Workload] = {
            (name, one.namespace, one.service_name): one
            for name in self.sites
            for one in scenario.workloads_of(name)
            if one.ports
        }
        """(cluster, namespace, name of the Service) to what is behind it."""
        self.logins: Mapping[tuple[str, str], Login] = {
            (name, one.workload): one
            for one in scenario.identity
            for name in self.sites
            if scenario.within(name, one.where)
        }
        """(cluster, `namespace/name`) to who a workload is in clouds."""
        self.offers: dict[tuple[str, str, str], Offer] = {}
        """The same to what was worked out of it."""
        self.lost: set[str] = set()
        """Clusters that the script took away."""
        self.given_up: set[str] = set()
        """Lost clusters that others have noticed to be lost, long enough to act on it."""
        self.reached = 0.0
        """Seconds after the start of the last entry of the script that was played."""
        self.played = 0
        """Entries of the script that were played: while it stays, nothing changes but time."""
        self._releases: dict[tuple[str, str], list[Step]] = {}
        for step in scenario.script:
            if one := step.release:
                self._releases.setdefault((one.cluster, one.workload), []).append(step)
        self._script = list(self._schedule())
        heapq.heapify(self._script)

    def play(self, elapsed: float) -> set[str]:
        """Apply what the script has due until `elapsed` seconds after the start.

        Returns the clusters whose objects differ now.
        """
        touched: set[str] = set()
        while self._script and self._script[0].at <= elapsed:
            due = heapq.heappop(self._script)
            touched.update(due.change())
            self.reached = due.at
            self.played += 1
        return touched

    def shipped(self, cluster: str, model: Workload) -> Sequence[Step]:
        """Entries of the script that ship a workload of `cluster` anew, played or not."""
        return self._releases.get((cluster, f"{model.namespace}/{model.name}"), ())

    def login(self, cluster: str, model: Workload) -> Login | None:
        """Who a workload of `cluster` is, where the scenario says."""
        return self.logins.get((cluster, f"{model.namespace}/{model.name}"))

    def tenant(self, cluster: str) -> str:
        """Azure's default tenant in `cluster`; empty where there is none."""
        model = self.scenario.identity_clusters.get(cluster)
        return model.tenant if model else ""

    def node_labels(self, cluster: str, pool: str) -> dict[str, str]:
        """Labels of a pool's nodes that say which identities pods get on them."""
        model = self.scenario.identity_clusters.get(cluster)
        if model is None or pool not in model.metadata_pools:
            return {}
        return {"iam.gke.io/gke-metadata-server-enabled": "true"}

    @property
    def next_change(self) -> float | None:
        """Seconds after the start at which the script goes on; None when it has ended."""
        return self._script[0].at if self._script else None

    def tunnels_of(self, cluster: str) -> Iterator[tuple[str, TunnelModel]]:
        """What `cluster` says of its peers: (peer, tunnel)."""
        mesh = self.scenario.submariner_of(cluster)
        for peer in mesh.members if mesh else ():
            if (cluster, peer) in self.tunnels:
                yield peer, self.tunnels[cluster, peer]

    def past(self, sender: str, receiver: str) -> Sequence[tuple[float, TunnelModel]]:
        """What a tunnel was and is: (Unix seconds since when, tunnel), oldest first.

        The oldest was so for ever: a demo has a past too.
        """
        return self._past[sender, receiver]

    def heartbeat(self, cluster: str, now: float) -> float:
        """Unix seconds at which the active gateway of `cluster` last wrote its object."""
        mesh = self.scenario.submariner_of(cluster)
        frozen = mesh.members[cluster].heartbeat_age if mesh else None
        if frozen is not None:
            return self.epoch - frozen
        return now - (now - self.epoch) % HEARTBEAT_SECONDS

    def _schedule(self) -> Iterator[_Due]:
        number = 0
        for step in self.scenario.script:
            if step.tunnel:
                yield _Due(step.at, number, partial(self._change_tunnel, step.tunnel, step.at))
                number += 1
            if step.pool:
                change = step.pool
                plans = [n for n in self.sites[change.cluster].nodes if n.pool.name == change.pool]
                for place, plan in enumerate(plans):
                    upgrade = partial(self._upgrade, change, plan.name)
                    yield _Due(step.at + place * change.every, number, upgrade)
                    number += 1
            if step.release:
                for age in moments(ROLLOUT_SECONDS if step.release.log else 0.0):
                    yield _Due(step.at + age, number, partial(_touch, step.release.cluster))
                    number += 1
            if step.cluster:
                for at, lose in self._losing(step.cluster, step.at):
                    yield _Due(at, number, lose)
                    number += 1

    def _losing(
        self, loss: ClusterLoss, at: float
    ) -> Iterator[tuple[float, Callable[[], tuple[str, ...]]]]:
        """What happens when a cluster is lost, and when.

        Nobody takes back what it told the others: its exports stay in their imports until somebody
        removes it from the broker. What its neighbours see for themselves changes.
        """
        name, noticed = loss.name, at + NOTICED_SECONDS
        yield at, partial(self._lose, name)
        yield noticed, partial(self._lose_tunnels, name, noticed)
        yield at + GIVEN_UP_SECONDS, partial(self._give_up, name)

    def _lose(self, name: str) -> tuple[str, ...]:
        self.lost.add(name)
        return ()

    def _lose_tunnels(self, name: str, at: float) -> tuple[str, ...]:
        seen = [pair for pair in self.tunnels if pair[1] == name and self._speaks(pair[0])]
        for pair in seen:
            broken = msgspec.structs.replace(
                self.tunnels[pair], status="error", driver="connecting", receives=False
            )
            self.tunnels[pair] = broken
            self._past[pair].append((self.epoch + at, broken))
        return tuple(sender for sender, _ in seen)

    def _speaks(self, name: str) -> bool:
        """Whether the gateway of a cluster still writes its object."""
        mesh = self.scenario.submariner_of(name)
        stopped = mesh is not None and mesh.members[name].heartbeat_age is not None
        return name not in self.lost and not stopped

    def _give_up(self, name: str) -> tuple[str, ...]:
        self.given_up.add(name)
        return tuple(self.sites.keys() - self.lost)

    def _change_tunnel(self, change: TunnelChange, at: float) -> tuple[str, ...]:
        for pair in (change.between, change.between[::-1]):
            self.tunnels[pair] = TunnelModel(
                change.rtt, status=change.status, receives=change.status == "connected"
            )
            self._past.setdefault(pair, []).append((self.epoch + at, self.tunnels[pair]))
        return change.between

    def _upgrade(self, change: PoolChange, node: str) -> tuple[str, ...]:
        self.kubelets[change.cluster, node] = change.kubelet
        return (change.cluster,)


def _touch(cluster: str) -> tuple[str, ...]:
    """What the moment alone changes."""
    return (cluster,)


def _tunnels(scenario: Scenario) -> Iterator[tuple[tuple[str, str], TunnelModel]]:
    for mesh in scenario.submariner:
        for sender, row in mesh.tunnels.items():
            for receiver, tunnel in row.items():
                if isinstance(tunnel, TunnelModel):
                    yield (sender, receiver), tunnel
                elif tunnel is not None:
                    yield (sender, receiver), TunnelModel(tunnel)
