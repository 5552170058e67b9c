"""Write RBAC in a few words, and read it as from a cluster: through the decoder."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias, TypeVar

from mckconsole.analysis.rbac import RbacIndex
from mckconsole.analysis.rbac.index import build
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.rbac import GROUP, ClusterRole, ClusterRoleBinding, Role, RoleBinding

Doc: TypeAlias = dict[str, Any]
P = TypeVar("P", bound=Projection)

DEFAULTS = {"kubernetes.io/bootstrapping": "rbac-defaults"}


def rule(verbs: str, resources: str, groups: str = "core", only: str = "") -> Doc:
    """Everything apart by spaces; the core group is called `core`."""
    made: Doc = {
        "apiGroups": ["" if group == "core" else group for group in groups.split()],
        "resources": resources.split(),
        "verbs": verbs.split(),
    }
    return {**made, "resourceNames": only.split()} if only else made


def role(place: str, *rules: Doc, **more: Any) -> Doc:
    """A Role `NAMESPACE/NAME`, or a ClusterRole `NAME`."""
    namespace, slash, name = place.rpartition("/")
    metadata = {"name": name, "namespace": namespace} if slash else {"name": name}
    kind = "Role" if slash else "ClusterRole"
    return {"kind": kind, "metadata": metadata, "rules": list(rules), **more}


def who(text: str) -> Doc:
    """A subject: `alice`, `group:devs`, `sa:NAMESPACE/NAME`, `sa:NAME`."""
    kind, colon, name = text.partition(":")
    if not colon or kind not in ("group", "sa"):
        return {"kind": "User", "apiGroup": GROUP, "name": text}
    if kind == "group":
        return {"kind": "Group", "apiGroup": GROUP, "name": name}
    namespace, slash, name = name.rpartition("/")
    made = {"kind": "ServiceAccount", "name": name}
    return {**made, "namespace": namespace} if slash else made


def bind(place: str, to: str, *subjects: str, labels: dict[str, str] | None = None) -> Doc:
    """A RoleBinding `NAMESPACE/NAME` or a ClusterRoleBinding `NAME`, to a role `KIND/NAME`."""
    namespace, slash, name = place.rpartition("/")
    metadata: Doc = {"name": name, "namespace": namespace} if slash else {"name": name}
    if labels:
        metadata["labels"] = labels
    kind, _, role_name = to.partition("/")
    return {
        "kind": "RoleBinding" if slash else "ClusterRoleBinding",
        "metadata": metadata,
        "subjects": [who(one) for one in subjects],
        "roleRef": {"apiGroup": GROUP, "kind": kind, "name": role_name},
    }


def read(kind: type[P], docs: Iterable[Doc]) -> dict[Key, P]:
    """The documents of one kind, decoded."""
    decoder = ProjectionDecoder(kind)
    found = [decoder.decode(json.dumps(d).encode()) for d in docs if d["kind"] == kind.kind]
    return {one.object.key: one.object for one in found}


def index(*docs: Doc) -> RbacIndex:
    """The index of a cluster that holds these documents."""
    return build(
        read(ClusterRole, docs),
        read(Role, docs),
        read(ClusterRoleBinding, docs),
        read(RoleBinding, docs),
    )
