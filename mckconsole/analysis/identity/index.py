"""Which pods belong to which workload of a cluster, kept as objects change.

Holds copies of the store's dictionaries, as the index of services does, and compares a topic only
when its generation changed. Pods are grouped by what they name as their controller; each group is
climbed once, and again when something that was looked up on the way comes, goes or changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from mckconsole.analysis.changes import NOTHING_SEEN, Seen, differences, drop
from mckconsole.analysis.identity.model import Controller, Workload, WorkloadKey
from mckconsole.analysis.identity.owners import (
    CONTROLLER_TOPICS,
    Direct,
    Top,
    climb,
    direct_of,
)
from mckconsole.analysis.identity.shapes import shapes_of
from mckconsole.domain.core import PodTemplate
from mckconsole.domain.identity import CronJob, ServiceAccount
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.pods import Pod
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState

OBJECT_TOPICS = (*CONTROLLER_TOPICS.values(), "pods", "serviceaccounts")
"""Every topic whose objects are looked up one by one."""


class Name(NamedTuple):
    """A workload of one cluster."""

    namespace: str
    kind: str
    name: str


@dataclass(slots=True)
class Touched:
    """What an update concerns; of the fields, each may name what is gone."""

    workloads: set[Name] = field(default_factory=set)
    accounts: set[Key] = field(default_factory=set)
    """Service accounts whose objects changed."""
    pods: list[Pod] = field(default_factory=list)
    """Pods that came, changed or went, as they were and as they are."""


class ClusterIndex:
    """The workloads of one cluster."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._copies: dict[str, dict[Key, Projection]] = {name: {} for name in OBJECT_TOPICS}
        self._unread: dict[str, str] = {}
        self._pods: dict[Direct, list[Key]] = {}
        self._tops: dict[Direct, Top] = {}
        self._members: dict[Name, tuple[Direct, ...]] = {}
        self._asking: dict[tuple[str, Key], tuple[Direct, ...]] = {}
        """Groups of pods by what was looked up to climb them."""
        self._old = False
        """Whether the service accounts are not those of now."""
        self._faults: frozenset[Key] = frozenset()
        """Service accounts that could be read in part only."""

    def held(self, topic: str, key: Key) -> Projection | None:
        """One object, None where there is none."""
        return self._copies[topic].get(key)

    def unread(self, topic: str) -> str:
        """Why what is not held of a topic may be there; empty when it is not."""
        return self._unread.get(topic, "")

    def account(self, key: Key) -> ServiceAccount | None:
        """The service account of that namespace and name."""
        return cast("ServiceAccount | None", self._copies["serviceaccounts"].get(key))

    def doubt(self, key: Key, unread: str) -> str:
        """Why not everything that a service account says is known, `unread` telling why not all
        accounts are; empty when all of it is."""
        if key not in self._copies["serviceaccounts"]:
            return unread
        return unread if self._old or key in self._faults else ""

    def names(self) -> set[Name]:
        """All workloads, and some names that are none."""
        found = set(self._members)
        for kind, topic in CONTROLLER_TOPICS.items():
            found.update(Name(namespace, kind, name) for namespace, name in self._copies[topic])
        return found

    def account_keys(self) -> set[Key]:
        """All service accounts."""
        return set(self._copies["serviceaccounts"])

    def update(self, cluster: ClusterSnapshot, unread: Mapping[str, str]) -> Touched:
        """Take in what changed; `unread` tells of topics why absence means nothing in them."""
        touched = Touched()
        lost = {one: unread[one] for one in CONTROLLER_TOPICS.values() if one in unread}
        loose: set[Direct] = set()
        if lost != self._unread:
            self._unread = lost
            loose.update(self._tops)
        for kind, topic in CONTROLLER_TOPICS.items():
            for key, before, now in self._changes(cluster, topic):
                touched.workloads.add(Name(key[0], kind, key[1]))
                if kind == "Job":
                    loose.add(Direct(key[0], kind, key[1]))
                if kind == "Job" or before is None or now is None:
                    loose.update(self._asking.get((topic, key), ()))
        if not self._pods:
            loose.update(self._fill(cluster, touched))
        for key, before, now in self._changes(cluster, "pods"):
            self._move(key, cast("Pod | None", before), cast("Pod | None", now), loose, touched)
        for direct in loose:
            self._place(direct, touched.workloads)
        touched.accounts.update(key for key, _, _ in self._changes(cluster, "serviceaccounts"))
        view = cluster.topic("serviceaccounts")
        old, faults = view.state is not TopicState.FRESH, frozenset(view.faults)
        if old != self._old:
            touched.accounts |= self.account_keys()
        touched.accounts |= faults ^ self._faults
        self._old, self._faults = old, faults
        return touched

    def _changes(
        self, cluster: ClusterSnapshot, topic: str
    ) -> Iterator[tuple[Key, Projection | None, Projection | None]]:
        view = cluster.topic(topic)
        seen = Seen.of(view)
        if seen == self._seen.get(topic, NOTHING_SEEN):
            return
        self._seen[topic] = seen
        old, new = self._copies[topic], dict(view.objects)
        self._copies[topic] = new
        yield from differences(old, new)

    def _fill(self, cluster: ClusterSnapshot, touched: Touched) -> Iterable[Direct]:
        """Group all pods where none was held: there are many at the start, and those of one
        controller share what they say of it."""
        view, groups = cluster.topic("pods"), self._pods
        self._seen["pods"] = Seen.of(view)
        pods = cast("dict[Key, Pod]", dict(view.objects))
        self._copies["pods"] = cast("dict[Key, Projection]", pods)
        touched.pods += pods.values()
        known: dict[tuple[int, int], Direct] = {}
        for key, pod in pods.items():
            meta = pod.metadata
            alike = (id(meta.owner_references), id(meta.labels))
            direct = known.get(alike) if meta.owner_references else None
            if direct is None or direct.namespace != meta.namespace or direct.kind == "Pod":
                direct = known[alike] = direct_of(pod)
            keys = groups.get(direct)
            if keys is None:
                groups[direct] = [key]
            else:
                keys.append(key)
        return groups

    def _move(
        self, key: Key, before: Pod | None, now: Pod | None, loose: set[Direct], touched: Touched
    ) -> None:
        """Put a pod where it belongs now."""
        old = direct_of(before) if before else None
        new = direct_of(now) if now else None
        if old is not None and before is not None:
            touched.pods.append(before)
            if old != new:
                keys = self._pods[old]
                keys.remove(key)
                loose.add(old)
                if not keys:
                    del self._pods[old]
            else:
                loose.add(old)
        if new is not None and now is not None:
            touched.pods.append(now)
            if old != new:
                self._pods.setdefault(new, []).append(key)
                loose.add(new)

    def _place(self, direct: Direct, touched: set[Name]) -> None:
        """Find the workload of a group of pods, or of a Job, again."""
        old = self._tops.get(direct)
        there = direct in self._pods or (
            direct.kind == "Job" and (direct.namespace, direct.name) in self._copies["jobs"]
        )
        new = climb(direct, self) if there else None
        if old is not None:
            touched.add(Name(direct.namespace, old.kind, old.name))
        if new is not None:
            touched.add(Name(direct.namespace, new.kind, new.name))
        if old == new:
            return
        if old is not None:
            del self._tops[direct]
            drop(self._members, Name(direct.namespace, old.kind, old.name), direct)
            for asked in old.asked:
                drop(self._asking, asked, direct)
        if new is not None:
            self._tops[direct] = new
            name = Name(direct.namespace, new.kind, new.name)
            self._members[name] = (*self._members.get(name, ()), direct)
            for asked in new.asked:
                self._asking[asked] = (*self._asking.get(asked, ()), direct)

    def workload(self, cluster: str, name: Name) -> Workload | None:
        """The workload as it is now; None where there is no such one (any more)."""
        members = tuple(sorted(self._members.get(name, ())))
        pods = cast("dict[Key, Pod]", self._copies["pods"])
        found = [pods[key] for one in members for key in self._pods.get(one, ())]
        controller = self._controller(name, members)
        key = WorkloadKey(cluster, *name)
        if not found:
            if controller is None:
                return None
            return Workload(key, _account_of(controller), (), controller)
        shapes = shapes_of(found)
        unknown = next((why for one in members if (why := self._tops[one].unknown)), "")
        return Workload(key, shapes[0].pods[-1].account, shapes, controller, unknown)

    def _controller(self, name: Name, members: tuple[Direct, ...]) -> Controller | None:
        """Its object; of a Job only where the Job itself is the top."""
        topic = CONTROLLER_TOPICS.get(name.kind)
        if topic is None or (name.kind == "Job" and not members):
            return None
        key = (name.namespace, name.name)
        return cast("Controller | None", self._copies[topic].get(key))


def _account_of(controller: Controller) -> str:
    """Whom its pods will run as."""
    template: PodTemplate = (
        controller.spec.job_template.spec.template
        if isinstance(controller, CronJob)
        else controller.spec.template
    )
    return template.spec.service_account_name or "default"
