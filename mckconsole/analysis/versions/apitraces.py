"""Traces of deprecated versions: what the API servers counted, and what managedFields remember.

Sources: apiserver/pkg/endpoints/metrics (`apiserver_requested_deprecated_apis` is set by the first
request and stays until that API server starts anew; anybody's `kubectl get` of an old version sets
it, and it does not say whose); Kubernetes documentation, Server-Side Apply (an entry of
managedFields has the version of its manager's last write and is replaced by the next one, so it may
be years old; readers leave none).

That requests were counted says that somebody asks. That none were says something only where the
API servers are known to be scraped: an empty answer has no other sign of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.mesh.evidence import ref_of, server_time
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kinds import BY_TOPIC, KINDS
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.metrics import MetricState, Sample
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.times import parse_rfc3339

METRIC = "apiserver_requested_deprecated_apis"
REQUESTED, SCRAPED = "deprecated-apis", "apiserver-builds"
"""Queries: the metric, and one that every API server answers."""
TRACE_TOPICS: tuple[str, ...] = tuple(
    kind.topic for kind in KINDS if isinstance(kind.projection().metadata, ManagedMeta)
)
"""Topics whose objects tell in which version they were written."""

Api: TypeAlias = tuple[str, str, str]
"""Group, version and plural."""


class Trace(NamedTuple):
    """One manager's last write of one object, in a version that is no stable one."""

    ref: ObjectRef
    kind: str
    manager: str
    at: float | None
    """Unix seconds; None where it does not say when."""
    evidence: Evidence


def requested(cluster: ClusterSnapshot) -> dict[Api, list[Sample]]:
    """What the API servers counted requests of, by API."""
    found: dict[Api, list[Sample]] = {}
    for one in cluster.metrics.get(REQUESTED).samples:
        labels = one.labels
        if one.value > 0 and labels.get("version"):
            api = (labels.get("group", ""), labels["version"], labels.get("resource", ""))
            found.setdefault(api, []).append(one)
    for samples in found.values():
        samples.sort(key=lambda one: sorted(one.labels.items()))
    return found


def uncounted(cluster: ClusterSnapshot) -> str:
    """Why that no requests were counted means nothing; empty where it means that there were none
    since the API servers started."""
    vector = cluster.metrics.get(REQUESTED)
    if vector.state is not MetricState.FRESH:
        return f"{METRIC} {vector.state}: {vector.reason}" if vector.reason else vector.state.value
    if vector.samples:
        return ""
    other = cluster.metrics.get(SCRAPED)
    if other.state is MetricState.FRESH and other.samples:
        return ""
    return f"Prometheus has no series of this cluster's API servers, so {METRIC} says nothing"


def traces(cluster: ClusterSnapshot, taken_at: float) -> dict[Api, list[Trace]]:
    """Writes in alpha and beta versions, by API, newest first.

    Args:
        taken_at: Unix seconds of the snapshot, console clock.
    """
    found: dict[Api, list[Trace]] = {}
    for topic in TRACE_TOPICS:
        for api, trace in _of_topic(cluster, topic, taken_at):
            found.setdefault(api, []).append(trace)
    for every in found.values():
        every.sort(key=lambda one: (-(one.at or 0.0), one.ref, one.manager))
    return found


def _of_topic(cluster: ClusterSnapshot, topic: str, taken_at: float) -> Iterator[tuple[Api, Trace]]:
    view, kind = cluster.topic(topic), BY_TOPIC[topic]
    name = kind.projection.kind
    for key, one in view.objects.items():
        metadata = one.metadata
        if not isinstance(metadata, ManagedMeta) or not metadata.managed_fields:
            continue
        for entry in metadata.unstable:
            group, _, version = entry.api_version.rpartition("/")
            ref = ref_of(cluster, topic, key)
            seen_at = server_time(cluster, view, taken_at)
            words = f"{entry.api_version} by {entry.manager or '(unnamed)'}"
            value = f"{words}, {entry.time or 'undated'}"
            evidence = Evidence(
                "kubernetes", cluster.name, ref, "metadata.managedFields", value, seen_at
            )
            at = parse_rfc3339(entry.time)
            yield (group, version, kind.plural), Trace(ref, name, entry.manager, at, evidence)
