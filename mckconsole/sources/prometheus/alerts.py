"""What a Prometheus endpoint says of alerts: decoded, attributed to clusters, tied to objects.

`/api/v1/alerts` of the HTTP API. Labels and annotations are whatever somebody wrote into a rule:
cleaned, bounded and without credentials from here on. An alert that cannot be read is counted and
named in the reason, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from mckconsole.domain.alerts import Alert
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.times import parse_rfc3339
from mckconsole.sources.prometheus.trouble import PrometheusTrouble
from mckconsole.sources.redact_said import without_credentials

MAX_ALERTS = 2000
"""Alerts of one endpoint that are kept; firing ones before pending ones."""
MAX_LABELS = 40
MAX_LABEL = 256
"""Characters of a label's value that are kept."""
MAX_WORDS = 1024
"""The same of an annotation."""
_WORDS = frozenset({"summary", "description", "message"})
"""Annotations that are kept; the last is what the first two were called long ago."""
_STATES: Mapping[str, Literal["firing", "pending"]] = {"firing": "firing", "pending": "pending"}
_ABOUT = (
    ("deployment", "apps/v1", "Deployment"),
    ("statefulset", "apps/v1", "StatefulSet"),
    ("daemonset", "apps/v1", "DaemonSet"),
    ("cronjob", "batch/v1", "CronJob"),
    ("job_name", "batch/v1", "Job"),
    ("horizontalpodautoscaler", "autoscaling/v2", "HorizontalPodAutoscaler"),
    ("persistentvolumeclaim", "v1", "PersistentVolumeClaim"),
    ("pod", "v1", "Pod"),
)
"""Labels that name an object of the `namespace` label, the one that says most first: beside the
workload's there may be the name of the exporter's own pod."""
_EXPORTERS = frozenset({"kube-state-metrics", "node-exporter", "kube-rbac-proxy-main"})
"""Containers whose pod an alert is not about, but told by."""


class _Item(msgspec.Struct, rename="camel"):
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    annotations: dict[str, str] = msgspec.field(default_factory=dict)
    state: str = ""
    active_at: str = ""


class _Data(msgspec.Struct):
    alerts: list[msgspec.Raw] = msgspec.field(default_factory=list)


class _Body(msgspec.Struct):
    data: _Data | None = None


_BODY = msgspec.json.Decoder(_Body)
_ITEM = msgspec.json.Decoder(_Item)


@dataclass(frozen=True, slots=True)
class AlertsAnswer:
    """What the endpoint said."""

    alerts: tuple[Alert, ...]
    """Attributed to no cluster yet."""
    asked_at: float
    """Unix seconds by the endpoint's clock; 0 where it does not say."""
    caveat: str = ""
    """Why these may not be all."""


def read_alerts(body: bytes, endpoint: str, asked_at: float, caveat: str) -> AlertsAnswer:
    """Decode an answer whose envelope says that it is a success.

    Raises:
        PrometheusTrouble: it is not of the Prometheus HTTP API.
    """
    try:
        data = _BODY.decode(body).data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        data = None
    if data is None:
        raise PrometheusTrouble(
            "the answer holds no alerts of the Prometheus HTTP API", whole_endpoint=False
        )
    found = [_alert(raw, endpoint) for raw in data.alerts]
    told = sorted((one for one in found if one), key=lambda one: (one.state, -one.active_at))
    caveats = [caveat] if caveat else []
    if odd := len(found) - len(told):
        caveats.append(f"{odd} alerts that could not be read left out")
    if more := len(told) - MAX_ALERTS:
        caveats += [f"{more} more alerts left out"] if more > 0 else []
    return AlertsAnswer(tuple(told[:MAX_ALERTS]), asked_at, "; ".join(caveats))


def _alert(raw: msgspec.Raw, endpoint: str) -> Alert | None:
    """None for what is no alert: without a name, a state, or a time."""
    try:
        item = _ITEM.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    state, at = _STATES.get(item.state), parse_rfc3339(item.active_at)
    labels = {_told(key): _told(value) for key, value in list(item.labels.items())[:MAX_LABELS]}
    name = labels.pop("alertname", "")
    if state is None or at is None or not name:
        return None
    words = {key: _words(value) for key, value in item.annotations.items() if key in _WORDS}
    return Alert(
        endpoint,
        "",
        name,
        state,
        labels.get("severity", ""),
        at,
        tuple(sorted(labels.items())),
        words.get("summary", ""),
        words.get("description") or words.get("message", ""),
        object_of(labels),
    )


def _told(text: str) -> str:
    return shorten(without_credentials(clean(text)), MAX_LABEL)


def _words(text: str) -> str:
    return shorten(without_credentials(clean(text[: 4 * MAX_WORDS])), MAX_WORDS)


def object_of(labels: Mapping[str, str]) -> ObjectRef | None:
    """The object that the labels of kube-state-metrics and its like name; None where they do not.

    Source: kubernetes-mixin and kube-prometheus, whose alerts carry these labels.
    """
    namespace = labels.get("namespace", "")
    told = labels.get("container", "") in _EXPORTERS
    if namespace:
        for label, api_version, kind in _ABOUT:
            name = labels.get(label, "")
            if name and not (kind == "Pod" and told):
                return ObjectRef(api_version, kind, namespace, name)
    if node := labels.get("node", ""):
        return ObjectRef("v1", "Node", "", node)
    if namespace and not told:
        return ObjectRef("v1", "Namespace", "", namespace)
    return None


def attributed(
    answer: AlertsAnswer, place: Callable[[Mapping[str, str]], str | None]
) -> tuple[Alert, ...]:
    """The alerts with their clusters; those of clusters that others are asked for are left out.

    `place` gives a cluster for labels, nothing where they name none, and None for others' clusters.
    """
    placed = ((one, place(dict(one.labels))) for one in answer.alerts)
    return tuple(replace(one, cluster=cluster) for one, cluster in placed if cluster is not None)
