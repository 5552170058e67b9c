"""Configurations of log agents: the sinks in them, and nothing that signs in there."""

from __future__ import annotations

import base64
import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.logsinks import LogConfig, read_config
from mckconsole.domain.sinks import Sink, host_of, named
from tests.unit.domain.documents import plain

CANARY = "canary-5f0c"
DECODER = ProjectionDecoder(LogConfig)
CLOUD_ID = "prod:" + base64.b64encode(b"eu.cloud.example$es-1$kb-1").decode()

FLUENT_BIT = f"""
[SERVICE]
    Flush 1
[INPUT]
    Name tail
    Path /var/log/containers/*.log
[OUTPUT]
    Name            es
    Match           *
    Host            es.example.com
    Port            9200
    HTTP_User       {CANARY}
    HTTP_Passwd     {CANARY}
[OUTPUT]
    Name   loki
    Host   {CANARY}:{CANARY}@loki.example.com
    Bearer_Token {CANARY}
[OUTPUT]
    Name   http
    Host   in.example.com
    URI    /{CANARY}/v1
    Header Authorization {CANARY}
[OUTPUT]
    Name   cloudwatch_logs
    region eu-central-1
    log_group_name /eks/prod
[OUTPUT]
    Name   stdout
"""
FLUENTD = f"""
<source>
  @type tail
</source>
<match kube.**>
  @type copy
  <store>
    @type elasticsearch
    host "#{{ENV['FLUENT_ELASTICSEARCH_HOST']}}"
    user {CANARY}
    password {CANARY}
    <buffer>
      @type file
      path /var/{CANARY}
    </buffer>
  </store>
  <store>
    @type forward
    <server>
      host agg.example.com
      shared_key {CANARY}
    </server>
  </store>
</match>
"""
VECTOR = f"""
sources: {{k8s: {{type: kubernetes_logs}}}}
sinks:
  central:
    type: loki
    endpoint: https://user:{CANARY}@logs.example.com:3100/{CANARY}?token={CANARY}
    auth: {{strategy: bearer, token: {CANARY}}}
    request: {{headers: {{X-Key: {CANARY}}}}}
  mine: {{type: console}}
  web: {{type: http, uri: "https://in.example.com/{CANARY}"}}
"""
VECTOR_TOML = """
[sinks.g]
type = "gcp_stackdriver_logs"
project_id = "logs-prod"
"""
ALLOY = f"""
loki.source.kubernetes "pods" {{
  forward_to = [loki.write.default.receiver]
}}
loki.write "default" {{
  endpoint {{
    url = "https://logs.example.com/loki/api/v1/push"
    basic_auth {{
      password = "{CANARY}"
    }}
    headers = {{ "X-Token" = "{CANARY}" }}
  }}
}}
prometheus.remote_write "m" {{ endpoint {{ url = "https://metrics.example.com/{CANARY}" }} }}
otelcol.exporter.otlp "o" {{
  client {{
    endpoint = sys.env("OTLP_ENDPOINT")
  }}
}}
"""
PROMTAIL = f"""
clients:
  - url: http://loki.logging.svc:3100/loki/api/v1/push
    basic_auth: {{username: a, password: {CANARY}}}
scrape_configs: []
"""
OTEL = f"""
receivers: {{otlp: {{}}}}
exporters:
  otlphttp/logs: {{endpoint: "https://otlp.example.com:4318", headers: {{api-key: {CANARY}}}}}
  prometheusremotewrite: {{endpoint: "https://metrics.example.com/"}}
  awscloudwatchlogs: {{region: us-east-1, log_group_name: prod}}
  debug: {{}}
service:
  pipelines:
    logs: {{exporters: [otlphttp/logs, debug]}}
    logs/aws: {{exporters: [awscloudwatchlogs]}}
    metrics: {{exporters: [prometheusremotewrite]}}
"""
FILEBEAT = f"""
filebeat.inputs: []
output.elasticsearch:
  hosts: ["https://es1.example.com:9200", "https://es2.example.com:9200"]
  username: elastic
  password: {CANARY}
"""
CLOUDWATCH = json.dumps(
    {"agent": {"region": "eu-west-1"}, "logs": {"metrics_collected": {"kubernetes": {}}}}
)

CASES = [
    (
        "fluent-bit.conf",
        FLUENT_BIT,
        [
            Sink("cloudwatch_logs", region="eu-central-1", group="/eks/prod"),
            Sink("es", "es.example.com"),
            Sink("http", "in.example.com"),
            Sink("loki", "loki.example.com"),
        ],
    ),
    (
        "fluent-bit.yaml",
        "pipeline: {outputs: [{name: es, host: ES.example.com}, {Name: 'null'}]}",
        [Sink("es", "es.example.com")],
    ),
    (
        "fluent.conf",
        FLUENTD,
        [Sink("elasticsearch", "${FLUENT_ELASTICSEARCH_HOST}"), Sink("forward", "agg.example.com")],
    ),
    (
        "vector.yaml",
        VECTOR,
        [Sink("http", "in.example.com"), Sink("loki", "logs.example.com")],
    ),
    (
        "vector.toml",
        VECTOR_TOML,
        [Sink("gcp_stackdriver_logs", "logging.googleapis.com", "logs-prod")],
    ),
    (
        "config.alloy",
        ALLOY,
        [Sink("loki", "logs.example.com"), Sink("otlp", "${OTLP_ENDPOINT}")],
    ),
    ("promtail.yaml", PROMTAIL, [Sink("loki", "loki.logging.svc")]),
    (
        "relay",
        OTEL,
        [
            Sink("awscloudwatchlogs", region="us-east-1", group="prod"),
            Sink("otlphttp", "otlp.example.com"),
        ],
    ),
    ("filebeat.yml", FILEBEAT, [Sink("elasticsearch", "es1.example.com")]),
    ("filebeat.yml", f"cloud.id: {CLOUD_ID}", [Sink("elasticsearch", "eu.cloud.example")]),
    ("cwagentconfig.json", CLOUDWATCH, [Sink("cloudwatch_logs", region="eu-west-1")]),
]


def decoded(data: dict[str, object]) -> LogConfig:
    return DECODER.decode(json.dumps({"metadata": {"name": "a"}, "data": data}).encode()).object


@pytest.mark.parametrize(
    ("key", "text", "sinks"), CASES, ids=[f"{i}-{c[0]}" for i, c in enumerate(CASES)]
)
def test_sinks_of_every_form(key: str, text: str, sinks: list[Sink]) -> None:
    found = decoded({key: text})
    assert list(found.sinks) == sinks
    assert (found.read, found.unread, found.data) == ((key,), (), {})


@pytest.mark.parametrize(("key", "text"), [case[:2] for case in CASES])
def test_no_secret_of_a_configuration_survives(key: str, text: str) -> None:
    for again in (text, text + "\x1b", text + f"\n# {CANARY}"):
        found = DECODER.decode(json.dumps({"data": {key: again, "other.lua": CANARY}}).encode())
        assert CANARY not in repr(plain(found.object)) + repr(found.object) + repr(found.faults)


@pytest.mark.parametrize(
    ("key", "text"),
    [("a.yaml", "{{ .Values }}: ["), ("a.json", "{"), ("a.toml", "="), ("a.yaml", "x" * 300_000)],
)
def test_what_cannot_be_read_says_so_and_names_no_content(key: str, text: str) -> None:
    found = decoded({key: text})
    assert found.sinks == ()
    assert found.read == ()
    assert len(found.unread) == 1
    assert found.unread[0].startswith(f"{key}: ")
    assert ".Values" not in found.unread[0]


@pytest.mark.parametrize(
    ("key", "text"),
    [("parsers.conf", "[PARSER]\n Name x"), ("a.lua", "x"), ("a.yaml", "a: 1"), ("notes", "words")],
)
def test_other_files_are_passed_over(key: str, text: str) -> None:
    found = decoded({key: text})
    assert (found.sinks, found.read, found.unread) == ((), (), ())


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://u:p@logs.example.com:443/x?y#z", "logs.example.com"),
        ("LOGS.example.com:24224", "logs.example.com"),
        ("[2001:db8::1]:9200", "2001:db8::1"),
        (["http://a.example:1", "http://b.example:1"], "a.example"),
        ("a.example:9092,b.example:9092", "a.example"),
        ("https://${LOKI_HOST}/push", "${LOKI_HOST}"),
        ("${env:OTLP}:4317", "${OTLP}"),
        ('"loki"', "loki"),
        ("https://p@ss@host.example/", "host.example"),
        ("0123456789abcdef0123456789abcdef01.example.com", ""),
        ("a b", "a"),
        ("<script>", ""),
        ("", ""),
        (7, ""),
        (None, ""),
    ],
)
def test_of_an_address_only_the_host_is_kept(text: object, host: str) -> None:
    assert host_of(text) == host


@given(st.text(max_size=80) | st.lists(st.text(max_size=20), max_size=2))
def test_a_host_is_one_whatever_is_given(text: object) -> None:
    found = host_of(text)
    assert host_of(found) == found
    assert found.isprintable()
    assert not set(found) & set("@/? #")


def test_names_that_look_like_tokens_are_not_kept() -> None:
    assert named("0123456789abcdef0123456789abcdef01") == ""
    assert named("/aws/eks/prod/application") == "/aws/eks/prod/application"


PIECES = [
    "[OUTPUT]\n",
    " Name es\n",
    "<match **>\n",
    "</match>\n",
    "@type x\n",
    "sinks:\n",
    "  a:\n",
    "    type: loki\n",
    "{",
    "}",
    'loki.write "x" {\n',
    'url = "http://h"\n',
    "\x00",
    "&a *a",
    "output.x: 1\n",
    "- ",
    "[[",
    "é\n",
    "exporters: 3\n",
    "service: {pipelines: [1]}\n",
]


@settings(deadline=None)
@given(
    st.sampled_from(["a.conf", "a.yaml", "a.toml", "a.alloy", "relay", "x.json"]),
    st.lists(st.sampled_from(PIECES), max_size=14),
)
def test_whatever_the_text_it_is_read_or_refused(key: str, parts: list[str]) -> None:
    found = decoded({key: "".join(parts)})
    assert all(isinstance(one, Sink) for one in found.sinks)
    again = json.dumps(plain(found)).encode()
    assert DECODER.decode(again).object == found


@pytest.mark.parametrize(
    ("key", "piece"),
    [
        ("a.conf", "\n"),
        ("a.conf", "<match a>\n"),
        ("a.conf", "[OUTPUT]\n"),
        ("a.conf", "[OUTPUT] "),
        ("a.alloy", 'loki.write "x" {\n'),
        ("a.alloy", "{"),
        ("a.yaml", "[" * 3),
        ("a.json", '{"a":'),
        ("a.yaml", "- &a [*a]\n"),
        ("a.yaml", "? "),
    ],
)
def test_hostile_repetition_costs_little(key: str, piece: str) -> None:
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    decoded({key: text})
    assert time.process_time() - began < 5


def test_longer_than_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than"):
        read_config("a.conf", "[OUTPUT]\n" * 50_000)
