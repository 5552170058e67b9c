"""Questions about identities that could not be answered, cluster by cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.analysis.identity.case import PANE
from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.rules_identity import IDENTITY_RULES
from mckconsole.domain.findings import Unknown
from mckconsole.domain.snapshot import FleetSnapshot

_EVERYTHING = ("pods", "serviceaccounts")
"""Topics without which nothing can be said of workloads that are not held."""
_RULES: Mapping[str, tuple[str, ...]] = {
    **{
        topic: tuple(sorted(rule.id for rule in IDENTITY_RULES if topic in rule.reads))
        for topic in dict.fromkeys(topic for rule in IDENTITY_RULES for topic in rule.reads)
    },
    **dict.fromkeys(_EVERYTHING, ("*",)),
}
"""Topics to the rules that cannot be judged without them."""


def identity_unknowns(fleet: FleetSnapshot, facts: Mapping[str, ClusterFacts]) -> Iterator[Unknown]:
    """What could not be read of each cluster; one sentence for one of which nothing was."""
    for name, one in facts.items():
        if not one.readable:
            yield Unknown(PANE, name, "*", one.reason)
            continue
        topics = fleet.clusters[name].topics
        for topic, reason in one.unread.items():
            if topic in topics:
                for rule in _RULES.get(topic, ()):
                    yield Unknown(PANE, name, rule, reason)
