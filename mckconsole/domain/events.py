"""Events of the API: what components say happened to an object, and when."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Projection
from mckconsole.domain.text import shorten

MAX_MESSAGE = 1024
"""Characters of a message that are kept: the API allows as many, events.k8s.io fewer."""


class Involved(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """The object that an event is about."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""

    @property
    def ref(self) -> ObjectRef:
        """Its name within the cluster."""
        return ObjectRef(self.api_version, self.kind, self.namespace, self.name)


class Series(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """How often it happened again (events.k8s.io)."""

    count: int = 0
    last_observed_time: str = ""


class Component(msgspec.Struct, frozen=True, gc=False):
    """Who says so, in the old form."""

    component: str = ""
    host: str = ""


class Event(Projection, frozen=True, gc=False, rename="camel"):
    """core/v1 Event; those of events.k8s.io are the same objects."""

    involved_object: Involved = Involved()
    reason: str = ""
    message: str = ""
    type: str = ""
    """`Normal` or `Warning`; others may come."""
    count: int = 0
    first_timestamp: str = ""
    last_timestamp: str = ""
    event_time: str = ""
    """With microseconds; instead of the two above in the new form."""
    series: Series | None = None
    source: Component = Component()
    reporting_component: str = field(default="", name="reportingComponent")
    action: str = ""

    kind: ClassVar[str] = "Event"

    def __post_init__(self) -> None:
        if len(self.message) > MAX_MESSAGE:
            force_setattr(self, "message", shorten(self.message, MAX_MESSAGE))
