"""Parts of a scenario that say what happened to objects: releases of the script, Events."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from mckconsole.demo.section import Section


class Release(Section, frozen=True):
    """Ships another template of a Deployment; the controller rolls it out as far as it goes."""

    cluster: str
    workload: str
    """`namespace/name`; it has no Service."""
    images: dict[str, str]
    """Container to image."""
    by: str
    """Field manager that wrote the template."""
    log: list[str] = field(default_factory=list)
    """What a container writes before it ends, which it does at once; empty where it runs."""


class EventModel(Section, frozen=True):
    """An Event that is there when the demo begins."""

    about: str
    """`Kind namespace/name`; of a Pod the name of its workload, of a ReplicaSet its Deployment's,
    of a Node its pool."""
    reason: str
    message: str
    where: list[str]
    by: str
    """Component."""
    minutes_ago: float
    """Of the last time."""
    since_minutes: float | None = None
    """Of the first time; as the last when not given."""
    count: int = 1
    type: Literal["Normal", "Warning"] = "Warning"
    field_path: str = ""
