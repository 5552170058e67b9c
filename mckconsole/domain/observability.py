"""What says where a cluster's metrics and logs go: Prometheus, collectors, log forwarders.

All of these hold or name credentials beside their destinations. Only hosts, clouds' names and the
labels that tell clusters apart are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.configtext import NoTree, read_yaml
from mckconsole.domain.logsinks import MAX_SINKS, otel, sink_of
from mckconsole.domain.objects import Condition, Projection
from mckconsole.domain.sinks import Sink, host_of
from mckconsole.domain.text import shorten

_NOTHING = msgspec.Raw()
_NULL = msgspec.Raw(b"null")
"""Says no more than a field that is not there."""
_MAX_LABELS = 20
_MAX_LABEL = 100


def _kept_labels(labels: dict[str, str]) -> dict[str, str]:
    kept = list(labels.items())[:_MAX_LABELS]
    return {shorten(name, _MAX_LABEL): shorten(value, _MAX_LABEL) for name, value in kept}


class RemoteWrite(msgspec.Struct, frozen=True, gc=False):
    """Where samples are sent."""

    url: str = ""
    """Once decoded the host alone."""

    def __post_init__(self) -> None:
        force_setattr(self, "url", host_of(self.url))


class PrometheusSpec(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Spec of a Prometheus of the operator."""

    replicas: int = 1
    external_labels: dict[str, str] = field(default_factory=dict)
    """At most twenty."""
    replica_external_label_name: str | None = None
    """None is `prometheus_replica`; empty leaves the label out."""
    remote_write: tuple[RemoteWrite, ...] = ()

    def __post_init__(self) -> None:
        if self.external_labels:
            force_setattr(self, "external_labels", _kept_labels(self.external_labels))


class PrometheusStatus(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Status of a Prometheus of the operator."""

    available_replicas: int = 0
    conditions: tuple[Condition, ...] = ()


class Prometheus(Projection, frozen=True, gc=False):
    """monitoring.coreos.com Prometheus."""

    spec: PrometheusSpec = PrometheusSpec()
    status: PrometheusStatus = PrometheusStatus()

    api_group: ClassVar[str] = "monitoring.coreos.com"
    kind: ClassVar[str] = "Prometheus"


class PrometheusAgent(Prometheus, frozen=True, gc=False):
    """monitoring.coreos.com PrometheusAgent."""

    kind: ClassVar[str] = "PrometheusAgent"


class PrometheusConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap with a `prometheus.yml`."""

    data: dict[str, str] = field(default_factory=dict)
    """Empty once decoded."""
    external_labels: dict[str, str] = field(default_factory=dict)
    remote_write: tuple[RemoteWrite, ...] = ()
    read: bool = False
    """Whether there was a configuration that could be read."""

    kind: ClassVar[str] = "ConfigMap"

    def __post_init__(self) -> None:
        if self.data:
            text = self.data.get("prometheus.yml") or self.data.get("prometheus.yaml")
            self._reduce(text or "")
            force_setattr(self, "data", {})

    def _reduce(self, text: str) -> None:
        try:
            tree = read_yaml(text)
        except NoTree:
            return
        labels = _map(_map(tree.get("global")).get("external_labels"))
        plain = {str(key): value for key, value in labels.items() if isinstance(value, str)}
        writes = tree.get("remote_write")
        found = [_map(one).get("url") for one in writes] if isinstance(writes, list) else []
        hosts = tuple(RemoteWrite(one) for one in found if isinstance(one, str))
        force_setattr(self, "external_labels", _kept_labels(plain))
        force_setattr(self, "remote_write", hosts[:MAX_SINKS])
        force_setattr(self, "read", True)


class _Reduced(Projection, frozen=True, gc=False):
    """A resource of whose spec only destinations are kept."""

    spec: msgspec.Raw = field(default=_NOTHING)
    """Empty once decoded."""
    logs: tuple[Sink, ...] = ()
    metrics: tuple[Sink, ...] = ()
    unread: str = ""
    """Why the destinations could not be told; empty when they could."""

    def __post_init__(self) -> None:
        if self.spec in (_NOTHING, _NULL):
            force_setattr(self, "spec", _NOTHING)
            return
        try:
            spec = msgspec.json.decode(self.spec)
            logs, metrics = self.sinks(_map(spec))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, NoTree):
            force_setattr(self, "unread", "its configuration cannot be read")
        else:
            force_setattr(self, "logs", tuple(sorted(set(logs)))[:MAX_SINKS])
            force_setattr(self, "metrics", tuple(sorted(set(metrics)))[:MAX_SINKS])
        force_setattr(self, "spec", _NOTHING)

    def sinks(self, spec: Mapping[str, Any]) -> tuple[list[Sink], list[Sink]]:
        """Where logs and metrics go by the spec.

        Raises:
            NoTree: a text in it should be a configuration and is none.
        """
        raise NotImplementedError


class OpenTelemetryCollector(_Reduced, frozen=True, gc=False):
    """opentelemetry.io OpenTelemetryCollector."""

    api_group: ClassVar[str] = "opentelemetry.io"
    kind: ClassVar[str] = "OpenTelemetryCollector"

    def sinks(self, spec: Mapping[str, Any]) -> tuple[list[Sink], list[Sink]]:
        config = spec.get("config")
        tree = read_yaml(config) if isinstance(config, str) else _map(config)
        return list(otel(tree)), list(otel(tree, "metrics"))


class ClusterLogForwarder(_Reduced, frozen=True, gc=False):
    """observability.openshift.io ClusterLogForwarder."""

    api_group: ClassVar[str] = "observability.openshift.io"
    kind: ClassVar[str] = "ClusterLogForwarder"

    def sinks(self, spec: Mapping[str, Any]) -> tuple[list[Sink], list[Sink]]:
        outputs = spec.get("outputs")
        found = [_output(_map(one)) for one in outputs] if isinstance(outputs, list) else []
        return [one for one in found if one is not None], []


def _output(output: Mapping[str, Any]) -> Sink | None:
    """`{type: elasticsearch, elasticsearch: {url: …}}`; a LokiStack is in the cluster itself."""
    kind = str(output.get("type", ""))
    options = _map(output.get(kind))
    target = _map(options.get("target"))
    if kind == "lokiStack":
        return Sink("lokistack", host_of(f"{target.get('name')}.{target.get('namespace')}.svc"))
    return sink_of(kind, {**options, "group_name": options.get("groupName"),
                          "project_id": _map(options.get("id")).get("value"),
                          **({"url": output["url"]} if "url" in output else {})})  # fmt: skip


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
