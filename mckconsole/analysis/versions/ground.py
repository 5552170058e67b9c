"""What every maker of blockers needs of one cluster: names, evidence, commands, and words for what
could not be read."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from mckconsole.analysis.mesh.hints import kubectl_on
from mckconsole.analysis.rules_upgrade import UPGRADE_TITLES
from mckconsole.analysis.unread import cluster_reason, unread_reason, without_age
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.snapshot import ClusterSnapshot

MOST_EVIDENCE: Final = 50
"""Objects that are shown of a blocker that many share; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """One cluster while its blockers are looked for."""

    cluster: ClusterSnapshot

    @property
    def name(self) -> str:
        """What the fleet calls it."""
        return self.cluster.name

    def ref(self, topic: str, found: Projection) -> ObjectRef:
        """An object of a topic."""
        return found.ref(self.cluster.topic(topic).version or BY_TOPIC[topic].versions[0])

    def named(self, topic: str, key: Key) -> ObjectRef:
        """An object of a topic by its name, whether it is held or not."""
        kind = BY_TOPIC[topic]
        version = self.cluster.topic(topic).version or kind.versions[0]
        group = f"{kind.group}/" if kind.group else ""
        return ObjectRef(f"{group}{version}", kind.projection.kind, *key)

    def at(self, topic: str) -> float:
        """When a topic was confirmed last, Unix seconds of the API server; 0 for never."""
        found = self.cluster.topic(topic).as_of
        return found if found is not None else self.cluster.as_of or 0.0

    def seen(self, topic: str, found: Projection, path: str, value: object) -> Evidence:
        """A field of an object."""
        ref = self.ref(topic, found)
        return Evidence("kubernetes", self.name, ref, path, str(value), self.at(topic))

    def some(
        self, topic: str, found: Sequence[Projection], path: str, value: object
    ) -> tuple[Evidence, ...]:
        """The same field of the first of many objects."""
        return tuple([self.seen(topic, one, path, value) for one in found[:MOST_EVIDENCE]])

    def kubectl(self, command: str, namespace: str = "") -> str:
        """A command for an operator; `command` is quoted already."""
        return kubectl_on(self.cluster.context or self.name, command, namespace)

    def on(self, verb: str, kind: str, key: Key, rest: str = "") -> str:
        """A command on one object: `on("delete", "pdb", key)`."""
        namespace, name = key
        tail = f" {rest}" if rest else ""
        return self.kubectl(f"{verb} {kind} {shlex.quote(name)}{tail}", namespace)

    def unread(self, *topics: str) -> str:
        """Why topics say nothing conclusive; empty when they do."""
        if not self.cluster.state.readable:
            return without_age(cluster_reason(self.cluster))
        views = (self.cluster.topic(topic) for topic in topics)
        return without_age("; ".join(unread_reason(view) for view in views if not view.conclusive))

    def unknown(
        self, rule: str, phase: Phase, why: str, *, subject: str = "", target: Minor | None = None,
        object: ObjectRef | None = None, evidence: Iterable[Evidence] = (), remediation: str = "",
    ) -> Blocker:  # fmt: skip
        """That a rule could not be judged, and why."""
        return Blocker(
            rule,
            Gravity.UNKNOWN,
            phase,
            f"Not known: {UPGRADE_TITLES[rule]}",
            why,
            remediation or "Let the console read what is missing, or look yourself before the step",
            object,
            subject,
            target,
            tuple(evidence),
        )


ORDER: Final = {gravity: number for number, gravity in enumerate(Gravity)}


def in_order(found: Iterable[Blocker]) -> tuple[Blocker, ...]:
    """Worst first, then by rule, object and subject."""
    return tuple(
        sorted(found, key=lambda one: (ORDER[one.gravity], one.rule, str(one.object), one.subject))
    )
