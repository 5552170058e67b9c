"""A fleet in which every text that a stranger controls carries a payload against the terminal.

Each payload has three clusters. In the *tame* one the free texts carry it, so that the meshes still
stand and everything has its place on the screen. In the *wild* one every text carries it but what
makes the object what it is, also states, addresses, versions and round trips. The third answers
every request with an error that carries it. The kubeconfig names its contexts and clusters so too,
and the Prometheus endpoints their warnings, errors, labels and themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import yaml

from mckconsole.config.model import PrometheusConfig
from mckconsole.demo import bulk, faults, render
from mckconsole.demo.answers import Listener
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.promql import PromSeries
from mckconsole.demo.promserver import EmbeddedPrometheus
from mckconsole.demo.scenario import ClusterModel, PrometheusModel
from mckconsole.demo.server import EmbeddedCluster

MEGABYTE = "W" * 1_000_000
LONG = "the megabyte"
PAYLOADS: Mapping[str, str] = {
    "closing": "[/]",
    "bold": "[b]x",
    "click to quit": "[@click=app.quit]QUIT[/]",
    "click to ring": "[@click=app.bell]RING[/]",
    "link": "[link=https://evil.example]LINK[/]",
    "CSI": "\x1b[2J\x1b[31mred\x1b[6n",
    "OSC 52, BEL": "\x1b]52;c;ZXZpbA==\x07",
    "OSC 52, ST": "\x1b]52;c;ZXZpbA==\x1b\\",
    "OSC 0": "\x1b]0;evil title\x07",
    "DCS": "\x1bP+q544e\x1b\\",
    "C1": "\x9b2J\x9d0;evil\x9c\x85",
    "bidi": "\u202egpj.exe\u2066x\u2069\u200f",
    "zero width": "a\u200bb\u2060c\ufeffd\u00ade",
    "emoji": "🟢⚠\ufe0f👩\u200d👩\u200d👧",
    "marks": "e" + "\u0301" * 200 + "漢\u20dd",
    "NUL": "a\x00b",
    "lines": "a\r\nb\tc\x08d\x7fe\u2028f",
    "quotes": "'\"\\{{}}%s$(x)`x`",
    LONG: MEGABYTE,
}
"""By what they are."""
EVERYTHING = " ".join(text for name, text in PAYLOADS.items() if name != LONG)
_FRAME = frozenset({"apiVersion", "kind", "uid", "resourceVersion", "creationTimestamp"})
"""Never changed: without them it is no object."""
_STATE = frozenset({
    "status", "statusFailure", "type", "haStatus", "phase", "last", "min", "average", "max",
    "stdDev", "update-timestamp", "backend", "usingIP", "private_ip", "public_ip", "healthCheckIP",
    "podCIDR", "podCIDRs", "address", "cluster_cidr", "service_cidr", "subnets", "labels",
    "namespace", "version", "kubeletVersion", "providerID", "clusterCIDR", "serviceCIDR",
    "renewTime", "acquireTime", "cpu", "memory", "pods", "natt-discovery-port", "udp-port",
})  # fmt: skip
"""Changed in wild clusters only: what the console reads a meaning from."""
_CLUSTER = re.compile(r"cluster-(\d{3})")
MOST = 200_000
"""Characters of a name in the kubeconfig, which may be 10 MiB large."""
MANY = 12
"""Texts of a megabyte in a cluster; the others are shorter."""


class _Poisoner:
    """Appends a cluster's payload to texts, and another cluster's to what is named after that."""

    def __init__(self, number: int) -> None:
        self._own = number
        self._wild = number % 2 == 1
        self._megabytes = 0

    def poison(self, item: Any, key: str = "") -> Any:
        """`item` with payloads."""
        if isinstance(item, dict):
            found = {name: self._value(value, name) for name, value in item.items()}
            if key in ("annotations", "data", "labels"):
                found[f"evil{self._payload('')[:5000]}"] = self._payload("")
            return found
        if isinstance(item, list):
            return [self.poison(one, key) for one in item]
        return f"{item}{self._payload(item)}" if isinstance(item, str) else item

    def _value(self, value: Any, name: str) -> Any:
        if name in _FRAME or (name in _STATE and not self._wild and not isinstance(value, dict)):
            return value
        if name == "labels" and not self._wild:
            return {**value, **self.poison({}, "labels")}
        return self.poison(value, name)

    def _payload(self, text: str) -> str:
        named = _CLUSTER.search(text)
        number = int(named[1]) if named else self._own
        payload = payload_of(number)
        if payload != MEGABYTE:
            return payload
        self._megabytes += 1
        return payload if self._megabytes <= MANY and named is None else payload[:600]


def _exported(cluster: str) -> Iterator[dict[str, Any]]:
    """A service that the cluster exports and imports, with conditions and addresses."""
    meta = {"name": "shop", "namespace": "default", "labels": {"app": "shop"}}
    port = {"name": "web", "port": 80, "protocol": "TCP", "appProtocol": "http"}
    condition = {"type": "Valid", "status": "False", "reason": "NoService", "message": "none"}
    mcs = "multicluster.x-k8s.io/v1alpha1"
    yield {"apiVersion": "v1", "kind": "Service", "metadata": meta,
           "spec": {"clusterIP": "10.0.0.1", "ports": [port], "selector": {"app": "shop"},
                    "ipFamilies": ["IPv4"], "sessionAffinity": "None"}}  # fmt: skip
    yield {"apiVersion": mcs, "kind": "ServiceExport", "metadata": meta,
           "status": {"conditions": [condition]}}  # fmt: skip
    yield {"apiVersion": mcs, "kind": "ServiceImport", "metadata": meta,
           "spec": {"type": "ClusterSetIP", "ips": ["10.0.0.2"], "ports": [port]},
           "status": {"clusters": [{"cluster": cluster}]}}  # fmt: skip
    labels = {"kubernetes.io/service-name": "shop"}
    yield {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
           "metadata": {**meta, "name": "shop-abcde", "labels": labels},
           "endpoints": [{"addresses": ["10.0.1.1"], "hostname": "host",
                          "conditions": {"ready": False}}]}  # fmt: skip


def _identified() -> Iterator[dict[str, Any]]:
    """A workload that is somebody in AWS, by its service account and by its own environment."""
    meta = {"name": "shop", "namespace": "default"}
    role = "arn:aws:iam::000000000000:role/shop"
    yield {"apiVersion": "v1", "kind": "ServiceAccount",
           "metadata": {**meta, "annotations": {"eks.amazonaws.com/role-arn": role}}}  # fmt: skip
    secret = {"secretKeyRef": {"name": "keys", "key": "AWS_ACCESS_KEY_ID"}}
    env = [{"name": "AWS_ROLE_ARN", "value": role},
           {"name": "AWS_ACCESS_KEY_ID", "valueFrom": secret}]  # fmt: skip
    yield {"apiVersion": "v1", "kind": "Pod", "metadata": meta,
           "spec": {"serviceAccountName": "shop", "nodeName": "node",
                    "containers": [{"name": "app", "image": "shop", "env": env}]},
           "status": {"phase": "Running"}}  # fmt: skip


def payload_of(number: int) -> str:
    """The payload of cluster `number`: even ones are tame, odd ones wild."""
    return list(PAYLOADS.values())[number // 2 % len(PAYLOADS)]


class HostileFleet(EmbeddedFleet):
    """The fleet; `kubeconfig` and `config_file` are for `mckconsole`."""

    def __init__(self, folder: Path) -> None:
        clusters = 2 * len(PAYLOADS)
        names = [f"prometheus {EVERYTHING}", "refusing"]
        endpoints = [PrometheusModel(name, ["*"], "cluster") for name in names]
        scenario = bulk.fleet_scenario(clusters)
        models = [msgspec.structs.replace(one, mcs=["v1alpha1"]) for one in scenario.clusters]
        super().__init__(msgspec.structs.replace(scenario, clusters=models, prometheus=endpoints))
        self._folder = folder
        self._poisoners = {f"cluster-{n:03}": _Poisoner(n) for n in range(clusters)}

    @property
    def config_file(self) -> Path:
        """The configuration: endpoints with hostile names, groups, short time limits."""
        return self._folder / "config.yaml"

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        try:
            await self._finish()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(kind, error, traceback)

    def _build(self, model: ClusterModel) -> EmbeddedCluster:
        cluster = super()._build(model)
        poisoner = self._poisoners[model.name]
        cluster.version = poisoner.poison(cluster.version)
        for item in (*_exported(model.name), *_identified()):
            cluster.create(item)
        for resource in list(cluster.types):
            if resource.startswith(("customresourcedefinitions", "namespaces")):
                continue
            for item in list(cluster.objects(resource)):
                metadata = item["metadata"]
                cluster.delete(resource, metadata["name"], metadata.get("namespace", ""))
                cluster.create(poisoner.poison(item))
        return cluster

    def _beat(self) -> None:
        now = self.now()
        for name, cluster in self._clusters.items():
            for item in render.heartbeat_objects(self._world, name, now):
                cluster.apply(self._poisoners[name].poison(item))

    async def _serve_metrics(self, model: PrometheusModel) -> PrometheusConfig:
        server = EmbeddedPrometheus(lambda: self._series(model), clock=self.now)
        server.warnings = list(PAYLOADS.values())
        if model.name == "refusing":
            server.faults.add(faults.html(500, EVERYTHING))
        listener = await self._stack.enter_async_context(Listener({"": server}))
        return PrometheusConfig(name=model.name, url=listener.url)

    def _made_series(self, model: PrometheusModel) -> Iterator[PromSeries]:
        for one in super()._made_series(model):
            poisoner = self._poisoners[one.labels["cluster"]]
            labels = {
                name: context_name(value) if name == "cluster" else poisoner.poison(value, name)
                for name, value in one.labels.items()
            }
            yield replace(one, labels={**labels, "evil": EVERYTHING})

    async def _finish(self) -> None:
        """Contexts with hostile names, clusters that refuse, a plugin that fails."""
        services = {}
        for number, payload in enumerate(PAYLOADS.values()):
            services[f"/{number}"] = refusing = EmbeddedCluster(f"refusing {number}")
            effects = (faults.refuse(500, payload), faults.refuse(401, payload),
                       faults.html(502, payload), faults.refuse(403, payload))  # fmt: skip
            path = "/nodes$" if number % 4 == 3 else ""
            refusing.faults.add(effects[number % 4], path=path)
        listener = await self._stack.enter_async_context(Listener(services))
        document = yaml.safe_load(self.kubeconfig.read_text())
        servers = {one["name"]: one["cluster"]["server"] for one in document["clusters"]}
        tokens = {one["name"]: one["user"] for one in document["users"]}
        for number in range(len(PAYLOADS)):
            servers[f"refusing-{number:03}"] = f"{listener.url}/{number}"
        servers["address"] = f"http://{EVERYTHING}/"
        servers["plugin"] = next(iter(servers.values()))
        tokens["plugin"] = {"exec": self._plugin()}
        self.kubeconfig.write_text(yaml.safe_dump(_kubeconfig(servers, tokens)))
        assert self.config is not None
        endpoints = [{"name": one.name, "url": one.url} for one in self.config.prometheus]
        groups = [{"context": "*", "groups": [f"group {EVERYTHING}"]}]
        settings = {"requestTimeout": 10, "prometheus": endpoints, "clusters": groups,
                    "exports": str(self._folder / "exports")}  # fmt: skip
        self.config_file.write_text(yaml.safe_dump(settings))

    def _plugin(self) -> dict[str, Any]:
        said = self._folder / "said"
        said.write_text(EVERYTHING)
        path = self._folder / "plugin"
        path.write_text(f"#!/bin/sh\ncat {said} >&2\nexit 3\n")
        path.chmod(0o700)
        return {"apiVersion": "client.authentication.k8s.io/v1", "command": str(path),
                "interactiveMode": "Never"}  # fmt: skip


def context_name(server: str) -> str:
    """What the kubeconfig calls a cluster."""
    named = _CLUSTER.search(server)
    number = int(named[1]) if named else int(server[-3:]) * 2 if server[-3:].isdigit() else -1
    payload = EVERYTHING if number < 0 else payload_of(number)[:MOST]
    return f"{server} {payload}"


def _kubeconfig(servers: Mapping[str, str], users: Mapping[str, Any]) -> dict[str, Any]:
    entries: dict[str, list[dict[str, Any]]] = {"clusters": [], "users": [], "contexts": []}
    for server, url in servers.items():
        name = context_name(server)
        user = users.get(server, {"token": "admin-token"})
        entries["clusters"].append({"name": name, "cluster": {"server": url}})
        entries["users"].append({"name": name, "user": user})
        entries["contexts"].append({"name": name, "context": {"cluster": name, "user": name}})
    return {"apiVersion": "v1", "kind": "Config", **entries}
