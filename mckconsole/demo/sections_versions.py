"""Parts of a scenario that say in which versions a cluster runs, and what stands in the way of its
upgrade.

What follows from the rest of the scenario is worked out: the status of a disruption budget from
the pods that it selects, the images of a control plane from its versions.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import field

from mckconsole.demo.section import Section


class ControlPlane(Section, frozen=True):
    """The API servers of a cluster, and their controllers where these are pods."""

    servers: list[str]
    """Version of each API server."""
    image: str = ""
    """Of static pods, with `{component}` and `{version}`; empty: the provider hides them."""
    scheduler: str = ""
    """Version of all schedulers; empty: each has that of its API server."""
    flags: dict[str, list[str]] = field(default_factory=dict)
    """More flags, by component."""
    unready: list[str] = field(default_factory=list)
    """Names of static pods that are not ready."""
    started: float = 20.0
    """Age of the static pods of the newest version, days."""
    requests: list[str] = field(default_factory=list)
    """Deprecated APIs that somebody asks for: `resource.version.group removed`."""


class Budget(Section, frozen=True):
    """A disruption budget over pods of one namespace."""

    namespace: str
    name: str
    where: list[str]
    selector: dict[str, str]
    min_available: int | str | None = None
    max_unavailable: int | str | None = None
    policy: Literal["", "AlwaysAllow", "IfHealthyBudget"] = ""
    """What of pods that are not healthy."""


class Definition(Section, frozen=True):
    """A custom kind that was stored in other versions than today."""

    name: str
    """`plural.group`."""
    kind: str
    where: list[str]
    versions: list[str]
    """The first is the one that it is stored in."""
    stored: list[str]
    """All that it was ever stored in."""
    deprecated: list[str] = field(default_factory=list)


class Thing(Section, frozen=True):
    """Any other object, as its maker wrote it: policies, collectors, configurations."""

    api: str
    """`group/version`."""
    kind: str
    name: str
    """`namespace/name`; without a slash it is in no namespace."""
    where: list[str]
    plural: str = ""
    """Of a custom kind, which is served where there is one."""
    labels: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    """Beside its metadata; `{cluster}` in a text is the cluster's name."""
