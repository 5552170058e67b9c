"""Which representation a client accepts: plain objects, metadata only, tables, discovery lists.

Source of the rules: k8s.io/apiserver endpoints/handlers/negotiation, observed on v1.36.2. YAML and
protobuf are never produced; a client that accepts nothing but those gets 406.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mckconsole.demo.status import not_acceptable


class Form(StrEnum):
    """How an object or list is represented."""

    OBJECT = "Object"
    PARTIAL = "PartialObjectMetadata"
    PARTIAL_LIST = "PartialObjectMetadataList"
    TABLE = "Table"
    DISCOVERY = "APIGroupDiscoveryList"


_AVAILABLE = (
    "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf"
)
_STREAMS = ", application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
_ONLY = (
    "only the following media types are accepted: application/json, application/yaml, "
    "application/vnd.kubernetes.protobuf"
)
_META_FORMS = (Form.PARTIAL, Form.PARTIAL_LIST, Form.TABLE)


@dataclass(frozen=True, slots=True)
class _Clause:
    media: str
    params: dict[str, str]
    quality: float


def _clauses(accept: str) -> list[_Clause]:
    found: list[_Clause] = []
    for part in accept.split(","):
        media, *rest = (piece.strip() for piece in part.split(";"))
        params = dict(piece.split("=", 1) for piece in rest if "=" in piece)
        try:
            quality = float(params.pop("q", "1"))
        except ValueError:
            quality = 0.0
        found.append(_Clause(media.lower(), params, quality))
    return sorted(found, key=lambda clause: -clause.quality)


def _takes_json(media: str) -> bool:
    return media in ("application/json", "*/*")  # the real server takes no application/*


def accepts(accept: str, media: str) -> bool:
    """Whether a client takes a document of which there is this media type only."""
    return not accept or any(clause.media in (media, "*/*") for clause in _clauses(accept))


def negotiate(accept: str, *, one: bool) -> Form:
    """The form a client wants most among those there are, for one object or for a list or watch.

    Raises:
        ApiError: 406 when it accepts no JSON, or only transformations that do not exist.
    """
    if not accept:
        return Form.OBJECT
    json_clauses = [clause for clause in _clauses(accept) if _takes_json(clause.media)]
    if not json_clauses:
        raise not_acceptable(_AVAILABLE if one else _AVAILABLE + _STREAMS, {})
    for clause in json_clauses:
        wanted = clause.params.get("as")
        if wanted is None:
            return Form.OBJECT
        group = (clause.params.get("g"), clause.params.get("v"))
        if wanted in _META_FORMS and group in (("meta.k8s.io", "v1"), ("meta.k8s.io", "v1beta1")):
            return Form(wanted)
    raise not_acceptable(_ONLY)


def wants_aggregated_discovery(accept: str) -> bool:
    """Whether discovery is to be answered in one document (apidiscovery.k8s.io/v2)."""
    for clause in _clauses(accept):
        if not _takes_json(clause.media):
            continue
        if "as" not in clause.params:
            return False
        params = clause.params
        if (params.get("g"), params.get("v"), params["as"]) == (
            "apidiscovery.k8s.io",
            "v2",
            Form.DISCOVERY,
        ):
            return True
    return False


def check_shape(form: Form, kind: str, *, is_list: bool) -> None:
    """Refuse a list form of one object, or an object form of a list.

    Raises:
        ApiError: 406.
    """
    if form is Form.PARTIAL and is_list:
        what = f"the requested object is a list (*core.{kind}List)"
        raise not_acceptable(f"you requested PartialObjectMetadata, but {what}")
    if form is Form.PARTIAL_LIST and not is_list:
        what = f"the requested object is not a list (*core.{kind})"
        raise not_acceptable(f"you requested PartialObjectMetadataList, but {what}")
