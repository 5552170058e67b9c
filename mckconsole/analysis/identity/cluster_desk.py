"""The workloads and service accounts of one cluster, judged again where something changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mckconsole.analysis.alarms import Rounds
from mckconsole.analysis.changes import drop
from mckconsole.analysis.identity.account_extras import NO_EXTRAS, Extras
from mckconsole.analysis.identity.declared import declare, doubt
from mckconsole.analysis.identity.index import ClusterIndex, Name, Touched
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    ClusterFacts,
    IdentityPolicy,
    Workload,
    WorkloadKey,
)
from mckconsole.analysis.identity.reading import ClusterReading, News
from mckconsole.analysis.identity.units import (
    AccountUnit,
    Around,
    Task,
    Unit,
    judge_accounts,
    judge_workloads,
)
from mckconsole.domain.objects import Key
from mckconsole.domain.snapshot import ClusterSnapshot


@dataclass(slots=True)
class Changed:
    """What an update of a cluster changed, with what was there before; None where nothing was."""

    units: dict[Name, Unit | None] = field(default_factory=dict)
    accounts: dict[Key, AccountUnit | None] = field(default_factory=dict)
    facts: bool = False
    """Whether something else is known of the cluster as a whole."""
    objects: bool = False
    """Whether any object changed that rules on the cluster look at."""

    def __bool__(self) -> bool:
        """Whether anything changed that others may depend on."""
        return bool(self.units or self.accounts or self.facts)


class ClusterDesk:
    """Everything the last analysis left of one cluster."""

    def __init__(self) -> None:
        self.reading = ClusterReading()
        self.index = ClusterIndex()
        self.units: dict[Name, Unit] = {}
        self.accounts: dict[Key, AccountUnit] = {}
        self.plain = 0
        """Workloads with pods and without any binding."""
        self._runs_as: dict[Key, tuple[Name, ...]] = {}
        """Workloads by service account."""
        self._unit_rounds: Rounds[Name] = Rounds()
        self._account_rounds: Rounds[Key] = Rounds()

    @property
    def facts(self) -> ClusterFacts:
        """As they were read last."""
        return self.reading.facts

    def renew(self, cluster: ClusterSnapshot, now: float, policy: IdentityPolicy) -> Changed:
        """Take in what changed, and judge again what that concerns."""
        changed, news, touched = Changed(), News(), Touched()
        if not self.reading.settled(cluster):
            news = self.reading.refresh(cluster)
            touched = self.index.update(cluster, self.facts.unread)
            self.reading.look_at(cluster, touched.pods, news)
        changed.facts = news.everything
        changed.objects = news.everything or news.ground or bool(touched.pods or touched.accounts)
        if not self.facts.readable:
            self._clear(changed)
            return changed
        names, keys = touched.workloads, touched.accounts | news.accounts
        if news.everything:
            names = names | self.index.names()
            keys |= self.index.account_keys() | self.reading.extras.keys()
        pending = self._look_up(names, changed, keys)
        due = {*pending, *self._unit_rounds.again(now), *self._on(news.nodes)}
        if news.everything:
            due |= self.units.keys()
            keys |= self._runs_as.keys()
        made = self._accounts_of(keys, changed)
        for key in made:
            due.update(self._runs_as.get(key, ()))
        around = Around(self.facts, now, policy)
        concerned = self._judge_units(around, due, pending, made, changed, news.everything)
        concerned |= made.keys() | news.accounts | set(self._account_rounds.again(now))
        if news.everything:
            concerned |= self.accounts.keys()
        self._judge_accounts(around, concerned, made, changed)
        return changed

    def _clear(self, changed: Changed) -> None:
        """Nothing that was read of the cluster counts."""
        changed.units.update(self.units)
        changed.accounts.update(self.accounts)
        for name in self.units:
            self._unit_rounds.forget(name)
        for key in self.accounts:
            self._account_rounds.forget(key)
        self.units, self.accounts, self._runs_as, self.plain = {}, {}, {}, 0

    def _look_up(
        self, names: Iterable[Name], changed: Changed, keys: set[Key]
    ) -> dict[Name, Workload]:
        """Workloads that are not as they were; `keys` gets the accounts that they came to or
        left."""
        found: dict[Name, Workload] = {}
        for name in names:
            old, workload = self.units.get(name), self.index.workload(self.facts.name, name)
            before = (name.namespace, old.workload.account) if old else None
            after = (name.namespace, workload.account) if workload else None
            if before != after:
                if before:
                    drop(self._runs_as, before, name)
                    keys.add(before)
                if after:
                    self._runs_as[after] = (*self._runs_as.get(after, ()), name)
                    keys.add(after)
            if workload is None:
                if old is not None:
                    self._drop(name, old, changed)
            elif old is None or old.workload != workload:
                found[name] = workload
        return found

    def _drop(self, name: Name, old: Unit, changed: Changed) -> None:
        changed.units[name] = old
        del self.units[name]
        self.plain -= old.plain
        self._unit_rounds.forget(name)

    def _on(self, nodes: frozenset[str]) -> Iterable[Name]:
        """Workloads with pods on some of these nodes."""
        if not nodes:
            return
        for name, unit in self.units.items():
            pods = (pod for shape in unit.workload.shapes for pod in shape.pods)
            if any(pod.spec.node_name in nodes for pod in pods):
                yield name

    def _accounts_of(self, keys: Iterable[Key], changed: Changed) -> dict[Key, Account]:
        """Accounts that are not as they were."""
        found: dict[Key, Account] = {}
        for key in keys:
            old, account = self.accounts.get(key), self._account(key)
            if account is None:
                if old is not None:
                    changed.accounts[key] = old
                    del self.accounts[key]
                    self._account_rounds.forget(key)
            elif old is None or old.account != account:
                found[key] = account
        return found

    def _account(self, key: Key) -> Account | None:
        """The account as it is now; None for one that nobody has and nobody uses."""
        made, names = self.index.account(key), self._runs_as.get(key, ())
        extras, facts = self.reading.extras.get(key, NO_EXTRAS), self.facts
        if made is None and not names and not extras.users:
            return None
        unknown = self.index.doubt(key, facts.unread.get("serviceaccounts", ""))
        irsa = self.reading.irsa
        declared = declare(facts, made, extras.associations, irsa) if made else ()
        if extras.associations and not unknown:
            unknown = doubt(facts, extras.associations)
        workloads = tuple(sorted(WorkloadKey(facts.name, *name) for name in names))
        key_of = AccountKey(facts.name, *key)
        return Account(key_of, made, declared, unknown, workloads, extras.users)

    def _judge_units(
        self,
        around: Around,
        due: Iterable[Name],
        pending: Mapping[Name, Workload],
        made: Mapping[Key, Account],
        changed: Changed,
        anew: bool,
    ) -> set[Key]:
        """Judge workloads; the service accounts of those of which something else is said now."""
        tasks: dict[Name, Task] = {}
        for name in due:
            old = self.units.get(name)
            workload = pending.get(name) or (old.workload if old else None)
            if workload is not None:
                key = (name.namespace, workload.account)
                tasks[name] = Task(workload, made.get(key) or self.accounts[key].account, old)
        concerned: set[Key] = set()
        judged = judge_workloads(around, [*tasks.values()], anew)
        for (name, task), new in zip(tasks.items(), judged, strict=True):
            self._unit_rounds.note(name, around.now, new.recheck_at, bool(new.found))
            if new == task.old:
                continue
            changed.units[name] = task.old
            self.units[name] = new
            self.plain += new.plain - (task.old.plain if task.old else 0)
            concerned.add((name.namespace, new.workload.account))
        return concerned

    def _judge_accounts(
        self,
        around: Around,
        due: Iterable[Key],
        made: Mapping[Key, Account],
        changed: Changed,
    ) -> None:
        tasks: dict[Key, tuple[Account, list[Unit], Extras]] = {}
        for key in due:
            old = self.accounts.get(key)
            account = made.get(key) or (old.account if old else None)
            if account is not None:
                units = [self.units[name] for name in sorted(self._runs_as.get(key, ()))]
                tasks[key] = (account, units, self.reading.extras.get(key, NO_EXTRAS))
        for key, new in zip(tasks, judge_accounts(around, [*tasks.values()]), strict=True):
            self._account_rounds.note(key, around.now, new.recheck_at, bool(new.found))
            if new != (old := self.accounts.get(key)):
                changed.accounts.setdefault(key, old)
                self.accounts[key] = new
