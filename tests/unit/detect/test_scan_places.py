"""Where in an object credentials are looked for, and how the place is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Audited
from mckconsole.domain.kind import Scan
from tests.unit.detect.small import KEY, NAMED, TOKEN, b64, secret, token, told

pytestmark = pytest.mark.usefixtures("engine")
LAST = "kubectl.kubernetes.io/last-applied-configuration"
APPLIED = f"metadata.annotations['{LAST}']"


def audit(document: dict[str, Any], scan: Scan, *, values: bool = False) -> Audited:
    return audit_object(json.dumps(document).encode(), scan, values=values)


def pod(**container: Any) -> dict[str, Any]:
    return {"containers": [{"name": "app", **container}]}


def workload(spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"metadata": metadata, "spec": {"template": {"spec": spec}}}


TEMPLATE = "spec.template.spec"
CASES = [
    (pod(env=[{"name": "X", "value": token()}]), "containers[0].env[0].value", "X"),
    (pod(args=["run", "--token=" + token()]), "containers[0].args[1]", "args"),
    (pod(args=["--token", token()]), "containers[0].args[1]", "args"),
    (pod(command=["sh", "-c", f"curl -H 'X: {token()}'"]), "containers[0].command[2]", "command"),
    (
        pod(livenessProbe={"httpGet": {"httpHeaders": [{"name": "Auth", "value": token()}]}}),
        "containers[0].livenessProbe.httpGet.httpHeaders[0].value",
        "Auth",
    ),
    (
        pod(startupProbe={"exec": {"command": ["check", token()]}}),
        "containers[0].startupProbe.exec.command[1]",
        "command",
    ),
    (
        pod(lifecycle={"preStop": {"exec": {"command": [token()]}}}),
        "containers[0].lifecycle.preStop.exec.command[0]",
        "command",
    ),
    (
        {"initContainers": [{"name": "i", "env": [{"name": "X", "value": token()}]}]},
        "initContainers[0].env[0].value",
        "X",
    ),
    (
        {"ephemeralContainers": [{"name": "i", "args": [token()]}]},
        "ephemeralContainers[0].args[0]",
        "args",
    ),
]


@pytest.mark.parametrize(("spec", "path", "key"), CASES, ids=[case[1] for case in CASES])
def test_pod_templates(spec: dict[str, Any], path: str, key: str) -> None:
    for document, scan, root in (
        (workload(spec), Scan.WORKLOAD, TEMPLATE),
        ({"spec": {"jobTemplate": workload(spec)}}, Scan.WORKLOAD, f"spec.jobTemplate.{TEMPLATE}"),
        ({"spec": spec}, Scan.LOOSE_POD, "spec"),
        ({"data": workload(spec)}, Scan.REVISION, f"data.{TEMPLATE}"),
    ):
        (one,) = audit(document, scan).sightings
        assert (one.rule, one.path, one.key) == (TOKEN, f"{root}.{path}", key)


def test_the_name_of_a_value_is_what_is_in_front_of_it() -> None:
    spec = pod(
        env=[{"name": "DB_PASSWORD", "value": "hunter-two"}],
        args=["--password=hunter-three", "--password", "hunter-four", "-v", "hunter-five"],
    )
    assert told(audit(workload(spec), Scan.WORKLOAD)) == [
        (NAMED, f"{TEMPLATE}.containers[0].args[0]"),
        (NAMED, f"{TEMPLATE}.containers[0].args[2]"),
        (NAMED, f"{TEMPLATE}.containers[0].env[0].value"),
    ]


def test_references_are_no_findings() -> None:
    reference = {"secretKeyRef": {"name": "password-of-password", "key": "password-key"}}
    spec = pod(
        env=[{"name": "DB_PASSWORD", "valueFrom": reference}],
        envFrom=[{"secretRef": {"name": "password-of-password"}}],
    )
    applied = json.dumps(workload(spec))
    assert not audit(workload(spec, annotations={LAST: applied}), Scan.WORKLOAD)
    resource = {"spec": {"auth": {"passwordSecretRef": {"name": "password-of-password"}}}}
    assert not audit(resource, Scan.RESOURCE)


def test_a_resource_is_looked_at_in_every_text() -> None:
    document = {"spec": {"brokerPassword": "hunter-two", "list": [{"a b": token()}, 5, None]}}
    assert set(told(audit(document, Scan.RESOURCE))) == {
        (NAMED, "spec.brokerPassword"),
        (TOKEN, "spec.list[0]['a b']"),
    }
    parameters = {"spec": {"parameters": [{"name": "db.password", "value": "hunter-two"}]}}
    assert told(audit(parameters, Scan.RESOURCE)) == [(NAMED, "spec.parameters[0].value")]


def test_a_revision_of_somebody_else() -> None:
    found = audit({"data": {"raw": {"password": "hunter-two"}}}, Scan.REVISION)
    assert told(found) == [(NAMED, "data.raw.password")]


def test_annotations_and_what_repeats_the_object() -> None:
    applied = json.dumps(workload(pod(env=[{"name": "DB_PASSWORD", "value": "hunter-two"}])))
    document = workload(pod(), annotations={"snippet": f"set {token()};", LAST: applied})
    template = {"metadata": {"annotations": {"note": token("c")}}}
    document["spec"]["template"] |= template
    assert told(audit(document, Scan.WORKLOAD)) == [
        (NAMED, f"{APPLIED} › JSON {TEMPLATE}.containers[0].env[0].value"),
        (TOKEN, "metadata.annotations['snippet']"),
        (TOKEN, "spec.template.metadata.annotations['note']"),
    ]


APPLIED_SECRET = json.dumps(
    {
        "kind": "Secret",
        "metadata": {},
        "data": {"key": b64(token())},
        "stringData": {"password": "hunter-two"},
    }
)


def test_content_is_looked_at_where_values_may_be() -> None:
    raw = secret({"key": token("k")}, annotations={LAST: APPLIED_SECRET, "note": token("n")})
    assert set(told(audit_object(raw, Scan.SECRET, values=True))) == {
        (TOKEN, "metadata.annotations['note']"),
        (TOKEN, f"{APPLIED} › JSON data.key › base64"),
        (NAMED, f"{APPLIED} › JSON stringData.password"),
        (TOKEN, "data['key']"),
    }


@pytest.mark.parametrize("scan", [Scan.SECRET, Scan.CONFIG_MAP])
def test_and_nowhere_else(scan: Scan) -> None:
    raw = secret({"key": token("k")}, annotations={LAST: APPLIED_SECRET, "note": token("n")})
    found = audit_object(raw, scan, values=False)
    assert told(found) == [(TOKEN, "metadata.annotations['note']")]
    other = secret({}, annotations={"tool.example/was": APPLIED_SECRET})
    assert not audit_object(other, scan, values=False)


def test_config_maps() -> None:
    document = {
        "data": {"app.env": f"A=1\nDB_PASSWORD=hunter-two\nX={token()}\n", "odd": None},
        "binaryData": {"blob": b64(b"\0\1" + token("b").encode())},
    }
    assert told(audit(document, Scan.CONFIG_MAP, values=True)) == [
        (TOKEN, "binaryData['blob']"),
        (NAMED, "data['app.env'] › dotenv DB_PASSWORD"),
        (TOKEN, "data['app.env'] › dotenv X"),
    ]


def test_what_a_secret_is_there_for_is_expected() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    (one,) = audit_object(
        secret({"tls.key": pem}, "kubernetes.io/tls"), Scan.SECRET, values=True
    ).sightings
    assert (one.rule, one.expected) == (KEY, True)
    (two,) = audit_object(secret({"tls.key": pem}), Scan.SECRET, values=True).sightings
    assert not two.expected
    assert one.fingerprint == two.fingerprint


def test_what_cannot_be_read_is_said_and_the_rest_looked_at() -> None:
    document = {"kind": "Secret", "data": {"a": "%%%", "b": b64(token()), "c": 7, "d": None}}
    found = audit(document, Scan.SECRET, values=True)
    assert told(found) == [(TOKEN, "data['b']")]
    assert found.troubles == ("data['a']: not base64", "data['c']: not base64")
    data: Any
    for data in ([], "text", 5):
        assert audit({"data": data}, Scan.SECRET, values=True).troubles == ("data: not readable",)
        assert audit({"data": data}, Scan.CONFIG_MAP, values=True).troubles == (
            "data: not readable",
        )
    for raw in (b"", b"[]", b"{", b"[" * 100_000, b'{"metadata":5}'):
        assert audit_object(raw, Scan.SECRET, values=True).troubles == (
            "the object could not be read",
        )


def test_odd_text_costs_nothing() -> None:
    raw = secret({"key": token()}, name="x").replace(b'"x"', b'"\xff\\ud800"')
    assert told(audit_object(raw, Scan.SECRET, values=True)) == [(TOKEN, "data['key']")]


def test_nothing_is_said_of_an_object_without_anything() -> None:
    for scan in Scan:
        found = audit(workload(pod(), creationTimestamp="2020-01-01T00:00:00Z"), scan, values=True)
        assert found == Audited()
        assert not found


def test_placeholders_are_left_out() -> None:
    assert not audit_object(secret({"password": "changeme"}), Scan.SECRET, values=True)
