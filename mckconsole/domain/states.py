"""The words for how well something could be read.

A state never travels without its reason: `unknown` with a reason is an answer, `unknown` alone is
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ClusterState(StrEnum):
    """How the console stands to one cluster."""

    PENDING = "pending"
    """Known from the inventory, not tried yet."""
    CONNECTING = "connecting"
    """Credentials, TLS and discovery are under way."""
    READY = "ready"
    """Every wanted topic is being read."""
    DEGRADED = "degraded"
    """Reachable, but some wanted topic cannot be read or is stale."""
    FORBIDDEN = "forbidden"
    """Reachable and authenticated, but no wanted topic may be read."""
    UNAUTHORIZED = "unauthorized"
    """The API server refused the credential (401)."""
    LOGIN_REQUIRED = "login-required"
    """A credential plugin wants a person."""
    UNREACHABLE = "unreachable"
    """No usable answer: name, network, TLS, or not a Kubernetes API."""

    @property
    def readable(self) -> bool:
        """Whether some wanted topic could be read."""
        return self in (ClusterState.READY, ClusterState.DEGRADED)


class TopicState(StrEnum):
    """How one kind of object stands in one cluster."""

    PENDING = "pending"
    """Not read yet."""
    FRESH = "fresh"
    """Read completely and confirmed recently."""
    STALE = "stale"
    """Read once, not confirmed since; what is held is old."""
    FORBIDDEN = "forbidden"
    """RBAC says no (403)."""
    ABSENT = "absent"
    """The API server does not serve this kind: the provider is not installed."""
    UNREACHABLE = "unreachable"
    """The API server could not be asked, and nothing older is held."""
    UNSUPPORTED = "unsupported"
    """Served only in a version the console cannot read."""

    @property
    def readable(self) -> bool:
        """Whether the objects held under this state may be shown at all (STALE with its age)."""
        return self in (TopicState.FRESH, TopicState.STALE)

    @property
    def conclusive(self) -> bool:
        """Whether the *absence* of an object under this state means that it is not there."""
        return self in (TopicState.FRESH, TopicState.ABSENT)


@dataclass(frozen=True, slots=True)
class Transition:
    """One change of state, kept for the timeline and for hysteresis."""

    at: float
    """Unix seconds, console clock."""
    cluster: str
    subject: str
    """What changed: `cluster`, `topic gateways`, `link submariner west …`."""
    before: str
    after: str
    reason: str
