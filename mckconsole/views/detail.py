"""What is shown behind a row: text in blocks, with places from which one can go deeper.

Values only. A terminal wraps and colours it, and nothing here knows how wide that terminal is.
Every text is clean already (it comes from decoded objects) and is one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from mckconsole.domain.findings import ObjectRef
from mckconsole.views.spec import Role


@dataclass(frozen=True, slots=True)
class ObjectTarget:
    """An object of a cluster: opens its YAML."""

    cluster: str
    ref: ObjectRef


@dataclass(frozen=True, slots=True)
class InspectTarget:
    """An object of a cluster: opens what it is, what it has to do with, and what happened to it."""

    cluster: str
    ref: ObjectRef
    part: Literal["", "owner", "users", "managed"] = ""
    """Where to begin: at its owner's, at what uses it, or with its managed fields."""


@dataclass(frozen=True, slots=True)
class FindingTarget:
    """A finding: opens it with its evidence."""

    id: str


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """A directed link, by the id of its row in the mesh pane: opens both sides."""

    id: str


@dataclass(frozen=True, slots=True)
class ClusterTarget:
    """A cluster: opens its detail."""

    name: str


@dataclass(frozen=True, slots=True)
class ServiceTarget:
    """A service across clusters, by the id of its row in the services pane: opens its detail."""

    id: str


@dataclass(frozen=True, slots=True)
class FailoverTarget:
    """Clusters lost together: opens what that would mean."""

    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IdentityTarget:
    """Something of the identity pane, by the id of its row in one of its groupings."""

    by: Literal["workload", "cloud-identity", "service-account", "account"]
    """The grouping: what it is."""
    id: str


@dataclass(frozen=True, slots=True)
class WhoTarget:
    """Who can change the cloud identity of a service account, by the id of its row."""

    id: str


@dataclass(frozen=True, slots=True)
class SecretTarget:
    """Something of the secrets pane, by the id of its row in one of its groupings."""

    by: str
    """The grouping: what it is."""
    id: str


@dataclass(frozen=True, slots=True)
class ReadersTarget:
    """Who can read the places of a credential, by its id; of one place, where that is named."""

    id: str
    place: str = ""
    """Id of the place's row."""


@dataclass(frozen=True, slots=True)
class VersionTarget:
    """Something of the versions pane, by the id of its row in one of its groupings."""

    by: str
    """The grouping: what it is."""
    id: str


@dataclass(frozen=True, slots=True)
class CheckTarget:
    """Answers of the checklist: one item of one cluster; with one of them empty, all of it."""

    rule: str
    cluster: str


@dataclass(frozen=True, slots=True)
class HappeningTarget:
    """Something of the timeline, by the id of its row: opens what is known of it."""

    id: str


Target: TypeAlias = (
    ObjectTarget
    | InspectTarget
    | FindingTarget
    | LinkTarget
    | ClusterTarget
    | ServiceTarget
    | FailoverTarget
    | IdentityTarget
    | WhoTarget
    | SecretTarget
    | ReadersTarget
    | VersionTarget
    | CheckTarget
    | HappeningTarget
)


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one role."""

    text: str
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line; a view wraps it."""

    spans: tuple[Span, ...]
    target: Target | None = None
    """What Enter opens here."""
    indent: int = 0
    """Cells by which continuation lines are indented."""
    note: str = ""
    """At the right end of its first row: an age."""

    @property
    def text(self) -> str:
        """The words without their roles."""
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, slots=True)
class Card:
    """A box: cards of one block stand side by side where there is room."""

    title: str
    lines: tuple[Line, ...]
    note: str = ""
    """At the right end of the title: a state with its glyph."""
    role: Role = Role.PLAIN


@dataclass(frozen=True, slots=True)
class Block:
    """A part with a heading; cards come before lines."""

    heading: str = ""
    note: str = ""
    """At the right end of the heading: a count, an age."""
    cards: tuple[Card, ...] = ()
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Detail:
    """Everything behind one row, finding or object."""

    title: str
    """The crumb: where one is."""
    words: str
    """How it stands, in one line with its glyph; empty when there is nothing to say."""
    role: Role
    blocks: tuple[Block, ...]
