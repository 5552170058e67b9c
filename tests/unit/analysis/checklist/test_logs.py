"""CHK06: agents on every node, one central sink, and nothing of how they sign in there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.checklist.telemetry import (
    CANARY,
    answered,
    config,
    counter,
    daemonset,
    deployment,
    every,
    namespace,
)
from tests.unit.analysis.failover import build as made

RULE = "CHK06"
IMAGE = "cr.fluentbit.io/fluent/fluent-bit:3.2"
DELIVERED = {"fluentbit-delivered": counter()}
NODES = [build.node("n1"), build.node("n2")]
SPACES = [namespace("logging"), namespace("loki")]


def output(host: str, name: str = "loki") -> str:
    """A configuration of Fluent Bit with credentials."""
    return f"[OUTPUT]\n  Name {name}\n  Host {host}\n  HTTP_Passwd {CANARY}\n  Header X {CANARY}\n"


def fluent(*hosts: str, **more: Any) -> list[Doc]:
    """Fluent Bit on every node, sending to these hosts."""
    text = "".join(map(output, hosts or ("loki.example.com",)))
    return [
        daemonset("fluent-bit", IMAGE, desired=2, **more),
        config("fluent-bit", "fluent-bit", {"fluent-bit.conf": text}),
    ]


def shipping(
    name: str, *docs: Doc, metrics: Mapping[str, MetricVector] = DELIVERED, **more: Any
) -> ClusterSnapshot:
    """A cluster of two nodes."""
    return build.cluster(name, [*NODES, *SPACES, *docs], metrics=metrics, **more)


def judged(*docs: Doc, **more: Any) -> Answer:
    """The answer for a, beside two clusters as they should be."""
    others = [shipping(one, *fluent()) for one in ("b", "c")]
    return answered(RULE, shipping("a", *docs, **more), *others)


def test_every_node_to_one_sink_passes() -> None:
    found = judged(*fluent())
    assert (found.mark, found.missing) == (Mark.PASS, ())
    assert found.reason == "Fluent Bit on 2 nodes to loki.example.com, as 3 clusters in all"
    assert {one.object.kind for one in found.evidence if one.object} == {"DaemonSet", "ConfigMap"}
    assert any("fluentbit_output_proc_records_total" in one.path for one in found.evidence)


@pytest.mark.parametrize(
    ("docs", "mark", "words"),
    [
        ([], Mark.FAIL, "no log agent runs on its nodes"),
        ([daemonset("web", "nginx:1")], Mark.FAIL, "no log agent"),
        (fluent("other.example.com"), Mark.WARN, "those of 2 clusters to loki.example.com"),
        (fluent("loki.example.com", "es.example.com"), Mark.WARN, "several sinks"),
        (fluent("loki.logging.svc.cluster.local"), Mark.FAIL, "loki.logging, a Service of the cl"),
        (fluent("loki-gateway.loki"), Mark.FAIL, "loki-gateway.loki, a Service"),
        (fluent("loki"), Mark.FAIL, "loki.logging, a Service"),
        (fluent("127.0.0.1"), Mark.UNKNOWN, "on its own node"),
        (fluent("localhost"), Mark.UNKNOWN, "on its own node"),
        (fluent("${LOKI_HOST}"), Mark.UNKNOWN, "which its DaemonSet does not say"),
        (fluent("${LOKI_HOST}", env=[{"name": "LOKI_HOST", "value": "loki.example.com"}]),
         Mark.PASS, "Fluent Bit on 2 nodes"),
        (fluent(ready=1), Mark.WARN, "ready on 1 of 2 nodes"),
        (fluent(ready=0), Mark.FAIL, "ready on 0 of 2 nodes"),
        ([*fluent(), build.node("n3")], Mark.WARN, "to run on 2 of 3 nodes"),
        ([*fluent(), build.node("f", labels={"eks.amazonaws.com/compute-type": "fargate"})],
         Mark.PASS, "2 nodes"),
        (fluent()[:1], Mark.UNKNOWN, "stands in no ConfigMap or resource that is read"),
        ([*fluent()[:1], config("fluent-bit", "fluent-bit", {"fluent-bit.yaml": "{{"})],
         Mark.UNKNOWN, "fluent-bit.yaml"),
        ([*fluent()[:1], config("fb", "fluent-bit", {"f.conf": output("loki.example.com")},
                                namespace="elsewhere")], Mark.UNKNOWN, "no ConfigMap"),
        ([*fluent()[:1], config("fb", "fluent-bit", {"f.conf": output("loki.example.com")},
                                key="k8s-app")], Mark.PASS, "Fluent Bit"),
    ],
)  # fmt: skip
def test_marks(docs: list[Doc], mark: Mark, words: str) -> None:
    found = judged(*docs)
    assert found.mark is mark
    assert words in found.reason


def test_none_scheduled_is_none() -> None:
    found = judged(daemonset("fluent-bit", IMAGE, desired=0), fluent()[1])
    assert found.mark is Mark.FAIL
    assert "to run on none of its nodes" in found.reason


@pytest.mark.parametrize(
    ("vector", "words"),
    [
        (counter(None), "has no fluentbit_output_proc_records_total"),
        (counter(0), "nothing was delivered yet"),
        (counter(age=900), "was not written lately"),
        (MetricVector(MetricState.FAILED, "prom: refused"), "prom: refused"),
        (MetricVector(MetricState.NOT_CONFIGURED, "no endpoint"), "no endpoint"),
    ],
)
def test_what_is_not_measured_warns(vector: MetricVector, words: str) -> None:
    found = judged(*fluent(), metrics={"fluentbit-delivered": vector})
    assert found.mark is Mark.WARN
    assert words in found.reason


def test_an_agent_without_support_warns() -> None:
    yaml = "clients: [{url: 'https://u:p@loki.example.com/push'}]"
    docs = [daemonset("promtail", "grafana/promtail:3.0", desired=2),
            config("promtail", "promtail", {"promtail.yaml": yaml})]  # fmt: skip
    found = judged(*docs, metrics={"promtail-delivered": counter()})
    assert found.mark is Mark.WARN
    assert "support for Promtail ended on 2026-03-02" in found.reason


@pytest.mark.parametrize("topic", ["daemonsets", "nodes", "log-configs", "log-configs-old",
                                   "opentelemetrycollectors", "clusterlogforwarders"])  # fmt: skip
@pytest.mark.parametrize("state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING])
def test_what_was_not_read_never_passes(topic: str, state: TopicState) -> None:
    found = judged(*fluent(), states={topic: state})
    assert found.mark is Mark.UNKNOWN
    assert topic in found.reason


def test_no_agent_is_not_concluded_from_what_was_not_read() -> None:
    assert judged(states={"daemonsets": TopicState.FORBIDDEN}).mark is Mark.UNKNOWN


def gke(name: str, project: str) -> ClusterSnapshot:
    """A GKE cluster with the agent that is there by itself."""
    docs = [build.node("n1", provider_id=f"gce://{project}/eu/n1"),
            daemonset("fluentbit-gke", "gke.gcr.io/fluent-bit-gke-exporter:v1")]  # fmt: skip
    return build.cluster(name, docs)


def test_agents_of_clouds_write_to_the_nodes_project() -> None:
    found = every(RULE, gke("a", "logs"), gke("b", "logs"), gke("c", "other"))
    assert [one.mark for one in found.values()] == [Mark.PASS, Mark.PASS, Mark.WARN]
    assert "Google Cloud Logging of other" in found["c"].reason


def test_which_workspace_azure_writes_to_is_not_told() -> None:
    image = "mcr.microsoft.com/azuremonitor/containerinsights/ciprod:3"
    found = answered(RULE, build.cluster("a", [build.node("n1"), daemonset("ama-logs", image)]))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.PASS)
    assert "which Azure Log Analytics" in found.reason


def datadog(*env: tuple[str, str]) -> Doc:
    variables = [{"name": name, "value": value} for name, value in env]
    return daemonset("datadog", "gcr.io/datadoghq/agent:7", desired=2, env=variables)


def test_datadog_ships_where_it_is_switched_on() -> None:
    on = datadog(("DD_LOGS_ENABLED", "true"), ("DD_SITE", "datadoghq.eu"))
    found = every(RULE, shipping("a", on), shipping("b", on))
    assert "Datadog agent delivers is not measured" in found["a"].reason
    assert found["a"].mark is Mark.WARN
    off = answered(RULE, shipping("a", datadog()), shipping("b", on))
    assert (off.mark, off.lifted) == (Mark.UNKNOWN, Mark.PASS)


def vector(name: str, *, ready: int = 1, namespace: str = "loki") -> list[Doc]:
    """Something that takes logs in and passes them on."""
    sink = f"{{type: loki, endpoint: 'https://u:{CANARY}@loki.example.com'}}"
    text = f"sinks: {{out: {sink}}}"
    return [
        deployment(name, "timberio/vector:0.40", ready=ready, namespace=namespace),
        config("vector", "vector", {"vector.yaml": text}, namespace=namespace),
    ]


@pytest.mark.parametrize(
    ("host", "docs", "mark"),
    [
        ("gateway.loki", [], Mark.FAIL),
        ("gateway.loki", vector("gateway"), Mark.PASS),
        ("gateway-headless.loki", vector("gateway"), Mark.PASS),
        ("gateway.loki", vector("gateway", ready=0), Mark.FAIL),
        ("gateway.loki", vector("gateway")[1:], Mark.FAIL),
        ("gateway.loki", vector("gateway")[:1], Mark.UNKNOWN),
        ("gateway.loki", vector("other"), Mark.FAIL),
        ("gateway.logging", vector("gateway"), Mark.FAIL),
    ],
)
def test_what_passes_logs_on_counts_as_what_it_sends_to(
    host: str, docs: list[Doc], mark: Mark
) -> None:
    assert judged(*fluent(host), *docs).mark is mark


def test_what_may_pass_logs_on_unseen_is_not_known() -> None:
    found = judged(*fluent("gateway.loki"), states={"deployments": TopicState.FORBIDDEN})
    assert found.mark is Mark.UNKNOWN
    assert "whether it passes them on: deployments forbidden" in found.reason


@pytest.mark.parametrize(
    ("first", "second", "mark"),
    [(1, 1, Mark.PASS), (2, 1, Mark.PASS), (1, 0, Mark.WARN)],
)
def test_daemonsets_of_one_agent_may_share_the_nodes(first: int, second: int, mark: Mark) -> None:
    docs = [daemonset(f"fb-{i}", IMAGE, desired=n) for i, n in enumerate((first, second))]
    assert judged(*docs, fluent()[1]).mark is mark


def test_daemonsets_that_may_overlap_prove_nothing() -> None:
    docs = [daemonset(f"fb-{i}", IMAGE, desired=2) for i in range(2)]
    found = judged(*docs, fluent()[1], build.node("n3"))
    assert found.mark is Mark.UNKNOWN
    assert "together leave none of the nodes out" in found.reason


def test_the_cluster_that_serves_the_central_sink_may_send_to_it_inside() -> None:
    ingress: Doc = {
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
        "metadata": {"name": "loki", "namespace": "loki"},
        "spec": {"rules": [{"host": "loki.example.com"}]},
    }  # fmt: skip
    found = judged(*fluent("gateway.loki"), ingress)
    assert (found.mark, found.reason) == (
        Mark.PASS, "Fluent Bit on 2 nodes to loki.example.com, as 2 clusters in all",
    )  # fmt: skip
    assert judged(*fluent("gateway.logging"), ingress).mark is Mark.FAIL


def test_a_service_that_one_cluster_offers_to_all_is_central() -> None:
    clusters = [shipping(one, *fluent("loki.logging.svc")) for one in ("a", "b")]
    key = ServiceKey("logging", "loki")
    here, there = made.part("a", sources=["b"]), made.part("b", 1)
    for parts, mark in (([here, there], Mark.PASS), ([made.part("a", 1), there], Mark.FAIL)):
        report = made.report(build.fleet(*clusters), made.service(*parts, key=key))
        found = every(RULE, *clusters, of=report)
        assert [one.mark for one in found.values()] == [mark, mark]
    assert "loki.logging, a Service of the cluster itself" in found["a"].reason


def collector(mode_sinks: str) -> Doc:
    """An OpenTelemetry Collector."""
    exporters = {"otlphttp": {"endpoint": mode_sinks, "headers": {"authorization": CANARY}}}
    service = {"pipelines": {"logs": {"exporters": ["otlphttp"]}}}
    return {
        "apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector",
        "metadata": {"name": "otel", "namespace": "logging"},
        "spec": {"mode": "daemonset", "config": {"exporters": exporters, "service": service}},
    }  # fmt: skip


def test_a_collector_ships_what_its_resource_says() -> None:
    daemon = daemonset("otel-collector", "otel/opentelemetry-collector-contrib:0.110", desired=2)
    metrics = {"otelcol-delivered": counter()}
    sink = f"https://u:{CANARY}@loki.example.com:4318"
    assert judged(daemon, collector(sink), metrics=metrics).mark is Mark.PASS
    assert judged(daemon, metrics=metrics).mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    "docs",
    [
        fluent(),
        fluent("${X}"),
        fluent(f"u:{CANARY}@loki.example.com"),
        [*fluent()[:1], collector(f"https://{CANARY}@x.example.com")],
    ],
)
def test_no_credential_is_in_an_answer(docs: list[Doc]) -> None:
    assert CANARY not in repr(judged(*docs))
