"""How one topic is read: which kind, in which version, kept how, and how gently."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mckconsole.domain.objects import Projection


class Keep(StrEnum):
    """How a topic is kept current."""

    WATCH = "watch"
    """List once, then watch."""
    POLL = "poll"
    """List every `poll_seconds`: for heartbeat kinds whose every object changes all the time, and
    for small ones that are not worth a connection each."""
    ON_DEMAND = "on-demand"
    """Only while something on screen asks for it."""


class Sensitivity(StrEnum):
    """What the decoder may let through."""

    PLAIN = "plain"
    CREDENTIALS_IN_SPEC = "credentials-in-spec"
    """Credentials stand beside the fields we read; the projection must not name them."""
    METADATA_ONLY = "metadata-only"
    """The object is a credential: only its metadata is asked for (PartialObjectMetadata, or a Table
    of them where the type is wanted too)."""
    VALUES = "values"
    """The object is a credential and its values are looked at, on the user's word: the decoder
    keeps what it found out about them and none of them."""


class Scan(StrEnum):
    """Where in an object the decoder looks for credentials (`detect`)."""

    NONE = "none"
    SECRET = "secret"  # noqa: S105 - a kind of object
    """`data` of a Secret by its type; only where values may be looked at."""
    CONFIG_MAP = "configmap"
    """`data` and `binaryData`; only where values may be looked at."""
    WORKLOAD = "workload"
    """The pod template of a controller, wherever it is in the spec, and the annotations."""
    LOOSE_POD = "loose-pod"
    """The spec of a pod that no built-in controller made: those of the others are in their
    controller's template."""
    REVISION = "revision"
    """`data` of a ControllerRevision: a former template."""
    RESOURCE = "resource"
    """Every text in the spec of a custom resource, and the annotations."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one topic is read."""

    topic: str
    group: str
    versions: tuple[str, ...]
    """In order of preference."""
    plural: str
    projection: type[Projection]
    keep: Keep = Keep.WATCH
    poll_seconds: float = 60.0
    sensitivity: Sensitivity = Sensitivity.PLAIN
    namespace: str = ""
    """Read only this namespace; empty reads all of them."""
    name: str = ""
    """Read only objects of this name (a `metadata.name` field selector)."""
    fields: str = ""
    """Read only objects that this field selector selects too."""
    labels: str = ""
    """Read only objects that this label selector selects."""
    beside: str = ""
    """Read only where this API group is served too: elsewhere nobody could have made one."""
    document: str = ""
    """Path of a document that is the whole content: no kind of the API at all."""
    optional: bool = False
    """May well be forbidden: that costs the rules that read it, not the cluster's state."""
    scan: Scan = Scan.NONE
    """Where credentials are looked for while decoding."""
    by_values: bool = False
    """Its values may be looked at where the user said so (`--scan-values`): it is read with
    `Sensitivity.VALUES` there, and elsewhere as `sensitivity` says, or with `only_audited` not
    at all."""
    only_audited: bool = False
    """Objects in which the decoder found nothing are not kept."""
    by_namespace: bool = False
    """Where listing all namespaces is forbidden, each is asked for alone; what is forbidden then
    is a fault of that namespace."""

    def path(self, version: str) -> str:
        """The path of the list or document, relative to the cluster's base URL."""
        if self.document:
            return self.document
        root = f"/apis/{self.group}/{version}" if self.group else f"/api/{version}"
        place = f"/namespaces/{self.namespace}" if self.namespace else ""
        return f"{root}{place}/{self.plural}"

    @property
    def selector(self) -> dict[str, str]:
        """Query parameters that narrow the list, empty for all objects."""
        terms = (f"metadata.name={self.name}" if self.name else "", self.fields)
        fields = ",".join(filter(None, terms))
        narrowed = {"fieldSelector": fields} if fields else {}
        return {**narrowed, "labelSelector": self.labels} if self.labels else narrowed
