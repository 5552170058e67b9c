"""What the audit of secrets leaves to the next, so that only what changed is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.alarms import Rounds
from mckconsole.analysis.desk import Desk, DeskMemory
from mckconsole.analysis.identity.model import Binding, WorkloadKey
from mckconsole.analysis.notes import Ledger, finding_order
from mckconsole.analysis.ordered import Ordered, SortKey, merged
from mckconsole.analysis.rbac import RbacIndex
from mckconsole.analysis.secrets.consumers import ClusterUses, Used
from mckconsole.analysis.secrets.content import Contents
from mckconsole.analysis.secrets.judge import NOTHING, Judged
from mckconsole.analysis.secrets.model import AuditPolicy, Credential, Place, Spot
from mckconsole.analysis.secrets.opens import Doors
from mckconsole.analysis.secrets.places import ClusterPlaces, Where
from mckconsole.analysis.secrets.reach import Reaches
from mckconsole.analysis.secrets.stock import ClusterStock
from mckconsole.domain.access_log import AccessLog, SecretAccess
from mckconsole.domain.findings import Finding

_DATED_AT_ONCE = 5


class ClusterDesk:
    """One cluster."""

    def __init__(self) -> None:
        self.places = ClusterPlaces()
        self.stock = ClusterStock()
        self.uses = ClusterUses()
        self.rbac: RbacIndex | None = None
        self.sure = False
        """Whether all Secrets could be read."""
        self.wanted: frozenset[Used] = frozenset()
        """Objects whose users are to be known."""


class CredentialShelf:
    """Credentials as the report shows them, in order."""

    def __init__(self) -> None:
        self.judged: dict[str, Judged] = {}
        """By fingerprint."""
        self.hidden = 0
        self._ordered: Ordered[Credential] = Ordered()
        self._clusters: tuple[tuple[Credential, ...], frozenset[str]] = ((), frozenset())

    def put(self, changes: Mapping[str, Judged]) -> None:
        """Put new verdicts in the places of old ones; one that says nothing takes away."""
        old: list[SortKey] = []
        new: dict[SortKey, Credential] = {}
        for key, now in changes.items():
            before = self.judged.pop(key, NOTHING)
            self.hidden += now.hidden - before.hidden
            if before.credential is not None:
                old.append(_order(key, before.credential))
            if now.credential is not None:
                new[_order(key, now.credential)] = now.credential
            if now != NOTHING:
                self.judged[key] = now
        self._ordered.change(old, new)

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """Worst first."""
        return self._ordered.items

    @property
    def clusters(self) -> frozenset[str]:
        """Where they lie."""
        if self._clusters[0] is not self.credentials:
            names = frozenset(place.cluster for one in self.credentials for place in one.places)
            self._clusters = (self.credentials, names)
        return self._clusters[1]


def _order(key: str, one: Credential) -> SortKey:
    return (*finding_order(one.finding), str(one.finding.object or ""), key)


@dataclass(slots=True)
class SecretsDesk(Desk):
    """Credentials of a fleet, as the last analysis left them."""

    clusters: dict[str, ClusterDesk]
    policy: AuditPolicy
    holders: dict[str, dict[tuple[str, Where], tuple[Place, ...]]] = field(default_factory=dict)
    """By fingerprint: objects, and the places in them."""
    contents: Contents = field(default_factory=Contents)
    shelf: CredentialShelf = field(default_factory=CredentialShelf)
    found: Ledger = field(default_factory=Ledger)
    """Findings of credentials."""
    others: Ledger = field(default_factory=Ledger)
    rounds: Rounds[tuple[str, ...]] = field(default_factory=lambda: Rounds(_DATED_AT_ONCE))
    doors: Doors = field(default_factory=lambda: Doors({}, {}))
    reaches: Reaches = field(default_factory=Reaches)
    seen_bindings: tuple[Binding, ...] = ()
    bindings: dict[WorkloadKey, tuple[Binding, ...]] = field(default_factory=dict)
    """Of the workloads that use what credentials lie in."""
    bound_at: float = 0.0
    """When they were looked up, Unix seconds."""
    access: AccessLog | None = None
    accesses: tuple[SecretAccess, ...] = ()
    by_spot: dict[Spot, list[SecretAccess]] = field(default_factory=dict)
    """Accesses that name a Secret, by it."""
    holding: dict[Spot, set[str]] = field(default_factory=dict)
    """Secrets in which a credential was found, with these."""
    reads: dict[Spot, tuple[Finding, ...]] = field(default_factory=dict)
    """What is said of who read a Secret, as far as it was asked for."""
    joined: tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Finding, ...]] = ((), (), ())
    """Findings of both ledgers, and these together."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, in the order of all findings."""
        found, others = self.found.notes.findings, self.others.notes.findings
        if self.joined[0] is not found or self.joined[1] is not others:
            self.joined = (found, others, merged(found, others, finding_order))
        return self.joined[2]


class SecretsMemory(DeskMemory[SecretsDesk]):
    """What is remembered of a fleet's secrets; `SecretsMemory()` remembers nothing."""

    __slots__ = ()

    def take(self, names: Iterable[str], policy: AuditPolicy) -> SecretsDesk:
        """The desk for a fleet of these clusters, in this order, by this policy; an empty one where
        this memory is not the newest, or of others."""
        desk, wanted = self.newest, list(names)
        if desk is None or list(desk.clusters) != wanted or desk.policy != policy:
            return SecretsDesk({name: ClusterDesk() for name in wanted}, policy)
        return desk
