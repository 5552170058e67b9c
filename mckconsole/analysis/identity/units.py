"""One workload, or one service account, judged: what is kept of it until something changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeAlias, TypeVar

from msgspec import structs

from mckconsole.analysis.identity.account_extras import Extras
from mckconsole.analysis.identity.bind import bind
from mckconsole.analysis.identity.case import AccountCase, Case, Common, Found, Scene
from mckconsole.analysis.identity.effective import effective
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
from mckconsole.domain.findings import Finding, ObjectRef, Unknown

_API_VOLUME = "kube-api-access"
"""What every pod has; see `domain.pods`."""
_wanted = lru_cache(maxsize=8192)(wanted_key)
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
    def silent(self) -> bool:
        """Whether nothing follows from it, and nothing is said of it."""
        return not (self.bindings or self.found or self.unknowns)

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


class Task(NamedTuple):
    """One workload to be judged."""

    workload: Workload
    account: Account
    old: Unit | None


def judge_workloads(around: Around, tasks: Sequence[Task], anew: bool) -> list[Unit]:
    """Workloads as they are now, with the very bindings of the old units where these say the same;
    `anew` when the facts of their cluster are others.

    One step is done for all of them before the next: see `services.report`.
    """
    facts = around.facts
    effects = [
        _effects(facts, one.workload.shapes, () if one.old is None or anew else one.old.effects)
        for one in tasks
    ]
    bindings = [
        _kept(bind(facts, one.workload, one.account, effect), one.old)
        for one, effect in zip(tasks, effects, strict=True)
    ]
    cases = [
        Case(facts, around.now, around.policy, workload=one.workload, account=one.account,
             bindings=bound)
        if _to_be_judged(one, bound) else None
        for one, bound in zip(tasks, bindings, strict=True)
    ]  # fmt: skip
    found = _found(WORKLOAD_RULES, [one for one in cases if one is not None])
    units = []
    for task, effect, bound, case in zip(tasks, effects, bindings, cases, strict=True):
        if case is None:
            units.append(Unit(task.workload, effect, bound))
        else:
            said, unknowns = _unique(next(found)), tuple(sorted(case.unknowns))
            units.append(Unit(task.workload, effect, bound, said, unknowns, case.recheck_at))
    return units


C = TypeVar("C")


def _found(
    rules: Iterable[Callable[[C], Iterator[Found]]], cases: Sequence[C]
) -> Iterator[list[Found]]:
    """What the rules find in each case."""
    found: list[list[Found]] = [[] for _ in cases]
    for rule in rules:
        for case, mine in zip(cases, found, strict=True):
            mine.extend(rule(case))
    return iter(found)


def _to_be_judged(task: Task, bindings: tuple[Binding, ...]) -> bool:
    """Whether any rule may have something to say."""
    if not task.workload.shapes:
        return bool(task.account.declarations)
    return not all(map(_untold, bindings)) or _speaks(task.workload)


def judge_accounts(
    around: Around, tasks: Sequence[tuple[Account, Sequence[Unit], Extras]]
) -> list[AccountUnit]:
    """Service accounts as they are now, each with all that run as it."""
    cases: list[AccountCase | None] = []
    common = Common()
    for account, units, extras in tasks:
        bindings = tuple([one for unit in units for one in unit.bindings])
        case = None
        if bindings or _declares(account):
            workloads = tuple([unit.workload for unit in units])
            case = AccountCase(around.facts, around.now, around.policy, account=account,
                               workloads=workloads, bindings=bindings,
                               token_secrets=extras.secrets, common=common)  # fmt: skip
        cases.append(case)
    found = _found(ACCOUNT_RULES, [one for one in cases if one is not None])
    judged = []
    for (account, _, _), case in zip(tasks, cases, strict=True):
        if case is None:
            judged.append(AccountUnit(account))
        else:
            said, unknowns = _unique(next(found)), tuple(sorted(case.unknowns))
            bound = bool(case.bindings)
            judged.append(AccountUnit(account, said, unknowns, case.recheck_at, bound))
    return judged


def _declares(account: Account) -> bool:
    """Whether the account says anything of an identity, or means to."""
    if account.declarations:
        return True
    made = account.object
    if made is None:
        return False
    return bool(made.metadata.annotations) or any(map(_wanted, made.metadata.labels))


def _untold(binding: Binding) -> bool:
    """Whether a workload is somebody merely because of where it runs."""
    return binding.mechanism is Mechanism.GKE_DIRECT and not binding.account.declarations


def _speaks(workload: Workload) -> bool:
    """Whether pods say anything of an identity, or mean to: a rule has nothing to look at in others
    that have none."""
    for shape in workload.shapes:
        meta = shape.pod.metadata
        if meta.annotations or any(map(_wanted, meta.labels)):
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


def _kept(new: tuple[Binding, ...], old: Unit | None) -> tuple[Binding, ...]:
    """`new`, as the very objects of the old unit where they are equal."""
    if old is None or not old.bindings:
        return new
    by_cloud = {one.cloud: one for one in old.bindings}
    kept = tuple(
        before if (before := by_cloud.get(one.cloud)) is not None and _equal(before, one) else one
        for one in new
    )
    return old.bindings if kept == old.bindings else kept


def _equal(one: Binding, other: Binding) -> bool:
    return structs.astuple(one) == structs.astuple(other)


def _unique(found: Sequence[Found]) -> tuple[Found, ...]:
    """Findings worst first, each once."""
    if len(found) < 2:
        return tuple(found)
    known: dict[tuple[str, ObjectRef | None, str], Found] = {}
    for one in found:
        key = (one.finding.rule, one.finding.object, one.finding.subject)
        known.setdefault(key, one)
    return tuple(sorted(known.values(), key=lambda one: finding_order(one.finding)))


def findings_of(found: Iterable[Found]) -> tuple[Finding, ...]:
    """The findings alone."""
    return tuple(one.finding for one in found)
