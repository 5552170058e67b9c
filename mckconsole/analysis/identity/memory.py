"""What the analysis of identities leaves to the next, so that only what changed is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from mckconsole.analysis.alarms import Rounds
from mckconsole.analysis.desk import Desk, DeskMemory
from mckconsole.analysis.identity.cluster_desk import ClusterDesk
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    BindingState,
    Cloud,
    Identity,
    IdentityPolicy,
    IdentityUse,
)
from mckconsole.analysis.identity.pools import NamedPools
from mckconsole.analysis.identity.uses import BindingKey, Uses, key_of
from mckconsole.analysis.notes import Ledger, severity_order
from mckconsole.analysis.ordered import Ordered, SortKey
from mckconsole.domain.findings import Finding, Severity

K = TypeVar("K", bound=tuple[Any, ...])
V = TypeVar("V")
_STATES = {state: rank for rank, state in enumerate(BindingState)}


def binding_order(binding: Binding) -> SortKey:
    """Worst first: by what rules say, then by state; then by key. Information is not bad."""
    told = None if binding.severity is Severity.INFO else binding.severity
    rank = severity_order(told)
    return (rank, _STATES[binding.state], *key_of(binding))


class Principal(NamedTuple):
    """Service accounts that Google does not tell apart."""

    pool: str
    namespace: str
    name: str


class Shelf:
    """Bindings as the report shows them, in order."""

    def __init__(self) -> None:
        self.by_key: dict[BindingKey, Binding] = {}
        self._bindings: Ordered[Binding] = Ordered()

    def change(self, changes: Mapping[BindingKey, Binding | None]) -> None:
        """Put new bindings in the places of old ones; None takes one away."""
        old = [self.by_key[key] for key in changes if key in self.by_key]
        new = [one for one in changes.values() if one is not None]
        for key, one in changes.items():
            if one is None:
                self.by_key.pop(key, None)
            else:
                self.by_key[key] = one
        self._bindings.change(map(binding_order, old), {binding_order(one): one for one in new})

    @property
    def bindings(self) -> tuple[Binding, ...]:
        """Worst first."""
        return self._bindings.items


@dataclass(slots=True)
class IdentityDesk(Desk):
    """Identities of a fleet, as the last analysis left them."""

    clusters: dict[str, ClusterDesk]
    policy: IdentityPolicy
    uses: Uses = field(default_factory=Uses)
    raw: dict[BindingKey, Binding] = field(default_factory=dict)
    """Bindings before findings were attached to them."""
    shown: dict[BindingKey, Binding] = field(default_factory=dict)
    """Those of them that the bindings on the shelf were made of."""
    shared: dict[Identity, tuple[Finding, ...]] = field(default_factory=dict)
    """What rules say of identities, where they do."""
    pools: dict[str, Sequence[str]] = field(default_factory=dict)
    """Google's workload identity pools with several clusters, with these."""
    pools_of: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The same by cluster."""
    named: NamedPools = field(default_factory=NamedPools)
    """Those that pods name."""
    principals: dict[Principal, Finding] = field(default_factory=dict)
    """What rules say of accounts that Google takes for one, where they do."""
    shelf: Shelf = field(default_factory=Shelf)
    ledger: Ledger = field(default_factory=Ledger)
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    """Those that the report shows; replaced as a whole, because it is shown."""
    identities: dict[Identity, IdentityUse] = field(default_factory=dict)
    """Replaced as a whole too."""
    identity_rounds: Rounds[Identity] = field(default_factory=Rounds)
    principal_rounds: Rounds[Principal] = field(default_factory=Rounds)
    cluster_rounds: Rounds[tuple[str]] = field(default_factory=Rounds)
    fleet_judged: float = 0.0

    def principals_of(self, binding: Binding) -> list[Finding]:
        """What is said of the Google principals that a workload is."""
        if not self.principals or binding.cloud is not Cloud.GCP:
            return []
        cluster, who = binding.workload.key.cluster, binding.account.key[1:]
        keys = (Principal(pool, *who) for pool in self.pools_of.get(cluster, ()))
        return [self.principals[key] for key in keys if key in self.principals]


class IdentityMemory(DeskMemory[IdentityDesk]):
    """What is remembered of a fleet's identities; `IdentityMemory()` remembers nothing."""

    __slots__ = ()

    def take(self, names: Iterable[str], policy: IdentityPolicy) -> IdentityDesk:
        """The desk for a fleet of these clusters, in this order, by this policy; an empty one where
        this memory is not the newest, or of others."""
        desk, wanted = self.newest, list(names)
        if desk is None or list(desk.clusters) != wanted or desk.policy != policy:
            return IdentityDesk({name: ClusterDesk() for name in wanted}, policy)
        return desk


def with_changes(held: dict[K, V], changes: Mapping[K, V | None]) -> dict[K, V]:
    """A sorted copy of `held` with changes, of which None takes away; `held` without any."""
    if not changes:
        return held
    new = {**held, **{key: one for key, one in changes.items() if one is not None}}
    for key, one in changes.items():
        if one is None:
            new.pop(key, None)
    if len(new) == len(held) and new.keys() == held.keys():
        return new
    return {key: new[key] for key in sorted(new)}
