"""Where in one cluster something was seen that may be a credential, kept as objects change.

What the decoder saw is compared by object, and only where a topic's generation says that it may be
another. A former template (old ReplicaSet, ControllerRevision) and a Job that a CronJob made repeat
their controller: what they hold too, at the same variable, is no place of its own for as long as
the controller has it; what only they still hold is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import NamedTuple, TypeAlias

from mckconsole.analysis.changes import Seen
from mckconsole.analysis.identity.owners import CONTROLLER_TOPICS
from mckconsole.analysis.mesh.evidence import ref_of
from mckconsole.analysis.secrets.model import Place
from mckconsole.analysis.secrets.topics import SCANNED
from mckconsole.domain.audit import SECRET_OF_PAIR, Audited, Sighting
from mckconsole.domain.credentials import ControllerRevision, ReplicaSet, RevisionMeta
from mckconsole.domain.identity import OwnedMeta
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView

Where: TypeAlias = tuple[str, Key]
"""Topic and key of an object."""
REPEATING = ("replicasets", "controllerrevisions", "jobs")
"""Topics whose objects repeat a controller's template."""
_ANNOTATIONS = "metadata.annotations["
_EMPTY = Audited()


class _Mark(NamedTuple):
    """What a topic looked like; equal where what was seen in it is surely the same."""

    seen: Seen
    generation: int
    size: int
    version: str


class Moved(NamedTuple):
    """The places of one object, before and now."""

    where: Where
    old: tuple[Place, ...]
    new: tuple[Place, ...]


class ClusterPlaces:
    """All places of one cluster, by object."""

    def __init__(self) -> None:
        self._marks: dict[str, _Mark] = {}
        self._audits: dict[str, dict[Key, Audited]] = {topic: {} for topic in SCANNED}
        self._owners: dict[Where, Where] = {}
        """Of what repeats a controller, that one."""
        self._former: set[Where] = set()
        """What repeats a controller as it was."""
        self._repeats: dict[Where, set[Where]] = {}
        """The same by controller."""
        self.by_object: dict[Where, tuple[Place, ...]] = {}
        self.troubles: dict[Where, tuple[str, ...]] = {}
        """Parts of objects that could not be looked at, by object."""

    def update(self, cluster: ClusterSnapshot) -> list[Moved]:
        """Take in what changed, and say of which objects the places are others."""
        loose: set[Where] = set()
        for topic in SCANNED:
            view = cluster.topic(topic)
            mark = _Mark(Seen.of(view), view.generation, len(view.audit), view.version)
            before = self._marks.get(topic)
            if mark == before:
                continue
            self._marks[topic] = mark
            again = before is not None and before.version != view.version
            for key in self._changes(topic, view, again) | self._adopted(topic, view):
                where = (topic, key)
                loose.add(where)
                loose.update(self._repeats.get(where, ()))
                self._link(where, view.objects.get(key))
        placed = (self._place(cluster, where) for where in loose)
        return [one for one in placed if one.old != one.new]

    def sightings(self, where: Where) -> tuple[Sighting, ...]:
        """What was seen in an object, repeated or not."""
        return self._audits[where[0]].get(where[1], _EMPTY).sightings

    def _changes(self, topic: str, view: TopicView, everything: bool) -> set[Key]:
        """Keys of the objects in which something else is seen than before."""
        old, new = self._audits[topic], dict(view.audit)
        self._audits[topic] = new
        if everything:
            return {*old, *new}
        found = {key for key, one in new.items() if _differs(old.get(key), one)}
        if len(new) != len(old) or found:
            found.update(old.keys() - new.keys())
        return found

    def _adopted(self, topic: str, view: TopicView) -> set[Key]:
        """Keys of objects that belong to another controller than before, or run (no) more."""
        if topic not in REPEATING:
            return set()
        return {
            key
            for key in self._audits[topic]
            if self._owners.get((topic, key)) != _controller(view.objects.get(key))
            or ((topic, key) in self._former) != _is_former(view.objects.get(key))
        }

    def _link(self, where: Where, found: Projection | None) -> None:
        """Note whose template an object repeats."""
        if where[0] not in REPEATING:
            return
        self._former.discard(where)
        if _is_former(found):
            self._former.add(where)
        old, new = self._owners.pop(where, None), _controller(found)
        if old is not None:
            self._repeats[old].discard(where)
            if not self._repeats[old]:
                del self._repeats[old]
        if new is not None:
            self._owners[where] = new
            self._repeats.setdefault(new, set()).add(where)

    def _place(self, cluster: ClusterSnapshot, where: Where) -> Moved:
        """Find the places of one object again."""
        topic, key = where
        audited = self._audits[topic].get(key)
        old = self.by_object.pop(where, ())
        self.troubles.pop(where, None)
        new: tuple[Place, ...] = ()
        if audited is not None:
            new = tuple(self._places(cluster, where, audited))
            if audited.troubles:
                self.troubles[where] = audited.troubles
        if new:
            self.by_object[where] = new
        return Moved(where, old, new)

    def _places(self, cluster: ClusterSnapshot, where: Where, audited: Audited) -> Iterator[Place]:
        topic, key = where
        ref = ref_of(cluster, topic, key)
        owner = self._owners.get(where)
        repeated = {(one.fingerprint, one.key) for one in self.sightings(owner)} if owner else set()
        known: dict[tuple[str, str], list[str]] = {}
        found = [one for one in audited.sightings if (one.fingerprint, one.key) not in repeated]
        for one, halves in _paired(found):
            there = known.setdefault((one.rule, one.path), [])
            if one.fingerprint in there:
                continue
            there.append(one.fingerprint)
            yield Place(
                cluster.name,
                topic,
                ref,
                one,
                audited.owner,
                audited.created,
                number=len(there),
                former=where in self._former,
                halves=halves,
            )


def credential_of(place: Place) -> str:
    """What all places of one credential have in common: its fingerprint."""
    return place.sighting.fingerprint or place.id


def _paired(found: Sequence[Sighting]) -> Iterator[tuple[Sighting, tuple[Sighting, ...]]]:
    """What was seen in one object, each key id with the secrets that go with it. A secret goes with
    the id whose path is most like its own; what an annotation repeats is apart."""
    ids: dict[tuple[str, str, str], list[int]] = {}
    for at, one in enumerate(found):
        if one.proof != SECRET_OF_PAIR:
            ids.setdefault(_pair(one), []).append(at)
    halves: dict[int, list[Sighting]] = {}
    taken: set[int] = set()
    for at, one in enumerate(found):
        if one.proof == SECRET_OF_PAIR and (near := ids.get(_pair(one))):
            own = max(near, key=lambda there: _alike(found[there].path, one.path))
            halves.setdefault(own, []).append(one)
            taken.add(at)
    for at, one in enumerate(found):
        if at not in taken:
            yield one, tuple(halves.get(at, ()))


def _alike(one: str, other: str) -> int:
    """How many characters two paths begin with in common."""
    return sum(1 for _ in takewhile(lambda both: both[0] == both[1], zip(one, other, strict=False)))


def _pair(one: Sighting) -> tuple[str, str, str]:
    """What both halves of a pair have in common."""
    annotation = one.path.partition("]")[0] if one.path.startswith(_ANNOTATIONS) else ""
    return one.rule, one.fingerprint, annotation


def _differs(one: Audited | None, other: Audited) -> bool:
    return one is not other and one != other


_TOPIC_OF: Mapping[str, str] = CONTROLLER_TOPICS


def _is_former(found: Projection | None) -> bool:
    """Whether it is a template of a controller that no pod is made from any more."""
    if _controller(found) is None:
        return False
    scaled_down = isinstance(found, ReplicaSet) and found.spec.replicas == 0
    return scaled_down or isinstance(found, ControllerRevision)


def _controller(found: Projection | None) -> Where | None:
    """Topic and key of the controller whose template an object repeats."""
    meta = found.metadata if found is not None else None
    if not isinstance(meta, RevisionMeta | OwnedMeta):
        return None
    for one in meta.owner_references:
        topic = _TOPIC_OF.get(one.kind)
        if one.controller and topic:
            return topic, (meta.namespace, one.name)
    return None
