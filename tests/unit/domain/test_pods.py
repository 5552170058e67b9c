"""What is kept of a pod, a service account and other objects that tell of identities."""

from __future__ import annotations

import json
from typing import Any, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain import identity
from mckconsole.domain.cloudkeys import AZURE_USE, EKS_ROLE, GCP_CREDENTIALS
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.managed import ManagedMeta
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod, Taken

P = TypeVar("P", bound=Projection)
CANARY = "s3cr3t-canary-value"


def decode(kind: type[P], document: dict[str, Any]) -> P:
    return ProjectionDecoder(kind).decode(json.dumps(document).encode()).object


def pod(**spec: Any) -> Pod:
    return decode(Pod, {"metadata": {"name": "p", "namespace": "n"}, "spec": spec})


def container(**more: Any) -> dict[str, Any]:
    return {"name": "app", "image": "registry/app:1", **more}


def test_the_environment_keeps_what_names_a_cloud_and_no_secret_value() -> None:
    found = pod(
        containers=[
            container(
                env=[
                    {"name": "HOME", "value": CANARY},
                    {"name": "AWS_REGION", "value": "eu-west-1"},
                    {"name": "AWS_SECRET_ACCESS_KEY", "value": CANARY},
                    {"name": "AZURE_CLIENT_ID", "value": CANARY},
                    {
                        "name": "S3",
                        "valueFrom": {"secretKeyRef": {"name": "keys", "key": "AWS_ACCESS_KEY_ID"}},
                    },
                ]
            )
        ]
    )
    assert CANARY not in str(found)
    env = {one.name: one for one in found.spec.containers[0].env}
    assert list(env) == ["AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AZURE_CLIENT_ID", "S3"]
    assert env["AWS_REGION"].value == "eu-west-1"
    assert not env["AWS_REGION"].withheld
    assert env["AWS_SECRET_ACCESS_KEY"].withheld
    assert env["AZURE_CLIENT_ID"].withheld
    reference = env["S3"].secret
    assert reference is not None
    assert (reference.name, reference.key) == ("keys", "AWS_ACCESS_KEY_ID")


def test_of_other_variables_it_is_kept_what_they_take_their_value_from() -> None:
    env = [
        {"name": "HOME", "value": CANARY},
        {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "pw"}}},
        {"name": "DSN", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "dsn"}}},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "AWS_KEY", "valueFrom": {"secretKeyRef": {"name": "aws", "key": "id"}}},
    ]
    (found,) = pod(containers=[container(env=env)]).spec.containers
    assert [one.name for one in found.env] == ["AWS_KEY"]
    assert found.taken == (
        Taken("DB_PASSWORD", "Secret", "db"),
        Taken("DSN", "ConfigMap", "settings"),
    )


def test_a_container_that_claims_to_take_something_is_not_believed() -> None:
    claim = [{"variable": CANARY, "kind": "Secret", "name": "db"}]
    (found,) = pod(containers=[container(taken=claim)]).spec.containers
    assert found.taken == ()


def test_a_value_that_claims_to_be_withheld_is_still_checked() -> None:
    found = pod(
        containers=[
            container(env=[{"name": "AWS_REGION", "value": f"{CANARY} !", "withheld": True}])
        ]
    )
    assert CANARY not in str(found)


def test_pods_of_one_workload_are_alike() -> None:
    def one(suffix: str) -> Pod:
        name = f"kube-api-access-{suffix}"
        azure = f"azure-workload-identity-reserved-{suffix * 3}"
        return pod(
            containers=[
                container(
                    volumeMounts=[
                        {
                            "name": name,
                            "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                        },
                        {"name": azure, "mountPath": "/var/run/secrets/azure/wi"},
                    ]
                )
            ],
            volumes=[
                {"name": name, "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
                {"name": azure, "projected": {"sources": []}},
            ],
        )

    first, second = one("abcde"), one("x2x4z")
    assert first == second
    assert hash(first.spec.containers) == hash(second.spec.containers)
    assert first.spec.volumes[0].name == "kube-api-access"
    assert pod(volumes=[{"name": "kube-api-access-mine"}]).spec.volumes[0].name == (
        "kube-api-access-mine"
    )


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/var/run/secrets/token", "/var/run/secrets"),
        ("/var/run/secrets/deep/token", "/var/run/secrets/deep"),
        ("/var/run/secretsandmore/token", "/var/run"),
        ("/var/run", "/var/run"),
        ("/elsewhere", None),
    ],
)
def test_a_file_is_in_the_deepest_mount(path: str, mount: str | None) -> None:
    mounts = ["/var/run/", "/var/run/secrets", "/var/run/secrets/deep/"]
    volumes = [{"name": f"v{n}", "mountPath": one} for n, one in enumerate(mounts)]
    found = pod(containers=[container(volumeMounts=volumes)]).spec.containers[0].mount_at(path)
    assert (found.mount_path.rstrip("/") if found else None) == mount


def test_the_last_variable_of_a_name_counts() -> None:
    env = [{"name": "AWS_REGION", "value": "one"}, {"name": "AWS_REGION", "value": "two"}]
    found = pod(containers=[container(env=env)]).spec.containers[0].variable("AWS_REGION")
    assert found is not None
    assert found.value == "two"


def test_credentials_in_an_annotation_are_reduced_to_what_is_public() -> None:
    key = {"type": "service_account", "private_key": CANARY, "client_email": "a@b"}
    found = decode(
        Pod,
        {"metadata": {"annotations": {GCP_CREDENTIALS: json.dumps(key), "note": CANARY}}},
    )
    assert found.metadata.google.type == "service_account"
    assert found.metadata.annotations == {}
    assert CANARY not in str(found)


def test_an_account_says_who_wrote_its_annotation() -> None:
    entry = {
        "manager": "argocd-controller",
        "operation": "Apply",
        "time": "2026-11-20T00:00:00Z",
        "fieldsV1": {"f:metadata": {"f:annotations": {".": {}, f"f:{EKS_ROLE}": {}, "f:a/b": {}}}},
    }
    other = {"manager": "kubectl", "fieldsV1": {"f:data": {"f:x": {}}}}
    found = decode(
        identity.ServiceAccount,
        {
            "metadata": {
                "annotations": {EKS_ROLE: "arn", "note": CANARY},
                "managedFields": [entry, other],
            }
        },
    )
    assert found.metadata.annotations == {EKS_ROLE: "arn"}
    written = found.metadata.written(EKS_ROLE)
    assert written is not None
    assert (written.manager, written.time) == ("argocd-controller", "2026-11-20T00:00:00Z")
    assert len(found.metadata.managed_fields) == 1
    assert found.metadata.written(AZURE_USE) is None


def test_an_environment_variable_has_a_writer_too() -> None:
    path: dict[str, Any] = {"f:env": {'k:{"name":"AWS_ROLE_ARN"}': {".": {}, "f:value": {}}}}
    fields = {"f:spec": {"f:template": {"f:spec": {"f:containers": {'k:{"name":"app"}': path}}}}}
    entry = {"manager": "helm", "time": "2026-11-20T00:00:00Z", "fieldsV1": fields}
    found = msgspec.convert(msgspec.json.decode(json.dumps({"managedFields": [entry]})), dict)
    meta = msgspec.json.decode(json.dumps(found), type=ManagedMeta)
    written = meta.written("AWS_ROLE_ARN")
    assert written is not None
    assert written.manager == "helm"


def test_of_certificates_and_configurations_little_is_kept() -> None:
    root = decode(identity.RootCa, {"data": {"ca.crt": f"{CANARY}\n", "other": CANARY}})
    again = decode(identity.RootCa, {"data": {"ca.crt": CANARY}})
    assert root.data == again.data
    assert len(root.data["ca.crt"]) == 64
    assert decode(identity.RootCa, {}).data == {"ca.crt": ""}
    account = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1",
        "credential_source": {"file": "/var/run/token"},
        "private": CANARY,
    }
    config = decode(
        identity.CredentialConfig,
        {"data": {"a.json": json.dumps(account), "b": CANARY, "c": '{"type": 7}'}},
    )
    assert list(config.google) == ["a.json"]
    assert config.google["a.json"].credential_source.file == "/var/run/token"
    assert CANARY not in str(config)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["metadata", "spec", "containers", "env", "name", "value", "volumes", "data",
             "annotations", "managedFields", "fieldsV1", "keys", "projected", "sources"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(_JSON)
def test_no_shape_of_an_object_is_a_crash(document: Any) -> None:
    if not isinstance(document, dict):
        return
    for kind in (
        Pod,
        identity.ServiceAccount,
        identity.RootCa,
        identity.CredentialConfig,
        identity.KeySet,
        identity.MutatingWebhookConfiguration,
    ):
        found = ProjectionDecoder(kind).decode(json.dumps(document).encode())
        assert isinstance(found.object, kind)
