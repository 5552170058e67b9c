"""One credential is the same one by whichever rule, and however written, it is found."""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

import pytest

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Sighting
from mckconsole.domain.kind import Scan
from tests.accuracy.proven import encoded, pem, service_account
from tests.accuracy.shapes import fill
from tests.unit.detect.small import b64, secret

ACCOUNT = service_account(Random(7)).fields["key.json"]
TOKEN = ".".join((encoded({"alg": "RS256"}), encoded({"sub": "system:serviceaccount:a:b"}),
                  fill("{A86}", Random(5))))  # fmt: skip
ID, SECRET = "q7zt2l", "k4w9x1r8b3n6v0c5"
BOOTSTRAP = "bootstrap.kubernetes.io/token"


def seen(found: bytes | dict[str, Any], scan: Scan = Scan.SECRET) -> tuple[Sighting, ...]:
    raw = found if isinstance(found, bytes) else json.dumps(found).encode()
    return audit_object(raw, scan, values=True).sightings


def one(found: bytes | dict[str, Any], scan: Scan = Scan.SECRET) -> Sighting:
    (said,) = seen(found, scan)
    return said


def kubeconfig(**user: str) -> str:
    return json.dumps({"clusters": [{"name": "c", "cluster": {"server": "https://c:6443"}}],
                       "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
                       "users": [{"name": "u", "user": user}]})  # fmt: skip


def login(user: str, password: str) -> str:
    auth = base64.encodebytes(f"{user}:{password}".encode()).decode()
    return json.dumps({"auths": {"gcr.io": {"auth": auth}}})


def argo(**config: Any) -> bytes:
    return secret({"server": "https://c:6443", "config": json.dumps(config)})


def test_a_token_of_the_broker_in_its_secret_and_in_the_resource() -> None:
    where = secret({"token": TOKEN}, "kubernetes.io/service-account-token")
    spec = {"spec": {"brokerK8sApiServer": "broker:6443", "brokerK8sApiServerToken": TOKEN}}
    found = [one(where), one(spec, Scan.RESOURCE), one(secret({"config": kubeconfig(token=TOKEN)})),
             one(argo(bearerToken=TOKEN))]  # fmt: skip
    assert [said.rule for said in found] == [
        "SEC-K8S-SERVICE-ACCOUNT-TOKEN", "SEC-SUBMARINER-BROKER-TOKEN", "SEC-KUBECONFIG",
        "SEC-ARGOCD-CLUSTER"]  # fmt: skip
    assert len({said.fingerprint for said in found}) == 1


@pytest.mark.parametrize(("user", "password"), [
    ("_json_key", ACCOUNT),
    ("_json_key_base64", b64(ACCOUNT)),
    ("_json_key_base64", base64.encodebytes(ACCOUNT.encode()).decode()),
])  # fmt: skip
def test_a_service_account_in_a_login_by_itself_and_its_key_alone(user: str, password: str) -> None:
    pull = one(secret({".dockerconfigjson": login(user, password)}))
    whole = one(secret({"key.json": ACCOUNT}))
    alone = one(secret({"id": json.loads(ACCOUNT)["private_key"]}))
    assert [said.rule for said in (pull, whole, alone)] == [
        "SEC-DOCKER-AUTH", "SEC-GCP-SERVICE-ACCOUNT-KEY", "SEC-PRIVATE-KEY"]  # fmt: skip
    assert dict(pull.facts)["key id"] == dict(whole.facts)["key id"]
    assert len({pull.fingerprint, whole.fingerprint, alone.fingerprint}) == 1


def test_a_login_whose_key_is_none_is_its_password() -> None:
    broken = ACCOUNT.replace("BEGIN PRIVATE", "BEGIN PUBLIC")
    found = [one(secret({".dockerconfigjson": login("_json_key", text)}))
             for text in (broken, broken.replace("demo-project", "demo-other"))]  # fmt: skip
    assert {said.severity for said in found} == {"critical"}
    assert found[0].fingerprint != found[1].fingerprint


def test_a_key_in_a_kubeconfig_in_argo_and_by_itself() -> None:
    key = pem("ec", 0)
    found = [
        one(secret({"config": kubeconfig(**{"client-key-data": b64(key)})})),
        one(argo(tlsClientConfig={"keyData": b64(key)})),
        one(secret({"admin": key})),
    ]
    assert len({said.fingerprint for said in found}) == 1
    assert len({said.rule for said in found}) == 3


def test_a_bootstrap_token_is_where_it_belongs_in_its_secret() -> None:
    data: dict[str, str | bytes] = {"token-id": ID, "token-secret": SECRET}
    home = one(secret(data, BOOTSTRAP))
    assert (home.expected, home.severity, dict(home.facts)["expires"]) == (True, None, "never")
    ends = one(secret({**data, "expiration": "2030-01-02T03:04:05Z"}, BOOTSTRAP))
    assert (ends.expected, ends.severity) == (True, "low")
    assert not one(secret({**data, "expiration": "some day"}, BOOTSTRAP)).expected


def test_a_bootstrap_token_in_its_parts_and_whole() -> None:
    data: dict[str, str | bytes] = {"token-id": ID, "token-secret": SECRET}
    copy = json.dumps({"kind": "Secret", "metadata": {}, "stringData": data})
    last = "kubectl.kubernetes.io/last-applied-configuration"
    found = [
        one(secret(data, BOOTSTRAP)),
        one(secret(data)),
        one(secret({}, annotations={last: copy})),
        one({"data": {"join.sh": f"kubeadm join 10.1.2.3:6443 --token {ID}.{SECRET}\n"}},
            Scan.CONFIG_MAP),
    ]  # fmt: skip
    assert {said.rule for said in found} == {"SEC-K8S-BOOTSTRAP-TOKEN"}
    assert len({said.fingerprint for said in found}) == 1
    assert [said.expected for said in found] == [True, False, False, False]
    assert [said.tier for said in found] == ["A", "B", "B", "B"]
    both = seen(secret({**data, "token": f"{ID}.{SECRET}"}, BOOTSTRAP))
    assert len(both) == 2
    assert len({said.fingerprint for said in both}) == 1


def test_a_string_that_is_no_text_is_no_trouble() -> None:
    for text in ('{"auths":{"a":{"username":"u","password":"\\ud800abcdefgh"}}}',
                 kubeconfig(password="x").replace('"x"', '"\\ud800abcdefgh"')):  # fmt: skip
        audited = audit_object(secret({"config": text}), Scan.SECRET, values=True)
        assert audited.sightings
        assert not audited.troubles
