"""Who can read what a credential lies in, by Kubernetes RBAC: at once, and in one more step.

who_can_read_place(index, place)          # every way, for the details of a place
Reaches().of(index, place)                # only who, remembered, for findings
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from weakref import WeakKeyDictionary

from mckconsole.analysis.rbac import (
    SCOPE,
    RbacIndex,
    Reach,
    Subject,
    Target,
    WayKind,
    who_can_read,
    who_can_read_secret,
)
from mckconsole.analysis.secrets.model import Place
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SECRETS
from mckconsole.domain.kind import Kind, Scan
from mckconsole.domain.kinds import BY_TOPIC

_DIRECT = (WayKind.READ, WayKind.READ_OBJECT, WayKind.ANSWER)
_PLURALS = {"ServiceAccount": "service account", "User": "user", "Group": "group"}
_NO_NAME = "\0"
"""Stands for every object that no rule names: no object can be called so."""


class Readers(NamedTuple):
    """Who can read one object; Kubernetes' own components are left out."""

    direct: tuple[Subject, ...]
    """Sorted."""
    indirect: tuple[Subject, ...]
    """Those who can only in one more step, sorted."""

    @property
    def words(self) -> str:
        """`4 users, 11 service accounts (Kubernetes RBAC only); 9 more indirectly`."""
        more = f"; {len(self.indirect)} more indirectly" if self.indirect else ""
        return f"{counted(self.direct) or 'nobody'} ({SCOPE}){more}"


def counted(subjects: Iterable[Subject]) -> str:
    """`4 users, 1 group, 11 service accounts`; empty for nobody."""
    numbers = dict.fromkeys(("User", "Group", "ServiceAccount"), 0)
    for one in subjects:
        numbers[one.kind] = numbers.get(one.kind, 0) + 1
    return ", ".join(
        f"{number} {_PLURALS.get(kind, kind)}{'' if number == 1 else 's'}"
        for kind, number in numbers.items()
        if number
    )


def target_of(kind: Kind) -> Target:
    """How RBAC names the objects of a topic."""
    group = f".{kind.group}" if kind.group else ""
    workload = kind.scan in (Scan.WORKLOAD, Scan.LOOSE_POD, Scan.REVISION)
    also = ("pods",) if workload and kind.plural != "pods" else ()
    cluster_wide = kind.projection.kind.startswith("Cluster")
    return Target(
        f"{kind.plural}{group}",
        namespaced=not cluster_wide,
        in_pods=workload or kind.topic == CONFIG_MAPS,
        also=also,
    )


_TARGETS = {kind.topic: target_of(kind) for kind in BY_TOPIC.values()}


def who_can_read_place(index: RbacIndex, place: Place) -> Reach:
    """Every way to what a place's object says, with the grants that open it."""
    return _reach(index, place.topic, place.object.namespace, place.object.name)


def readers_of(reach: Reach) -> Readers:
    """Who has any of these ways."""
    direct = reach.subjects(*_DIRECT)
    known = set(direct)
    return Readers(direct, tuple(one for one in reach.subjects() if one not in known))


def _reach(index: RbacIndex, topic: str, namespace: str, name: str) -> Reach:
    if topic == SECRETS:
        return who_can_read_secret(index, namespace, name)
    return who_can_read(index, _TARGETS[topic], namespace, name)


class Reaches:
    """Readers of objects, worked out once for each index, and for objects that no rule names once
    for each namespace; forgotten with the index."""

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[RbacIndex, dict[tuple[str, str, str], Readers]] = (
            WeakKeyDictionary()
        )

    def of(self, index: RbacIndex, place: Place) -> Readers:
        """Who can read the object of a place."""
        answers = self._known.setdefault(index, {})
        ref = place.object
        name = ref.name if ref.name in index.named else _NO_NAME
        key = (place.topic, ref.namespace, name)
        found = answers.get(key)
        if found is None:
            found = answers[key] = readers_of(_reach(index, *key))
        return found
