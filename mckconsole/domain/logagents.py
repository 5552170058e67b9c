"""Agents that ship logs and metrics, recognised by their images, and what their pods are told.

Of environment variables and flags only those of such an agent are kept, and of these only names of
hosts, regions, clusters and switches: what signs in never is. Sources: the agents' Helm charts and
image names; Grafana (Promtail's and Grafana Agent's end of life).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import force_setattr

from mckconsole.domain.sinks import host_of, region_of

_HOSTS = re.compile(
    r"(?:[A-Z0-9_]*_)?(?:HOSTS?|URL|URI|ENDPOINT|SITE|ADDRESS|ADDR)|DD_SITE|ENDPOINT", re.ASCII
)
_REGIONS = re.compile(r"(?:[A-Z0-9_]*_)?REGION", re.ASCII)
_SWITCHES = frozenset({"DD_LOGS_ENABLED", "DD_LOGS_CONFIG_CONTAINER_COLLECT_ALL"})
_NAMES = frozenset({"DD_CLUSTER_NAME", "CLUSTER_NAME"})
_CLUSTER = re.compile(r"[A-Za-z0-9_./:-]{1,100}")
_FLAGS = ("--enable-network-policy", "--enable-policy")
_WORTH_FLAGS = re.compile(r"(?:^|/)(?:aws-network-policy-agent|amazon/aws-network-policy-agent)$")


@dataclass(frozen=True, slots=True)
class Agent:
    """One kind of agent."""

    name: str
    images: re.Pattern[str]
    """Found at the end of the repository part of an image."""
    configs: tuple[str, ...] = ()
    """Values of the label `app.kubernetes.io/name` of the ConfigMaps that configure it."""
    managed: str = ""
    """Where a cloud's own agent always sends; empty for those that are configured."""
    ended: str = ""
    """When support for it ended, `2026-03-02`; empty while it is supported."""


def _agent(name: str, images: str, *configs: str, managed: str = "", ended: str = "") -> Agent:
    return Agent(name, re.compile(rf"(?:^|/)(?:{images})$"), configs, managed, ended)


AGENTS: tuple[Agent, ...] = (
    _agent("GKE logging", r"fluent-bit-gke-exporter", managed="Google Cloud Logging"),
    _agent("AKS monitoring", r"(?:azuremonitor/containerinsights/)?ciprod(?:/ama-logs)?",
           managed="Azure Log Analytics"),
    _agent("CloudWatch agent", r"cloudwatch-agent|amazon-cloudwatch-agent",
           "cloudwatch-agent", "amazon-cloudwatch-agent"),
    _agent("Fluent Bit", r"[a-z0-9-]*fluent-?bit(?:-output)?", "fluent-bit", "aws-for-fluent-bit",
           "newrelic-logging"),
    _agent("Fluentd", r"fluentd[a-z0-9-]*|logging-fluentd[a-z0-9-]*", "fluentd",
           "fluentd-elasticsearch"),
    _agent("Vector", r"timberio/vector|vector(?:-rhel[0-9]+)?|logging-vector[a-z0-9-]*", "vector"),
    _agent("Promtail", r"promtail", "promtail", ended="2026-03-02"),
    _agent("Grafana Agent", r"grafana/agent|grafana-agent", "grafana-agent", ended="2025-11-01"),
    _agent("Alloy", r"alloy", "alloy"),
    _agent("Filebeat", r"filebeat(?:-oss|-wolfi)?", "filebeat"),
    _agent("Elastic Agent", r"elastic-agent(?:-complete|-slim)?", "elastic-agent"),
    _agent("Splunk OpenTelemetry", r"splunk-otel-collector", "splunk-otel-collector"),
    _agent("OpenTelemetry Collector",
           r"opentelemetry-collector[a-z0-9-]*|otel-collector|otelcol[a-z0-9-]*|aws-otel-collector",
           "opentelemetry-collector"),
    _agent("Datadog agent", r"datadog/agent|gcr\.io/datadoghq/agent|datadoghq/agent|"
           r"datadog-agent"),
    _agent("Sumo Logic", r"sumologic-otel-collector"),
    _agent("Dynatrace", r"dynatrace-(?:oneagent|logmodule)|oneagent"),
)  # fmt: skip
"""The more particular before the more general."""


@lru_cache(maxsize=8192)
def agent_of(image: str) -> Agent | None:
    """The agent that an image is of; None for all other images."""
    found = repository(image)
    return next((one for one in AGENTS if one.images.search(found)), None)


@lru_cache(maxsize=8192)
def repository(image: str) -> str:
    """`quay.io/thanos/thanos:v0.39@sha256:…` as `quay.io/thanos/thanos`."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


class AgentVar(msgspec.Struct, frozen=True, gc=False):
    """An environment variable of an agent; `value` is there only where it names a host, a region,
    a cluster, or is a switch."""

    name: str = ""
    value: str = ""

    def __post_init__(self) -> None:
        if self.value:
            force_setattr(self, "value", _told(self.name, self.value))


def _told(name: str, value: str) -> str:
    if name in _SWITCHES:
        return value if value in ("true", "false") else ""
    if name in _NAMES:
        return value if _CLUSTER.fullmatch(value) else ""
    if _REGIONS.fullmatch(name):
        return region_of(value)
    return host_of(value) if _HOSTS.fullmatch(name) else ""


def told_variables(image: str, variables: Iterable[AgentVar]) -> tuple[AgentVar, ...]:
    """Those that say something; none where the image is of no agent."""
    if agent_of(image) is None:
        return ()
    return tuple(one for one in variables if one.value)


def told_flags(image: str, words: Iterable[str]) -> tuple[str, ...]:
    """Flags by which a network policy agent is switched on; none of any other image."""
    if not _WORTH_FLAGS.search(repository(image)):
        return ()
    return tuple(
        one for one in words if one.partition("=")[0] in _FLAGS and one.partition("=")[2] in _ONOFF
    )


_ONOFF = ("", "true", "false")
