"""Who read Secrets: what audit logs and Falco's output say, summed up.

A log says who read what the API server was asked for, and only while it was kept: that it names
nobody does not mean that nobody read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import msgspec


class SecretAccess(msgspec.Struct, frozen=True, order=True, gc=False):
    """How often somebody did one thing to one Secret, or to the Secrets of a namespace."""

    cluster: str
    """Name in the fleet; empty where neither the log nor the command line says it."""
    user: str
    """As the API server authenticated it; `system:serviceaccount:NS:NAME` for service accounts."""
    verb: str
    """`get`, `list`, `watch`, `patch` …; of Falco's system calls the rule's name."""
    namespace: str
    """Empty for requests over all namespaces."""
    name: str
    """Empty for requests that name none."""
    allowed: bool
    """Whether the API server answered with it, or refused. What failed otherwise (there is no such
    Secret, it was changed meanwhile) is not kept: it showed nothing, and nobody was refused."""
    count: int = 1
    first: float = 0.0
    """Unix seconds of the first and the last."""
    last: float = 0.0
    addresses: tuple[str, ...] = ()
    """The last few, sorted; of each request the one that the API server saw itself."""
    agents: tuple[str, ...] = ()
    """User agents, as clients call themselves; the last few, sorted."""
    pod: str = ""
    """`namespace/name` of the pod that the token was bound to, where the log says it."""
    impersonated_by: str = ""
    source: Literal["audit", "falco"] = "audit"
    rule: str = ""
    """Falco's rule."""
    own: bool = False
    """It was this console: by the user agent, which is the client's word."""


class LogFile(msgspec.Struct, frozen=True, gc=False):
    """One file that was read."""

    path: str
    source: Literal["audit", "falco"]
    lines: int = 0
    events: int = 0
    """That are about Secrets."""
    skipped: int = 0
    """Lines that are no event: other logs mixed in, or cut."""
    first: float | None = None
    """Unix seconds of the first and last event of any kind: what the file covers."""
    last: float | None = None
    trouble: str = ""
    """Why it was not read to its end, or says nothing."""


@dataclass(frozen=True, slots=True)
class AccessLog:
    """All files together."""

    accesses: tuple[SecretAccess, ...] = ()
    """Sorted."""
    files: tuple[LogFile, ...] = field(default_factory=tuple)


NO_ACCESS_LOG = AccessLog()
