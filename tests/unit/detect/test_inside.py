"""Documents within texts: each way in which one is put into another."""

from __future__ import annotations

import base64
import json
import random
import time

import pytest

from mckconsole.demo import minting, pki
from mckconsole.demo.sections_audit import CredentialModel
from mckconsole.detect.inside import documents
from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Sighting
from mckconsole.domain.kind import Scan

_DICE = random.Random(4)
_TOKEN = "".join(_DICE.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMN23456789", k=32))
_CONFIG = (
    "apiVersion: v1\nkind: Config\nclusters:\n- name: far\n  cluster:\n    server: https://far:6443\n"
    "contexts:\n- name: far\n  context: {cluster: far, user: robot}\n"
    f"users:\n- name: robot\n  user:\n    token: {_TOKEN}\n"
)
_LOGIN = base64.b64encode(f"robot:{_TOKEN}".encode()).decode()
_AUTHS = json.dumps({"auths": {"registry.corp.internal": {"auth": _LOGIN}}})
_ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "project_id": "demo-project",
        "private_key_id": "0123456789abcdef" * 2 + "89abcdef",
        "private_key": pki.pem_key(pki.secret_key("ec", random.Random(2))),
        "client_email": "app@demo-project.iam.gserviceaccount.com",
    },
    indent=2,
)
_DOCUMENTS = {
    "SEC-KUBECONFIG": _CONFIG,
    "SEC-DOCKER-AUTH": _AUTHS,
    "SEC-GCP-SERVICE-ACCOUNT-KEY": _ACCOUNT,
}


def block(text: str) -> str:
    lines = "".join(f"      {line}\n" for line in text.splitlines())
    return f"far:\n  enabled: true\n  files:\n    content: |\n{lines}  replicas: 2\n"


def folded(text: str) -> str:
    lines = "".join(f"    {line}\n" for line in text.splitlines())
    return (
        f"apiVersion: v1\nkind: ConfigMap\ndata:\n  file: |-  # as it is\n{lines}---\nkind: Role\n"
    )


def quoted(text: str) -> str:
    return f'region = "eu"\ncontent = {json.dumps(text)}\nzone = "a"\n'


_WAYS = [block, folded, quoted]


def seen(text: str) -> tuple[Sighting, ...]:
    """What is found in a ConfigMap."""
    raw = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"file": text}}
    return audit_object(json.dumps(raw).encode(), Scan.CONFIG_MAP, values=True).sightings


@pytest.mark.parametrize("way", _WAYS)
@pytest.mark.parametrize("rule", _DOCUMENTS)
def test_a_document_in_a_text_is_read_as_one(rule: str, way: object) -> None:
    assert callable(way)
    (one,) = seen(way(_DOCUMENTS[rule]))
    assert (one.rule, one.tier) == (rule, "A")
    assert dict(one.facts) == dict(seen(_DOCUMENTS[rule])[0].facts)


@pytest.mark.parametrize("rule", ["SEC-DOCKER-AUTH", "SEC-GCP-SERVICE-ACCOUNT-KEY"])
@pytest.mark.parametrize("text", ["A=b\nFILE='{}'\nC=d\n", "A=b\nFILE={}\n", "run --file {}\n"])
def test_json_in_a_line_is_read(rule: str, text: str) -> None:
    compact = json.dumps(json.loads(_DOCUMENTS[rule]))
    (one,) = seen(text.replace("{}", compact))
    assert (one.rule, one.tier) == (rule, "A")


@pytest.mark.parametrize("rule", ["SEC-DOCKER-AUTH", "SEC-GCP-SERVICE-ACCOUNT-KEY"])
@pytest.mark.parametrize("indent", [None, 2])
def test_an_object_within_json_is_read(rule: str, indent: int | None) -> None:
    text = json.dumps({"port": 80, "files": {"a": json.loads(_DOCUMENTS[rule])}}, indent=indent)
    (one,) = seen(text)
    assert (one.rule, one.tier) == (rule, "A")


def test_a_key_of_a_kubeconfig_within_json_is_told_once() -> None:
    key = base64.b64encode(pki.pem_key(pki.secret_key("ec", random.Random(5))).encode()).decode()
    users = [{"name": "robot", "user": {"client-key-data": key}}]
    config = {"kind": "Config", "clusters": [], "contexts": [], "users": users}
    (one,) = seen(json.dumps({"port": 80, "far": {"config": config}}))
    assert one.rule == "SEC-KUBECONFIG"


def test_the_path_names_the_block_and_the_field_in_it() -> None:
    (one,) = seen(block(_CONFIG))
    assert one.path == "data['file'] › YAML far.files.content › YAML users[0].user.token"


def test_ids_of_an_application_in_the_same_text_prove_its_secret() -> None:
    parts = minting.mint(CredentialModel("azure-client"), random.Random(3), 0.0)
    names = {"client": "AZURE_CLIENT_ID", "tenant": "AZURE_TENANT_ID"}
    lines = [f"{names.get(key, 'AZURE_CLIENT_SECRET')}={text}" for key, text in parts.items()]
    (one,) = seen("\n".join((*lines, "AZURE_CLOUD_NAME=AzurePublicCloud\n")))
    assert (one.rule, one.tier) == ("SEC-AZURE-CLIENT-SECRET", "A")
    assert {name for name, _ in one.facts} >= {"client", "tenant"}


def test_a_text_that_only_names_parts_of_documents_has_none() -> None:
    text = 'how:\n  to: |\n    users: are listed\n    "auths" is a key\n'
    assert not seen(text)


@pytest.mark.parametrize("text", [
    b"{" * 60_000 + b'"auths"', b'"' * 60_000 + b'\\"auths\\"', b" a\n" * 20_000 + b"  users:\n",
    b'{"auths":' * 8_000, b"\\n" * 40_000 + b"users:", b'"auths" ' * 8_000,
    b'\\"auths\\" ' * 6_000, b'"' + b'\\"auths\\" ' * 6_000,
])  # fmt: skip
def test_hostile_texts_take_no_long_work(text: bytes) -> None:
    places = [at for word in (b"auths", b"users:") for at in _all(text, word)]
    began = time.process_time()
    list(documents(text, places))
    assert time.process_time() - began < 2


def _all(text: bytes, word: bytes) -> list[int]:
    found, at = [], text.find(word)
    while at >= 0:
        found.append(at)
        at = text.find(word, at + 1)
    return found
