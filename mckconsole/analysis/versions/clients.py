"""Rule SK07: which kubectl goes with which clusters.

kubectl is supported within one minor of the API server. The console itself asks for versions of
APIs that the server offers, so its own age is no matter; and what kubectl somebody has it cannot
see. What it can say is whether one will do for the whole fleet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mckconsole.analysis.versions.observed import PANE, Observed
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.wording import listed

_NAMED = 5


class Client(NamedTuple):
    """One kubectl, and the clusters that it goes with."""

    minor: Minor
    clusters: tuple[str, ...]
    """Sorted; each cluster is with one client alone."""


def clients(fleet: Iterable[Observed]) -> tuple[Client, ...]:
    """The fewest versions of kubectl that go with all clusters, oldest first.

    Clusters of which no API server was seen are left out, and those whose API servers are so far
    apart that no kubectl goes with all of them.
    """
    spans = sorted(
        (one.least.plus(1), one.most.plus(-1), one.cluster)
        for one in fleet
        if one.least is not None and one.most is not None
        and one.most.plus(-1) <= one.least.plus(1)
    )  # fmt: skip
    found: list[tuple[Minor, list[str]]] = []
    for newest, oldest, cluster in spans:
        if not found or found[-1][0] < oldest:
            found.append((newest, []))
        found[-1][1].append(cluster)
    return tuple(Client(minor, tuple(sorted(names))) for minor, names in found)


def client_findings(fleet: Sequence[Observed]) -> tuple[Finding, ...]:
    """SK07, once for a fleet that needs more than one kubectl; on a cluster of the oldest."""
    needed = clients(fleet)
    if len(needed) < 2:
        return ()
    by_name = {one.cluster: one for one in fleet}
    every = sorted(name for one in needed for name in one.clusters)
    first = needed[0].clusters[0]
    words = "; ".join(
        f"{_choice(one, by_name)} for {listed(one.clusters, _NAMED)}" for one in needed
    )
    evidence = tuple(
        server.evidence(name) for name in every for server in by_name[name].servers[:1]
    )
    return (
        Finding(
            "SK07",
            PANE,
            Severity.INFO,
            first,
            None,
            f"No one kubectl goes with all clusters: {len(needed)} are needed",
            f"kubectl is supported within one minor of the API server. Needed are {words}.",
            evidence,
            f"use kubectl {words}",
            tuple(name for name in every if name != first),
        ),
    )


def _choice(client: Client, fleet: dict[str, Observed]) -> str:
    """`1.33 or 1.34`: every minor that goes with all of its clusters."""
    seen = [fleet[name] for name in client.clusters]
    newest = min(one.least.plus(1) for one in seen if one.least is not None)
    oldest = max(one.most.plus(-1) for one in seen if one.most is not None)
    span = range((newest.ahead_of(oldest) or 0) + 1)
    return " or ".join(str(oldest.plus(step)) for step in span)
