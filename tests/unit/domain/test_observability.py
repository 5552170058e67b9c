"""Where metrics and logs go, by the resources and variables that say so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.domain import budgets, core, observability
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.logagents import AgentVar, agent_of
from mckconsole.domain.objects import Projection
from mckconsole.domain.sinks import Sink
from tests.unit.domain.documents import plain

CANARY = "canary-5f0c"


def decoded(kind: type[Projection], **document: object) -> Any:
    found = ProjectionDecoder(kind).decode(json.dumps(document).encode())
    assert CANARY not in repr(plain(found.object)) + repr(found.object) + repr(found.faults)
    assert ProjectionDecoder(kind).decode(json.dumps(plain(found.object)).encode()) == found
    return found.object


@pytest.mark.parametrize("kind", [observability.Prometheus, observability.PrometheusAgent])
def test_of_remote_write_only_the_host_is_kept(kind: type[Projection]) -> None:
    write = {
        "url": f"https://user:{CANARY}@metrics.example.com/api/v1/write?key={CANARY}",
        "basicAuth": {"password": {"name": CANARY}},
        "headers": {"X-Scope-OrgID": CANARY},
        "bearerToken": CANARY,
    }
    found = decoded(kind, spec={"externalLabels": {"cluster": "east"}, "remoteWrite": [write]})
    assert [one.url for one in found.spec.remote_write] == ["metrics.example.com"]
    assert found.spec.external_labels == {"cluster": "east"}
    assert found.spec.replica_external_label_name is None


def test_a_plain_prometheus_is_read_from_its_file() -> None:
    text = f"""
global: {{external_labels: {{cluster: east, replica: a, n: 3}}}}
remote_write:
  - url: https://a:{CANARY}@metrics.example.com/w
    authorization: {{credentials: {CANARY}}}
"""
    found = decoded(observability.PrometheusConfig, data={"prometheus.yml": text, "x": CANARY})
    assert found.external_labels == {"cluster": "east", "replica": "a"}
    assert [one.url for one in found.remote_write] == ["metrics.example.com"]
    assert found.read


@pytest.mark.parametrize("data", [{}, {"x": "y"}, {"prometheus.yml": "{{"}])
def test_without_a_readable_file_nothing_was_read(data: dict[str, str]) -> None:
    assert not decoded(observability.PrometheusConfig, data=data).read


CONFIG: dict[str, object] = {
    "exporters": {
        "otlp": {"endpoint": "otlp.example.com:4317", "headers": {"k": CANARY}},
        "prometheusremotewrite": {"endpoint": f"https://x:{CANARY}@metrics.example.com/w"},
    },
    "service": {
        "pipelines": {
            "logs": {"exporters": ["otlp"]},
            "metrics": {"exporters": ["prometheusremotewrite"]},
        }
    },
}


@pytest.mark.parametrize("config", [CONFIG, json.dumps(CONFIG)], ids=["v1beta1", "v1alpha1"])
def test_a_collector_tells_its_pipelines_exporters(config: object) -> None:
    found = decoded(observability.OpenTelemetryCollector, spec={"config": config})
    assert found.logs == (Sink("otlp", "otlp.example.com"),)
    assert found.metrics == (Sink("prometheusremotewrite", "metrics.example.com"),)
    assert found.unread == ""


@pytest.mark.parametrize("config", ["{{", "a: [" * 200])
def test_a_collector_that_cannot_be_read_says_so(config: str) -> None:
    found = decoded(observability.OpenTelemetryCollector, spec={"config": config})
    assert (found.logs, found.unread) == ((), "its configuration cannot be read")


def test_outputs_of_a_forwarder() -> None:
    outputs = [
        {"name": "a", "type": "elasticsearch", "elasticsearch": {
            "url": f"https://u:{CANARY}@es.example.com:9200", "authentication": {"t": CANARY}}},
        {"name": "b", "type": "lokiStack", "lokiStack": {
            "target": {"name": "logs", "namespace": "openshift-logging"}}},
        {"name": "c", "type": "cloudwatch", "cloudwatch": {
            "region": "us-east-2", "groupName": "prod"}},
    ]  # fmt: skip
    found = decoded(observability.ClusterLogForwarder, spec={"outputs": outputs})
    assert found.logs == (
        Sink("cloudwatch", region="us-east-2", group="prod"),
        Sink("elasticsearch", "es.example.com"),
        Sink("lokistack", "logs.openshift-logging.svc"),
    )


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("cr.fluentbit.io/fluent/fluent-bit:3.2", "Fluent Bit"),
        ("public.ecr.aws/aws-observability/aws-for-fluent-bit:2.32", "Fluent Bit"),
        ("fluent/fluentd-kubernetes-daemonset:v1", "Fluentd"),
        ("timberio/vector:0.40-distroless@sha256:ab", "Vector"),
        ("docker.io/grafana/promtail:3.0", "Promtail"),
        ("grafana/alloy:v1.5", "Alloy"),
        ("grafana/agent:v0.43", "Grafana Agent"),
        ("docker.elastic.co/beats/filebeat:8.15", "Filebeat"),
        ("otel/opentelemetry-collector-contrib:0.110", "OpenTelemetry Collector"),
        ("quay.io/signalfx/splunk-otel-collector:0.110", "Splunk OpenTelemetry"),
        ("gcr.io/datadoghq/agent:7", "Datadog agent"),
        ("mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3.1", "AKS monitoring"),
        ("public.ecr.aws/cloudwatch-agent/cloudwatch-agent:1", "CloudWatch agent"),
    ],
)
def test_agents_by_image(image: str, name: str) -> None:
    found = agent_of(image)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("image", ["nginx", "example.com/agent:1", "vectors:1", "", "loki:3"])
def test_no_agent_is_seen_in_other_images(image: str) -> None:
    assert agent_of(image) is None


def container(image: str, **more: object) -> Any:
    template = {"spec": {"containers": [{"name": "a", "image": image, **more}]}}
    return decoded(core.DaemonSet, spec={"template": template}).spec.template.spec.containers[0]


ENV = [
    {"name": "LOKI_URL", "value": f"https://u:{CANARY}@loki.example.com/{CANARY}"},
    {"name": "API_KEY", "value": CANARY},
    {"name": "DD_SITE", "value": "datadoghq.eu"},
    {"name": "DD_LOGS_ENABLED", "value": "true"},
    {"name": "AWS_REGION", "value": "eu-central-1"},
    {"name": "ES_HOST", "valueFrom": {"secretKeyRef": {"name": CANARY, "key": CANARY}}},
]


def test_of_an_agents_variables_those_are_kept_that_say_where_to() -> None:
    assert container("fluent/fluent-bit:3", env=ENV, args=[CANARY]).env == (
        AgentVar("LOKI_URL", "loki.example.com"),
        AgentVar("DD_SITE", "datadoghq.eu"),
        AgentVar("DD_LOGS_ENABLED", "true"),
        AgentVar("AWS_REGION", "eu-central-1"),
    )


def test_of_other_containers_nothing_is_kept() -> None:
    found = container("nginx:1", env=ENV, args=["--enable-network-policy=true", CANARY])
    assert (found.env, found.args) == ((), ())


def test_flags_of_the_network_policy_agent() -> None:
    args = ["--enable-network-policy=true", f"--x={CANARY}", f"--enable-policy={CANARY}"]
    image = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2"
    assert container(image, args=args).args == ("--enable-network-policy=true",)


@pytest.mark.parametrize(
    ("conditions", "ready"),
    [([], None), ([{"type": "Ready", "status": "True"}], True),
     ([{"type": "Ready", "status": "False"}], False),
     ([{"type": "Ready", "status": "Unknown"}], None)],
)  # fmt: skip
def test_a_budget_is_ready_when_the_cloud_has_it(conditions: object, ready: bool | None) -> None:
    assert decoded(budgets.AwsBudget, status={"conditions": conditions}).ready is ready
