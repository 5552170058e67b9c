"""One workload, or one service account, judged: what is kept of it until something changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from msgspec import structs

from mckconsole.analysis.identity.bind import bind
from mckconsole.analysis.identity.case import AccountCase, Case, Found, Scene
from mckconsole.analysis.identity.effective import effective
from mckconsole.analysis.identity.extras import Extras
from mckconsole.analysis.identity.model import (
    Account,
    Binding,
    ClusterFacts,
    Effective,
    IdentityPolicy,
    Mechanism,
    Shape,
    Workload,
)
from mckconsole.analysis.identity.rules_account import ACCOUNT_RULES
from mckconsole.analysis.identity.rules_workload import WORKLOAD_RULES
from mckconsole.analysis.notes import finding_order
from mckconsole.domain.cloudkeys import wanted_key
from mckconsole.domain.findings import Finding, Unknown

_API_VOLUME = "kube-api-access"
"""What every pod has; see `domain.pods`."""
Effects: TypeAlias = tuple[tuple[Shape, tuple[Effective, ...]], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A workload, what it is in each cloud, and what rules say of it."""

    workload: Workload
    effects: Effects = ()
    bindings: tuple[Binding, ...] = ()
    """Without findings."""
    found: tuple[Found, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    recheck_at: float | None = None

    @property
    def plain(self) -> bool:
        """Whether it runs and has nothing to do with a cloud."""
        return bool(self.workload.shapes) and not self.bindings


@dataclass(frozen=True, slots=True)
class AccountUnit:
    """A service account and what rules say of it."""

    account: Account
    found: tuple[Found, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    recheck_at: float | None = None
    bound: bool = False
    """Whether any of its workloads has a binding."""

    @property
    def silent(self) -> bool:
        """Whether nothing follows from it, and nothing is said of it."""
        return not (self.account.declarations or self.bound or self.found or self.unknowns)

    @property
    def told(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.bound or self.account.declarations or self.found)


@dataclass(frozen=True, slots=True)
class Around:
    """What all units of one cluster are judged by."""

    facts: ClusterFacts
    now: float
    policy: IdentityPolicy

    def scene(self) -> Scene:
        """For rules on the cluster."""
        return Scene(self.facts, self.now, self.policy)


def judge_workload(
    around: Around, workload: Workload, account: Account, old: Unit | None, anew: bool
) -> Unit:
    """The workload as it is now, with the very bindings of `old` where these say the same; `anew`
    when the facts of its cluster are others."""
    expected = not workload.shapes and bool(account.declarations)
    if not workload.shapes and not expected:
        return Unit(workload)
    effects = _effects(around.facts, workload.shapes, () if old is None or anew else old.effects)
    bindings = bind(around.facts, workload, account, effects)
    if old is not None and old.bindings:
        bindings = _kept(bindings, old.bindings)
    if all(map(_untold, bindings)) and not expected and not _speaks(workload):
        return Unit(workload, effects, bindings)
    case = Case(
        around.facts,
        around.now,
        around.policy,
        workload=workload,
        account=account,
        bindings=bindings,
    )
    found = [one for rule in WORKLOAD_RULES for one in rule(case)]
    return Unit(
        workload, effects, bindings, _unique(found), tuple(sorted(case.unknowns)), case.recheck_at
    )


def judge_account(
    around: Around, account: Account, units: Sequence[Unit], extras: Extras
) -> AccountUnit:
    """The service account as it is now, with all that run as it."""
    bindings = tuple(one for unit in units for one in unit.bindings)
    if not bindings and not _declares(account):
        return AccountUnit(account)
    case = AccountCase(
        around.facts,
        around.now,
        around.policy,
        account=account,
        workloads=tuple(unit.workload for unit in units),
        bindings=bindings,
        token_secrets=extras.secrets,
    )
    found = [one for rule in ACCOUNT_RULES for one in rule(case)]
    unknowns = tuple(sorted(case.unknowns))
    return AccountUnit(account, _unique(found), unknowns, case.recheck_at, bool(bindings))


def _declares(account: Account) -> bool:
    """Whether the account says anything of an identity, or means to."""
    if account.declarations:
        return True
    made = account.object
    if made is None:
        return False
    return bool(made.metadata.annotations) or any(map(wanted_key, made.metadata.labels))


def _untold(binding: Binding) -> bool:
    """Whether a workload is somebody merely because of where it runs."""
    return binding.mechanism is Mechanism.GKE_DIRECT and not binding.account.declarations


def _speaks(workload: Workload) -> bool:
    """Whether pods say anything of an identity, or mean to: a rule has nothing to look at in others
    that have none."""
    for shape in workload.shapes:
        meta = shape.pod.metadata
        if meta.annotations or any(map(wanted_key, meta.labels)):
            return True
        if shape.pod.spec.host_network:
            return True
        if any(one.env or one.env_from for _, one in shape.containers()):
            return True
        if any(one.tokens for one in shape.pod.spec.volumes if one.name != _API_VOLUME):
            return True
    return workload.controller is not None and any(
        map(wanted_key, workload.controller.metadata.labels)
    )


def _effects(facts: ClusterFacts, shapes: tuple[Shape, ...], known: Effects) -> Effects:
    """What each shape is by its first pod; read again only for another pod."""
    before: Mapping[int, tuple[Effective, ...]] = {id(one.pod): had for one, had in known}
    found = []
    for shape in shapes:
        had = before.get(id(shape.pod))
        found.append((shape, effective(shape, facts) if had is None else had))
    return tuple(found)


def _kept(new: tuple[Binding, ...], old: tuple[Binding, ...]) -> tuple[Binding, ...]:
    """`new`, as the very objects of `old` where they are equal."""
    by_cloud = {one.cloud: one for one in old}
    kept = tuple(
        before if (before := by_cloud.get(one.cloud)) is not None and _equal(before, one) else one
        for one in new
    )
    return old if kept == old else kept


def _equal(one: Binding, other: Binding) -> bool:
    return structs.astuple(one) == structs.astuple(other)


def _unique(found: Iterable[Found]) -> tuple[Found, ...]:
    """Findings worst first, each once."""
    known: dict[tuple[str, str, str], Found] = {}
    for one in found:
        key = (one.finding.rule, str(one.finding.object or ""), one.finding.subject)
        known.setdefault(key, one)
    return tuple(sorted(known.values(), key=lambda one: finding_order(one.finding)))


def findings_of(found: Iterable[Found]) -> tuple[Finding, ...]:
    """The findings alone."""
    return tuple(one.finding for one in found)
