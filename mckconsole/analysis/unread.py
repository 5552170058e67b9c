"""What could not be read of a cluster and why, in words; how the rest was read, topic by topic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import TopicState

CONNECTING = "connecting: not everything was read yet"
"""Until the first reading is complete nothing of it counts: half of one tells of exports without a
Service, or names the wrong controller. How far it is is left out, as it changes all the time."""
_AGE = re.compile(r"(?<=no sign of life) for .*")


class Reading(NamedTuple):
    """How the topics of a cluster were read, by topic."""

    unread: dict[str, str]
    """Reasons of those from whose content nothing can be concluded."""
    versions: dict[str, str]
    at: dict[str, float]
    """When they were confirmed last, Unix seconds of the API server."""


def read_topics(cluster: ClusterSnapshot, topics: Iterable[str]) -> Reading:
    """How these topics were read; equal but for times while nothing happens."""
    found = Reading({}, {}, {})
    for name in topics:
        view = cluster.topic(name)
        if view.version:
            found.versions[name] = view.version
        if view.as_of is not None:
            found.at[name] = view.as_of
        if not view.conclusive:
            found.unread[name] = without_age(unread_reason(view))
    return found


def unread_reason(topic: TopicView) -> str:
    """Why a topic's content cannot be used, in words."""
    if topic.state is TopicState.FRESH and topic.faults:
        return f"{topic.topic} read in part: {topic.gap}"
    words = f"{topic.topic} {topic.state}"
    return f"{words}: {topic.reason}" if topic.reason else words


def cluster_reason(cluster: ClusterSnapshot) -> str:
    """Why a cluster cannot be read: `unreachable: timeout`."""
    return f"{cluster.state}: {cluster.reason}" if cluster.reason else cluster.state.value


def without_age(reason: str) -> str:
    """`reason` without for how long there was no sign of life, which is another one every time."""
    return _AGE.sub("", reason) if reason else ""
