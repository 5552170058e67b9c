"""Who is who in which cloud, over a whole fleet: read and judged where something changed.

A workload is judged again when one of its objects changed, its service account or what must be
known of its cluster did, or when its time has come. An identity is judged again when anybody who
has it changed. Everything else is handed on as the very object that the last report had.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from mckconsole.analysis.alarms import EVIDENCE_AGE
from mckconsole.analysis.identity.attach import attached, same_words
from mckconsole.analysis.identity.case import Scene
from mckconsole.analysis.identity.cluster_desk import Changed, ClusterDesk
from mckconsole.analysis.identity.index import Name
from mckconsole.analysis.identity.memory import (
    IdentityDesk,
    IdentityMemory,
    Principal,
    binding_order,
    with_changes,
)
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    Cloud,
    ClusterFacts,
    Identity,
    IdentityPolicy,
    IdentityReport,
    IdentityUse,
    WorkloadKey,
)
from mckconsole.analysis.identity.pools import shared_pools
from mckconsole.analysis.identity.rules_cluster import judge_cluster
from mckconsole.analysis.identity.rules_fleet_identity import judge_identity
from mckconsole.analysis.identity.rules_fleet_issuer import check_issuers
from mckconsole.analysis.identity.rules_fleet_sameness import check_pools, check_principal
from mckconsole.analysis.identity.units import findings_of
from mckconsole.analysis.identity.unread import identity_unknowns
from mckconsole.analysis.identity.uses import BindingKey, identities_of, key_of
from mckconsole.analysis.notes import unknown_order
from mckconsole.analysis.ordered import merged
from mckconsole.analysis.pause import undisturbed
from mckconsole.domain.findings import Finding, Unknown
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot

ASKED = "serviceaccounts"
"""The topic that is read when identities are wanted, and for nothing else."""
_CLOUDS = tuple(Cloud)


def analyse_identity(
    fleet: FleetSnapshot, memory: IdentityMemory, policy: IdentityPolicy
) -> tuple[IdentityReport, IdentityMemory]:
    """Every workload's identities, and what to hand to the next analysis.

    Nothing is said where nobody asked for identities.
    """
    if not any(ASKED in one.topics for one in fleet.clusters.values()):
        return IdentityReport(policy=policy), IdentityMemory()
    desk = memory.take(fleet.clusters, policy)
    with undisturbed(desk.turn == 0):
        _Work(desk, fleet).renew()
    facts = {name: one.facts for name, one in desk.clusters.items()}
    unread = sorted(set(identity_unknowns(fleet, facts)))
    notes = desk.ledger.notes
    report = IdentityReport(
        bindings=desk.shelf.bindings,
        accounts=desk.accounts,
        identities=desk.identities,
        clusters=facts,
        findings=notes.findings,
        unknowns=merged(notes.unknowns, unread, unknown_order),
        plain={
            name: one.plain for name, one in desk.clusters.items() if ASKED not in one.facts.unread
        },
        policy=policy,
    )
    return report, IdentityMemory.of(desk)


@dataclass(slots=True)
class _Work:
    """One analysis at the desk."""

    desk: IdentityDesk
    fleet: FleetSnapshot
    facts: dict[str, ClusterFacts] = field(default_factory=dict)
    loose: set[WorkloadKey] = field(default_factory=set)
    """Workloads whose bindings are to be put together anew."""
    identities: set[Identity] = field(default_factory=set)
    """Identities of which somebody changed."""
    principals: set[Principal] = field(default_factory=set)
    """The same of accounts that Google takes for one."""

    def renew(self) -> None:
        """Judge what must be judged again."""
        desk, now = self.desk, self.fleet.taken_at
        all_changed: dict[str, Changed] = {}
        for name, cluster in self.fleet.clusters.items():
            all_changed[name] = desk.clusters[name].renew(cluster, now, desk.policy)
            self.facts[name] = desk.clusters[name].facts
        for name, changed in all_changed.items():
            self._take(name, changed)
        due = {name for (name,) in desk.cluster_rounds.again(now)}
        for name, changed in all_changed.items():
            if changed.objects or name in due:
                self._judge_cluster(self.fleet.clusters[name], desk.clusters[name])
        others = {name for name, one in all_changed.items() if one.facts}
        self._judge_identities(others)
        pools = desk.pools
        self._judge_principals(others)
        common = others or any(one.accounts for one in all_changed.values())
        common = common or pools is not desk.pools
        if common or now - desk.fleet_judged >= EVIDENCE_AGE:
            self._judge_fleet()
        self._attach()
        desk.ledger.close()

    def _take(self, name: str, changed: Changed) -> None:
        """Note what changed in one cluster."""
        held = self.desk.clusters[name]
        for unit_name in changed.units:
            self._take_unit(WorkloadKey(name, *unit_name), held, unit_name, changed)
        shown: dict[AccountKey, Account | None] = {}
        for account_key in changed.accounts:
            self._take_account(AccountKey(name, *account_key), held, account_key, changed, shown)
        self.desk.accounts = with_changes(self.desk.accounts, shown)

    def _take_unit(self, key: WorkloadKey, held: ClusterDesk, name: Name, changed: Changed) -> None:
        desk = self.desk
        before, now = changed.units[name], held.units.get(name)
        old, new = before.bindings if before else (), now.bindings if now else ()
        if before is None and now is not None and now.silent:
            return
        if old or new:
            self.identities.update(desk.uses.bindings(old, new))
            self.loose.add(key)
            for one in old:
                desk.raw.pop(key_of(one), None)
            desk.raw.update((key_of(one), one) for one in new)
            if named := desk.named.change(old, new):
                self.principals.update(one for one in desk.principals if one.pool in named)
            for pool in desk.pools_of.get(key.cluster, ()):
                names = {one.account.key[1:] for one in (*old, *new)}
                self.principals.update(Principal(pool, *one) for one in names)
        if now is None or not (now.found or now.unknowns):
            desk.ledger.write(("workload", *key), ())
        else:
            desk.ledger.write(("workload", *key), findings_of(now.found), now.unknowns)

    def _take_account(
        self,
        key: AccountKey,
        held: ClusterDesk,
        name: Key,
        changed: Changed,
        shown: dict[AccountKey, Account | None],
    ) -> None:
        desk = self.desk
        before, now = changed.accounts[name], held.accounts.get(name)
        account = now.account if now else None
        for pool in desk.pools_of.get(key.cluster, ()):
            self.principals.add(Principal(pool, *name))
        if before is None and now is not None and now.silent:
            return
        self.identities.update(desk.uses.account(before.account if before else None, account))
        for one in (before, now):
            if one is not None and one.bound:
                self.loose.update(one.account.workloads)
        if now is not None:
            desk.ledger.write(("account", *key), findings_of(now.found), now.unknowns)
        else:
            desk.ledger.write(("account", *key), ())
        told = account if now is not None and now.told else None
        if told is not desk.accounts.get(key):
            shown[key] = told

    def _judge_cluster(self, cluster: ClusterSnapshot, held: ClusterDesk) -> None:
        desk, now = self.desk, self.fleet.taken_at
        scene = Scene(held.facts, now, desk.policy)
        declaring = [one.account for one in held.accounts.values() if one.account.declarations]
        declaring.sort(key=lambda one: one.key)
        findings, unknowns = judge_cluster(scene, cluster, declaring)
        desk.cluster_rounds.note((cluster.name,), now, scene.recheck_at, bool(findings))
        desk.ledger.write(("cluster", cluster.name), findings, unknowns)

    def _judge_identities(self, clusters: set[str]) -> None:
        """Judge identities that somebody has, of which something changed, or in these clusters."""
        desk, now = self.desk, self.fleet.taken_at
        due = self.identities | set(desk.identity_rounds.again(now))
        if clusters:
            due.update(one for one in desk.uses.all() if desk.uses.clusters(one) & clusters)
        for identity in due:
            shared = desk.uses.shared(identity, desk.raw)
            use = desk.uses.use(identity, desk.raw) if shared else None
            found = judge_identity(use, self.facts, desk.policy, now, desk.accounts) if use else ()
            desk.identity_rounds.note(identity, now, None, bool(found))
            if found == desk.shared.get(identity, ()):
                continue
            self.identities.add(identity)
            if found:
                desk.shared[identity] = found
            else:
                del desk.shared[identity]
            self.loose.update(key for key, _ in desk.uses.keys(identity))
            desk.ledger.write(("identity", *identity), found)

    def _judge_principals(self, clusters: set[str]) -> None:
        """Judge accounts that Google takes for one, where one of them changed, or in these
        clusters: one may be in a pool by its nodes that was there by its pods alone."""
        desk, now = self.desk, self.fleet.taken_at
        pools = shared_pools(self.facts, desk.named)
        if pools != desk.pools:
            self._pool(pools)
        for name in clusters:
            for pool in desk.pools_of.get(name, ()):
                self.principals.update(Principal(pool, *k) for k in desk.clusters[name].accounts)
        due = self.principals.union(desk.principal_rounds.again(now))
        witnesses = {pool: desk.named.witnesses(pool) for pool in {one.pool for one in due}}
        for one in due:
            key = (one.namespace, one.name)
            held = [desk.clusters[name].accounts.get(key) for name in pools.get(one.pool, ())]
            accounts = [unit.account for unit in held if unit is not None]
            bindings = [] if len(accounts) < 2 else self._bindings_of(accounts)
            known, named = (self.facts, desk.policy, now), witnesses[one.pool]
            found = check_principal(one.pool, accounts, bindings, *known, named)
            desk.principal_rounds.note(one, now, None, found is not None)
            if found == desk.principals.get(one):
                continue
            if found is None:
                del desk.principals[one]
            else:
                desk.principals[one] = found
            desk.ledger.write(("principal", *one), (found,) if found else ())
            self.loose.update(key for account in accounts for key in account.workloads)

    def _pool(self, pools: dict[str, Sequence[str]]) -> None:
        """Let clusters be in these pools from now on."""
        desk = self.desk
        desk.pools, desk.pools_of = pools, {}
        self.principals.update(desk.principals)
        self.loose.update(key for key, cloud in desk.raw if cloud is Cloud.GCP)
        for pool, names in pools.items():
            for name in names:
                desk.pools_of[name] = (*desk.pools_of.get(name, ()), pool)
                self.principals.update(Principal(pool, *k) for k in desk.clusters[name].accounts)

    def _bindings_of(self, accounts: Iterable[Account]) -> list[Binding]:
        raw = self.desk.raw
        keys = ((key, cloud) for one in accounts for key in one.workloads for cloud in _CLOUDS)
        return [raw[key] for key in keys if key in raw]

    def _judge_fleet(self) -> None:
        """Judge what clusters have in common."""
        desk, now = self.desk, self.fleet.taken_at
        desk.fleet_judged = now
        findings, unknowns = list[Finding](), list[Unknown](check_pools(self.facts, desk.pools))
        for one in check_issuers(self.facts, desk.accounts, desk.policy, now):
            if isinstance(one, Finding):
                findings.append(one)
            else:
                unknowns.append(one)
        desk.ledger.write(("fleet",), findings, unknowns)

    def _attach(self) -> None:
        """Put findings on bindings, and identities together with their bindings."""
        desk = self.desk
        changes: dict[BindingKey, Binding | None] = {}
        for workload in self.loose:
            for key in [(workload, cloud) for cloud in _CLOUDS]:
                if key in desk.raw or key in desk.shelf.by_key:
                    self._attach_to(key, changes)
        desk.shelf.change(changes)
        uses: dict[Identity, IdentityUse | None] = {}
        for identity in self.identities:
            use = desk.uses.use(identity, desk.shelf.by_key)
            if use is not None:
                found, ordered = desk.shared.get(identity, ()), use.bindings
                if len(ordered) > 1:
                    ordered = tuple(sorted(ordered, key=binding_order))
                use = IdentityUse(identity, use.accounts, ordered, found)
            uses[identity] = use
        desk.identities = with_changes(desk.identities, uses)

    def _attach_to(self, key: BindingKey, changes: dict[BindingKey, Binding | None]) -> None:
        desk = self.desk
        raw, old = desk.raw.get(key), desk.shelf.by_key.get(key)
        if raw is None:
            if old is not None:
                changes[key] = None
                del desk.shown[key]
            return
        held = desk.clusters[key[0].cluster]
        unit = held.units[Name(*key[0][1:])]
        account = held.accounts.get(raw.account.key[1:])
        principals = desk.principals_of(raw)
        new = attached(raw, unit, account, desk.shared, principals)
        if old is not None and desk.shown[key] is raw and same_words(old, new):
            return
        changes[key], desk.shown[key] = new, raw
        self.identities.update(identities_of(new))
