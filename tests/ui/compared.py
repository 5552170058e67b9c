"""A fleet that answers from memory what is compared: objects by cluster, and who is dead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mckconsole.analysis.sameness.digest import Digester
from mckconsole.analysis.sameness.model import Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related
from mckconsole.domain.objecttext import ObjectText
from mckconsole.domain.resources import Query, ResourceKind
from mckconsole.domain.states import TopicState
from mckconsole.sources.errors import ConnectionTrouble, NotServed
from mckconsole.sources.redact import redact
from mckconsole.store.opened import LogFeed
from tests.ui.browsed import Browsable

Doc = dict[str, Any]


def deployment(image: str = "app:1", replicas: int = 2, **more: Any) -> Doc:
    """A small Deployment."""
    containers = [{"name": "app", "image": image, **more}]
    return {
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"replicas": replicas, "template": {"spec": {"containers": containers}}},
    }


@dataclass
class Compared(Browsable):
    """In place of an opened fleet; all its objects are of one kind."""

    objects: dict[str, dict[str, Doc]] = field(default_factory=dict)
    """By cluster, then by `namespace/name`."""
    dead: frozenset[str] = frozenset()
    """Clusters that do not answer."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Clusters, and what they were asked for."""

    def _answer(self, cluster: str, what: str) -> Mapping[str, Doc]:
        self.asked.append((cluster, what))
        if cluster in self.dead:
            raise ConnectionTrouble(f"{cluster} is not connected: no route to host")
        return self.objects.get(cluster, {})

    async def fetch(self, cluster: str, ref: ObjectRef) -> ObjectText:
        raise ConnectionTrouble("nothing is fetched here")

    async def related(self, cluster: str, ref: ObjectRef) -> Related:
        return Related()

    def follow_logs(self, *anything: object) -> LogFeed:
        raise ConnectionTrouble("nothing is followed here")

    async def inspect(self, cluster: str, ref: ObjectRef) -> ObjectFacts:
        found = self._answer(cluster, ref.name).get(f"{ref.namespace}/{ref.name}")
        if found is None:
            raise NotServed(f"{ref} is not there any more, or its kind is not served here")
        return ObjectFacts(cluster, ref, None, redact(found).tree, (), (), ())

    async def digests(
        self, cluster: str, kind: ResourceKind, query: Query, told: Callable[[int], None]
    ) -> Digests:
        digester = Digester(Names(), b"k")
        found = {}
        for place, tree in self._answer(cluster, kind.name).items():
            namespace, _, name = place.partition("/")
            if not query.namespaces or namespace in query.namespaces:
                found[namespace, name] = digester.digest(redact(tree).tree)
        told(len(found))
        made = Digests(cluster, TopicState.FRESH, objects=found)
        return replace(made, api_version=kind.api_version)
