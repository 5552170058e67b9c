"""Short ways to write down what was seen."""

from __future__ import annotations

from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import Sample
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView

_UNSHOWN = frozenset({"__name__"})


def seen(cluster: str, ref: ObjectRef, path: str, value: str, at: float) -> Evidence:
    """A field of an object."""
    return Evidence("kubernetes", cluster, ref, path, value, at)


def derived(cluster: str, what: str, value: str, at: float) -> Evidence:
    """A fact that was worked out or found absent, not read from one field."""
    return Evidence("derived", cluster, None, what, value, at)


def measured(cluster: str, metric: str, sample: Sample) -> Evidence:
    """A sample of a series."""
    labels = ",".join(
        f'{name}="{value}"' for name, value in sorted(sample.labels.items()) if name not in _UNSHOWN
    )
    return Evidence(
        "prometheus", cluster, None, f"{metric}{{{labels}}}", f"{sample.value:g}", sample.at
    )


def ref_of(cluster: ClusterSnapshot, topic: str, key: Key) -> ObjectRef:
    """How evidence names an object of a topic, whether it is there or not."""
    kind = BY_TOPIC[topic]
    version = cluster.topic(topic).version or kind.versions[0]
    group = f"{kind.group}/" if kind.group else ""
    return ObjectRef(f"{group}{version}", kind.projection.kind, *key)


def server_time(cluster: ClusterSnapshot, topic: TopicView, taken_at: float) -> float:
    """The API server's clock when `topic` was last confirmed, Unix seconds."""
    return topic.as_of if topic.as_of is not None else taken_at + cluster.clock_offset
