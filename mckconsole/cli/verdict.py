"""From what was read and found to the exit status, and to the words that explain it.

What counts as "could not be read" (exit 4): a cluster that is neither ready nor degraded, a topic
that is forbidden, stale, unreachable, not supported, read in part or not read in time, a metric
that a configured endpoint failed to give or gave in part, and a log of who read Secrets that was
not read to its end or has no event in any of its lines. What does not count: an optional topic that
is forbidden (unless the report names the pane that stands on it), a kind that the cluster does not
serve (Submariner is not installed everywhere), a cluster without a Prometheus, growth over time
from `/federate`, which cannot give it, and notes about the kubeconfig.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mckconsole.cli.exit_codes import ExitCode
from mckconsole.config.model import Config
from mckconsole.domain.findings import Severity
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.metrics import QUERIES, MetricState
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.report.document import Document

_FINE = frozenset({TopicState.FRESH, TopicState.ABSENT})
_WINDOWED = frozenset(query.id for query in QUERIES if query.window > 0)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the caller asked the exit status to say."""

    fail_on: Severity | None = None
    allow_partial: bool = False


def judge(
    document: Document, snapshot: FleetSnapshot, gaps: Mapping[str, list[str]], wanted: Wanted
) -> ExitCode:
    """The exit status of a report; `gaps` are those of `find_gaps`."""
    found = wanted.fail_on is not None and document.reaches(wanted.fail_on)
    return exit_code(snapshot, gaps, found=found, allow_partial=wanted.allow_partial)


def exit_code(
    snapshot: FleetSnapshot, gaps: Mapping[str, list[str]], *, found: bool, allow_partial: bool
) -> ExitCode:
    """The first status that applies; `found` is whether what `--fail-on` asks for was."""
    if not any(cluster.state.readable for cluster in snapshot.clusters.values()):
        return ExitCode.NO_CLUSTER
    if found:
        return ExitCode.FINDINGS
    if gaps and not allow_partial:
        return ExitCode.INCOMPLETE
    return ExitCode.DONE


def find_gaps(
    snapshot: FleetSnapshot, config: Config, *, essential: Collection[str] = ()
) -> dict[str, list[str]]:
    """What could not be read, by cluster or file of a log; of the optional topics only the
    `essential` count."""
    gaps: dict[str, list[str]] = {}
    federated = {endpoint.name for endpoint in config.prometheus if endpoint.api == "federate"}
    for name, cluster in snapshot.clusters.items():
        if cluster.state.readable:
            gaps[name] = [*_topics(cluster, essential), *_metrics(cluster, federated)]
        else:
            gaps[name] = [cluster.state.value]
    for file in snapshot.access.files:
        if file.trouble:
            gaps.setdefault(file.path, []).append(file.trouble)
    return {name: found for name, found in gaps.items() if found}


def _topics(cluster: ClusterSnapshot, essential: Collection[str]) -> Iterator[str]:
    for name, topic in cluster.topics.items():
        optional = BY_TOPIC[name].optional and name not in essential
        if topic.state is TopicState.FORBIDDEN and optional:
            continue  # an unknown of the rules that would have read it
        if topic.withheld:
            continue  # nobody asked for it
        if topic.state not in _FINE:
            yield f"{name} {topic.state.value}"
        elif any(one != NOT_READ or not optional for _, one in topic.faults):
            yield f"{name} read in part"


def _metrics(cluster: ClusterSnapshot, federated: set[str]) -> Iterator[str]:
    troubled = {
        vector.endpoint: vector.state.value
        for query, vector in cluster.metrics.vectors.items()
        if vector.state in (MetricState.FAILED, MetricState.PARTIAL)
        and not (vector.endpoint in federated and query in _WINDOWED)
    }
    for endpoint, state in troubled.items():
        yield f"metrics of {endpoint} {state}"
