"""The embedded fleet: a scenario served on loopback, with a kubeconfig and a configuration.

Everything it opens lives as long as its context: sockets, the task that keeps heartbeats going, the
private folder with the kubeconfig. Time is the injected clock plus what `advance` added, and the
servers' `Date` headers, heartbeats and metrics all follow it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

from mckconsole.config.model import Config, PrometheusConfig
from mckconsole.demo import accounts, alerting, bulk, bulkpods, crashlogs, faults, render
from mckconsole.demo.access import Access, User
from mckconsole.demo.answers import Listener
from mckconsole.demo.entry import READER, read_rules, write_kubeconfig
from mckconsole.demo.generate import namespaces
from mckconsole.demo.issuer import Issuer
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.scenario import ClusterModel, PrometheusModel, Scenario, load_scenario
from mckconsole.demo.series import cluster_series
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.demo.storage import SYSTEM_NAMESPACES
from mckconsole.demo.world import HEARTBEAT_SECONDS, World

REQUEST_TIMEOUT = 4.0
"""Seconds after which the demo gives a silent cluster up; live ones answer in milliseconds."""


class EmbeddedFleet:
    """A fleet to read, as an async context manager.

    Args:
        scenario: name of a packaged scenario, or one made up by the caller.
        clock: Unix seconds; tests inject a fixed one and get the same bytes every time.
        seed: what names and identifiers are derived from.
        pods: bulk pods per cluster, shared between the clusters.
    """

    def __init__(
        self,
        scenario: str | Scenario = "default",
        *,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
        pods: int = 0,
    ) -> None:
        model = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self._clock = clock
        self._added = 0.0
        self._seed = seed
        self._pods = pods
        self._epoch = clock()
        self._world = World(model, seed=seed, epoch=self._epoch)
        self._stack = contextlib.AsyncExitStack()
        self._clusters: dict[str, EmbeddedCluster] = {}
        self._held: dict[str, tuple[int, Sequence[PromSeries]]] = {}
        """Name of a Prometheus to how far the script was when its series were made, and these."""
        self._config: Config | None = None
        self._kubeconfig: Path | None = None

    @classmethod
    def many(
        cls,
        clusters: int,
        *,
        dead: int = 0,
        nodes: int = 3,
        pods: int = 0,
        clock: Callable[[], float] = time.time,
        seed: int = 1,
    ) -> Self:
        """A generated fleet for benchmarks; see `bulk.fleet_scenario` for limits and errors."""
        scenario = bulk.fleet_scenario(clusters, dead=dead, nodes=nodes)
        return cls(scenario, clock=clock, seed=seed, pods=pods)

    @property
    def clusters(self) -> Mapping[str, EmbeddedCluster]:
        """Every cluster that listens, by context name, for tests to change and to spoil."""
        return MappingProxyType(self._clusters)

    @property
    def kubeconfig(self) -> Path:
        """A kubeconfig with one context per cluster; gone when the fleet ends."""
        if self._kubeconfig is None:
            raise RuntimeError("the fleet is not started")
        return self._kubeconfig

    @property
    def config(self) -> Config:
        """A configuration that names the fleet's Prometheus endpoints."""
        if self._config is None:
            raise RuntimeError("the fleet is not started")
        return self._config

    def now(self) -> float:
        """Unix seconds by the fleet's clock."""
        return self._clock() + self._added

    def advance(self, seconds: float) -> None:
        """Move the fleet's clock forward and apply what the script has due by then."""
        self._added += seconds
        self._play()

    async def run_script(self) -> None:
        """Play the script in real time until it has ended."""
        while (due := self._world.next_change) is not None:
            await asyncio.sleep(max(due - (self.now() - self._epoch), 0.0))
            self._play()

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._stack.aclose()
        self._kubeconfig = self._config = None

    async def _start(self) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="mckconsole-")))
        servers: dict[str, str] = {}
        for model in self._world.scenario.clusters:
            if model.dead == "refusing":
                servers[model.name] = self._refuse()
            else:
                servers[model.name] = await self._serve(model)
        self._world.keyring.servers |= servers
        for name, cluster in self._clusters.items():
            for item in render.joining_objects(self._world, name):
                cluster.create(item)
        endpoints = [await self._serve_metrics(one) for one in self._world.scenario.prometheus]
        self._config = Config(request_timeout=REQUEST_TIMEOUT, prometheus=endpoints)
        tokens = {name: self._token(name) for name in servers}
        self._kubeconfig = write_kubeconfig(folder / "kubeconfig", servers, tokens)
        pulse = asyncio.create_task(self._keep_beating(), name="embedded fleet heartbeats")
        self._stack.push_async_callback(_end, pulse)

    async def _serve(self, model: ClusterModel) -> str:
        cluster = self._build(model)
        if model.dead:
            cluster.faults.add(faults.silence())
        elif model.latency_ms:
            cluster.faults.add(faults.delay(model.latency_ms / 1000))
        self._clusters[model.name] = cluster
        listener = await self._stack.enter_async_context(Listener({"": cluster}))
        return listener.url

    async def _serve_metrics(self, model: PrometheusModel) -> PrometheusConfig:
        server = EmbeddedPrometheus(
            partial(self._series, model), clock=self.now, alerts=partial(self._alerts, model)
        )
        listener = await self._stack.enter_async_context(Listener({"": server}))
        return PrometheusConfig(
            name=model.name,
            url=listener.url,
            clusters=model.clusters,
            cluster_label=model.cluster_label,
        )

    def _series(self, model: PrometheusModel) -> Sequence[PromSeries]:
        """What the Prometheus holds, made anew when the script went on: time is in the values."""
        played, held = self._held.get(model.name, (-1, ()))
        if played != self._world.played:
            held = tuple(self._made_series(model))
            self._held[model.name] = (self._world.played, held)
        return held

    def _alerts(self, model: PrometheusModel) -> list[KubeObject]:
        return alerting.alerts(self._world, model, self.now() - self._epoch)

    def _made_series(self, model: PrometheusModel) -> Iterator[PromSeries]:
        for cluster in self._world.scenario.clusters:
            gone = cluster.dead or cluster.name in self._world.lost
            if gone or not any(fnmatchcase(cluster.name, p) for p in model.clusters):
                continue
            external = {model.cluster_label: cluster.name} if model.cluster_label else {}
            for one in cluster_series(self._world, cluster.name):
                yield replace(one, labels={**one.labels, **external})

    def _build(self, model: ClusterModel) -> EmbeddedCluster:
        user = User(READER)

        def clock() -> float:
            return self.now() + model.clock_ahead

        cluster = EmbeddedCluster(
            f"{self._seed}/{model.name}",
            version=model.version,
            clock=clock,
            access=Access({self._token(model.name): user}),
        )
        name = model.name
        cluster.logs.speakers.append(crashlogs.speaker(self._world, name))
        if identity := self._world.scenario.identity_clusters.get(name):
            cluster.issuer = Issuer(identity.issuer, tuple(identity.keys))
        for definition in render.definitions(self._world, name):
            cluster.create(definition)
        for namespace in SYSTEM_NAMESPACES:
            cluster.delete("namespaces", namespace)
        for item in render.static_objects(self._world, name):
            cluster.create(item)
        for item in render.scripted_objects(self._world, name):
            cluster.create(item)
        for item in render.heartbeat_objects(self._world, name, clock()):
            cluster.create(item)
        self._add_pods(cluster, name)
        cluster.access.rules.extend(read_rules(cluster, model.forbidden, model.only_in))
        return cluster

    def _add_pods(self, cluster: EmbeddedCluster, name: str) -> None:
        """Bulk pods: built once and shared by all clusters, so that a large fleet stays small."""
        if not self._pods:
            return
        site = self._world.sites[name]
        homes = bulkpods.NAMESPACES
        for item in (
            *namespaces(site, homes),
            *accounts.default_accounts(site, homes),
            *accounts.root_certificates(self._world, name, homes),
            *bulkpods.owners(site, self._pods),
        ):
            cluster.create(item)
        if self._clusters:
            cluster.adopt("pods", next(iter(self._clusters.values())))
            return
        for pod in bulkpods.pods(site, self._pods):
            cluster.create(pod)

    def _refuse(self) -> str:
        """A port that is taken and not listened on: connections are refused."""
        held = self._stack.enter_context(socket.socket())
        held.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{held.getsockname()[1]}"

    def _token(self, cluster: str) -> str:
        return f"demo-{self._world.sites[cluster].digest('token', length=24)}"

    def _play(self) -> None:
        touched = self._world.play(self.now() - self._epoch)
        for name in self._world.lost & self._clusters.keys():
            if not self._clusters[name].silent:
                self._clusters[name].silent = True
                self._clusters[name].faults.add(faults.silence())
        for name in touched & self._clusters.keys():
            cluster = self._clusters[name]
            for resource, namespace, own in render.gone_objects(self._world, name):
                with contextlib.suppress(KeyError):  # it is gone already
                    cluster.delete(resource, own, namespace)
            for item in render.scripted_objects(self._world, name):
                cluster.apply(item)
        self._beat()

    def _beat(self) -> None:
        now = self.now()
        for name, cluster in self._clusters.items():
            if cluster.silent:
                continue
            ahead = self._world.sites[name].cluster.clock_ahead
            for item in render.heartbeat_objects(self._world, name, now + ahead):
                cluster.apply(item)

    async def _keep_beating(self) -> None:
        while True:
            phase = (self.now() - self._epoch) % HEARTBEAT_SECONDS
            await asyncio.sleep(HEARTBEAT_SECONDS - phase)
            self._beat()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
