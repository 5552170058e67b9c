"""What rules on workloads share: containers and their variables, evidence of them, one finding.

A workload has many pods and a few shapes; a rule looks at each container of each shape and says
what it saw once, however many pods there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.containers import NOWHERE, File, PodView, View
from mckconsole.analysis.identity.model import Cloud, Shape, Trace
from mckconsole.analysis.identity.rules_words import by_whom
from mckconsole.domain.findings import Evidence, Severity
from mckconsole.domain.managed import ManagedEntry, ManagedMeta
from mckconsole.domain.pods import Pod, PodContainer

UNSET = "(not set)"
_SYSTEM = frozenset({"kube-system", "kube-public", "kube-node-lease"})


class Place(NamedTuple):
    """One container of one shape."""

    shape: Shape
    view: View

    @property
    def container(self) -> PodContainer:
        """The container."""
        return self.view.container

    @property
    def role(self) -> str:
        """See `Effective.role`."""
        return self.view.role

    @property
    def path(self) -> str:
        """Where the container stands in the pod."""
        return self.view.path

    @property
    def injected(self) -> bool:
        """Whether webhooks give identities to such a container: to all that come with the pod."""
        return self.role != "ephemeral"

    def given(self, *names: str) -> bool:
        """Whether any of these variables has a value, literal or referred to."""
        return any(name in self.view.env for name in names)

    def value(self, name: str) -> str:
        """The literal value of a public variable; empty where there is none to be seen."""
        found = self.view.env.get(name)
        return found.value if found else ""

    def file(self, name: str) -> File:
        """What is at the path that a variable names; `NOWHERE` where that is not told."""
        value = self.value(name)
        return self.view.file(value) if value else NOWHERE

    @property
    def hidden(self) -> bool:
        """Whether it may have variables that are not seen: all keys of a ConfigMap or Secret."""
        return bool(self.container.env_from)


def places(case: Case) -> Sequence[Place]:
    """Every container of the workload's pods."""
    shapes = case.workload.shapes
    if len(shapes) == 1:
        return places_of(case, shapes[0])
    return [place for shape in shapes for place in places_of(case, shape)]


def places_of(case: Case, shape: Shape) -> tuple[Place, ...]:
    """Every container of a shape."""
    found = case.places.get(id(shape))
    if found is None:
        pod = PodView(shape, case.facts)
        views = (View(pod, role, container) for role, container in shape.containers())
        found = case.places[id(shape)] = tuple(Place(shape, view) for view in views)
    return found


def config_of(file: File) -> str:
    """The ConfigMap that a file comes from; empty where it is from none."""
    if file.volume is None:
        return ""
    if file.volume.config_map is not None:
        return file.volume.config_map.name
    sources = file.volume.projected.sources if file.volume.projected else ()
    return next((one.config_map.name for one in sources if one.config_map), "")


def live(shape: Shape) -> list[Pod]:
    """The pods of a shape that run or will: neither finished nor being deleted."""
    return [one for one in shape.pods if not one.over and not one.metadata.deletion_timestamp]


def variable(case: Case, place: Place, name: str) -> Evidence:
    """An environment variable as evidence; its value only where it is public."""
    found = place.view.env.get(name)
    if found is None:
        return on_pod(case, place.shape, f"{place.path}.env[name={name}]", UNSET)
    return case.seen(place.view.trace(found))


def on_pod(case: Case, shape: Shape, path: str, value: str) -> Evidence:
    """A field of the first pod of a shape."""
    return case.seen(Trace(case.pod(shape), path, value))


def on_owner(case: Case, path: str, value: str) -> Evidence:
    """A field of what makes the pods, else of the newest pod."""
    return case.seen(Trace(case.owner(), path, value))


def writer(case: Case, key: str) -> ManagedEntry | None:
    """Who wrote an annotation, a label or a variable into what makes the pods."""
    controller = case.workload.controller
    metadata = controller.metadata if controller else None
    return metadata.written(key) if isinstance(metadata, ManagedMeta) else None


def written(case: Case, *keys: str) -> Iterator[Evidence]:
    """Who wrote these keys into what makes the pods, and when, as far as it is told."""
    for key in keys:
        found = writer(case, key)
        if found is not None:
            text = f"{key} {by_whom(found)}"
            yield on_owner(case, "metadata.managedFields", text)


def system(case: Case) -> bool:
    """Whether the workload is one of Kubernetes' own."""
    return case.namespace in _SYSTEM


class Signs:
    """What a rule saw in a workload's containers, each thing once."""

    def __init__(self) -> None:
        self.containers: dict[str, None] = {}
        self.shapes: dict[int, Shape] = {}
        self._evidence: dict[tuple[str, str, str], Evidence] = {}

    def __bool__(self) -> bool:
        return bool(self._evidence)

    def add(self, place: Place | None, *evidence: Evidence) -> None:
        """Something about a container, or about the workload as a whole."""
        if place is not None:
            self.containers[place.container.name] = None
            self.shapes[id(place.shape)] = place.shape
        for one in evidence:
            # pods of a workload are alike: what one shows need not be shown of the others
            of = "" if one.object is None or one.object.kind == "Pod" else str(one.object)
            self._evidence.setdefault((of, one.path, one.value), one)

    @property
    def names(self) -> str:
        """The containers, in words."""
        return ", ".join(sorted(self.containers))

    def found(
        self,
        case: Case,
        rule: str,
        severity: Severity,
        cloud: Cloud | None,
        title: str,
        detail: str,
        remediation: str,
    ) -> Found:
        """The one finding of a rule on this workload in a cloud."""
        subject = ": ".join(filter(None, (cloud.value if cloud else "", self.names)))
        evidence = self._evidence.values()
        return Found(
            cloud,
            case.finding(
                rule,
                severity,
                title,
                detail,
                evidence,
                remediation,
                object=case.owner(),
                subject=subject,
            ),
        )
