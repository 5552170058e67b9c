"""What the dialects collect of one cluster's part in one service."""

from __future__ import annotations

from dataclasses import dataclass, field

from mckconsole.analysis.services.model import (
    ClusterFacts,
    Dialect,
    Export,
    Held,
    Import,
    RemoteEndpoints,
)
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.objects import Projection


@dataclass(slots=True)
class Draft:
    """A part being read: each dialect adds what its objects say."""

    facts: ClusterFacts
    held: Held
    exports: list[Export] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    remote: list[RemoteEndpoints] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    """What this dialect cannot show by objects, in words."""

    def ref(self, topic: str, found: Projection) -> ObjectRef:
        """Names an object that was read under `topic`."""
        return found.ref(self.facts.versions.get(topic) or BY_TOPIC[topic].versions[-1])

    @property
    def dialects(self) -> frozenset[Dialect]:
        """The dialects seen so far."""
        exports, imports = self.exports, self.imports
        said = [*(one.dialect for one in exports), *(one.dialect for one in imports)]
        return frozenset([*said, *(one.dialect for one in self.remote)])

    @property
    def involved(self) -> bool:
        """Whether anything says that the cluster exports or imports the service."""
        return bool(self.exports or self.imports or self.remote)
