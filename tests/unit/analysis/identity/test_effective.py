"""What containers are, by every mechanism, whole and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.hints import hints, unseen
from mckconsole.analysis.identity.model import Cloud, Effective, Mechanism
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc
from tests.unit.analysis.identity.podyaml import (
    ADC,
    AGENT_VOLUME,
    ARN,
    CLIENT,
    EXTERNAL,
    GOOGLE_MOUNTS,
    IRSA_MOUNT,
    IRSA_PATH,
    MAIL,
    PROVIDER,
    STATIC,
    TENANT,
    World,
    agent_container,
    azure_container,
    azure_pod,
    config_map,
    container,
    effects_of,
    env,
    google_pod,
    irsa_container,
    irsa_pod,
    pod,
    token,
)


def _one(*docs: Doc, **more: Any) -> Effective:
    (found,) = effects_of(*docs, **more)
    return found


def _paths(found: Effective) -> set[str]:
    return {one.path for one in found.traces}


def test_most_pods_are_nobody() -> None:
    assert effects_of(pod()) == ()
    api: Doc = {"name": "kube-api-access-abcde", "projected": {"sources": []}}
    assert effects_of(pod(container(env=env(AWS_REGION="eu-west-1")), volumes=[api])) == ()


def test_irsa() -> None:
    found = _one(irsa_pod())
    assert (found.mechanism, found.container, found.role) == (Mechanism.IRSA, "app", "app")
    assert found.identity is not None
    assert found.identity.text == ARN
    assert found.problem == ""
    assert found.token is not None
    assert found.token.audience == "sts.amazonaws.com"
    values = {one.path: one.value for one in found.traces}
    assert values["spec.containers[name=app].env[name=AWS_ROLE_ARN].value"] == ARN
    token_path = "spec.volumes[name=aws-iam-token].projected.sources[0].serviceAccountToken"
    assert values[f"{token_path}.audience"] == "sts.amazonaws.com"
    assert all(str(one.object) == "Pod shop/checkout-1" for one in found.traces)


HALF_ROLE = container(env=env(AWS_ROLE_ARN=ARN))
HALF_TOKEN = container(
    env=env(AWS_WEB_IDENTITY_TOKEN_FILE=f"{IRSA_PATH}/token"), mounts=[IRSA_MOUNT]
)
UNMOUNTED = container(env=env(AWS_ROLE_ARN=ARN, AWS_WEB_IDENTITY_TOKEN_FILE=f"{IRSA_PATH}/token"))
OTHER_FILE = container(
    env=env(AWS_ROLE_ARN=ARN, AWS_WEB_IDENTITY_TOKEN_FILE=f"{IRSA_PATH}/tokn"), mounts=[IRSA_MOUNT]
)


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        (irsa_pod(HALF_ROLE), "AWS_WEB_IDENTITY_TOKEN_FILE is not"),
        (irsa_pod(HALF_TOKEN), "AWS_ROLE_ARN is not"),
        (irsa_pod(UNMOUNTED), "under no mount"),
        (irsa_pod(OTHER_FILE), "does not have"),
        (irsa_pod(audience="api://AzureADTokenExchange"), "for Microsoft Entra ID"),
        (irsa_pod(audience="pods.eks.amazonaws.com"), "for EKS Pod Identity"),
        (irsa_pod(audience=None), "no audience"),
        (irsa_pod(irsa_container(role="arn:aws:iam:1:role/x")), "no role ARN"),
        (irsa_pod(irsa_container(role="hunter2")), "no role ARN"),
    ],
)
def test_broken_irsa(doc: Doc, words: str) -> None:
    found = _one(doc)
    assert found.mechanism is Mechanism.IRSA
    assert words in found.problem
    assert "hunter2" not in str(found)


def test_any_volume_and_any_custom_audience_will_do() -> None:
    own = env(AWS_ROLE_ARN=ARN, AWS_WEB_IDENTITY_TOKEN_FILE="/tokens/aws/jwt")
    doc = pod(
        container(env=own, mounts=[("any", "/tokens")]),
        volumes=[token("any", "my-company-sts", "aws/jwt")],
    )
    assert _one(doc).problem == ""


def test_windows() -> None:
    path = "C:\\var\\run\\secrets\\eks.amazonaws.com\\serviceaccount\\token"
    own = env(AWS_ROLE_ARN=ARN, AWS_WEB_IDENTITY_TOKEN_FILE=path)
    assert _one(irsa_pod(container(env=own, mounts=[IRSA_MOUNT]))).problem == ""


def test_a_role_from_elsewhere_is_not_told() -> None:
    variable: Doc = {
        "name": "AWS_ROLE_ARN",
        "valueFrom": {"configMapKeyRef": {"name": "aws", "key": "r"}},
    }
    own = [variable, *env(AWS_WEB_IDENTITY_TOKEN_FILE=f"{IRSA_PATH}/token")]
    found = _one(irsa_pod(container(env=own, mounts=[IRSA_MOUNT])))
    assert (found.identity, found.problem, found.text) == (None, "", "ConfigMap aws, key r")


@pytest.mark.parametrize(
    ("field", "role", "extra"),
    [
        ("initContainers", "init", {}),
        ("initContainers", "sidecar", {"restartPolicy": "Always"}),
        ("ephemeralContainers", "ephemeral", {}),
    ],
)
def test_every_container_counts(field: str, role: str, extra: Doc) -> None:
    doc = irsa_pod(container())
    doc["spec"][field] = [{**irsa_container("other"), **extra}]  # type: ignore[index]
    found = _one(doc)
    assert (found.container, found.role) == ("other", role)
    assert f"spec.{field}[name=other].env[name=AWS_ROLE_ARN].value" in _paths(found)


def test_pod_identity() -> None:
    labels = {"eks.amazonaws.com/pod-identity": "enabled"}
    found = _one(pod(agent_container(), volumes=[AGENT_VOLUME], labels=labels))
    assert (found.mechanism, found.cloud) == (Mechanism.POD_IDENTITY, Cloud.AWS)
    assert (found.identity, found.problem) == (None, "")
    assert "metadata.labels['eks.amazonaws.com/pod-identity']" in _paths(found)
    bare = _one(pod(agent_container()))
    assert "under no mount" not in bare.problem or bare.token is None


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["AWS_CONTAINER_CREDENTIALS_FULL_URI"], "TOKEN_FILE is not"),
        (["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"], "FULL_URI is not"),
    ],
)
def test_half_of_pod_identity(names: list[str], words: str) -> None:
    whole = agent_container()
    kept = [one for one in whole["env"] if one["name"] in names]  # type: ignore[attr-defined]
    found = _one(pod({**whole, "env": kept}, volumes=[AGENT_VOLUME]))
    assert words in found.problem


def test_the_agent_by_ipv6_and_another_one() -> None:
    uri = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
    six = agent_container()
    six["env"][0]["value"] = "http://[fd00:ec2::23]/v1/credentials"  # type: ignore[index]
    assert _one(pod(six, volumes=[AGENT_VOLUME])).problem == ""
    other = pod(container(env=env(**{uri: "http://127.0.0.1:911/creds"})))
    assert effects_of(other) == ()
    ((shape, _),) = World([other]).effects()
    assert "another process" in unseen(shape, Cloud.AWS)


def test_azure() -> None:
    found = _one(azure_pod())
    assert found.identity is not None
    assert (found.identity.name, found.identity.realm, found.problem) == (CLIENT, TENANT, "")
    assert found.token is not None


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        (azure_pod(azure_container(client=None)), "AZURE_CLIENT_ID is not set"),
        (azure_pod(azure_container(client="nobody")), "no GUID"),
        (azure_pod(azure_container(client=TENANT)), "pasted twice"),
        (azure_pod(audience="sts.amazonaws.com"), "for AWS STS"),
        (azure_pod({**azure_container(), "volumeMounts": []}), "under no mount"),
    ],
)
def test_broken_azure(doc: Doc, words: str) -> None:
    found = _one(doc)
    assert found.mechanism is Mechanism.AZURE
    assert words in found.problem


def test_a_client_id_alone_is_no_federation() -> None:
    assert effects_of(pod(container(env=env(AZURE_CLIENT_ID=CLIENT)))) == ()


def test_external_account_in_a_config_map() -> None:
    found = _one(google_pod(), config_map())
    assert found.mechanism is Mechanism.GCP_FEDERATION
    assert found.identity is not None
    assert (found.identity.name, found.problem) == (MAIL, "")
    (config,) = (one for one in found.traces if one.object.kind == "ConfigMap")
    assert config.path == "data['credentials.json'].audience"
    assert found.token is not None


def test_external_account_without_impersonation_is_the_principal() -> None:
    direct = {**EXTERNAL, "service_account_impersonation_url": ""}
    found = _one(google_pod(), config_map(direct)).identity
    assert found is not None
    assert found.name == "ns/shop/sa/checkout"


@pytest.mark.parametrize(
    ("doc", "config", "words"),
    [
        (google_pod(tokens=token("gcp-token", "sts.amazonaws.com")), config_map(), "AWS STS"),
        (google_pod(tokens=token("gcp-token", None)), config_map(), "no audience"),
        (google_pod(tokens=token("gcp-token", "vault")), config_map(), "Vault"),
        (
            google_pod(tokens=token("gcp-token", f"https://iam.googleapis.com/{PROVIDER}x")),
            config_map(),
            "the configuration for",
        ),
        (
            google_pod(),
            config_map({**EXTERNAL, "credential_source": {"file": "/nowhere/token"}}),
            "under no mount",
        ),
        (google_pod(), config_map({**EXTERNAL, "audience": "pool"}), "no workload identity"),
        (google_pod(), config_map("no json"), "no credential configuration"),
        (google_pod(), config_map(key="other.json", value="{}"), "no credential configuration"),
    ],
)
def test_broken_external_account(doc: Doc, config: Doc, words: str) -> None:
    found = _one(doc, config)
    assert found.mechanism is Mechanism.GCP_FEDERATION
    assert words in found.problem


def test_a_config_map_that_was_not_read_is_no_problem() -> None:
    states = {"credential-configs": TopicState.FORBIDDEN}
    found = _one(google_pod(), config_map(), states=states)
    assert (found.identity, found.problem) == (None, "")


def test_a_key_in_a_config_map_is_static() -> None:
    key = {"type": "service_account", "private_key": "-----BEGIN", "client_email": MAIL}
    found = _one(google_pod(), config_map(key))
    assert found.mechanism is Mechanism.STATIC
    assert "BEGIN" not in str(found)


def test_projected_together_as_in_fleets() -> None:
    both: Doc = {
        "name": "gcp",
        "projected": {
            "sources": [
                {"serviceAccountToken": {"path": "token", "audience": "fleet-1.svc.id.goog"}},
                {"configMap": {"name": "google", "optional": False}},
            ]
        },
    }
    fleet = {
        **EXTERNAL,
        "audience": "identitynamespace:fleet-1.svc.id.goog:https://gkehub.googleapis.com/x",
        "credential_source": {"file": "/etc/gcp/token"},
    }
    doc = pod(container(env=env(**ADC), mounts=[("gcp", "/etc/gcp")]), volumes=[both])
    found = _one(doc, config_map(fleet))
    assert found.problem == ""
    assert found.identity is not None
    assert found.identity.name == MAIL


DOWNWARD: Doc = {"name": "gcp-config", "downwardAPI": {}}


def test_external_account_in_the_pods_annotation() -> None:
    notes = {"cloud.google.com/external-credentials-json": json.dumps(EXTERNAL)}
    found = _one(google_pod(volume=DOWNWARD, annotations=notes))
    assert found.identity is not None
    assert (found.identity.name, found.problem) == (MAIL, "")


def test_a_file_that_an_init_container_writes() -> None:
    notes = {"cloud.google.com/service-account-email": MAIL}
    empty: Doc = {"name": "gcp-config", "emptyDir": {}}
    found = _one(google_pod(volume=empty, annotations=notes))
    assert found.identity is not None
    assert (found.mechanism, found.identity.name) == (Mechanism.GCP_FEDERATION, MAIL)
    assert _one(google_pod(volume=empty)).identity is None


KEY_VOLUME: Doc = {"name": "gcp-config", "secret": {"secretName": "gcp-key"}}


def test_a_google_key_file() -> None:
    doc = pod(container(env=env(**ADC), mounts=GOOGLE_MOUNTS[1:]), volumes=[KEY_VOLUME])
    found = _one(doc)
    assert (found.mechanism, found.cloud) == (Mechanism.STATIC, Cloud.GCP)
    assert "Secret gcp-key" in found.text
    beside = _one(google_pod(volume=KEY_VOLUME))
    assert beside.mechanism is Mechanism.GCP_FEDERATION


def test_a_google_file_that_is_not_there() -> None:
    found = _one(pod(container(env=env(**ADC))))
    assert "under no mount" in found.problem


def test_static_keys() -> None:
    found = _one(pod(container(env=env(**STATIC))))
    assert (found.mechanism, found.cloud, found.problem) == (Mechanism.STATIC, Cloud.AWS, "")
    assert "Secret aws" in found.text
    assert "spec.containers[name=app].env[name=AWS_ACCESS_KEY_ID].valueFrom.secretKeyRef" in _paths(
        found
    )


def test_a_literal_key_is_never_kept() -> None:
    found = effects_of(
        pod(container(env=env(AWS_ACCESS_KEY_ID="AKIAHUNTER", AWS_SECRET_ACCESS_KEY="hunter2")))
    )
    assert "hunter2" not in str(found)
    assert "AKIAHUNTER" not in str(found)
    assert "as a literal" in found[0].text


@pytest.mark.parametrize(
    ("own", "cloud"),
    [
        (env(AZURE_CLIENT_SECRET=("azure", "secret")), Cloud.AZURE),
        (env(GOOGLE_CREDENTIALS=("gcp", "json")), Cloud.GCP),
        (env(S3_KEY=("aws", "AWS_SECRET_ACCESS_KEY")), Cloud.AWS),
        (env(S3_KEY=("aws", "aws-secret-access-key")), Cloud.AWS),
    ],
)
def test_other_static_keys(own: list[Doc], cloud: Cloud) -> None:
    found = _one(pod(container(env=own)))
    assert (found.mechanism, found.cloud) == (Mechanism.STATIC, cloud)


def test_no_static_keys() -> None:
    assert effects_of(pod(container(env=env(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")))) == ()
    half = _one(pod(container(env=env(AWS_ACCESS_KEY_ID=("aws", "id")))))
    assert "no secret access key" in half.problem


SECRET_VOLUME: Doc = {"name": "aws", "secret": {"secretName": "aws-credentials"}}


@pytest.mark.parametrize("path", ["/app/.aws", "/home/nonroot/.aws/credentials"])
def test_aws_credentials_where_sdks_look(path: str) -> None:
    found = _one(pod(container(mounts=[("aws", path)]), volumes=[SECRET_VOLUME]))
    assert (found.mechanism, found.cloud) == (Mechanism.STATIC, Cloud.AWS)


def test_aws_credentials_file() -> None:
    own = env(AWS_SHARED_CREDENTIALS_FILE="/etc/aws/credentials")
    found = _one(pod(container(env=own, mounts=[("aws", "/etc/aws")]), volumes=[SECRET_VOLUME]))
    assert (found.mechanism, found.cloud) == (Mechanism.STATIC, Cloud.AWS)
    assert "Secret aws-credentials" in found.text


def test_spiffe() -> None:
    csi: Doc = {"name": "spiffe", "csi": {"driver": "csi.spiffe.io", "readOnly": True}}
    own = env(SPIFFE_ENDPOINT_SOCKET="unix:///spiffe/spire-agent.sock")
    found = _one(pod(container(env=own, mounts=[("spiffe", "/spiffe")]), volumes=[csi]))
    assert (found.mechanism, found.cloud) == (Mechanism.SPIFFE, Cloud.SPIFFE)
    other: Doc = {"name": "spiffe", "csi": {"driver": "secrets-store.csi.k8s.io"}}
    assert effects_of(pod(container(mounts=[("spiffe", "/x")]), volumes=[other])) == ()


def test_roles_anywhere() -> None:
    image = "public.ecr.aws/rolesanywhere/credential-helper:1.7"
    found = _one(pod(container(), container("helper", image=image)))
    assert (found.mechanism, found.container) == (Mechanism.ROLES_ANYWHERE, "helper")


def test_legacy() -> None:
    kiam = _one(pod(annotations={"iam.amazonaws.com/role": "app"}))
    assert (kiam.mechanism, kiam.identity, kiam.text) == (Mechanism.KIAM, None, "app")
    aad = _one(pod(labels={"aadpodidbinding": "app"}))
    assert (aad.mechanism, aad.cloud) == (Mechanism.AAD_POD_IDENTITY, Cloud.AZURE)


def test_a_token_that_no_variable_leads_to() -> None:
    doc = pod(container(mounts=[("any", "/t")]), volumes=[token("any", "sts.googleapis.com")])
    found = _one(doc)
    assert (found.mechanism, found.identity) == (Mechanism.GCP_FEDERATION, None)
    vault = pod(container(mounts=[("any", "/t")]), volumes=[token("any", "vault")])
    assert effects_of(vault) == ()


def _hints(doc: Doc, home: Cloud | None = None) -> set[Cloud]:
    ((shape, _),) = World([doc]).effects()
    return {cloud for cloud, _ in hints(shape, home)}


@pytest.mark.parametrize(
    ("app", "clouds"),
    [
        (container(), set()),
        (container(env=env(AWS_REGION="eu-west-1")), {Cloud.AWS}),
        (container(env=env(AWS_EC2_METADATA_DISABLED="true")), set()),
        (container(env=env(GOOGLE_CLOUD_PROJECT="shop")), {Cloud.GCP}),
        (container(env=env(GOOGLE_ANALYTICS_ID="UA-1", GOOGLE_CLIENT_ID="x")), set()),
        (container(env=env(AZURE_SUBSCRIPTION_ID="x")), {Cloud.AZURE}),
        (container(image="docker.io/amazon/aws-cli:2"), {Cloud.AWS}),
        (container(image="google/cloud-sdk:slim"), {Cloud.GCP}),
        (container(image="mcr.microsoft.com/azure-cli"), {Cloud.AZURE}),
        (container(image="registry.k8s.io/external-dns/external-dns:v0.15"), set()),
    ],
)
def test_hints(app: Doc, clouds: set[Cloud]) -> None:
    assert _hints(pod(app)) == clouds


def test_what_uses_any_cloud_uses_that_of_its_nodes() -> None:
    doc = pod(container(image="registry.k8s.io/external-dns/external-dns:v0.15"))
    assert _hints(doc, Cloud.GCP) == {Cloud.GCP}


@pytest.mark.parametrize(
    ("app", "cloud"),
    [
        (container(env=env(AWS_CONFIG_FILE="/etc/aws/config")), Cloud.AWS),
        (container(env=env(**ADC)), Cloud.GCP),
        (container(envFrom=[{"secretRef": {"name": "cloud"}}]), Cloud.AZURE),
    ],
)
def test_unseen(app: Doc, cloud: Cloud) -> None:
    ((shape, _),) = World([pod(app)]).effects()
    assert "container app" in unseen(shape, cloud)
    ((plain, _),) = World([pod()]).effects()
    assert unseen(plain, cloud) == ""


_TEXT = st.text(max_size=40)
_NAMES = st.sampled_from(
    [
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AZURE_CLIENT_ID",
        "AZURE_TENANT_ID",
        "AZURE_FEDERATED_TOKEN_FILE",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "AWS_SECRET_ACCESS_KEY",
    ]
)
_PATHS = st.one_of(_TEXT, st.sampled_from(["/a/b", "/a/", "/", "//", "http://[", "C:\\a", ARN]))


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(_NAMES, _PATHS, max_size=6),
    st.lists(st.tuples(st.sampled_from(["a", "b"]), _PATHS), max_size=3),
    _TEXT,
    _TEXT,
    st.one_of(_TEXT, st.just(json.dumps(EXTERNAL))),
)
def test_whatever_stands_in_a_pod(
    values: dict[str, str], mounts: list[tuple[str, str]], audience: str, path: str, note: str
) -> None:
    app = container(env=env(**values), mounts=mounts)
    volumes: list[Doc] = [
        token("a", audience, path),
        {"name": "b", "configMap": {"name": "google"}},
    ]
    notes = {
        "cloud.google.com/external-credentials-json": note,
        "cloud.google.com/service-account-email": path,
        "iam.amazonaws.com/role": audience,
    }
    world = World([pod(app, volumes=volumes, annotations=notes), config_map(note)])
    for shape, _ in world.effects():
        hints(shape, Cloud.AWS)
        for cloud in Cloud:
            unseen(shape, cloud)
    world.bindings()
