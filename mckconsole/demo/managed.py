"""managedFields: who wrote which field of an object, and when, as API servers keep it."""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.demo.objects import KubeObject


def written(
    manager: str, stamp: str, fields: KubeObject, *, api_version: str = "v1", subresource: str = ""
) -> KubeObject:
    """One entry: `manager` wrote `fields` (in FieldsV1's notation) at `stamp`."""
    made: KubeObject = {
        "manager": manager,
        "operation": "Update",
        "apiVersion": api_version,
        "time": stamp,
        "fieldsType": "FieldsV1",
        "fieldsV1": fields,
    }
    return {**made, "subresource": subresource} if subresource else made


def metadata_fields(annotations: Iterable[str] = (), labels: Iterable[str] = ()) -> KubeObject:
    """The fields of annotations and labels of an object's metadata."""
    found: KubeObject = {}
    for name, keys in (("f:annotations", annotations), ("f:labels", labels)):
        owned: KubeObject = {f"f:{key}": {} for key in keys}
        if owned:
            found[name] = {".": {}, **owned}
    return {"f:metadata": found} if found else {}


def template_fields(template: KubeObject) -> KubeObject:
    """The fields of a pod template: its metadata, containers and their variables."""
    spec = template["spec"]
    containers = {
        f'k:{{"name":"{one["name"]}"}}': {
            ".": {},
            "f:image": {},
            "f:name": {},
            **_env_fields(one),
        }
        for one in spec["containers"]
    }
    inner = metadata_fields(
        template["metadata"].get("annotations", ()), template["metadata"]["labels"]
    )
    return {"f:spec": {"f:template": {**inner, "f:spec": {"f:containers": containers}}}}


def _env_fields(container: KubeObject) -> KubeObject:
    names = [one["name"] for one in container.get("env", ())]
    if not names:
        return {}
    owned: KubeObject = {
        f'k:{{"name":"{name}"}}': {".": {}, "f:name": {}, "f:value": {}} for name in names
    }
    return {"f:env": {".": {}, **owned}}
