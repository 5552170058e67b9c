"""Who wrote the very key that a credential is in, and whose the object is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import b64, token

pytestmark = pytest.mark.usefixtures("engine")


def entry(manager: str, day: int, fields: Any, **more: Any) -> dict[str, Any]:
    time = f"2024-01-{day:02}T00:00:00Z"
    return {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields, **more}


def audit(document: dict[str, Any], scan: Scan = Scan.SECRET) -> Audited:
    return audit_object(json.dumps(document).encode(), scan, values=True)


def test_each_key_has_its_own_last_writer() -> None:
    managed = [
        entry("helm", 1, {"f:data": {".": {}, "f:old": {}, "f:new": {}}}),
        entry("kubectl-edit", 3, {"f:data": {"f:new": {}}}),
        entry("kubelet", 9, {"f:data": {"f:new": {}}}, subresource="status"),
        entry("other", 9, {"f:type": {}}),
    ]
    data = {key: b64(token(key[0])) for key in ("old", "new", "none")}
    found = audit({"metadata": {"managedFields": managed}, "data": data})
    assert [(one.key, one.writer, one.written) for one in found.sightings] == [
        ("new", "kubectl-edit Update", "2024-01-03T00:00:00Z"),
        ("none", "", ""),
        ("old", "helm Update", "2024-01-01T00:00:00Z"),
    ]


def test_variables_and_arguments_of_the_right_container() -> None:
    containers = [
        {"name": name, "env": [{"name": "X", "value": token(name)}], "args": [token(name.upper())]}
        for name in ("a", "b")
    ]
    env: dict[str, Any] = {'k:{"name":"X"}': {".": {}, "f:name": {}, "f:value": {}}}
    fields = {"f:spec": {"f:template": {"f:spec": {"f:containers": {
        'k:{"name":"b"}': {"f:env": env, "f:args": {}}
    }}}}}  # fmt: skip
    template = {"spec": {"template": {"spec": {"containers": containers}}}}
    document = {"metadata": {"managedFields": [entry("argocd", 2, fields)]}, **template}
    found = audit(document, Scan.WORKLOAD)
    writers = {one.path: one.writer for one in found.sightings}
    assert writers == {
        "spec.template.spec.containers[0].env[0].value": "",
        "spec.template.spec.containers[0].args[0]": "",
        "spec.template.spec.containers[1].env[0].value": "argocd Update",
        "spec.template.spec.containers[1].args[0]": "argocd Update",
    }


def test_annotations_and_fields_of_resources() -> None:
    fields: dict[str, Any] = {
        "f:metadata": {"f:annotations": {"f:note": {}}},
        "f:spec": {"f:auth": {"f:token": {}}, "f:list": {}},
    }
    document = {
        "metadata": {"annotations": {"note": token()}, "managedFields": [entry("tool", 1, fields)]},
        "spec": {"auth": {"token": token("b"), "other": token("c")}, "list": [{"x": token("d")}]},
    }
    found = audit(document, Scan.RESOURCE)
    assert {one.path: one.writer for one in found.sightings} == {
        "metadata.annotations['note']": "tool Update",
        "spec.auth.token": "tool Update",
        "spec.auth.other": "",
        "spec.list[0].x": "tool Update",
    }


def test_owner_and_creation() -> None:
    metadata = {
        "creationTimestamp": "2020-01-01T00:00:00Z",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "db"},
    }
    found = audit({"metadata": metadata, "data": {"x": b64(token())}})
    assert (found.owner, found.created) == ("Helm db", "2020-01-01T00:00:00Z")


@pytest.mark.parametrize("managed", [None, 5, [5], [{"time": 5}], [{"fieldsV1": 7}], [{}], "x"])
def test_odd_metadata_costs_only_themselves(managed: Any) -> None:
    metadata = {"managedFields": managed, "ownerReferences": managed, "labels": managed}
    (one,) = audit({"metadata": metadata, "data": {"x": b64(token())}}).sightings
    assert (one.writer, one.written) == ("", "")


def test_the_writer_is_not_remembered_with_the_content() -> None:
    data = {"x": b64(token())}
    for manager in ("first", "second"):
        managed = [entry(manager, 1, {"f:data": {"f:x": {}}})]
        (one,) = audit({"metadata": {"managedFields": managed}, "data": data}).sightings
        assert one.writer == f"{manager} Update"
