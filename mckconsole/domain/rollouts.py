"""What a workload says of its rollouts: which revision, who wrote its template last, how far it is.

Sources: kubectl and the Deployment controller (`deployment.kubernetes.io/revision`,
`kubernetes.io/change-cause`, the reasons of the condition `Progressing`).
"""

from __future__ import annotations

import msgspec
from msgspec import field
from msgspec.structs import force_setattr

from mckconsole.domain.managed import ManagedEntry, ManagedMeta
from mckconsole.domain.objects import Condition
from mckconsole.domain.text import shorten

MAX_CAUSE = 256
"""Characters of a change's cause that are kept; whole commands are written there."""
PROGRESSING = "Progressing"


class TemplateEntry(ManagedEntry, frozen=True, gc=False, rename="camel"):
    """Who wrote what, and whether anything of the pods' template is among it."""

    template: bool = False

    def __post_init__(self) -> None:
        if b'"f:template"' in bytes(self.fields_v1):
            force_setattr(self, "template", True)
        super().__post_init__()


class RevisionAnnotations(msgspec.Struct, frozen=True, gc=False):
    """The revision of a Deployment's template, and why it is another one."""

    revision: str = field(default="", name="deployment.kubernetes.io/revision")
    cause: str = field(default="", name="kubernetes.io/change-cause")

    def __post_init__(self) -> None:
        if len(self.cause) > MAX_CAUSE:
            force_setattr(self, "cause", shorten(self.cause, MAX_CAUSE))


class WorkloadMeta(ManagedMeta, frozen=True, gc=False, rename="camel"):
    """Metadata of a workload; who wrote its template stays."""

    managed_fields: tuple[TemplateEntry, ...] = ()
    annotations: RevisionAnnotations = RevisionAnnotations()

    def __post_init__(self) -> None:
        entries = self.managed_fields
        if not all(one.keys or one.api_version or one.template for one in entries):
            kept = [one for one in entries if one.keys or one.api_version or one.template]
            force_setattr(self, "managed_fields", tuple(kept))

    @property
    def template_written(self) -> TemplateEntry | None:
        """The last who wrote anything of the template; None when nobody is known to."""
        writers = (one for one in self.managed_fields if one.template and one.time)
        return max(writers, key=lambda one: one.time, default=None)


class Progress(Condition, frozen=True, gc=False, rename="camel"):
    """How far the last rollout is."""

    last_update_time: str = ""


def told_progress(conditions: tuple[Progress, ...]) -> tuple[Progress, ...]:
    """The condition of the last rollout alone."""
    return tuple([one for one in conditions if one.type == PROGRESSING])
