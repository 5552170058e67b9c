"""What a person may know of how the console signs in to a cluster, and what it may read there.

Found out on demand, for people to look at. Words only: no credential, token or key is ever in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    """Whether a topic may be read."""

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    """The cluster does not serve it."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TopicAccess:
    """One topic: may it be listed here?"""

    topic: str
    answer: Answer
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MetricsEndpoint:
    """A Prometheus endpoint that covers the cluster."""

    name: str
    url: str
    """Without any credential."""
    state: str
    """In one word or a few: `ready`, `unreachable`, …"""
    reason: str = ""
    """Why it does not answer as it should; empty when it does."""
    version: str = ""


@dataclass(frozen=True, slots=True)
class AccessReport:
    """How the console signs in to one cluster, and what that allows."""

    credential: str
    """How it signs in, in words, without any secret."""
    checked_at: float
    """Unix seconds, console clock."""
    expires_at: float | None = None
    """Unix seconds; None where the credential does not say."""
    username: str = ""
    """Who the server says that we are."""
    groups: tuple[str, ...] = ()
    who_unknown: str = ""
    """Why the server did not say who we are."""
    topics: tuple[TopicAccess, ...] = ()
    metrics: tuple[MetricsEndpoint, ...] = ()
    problem: str = ""
    """Why this could not be found out in full; empty when it could."""

    def named(self, answer: Answer) -> tuple[TopicAccess, ...]:
        """The topics with this answer."""
        return tuple(one for one in self.topics if one.answer is answer)
