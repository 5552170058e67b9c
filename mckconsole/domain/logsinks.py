"""Configurations of log agents, reduced to the sinks that they name.

Each reader takes a text that a cluster wrote, which may be a template, cut, hostile or of another
program altogether, and gives the sinks in it, or raises `Unreadable`. What is not a kind of sink,
a host, a project, a region or a group is never looked at, so it cannot be kept. Sources: the output
plugins' documentation of Fluent Bit, Fluentd, Vector, Grafana Alloy, Promtail, Filebeat, the
CloudWatch agent and the OpenTelemetry Collector.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar

import msgspec
from msgspec.structs import force_setattr

from mckconsole.domain.configtext import MAX_TEXT, NoTree, read_toml, read_yaml
from mckconsole.domain.objects import Projection
from mckconsole.domain.sinks import Sink, cloud_id_host, host_of, named, region_of
from mckconsole.domain.text import clean, shorten

MAX_SINKS = 32
_MAX_KEYS = 64
"""Keys of one ConfigMap that are looked at."""
_NULL = frozenset({"null", "stdout", "console", "blackhole", "debug", "logging", "file", "nop",
                   "counter", "flowcounter", "copy", "relabel", "lib", "exit"})  # fmt: skip
"""Outputs that send nothing anywhere, or elsewhere within the agent."""
_HOSTS = ("host", "hosts", "endpoint", "endpoints", "url", "address", "logs_endpoint", "brokers",
          "bootstrap_servers")  # fmt: skip
_PROJECTS = ("project_id", "project", "export_to_project_id", "customer_id", "workspace_id")
_GROUPS = ("log_group_name", "group_name", "bucket", "bucket_name", "s3_bucket", "log_group",
           "default_log_group_name", "stream", "topic", "index_group")  # fmt: skip
_FIXED: Mapping[str, str] = {
    "stackdriver": "logging.googleapis.com",
    "gcp_stackdriver_logs": "logging.googleapis.com",
    "google_cloud": "logging.googleapis.com",
    "googlecloud": "logging.googleapis.com",
}
"""Clouds that are named by the kind of sink; the project is the agent's own where none is given."""


class Unreadable(ValueError):
    """The text is not a configuration of that form; the message holds none of it."""


def sink_of(kind: str, options: Mapping[str, Any]) -> Sink | None:
    """One sink by its options; None for what goes nowhere."""
    name = _kind(kind)
    if name in _NULL or not name:
        return None
    lower = {str(key).lower(): value for key, value in options.items()}
    host = next(filter(None, (host_of(lower.get(key)) for key in _HOSTS)), "")
    uri = lower.get("uri")  # of Vector a URL, of Fluent Bit a path, which may hold a token
    host = host or (host_of(uri) if isinstance(uri, str) and "://" in uri else "")
    host = host or cloud_id_host(lower.get("cloud_id") or lower.get("cloud.id"))
    project = next(filter(None, (named(lower.get(key)) for key in _PROJECTS)), "")
    group = next(filter(None, (named(lower.get(key)) for key in _GROUPS)), "")
    region = region_of(lower.get("region") or lower.get("aws_region"))
    return Sink(name, host or _FIXED.get(name, ""), project, region, group)


def _kind(text: str) -> str:
    name = shorten(clean(text.strip().lower()), 60)
    return name if re.fullmatch(r"[a-z0-9_./-]+", name) else ""


def fluent_bit(text: str) -> Iterator[Sink]:
    """Classic form: `[OUTPUT]` sections of `Key value` lines."""
    if not re.search(
        r"^[ \t]*\[(?:OUTPUT|SERVICE|INPUT|FILTER)\]", text, re.IGNORECASE | re.MULTILINE
    ):
        raise Unreadable("no section of Fluent Bit")
    for part in re.split(r"^[ \t]*(?=\[)", text, flags=re.MULTILINE):
        head, _, body = part.partition("]")
        if head.strip().lower() == "[output":
            yield from _one(dict(_pairs(body)), "name")


def _pairs(body: str) -> Iterator[tuple[str, str]]:
    for line in body.splitlines():
        words = line.strip().split(None, 1)
        if len(words) == 2 and not words[0].startswith(("#", "@")):
            yield words[0].lower(), words[1].strip()


def _one(options: Mapping[str, Any], key: str) -> Iterator[Sink]:
    found = sink_of(str(options.get(key, "")), options)
    if found is not None:
        yield found


def fluent_bit_yaml(tree: Mapping[str, Any]) -> Iterator[Sink]:
    """YAML form: `pipeline.outputs`."""
    for one in _list(_map(tree.get("pipeline")).get("outputs")):
        yield from _one({str(key).lower(): value for key, value in _map(one).items()}, "name")


_TAG = re.compile(r"<(/?)(\w+)[^>]*>")
_ROOTS = ("match", "store")
_PARTS = ("server", "endpoint", "upstream")
"""Sections within an output that name hosts; in all others (buffers, parsers) nothing is read."""


def fluentd(text: str) -> Iterator[Sink]:
    """`<match>` and the `<store>` sections in them."""
    if not re.search(r"^[ \t]*(?:<(?:match|source|filter|label|store)\b|@include)", text, re.M):
        raise Unreadable("no section of Fluentd")
    stack: list[tuple[str, dict[str, str]]] = []
    for line in text.splitlines():
        words = line.strip()
        tag = _TAG.match(words)
        if tag is None:
            _fluentd_option(stack, words)
        elif not tag[1]:
            stack.append((tag[2], {}))
        elif stack:
            name, options = stack.pop()
            if name in _ROOTS:
                yield from _one(options, "@type")
            elif name in _PARTS and stack:
                stack[-1][1].update({**options, **stack[-1][1]})


def _fluentd_option(stack: list[tuple[str, dict[str, str]]], words: str) -> None:
    parts = words.split(None, 1)
    if stack and len(parts) == 2 and not words.startswith("#"):
        key = "@type" if parts[0] == "type" else parts[0].lower()
        stack[-1][1].setdefault(key, parts[1])


def vector(tree: Mapping[str, Any]) -> Iterator[Sink]:
    """`sinks` of Vector, in whichever of its three languages it was written."""
    for one in _map(tree.get("sinks")).values():
        yield from _one(_map(one), "type")


_BLOCK = re.compile(
    r"^[ \t]*(loki\.write|otelcol\.exporter\.[a-z_]+)[ \t]+\"[^\"\n]*\"[ \t]*\{",
    re.MULTILINE,
)
_BRACE = re.compile(r"[{}]")
_MAX_BLOCK = 16 * 1024
"""Characters of one block that are looked at."""
_TARGET = re.compile(r"\b(?:url|endpoint)\s*=\s*([^\n]+)")


def alloy(text: str) -> Iterator[Sink]:
    """Components of Grafana Alloy that write logs."""
    if not re.search(
        r"^[ \t]*[a-z_]+(?:\.[a-z_]+)*(?:[ \t]+\"[^\"\n]*\")?[ \t]*\{", text, re.MULTILINE
    ):
        raise Unreadable("no block of Alloy")
    for found in islice(_BLOCK.finditer(text), MAX_SINKS):
        kind = "loki" if found[1] == "loki.write" else found[1].rpartition(".")[2]
        for target in _TARGET.finditer(_braced(text, found.end())):
            yield from _one({"type": kind, "url": target[1].strip()}, "type")


def _braced(text: str, start: int) -> str:
    """What stands between a brace that has been opened and its own end."""
    depth = 1
    for found in _BRACE.finditer(text, start, start + _MAX_BLOCK):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return text[start : found.start()]
    return text[start : start + _MAX_BLOCK]


def promtail(tree: Mapping[str, Any]) -> Iterator[Sink]:
    """`clients`, or the one `client` of old."""
    clients = [*_list(tree.get("clients")), *filter(None, [_map(tree.get("client"))])]
    for one in clients:
        yield from _one({**_map(one), "type": "loki"}, "type")


def filebeat(tree: Mapping[str, Any]) -> Iterator[Sink]:
    """`output`, nested or with dots, and the Elastic Cloud id before it."""
    cloud = cloud_id_host(tree.get("cloud.id") or _map(tree.get("cloud")).get("id"))
    if cloud:
        yield Sink("elasticsearch", cloud)
        return
    nested = {f"output.{name}": value for name, value in _map(tree.get("output")).items()}
    flat: dict[str, dict[str, Any]] = {}
    for key, value in {**nested, **tree}.items():
        kind, _, option = str(key).removeprefix("output.").partition(".")
        if str(key).startswith("output.") and (option or isinstance(value, Mapping)):
            flat.setdefault(kind, {}).update({option: value} if option else _map(value))
    for kind, options in flat.items():
        if options.get("enabled") is not False:
            yield from _one({**options, "type": kind}, "type")


def otel(tree: Mapping[str, Any], signal: str = "logs") -> Iterator[Sink]:
    """Exporters of the pipelines of one signal; `otlp/2` is of the kind `otlp`."""
    exporters = _map(tree.get("exporters"))
    pipelines = _map(_map(tree.get("service")).get("pipelines"))
    used = [
        str(name)
        for key, pipeline in pipelines.items()
        if str(key).partition("/")[0] == signal
        for name in _list(_map(pipeline).get("exporters"))
    ]
    for name in dict.fromkeys(used):
        kind = name.partition("/")[0]
        options = _map(exporters.get(name))
        merged = {**_map(options.get("log")), **options}
        yield from _one({**merged, "type": kind}, "type")


def cloudwatch(tree: Mapping[str, Any]) -> Iterator[Sink]:
    """The CloudWatch agent: logs go to a region, under the cluster's own groups."""
    logs = _map(tree.get("logs"))
    if logs:
        region = region_of(_map(tree.get("agent")).get("region"))
        yield Sink("cloudwatch_logs", host_of(logs.get("endpoint_override")), region=region)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


_TREES: tuple[tuple[tuple[str, ...], Callable[[Mapping[str, Any]], Iterator[Sink]]], ...] = (
    (("pipeline",), fluent_bit_yaml),
    (("sinks",), vector),
    (("clients", "client", "scrape_configs", "positions"), promtail),
    (("exporters", "service", "receivers"), otel),
    (("logs", "agent"), cloudwatch),
)
"""Keys at the root of which one must be there, and who reads such a tree."""


def read_tree(tree: Mapping[str, Any]) -> tuple[Sink, ...]:
    """The sinks of a configuration that is a tree.

    Raises:
        Unreadable: it is of no known program.
    """
    if any(
        str(key).startswith(("output.", "filebeat", "cloud.id")) or key == "output" for key in tree
    ):
        return _some(filebeat(tree))
    for keys, reader in _TREES:
        if any(key in tree for key in keys):
            return _some(reader(tree))
    raise Unreadable("of no known log agent")


def _some(sinks: Iterator[Sink]) -> tuple[Sink, ...]:
    return tuple(sorted(set(sinks)))[:MAX_SINKS]


def read_config(key: str, text: str) -> tuple[Sink, ...] | None:
    """The sinks in one key of a ConfigMap; None where it is not the configuration of an agent.

    Raises:
        Unreadable: it should be one, and cannot be read.
    """
    name = key.lower()
    if len(text) > MAX_TEXT:
        raise Unreadable(f"longer than {MAX_TEXT >> 10} KiB")
    if name.endswith((".conf", ".alloy", ".river")):
        readers = (alloy,) if not name.endswith(".conf") else (fluent_bit, fluentd)
        for reader in readers:
            try:
                return _some(reader(text))
            except Unreadable:
                continue
        return None
    if "." in name and not name.endswith((".yaml", ".yml", ".json", ".toml")):
        return None
    try:
        return read_tree(read_toml(text) if name.endswith(".toml") else read_yaml(text))
    except NoTree as error:
        if "." not in name:
            return None  # a text of another kind
        raise Unreadable(str(error)) from None
    except Unreadable:
        return None


class LogConfig(Projection, frozen=True, gc=False):
    """core/v1 ConfigMap of a log agent, as the sinks that it names."""

    data: dict[str, str] = msgspec.field(default_factory=dict)
    """Empty once decoded."""
    sinks: tuple[Sink, ...] = ()
    read: tuple[str, ...] = ()
    """Keys of the data that are configurations."""
    unread: tuple[str, ...] = ()
    """Those that should be and cannot be read, with the reason."""

    kind: ClassVar[str] = "ConfigMap"

    def __post_init__(self) -> None:
        if not self.data:
            return
        sinks: set[Sink] = set()
        read, unread = [], []
        for key, text in islice(self.data.items(), _MAX_KEYS):
            try:
                found = read_config(key, text)
            except Unreadable as error:
                unread.append(f"{shorten(key, 100)}: {error}")
                continue
            if found is not None:
                read.append(shorten(key, 100))
                sinks.update(found)
        force_setattr(self, "sinks", tuple(sorted(sinks))[:MAX_SINKS])
        force_setattr(self, "read", tuple(sorted(read)))
        force_setattr(self, "unread", tuple(sorted(unread)))
        force_setattr(self, "data", {})
