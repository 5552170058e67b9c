"""Objects as they are read for a person, without a cluster."""

from __future__ import annotations

from typing import Any, cast

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.inspected import ObjectFacts, Related
from mckconsole.sources.redact import redact
from mckconsole.sources.yamlout import to_lines
from mckconsole.views.detail import Detail
from mckconsole.views.object_detail import Inspected, object_detail
from tests.unit.analysis.build import NOW
from tests.unit.views.documents import demo, demo_analysis, text_of

CLUSTER = "aws-use1-1"


def facts(document: dict[str, Any], **changes: Any) -> ObjectFacts:
    """What was read of `document`."""
    metadata = document.get("metadata") or {}
    ref = ObjectRef(
        document.get("apiVersion", "v1"),
        document.get("kind", "Pod"),
        metadata.get("namespace", "shop"),
        metadata.get("name", "web"),
    )
    tree = redact(cast("Any", document)).tree
    made: dict[str, Any] = {"managed": (), "managers": (), "at": NOW, **changes}
    return ObjectFacts(CLUSTER, ref, tree=cast("Any", tree), lines=tuple(to_lines(tree)), **made)


def shown(document: dict[str, Any], related: Related | None = None, **rest: Any) -> Detail:
    """Its document, over the demo's fleet."""
    inspected = Inspected(facts(document), related, **rest)
    return object_detail(demo(), demo_analysis(), inspected)


def words(document: dict[str, Any], related: Related | None = None, **rest: Any) -> str:
    """All of it as text."""
    return text_of(shown(document, related, **rest))
