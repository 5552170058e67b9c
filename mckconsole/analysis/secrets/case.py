"""What all judging of secrets looks at, and how it writes things down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.identity.model import Binding, ClusterFacts, WorkloadKey
from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.secrets.consumers import Use
from mckconsole.analysis.secrets.model import AuditPolicy, Place
from mckconsole.analysis.secrets.opens import Doors
from mckconsole.analysis.secrets.reach import Reaches, Readers
from mckconsole.domain import wording
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.snapshot import FleetSnapshot

PANE = "secrets"
MAX_SHOWN = 5
"""Things of one sort that a sentence names."""
_ORDER = tuple(Severity)
KEEPERS = (
    "External Secrets",
    "Sealed Secrets",
    "Secrets Store CSI",
    "Vault",
    "cert-manager",
)
"""Tools whose source of a Secret is elsewhere: what lies in the cluster is their copy."""
COPIERS = ("Reflector", "Replicator")
"""Tools that copy a Secret to other namespaces, and say so."""


def kept_by(owner: str, tools: tuple[str, ...] = KEEPERS) -> str:
    """The tool among these that looks after an object; empty for none."""
    return next((tool for tool in tools if owner.startswith(tool)), "")


def lowered(severity: Severity, floor: Severity = Severity.INFO) -> Severity:
    """One less bad, but not less than `floor`."""
    return _ORDER[min(severity.rank + 1, max(floor.rank, severity.rank))]


def worst(severities: Iterable[Severity]) -> Severity:
    """The worst of some, of which there is one at least."""
    return min(severities, key=lambda one: one.rank)


def listed(names: Iterable[str], most: int = MAX_SHOWN) -> str:
    """Some names, and how many more there are."""
    return wording.listed(names, most)


@dataclass(slots=True)
class Around:
    """What a credential or a Secret is judged by, besides itself."""

    fleet: FleetSnapshot
    policy: AuditPolicy
    facts: Mapping[str, ClusterFacts] = field(default_factory=dict)
    """Of the identity pane, by cluster."""
    doors: Doors = field(default_factory=lambda: Doors({}, {}))
    reaches: Reaches = field(default_factory=Reaches)
    uses: Callable[[Place], tuple[Use, ...]] = lambda place: ()
    bindings: Mapping[WorkloadKey, tuple[Binding, ...]] = field(default_factory=dict)
    reads: Callable[[Place], tuple[Finding, ...]] = lambda place: ()
    """Findings on who read the object of a place, by the logs."""
    recheck_at: float | None = None
    """Unix seconds, console clock, when what was judged last must be looked at again."""

    @property
    def now(self) -> float:
        """Unix seconds, console clock."""
        return self.fleet.taken_at

    def clock(self, cluster: str) -> float:
        """Unix seconds by the clock of a cluster's API server."""
        found = self.fleet.clusters.get(cluster)
        return self.now + (found.clock_offset if found else 0.0)

    def time_of(self, cluster: str, topic: str) -> float:
        """When a topic was confirmed last, server clock."""
        found = self.fleet.clusters.get(cluster)
        at = found.topic(topic).as_of if found else None
        return self.now if at is None else at

    def look_again(self, cluster: str, at: float) -> None:
        """Judge once more when a cluster's clock says `at`."""
        wait = at - self.clock(cluster)
        if wait > 0:
            when = self.now + wait
            self.recheck_at = when if self.recheck_at is None else min(when, self.recheck_at)

    def kubectl(self, cluster: str, command: str, namespace: str = "") -> str:
        """A kubectl command on a cluster, fit to be pasted into a shell."""
        found = self.fleet.clusters.get(cluster)
        return kubectl_on(found.context if found else cluster, command, namespace)

    def readers(self, place: Place) -> Readers | None:
        """Who can read the object of a place; None where RBAC was not read."""
        facts = self.facts.get(place.cluster)
        if facts is None or facts.rbac is None:
            return None
        return self.reaches.of(facts.rbac, place)

    def seen(self, cluster: str, topic: str, ref: ObjectRef, path: str, value: str) -> Evidence:
        """A field of an object."""
        return Evidence("kubernetes", cluster, ref, path, value, self.time_of(cluster, topic))

    def derived(
        self, cluster: str, what: str, value: str, ref: ObjectRef | None = None
    ) -> Evidence:
        """A fact that was worked out, about an object where one is named."""
        return Evidence("derived", cluster, ref, what, value, self.clock(cluster))


def finding(
    rule: str,
    severity: Severity,
    cluster: str,
    ref: ObjectRef | None,
    title: str,
    detail: str,
    evidence: Iterable[Evidence],
    remediation: str,
    *,
    peers: Iterable[str] = (),
    subject: str = "",
) -> Finding:
    """A finding of this pane."""
    return Finding(rule, PANE, severity, cluster, ref, title, detail, tuple(evidence), remediation,
                   tuple(sorted(peers)), subject)  # fmt: skip
