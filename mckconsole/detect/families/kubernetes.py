"""What opens a cluster: kubeconfigs, bootstrap tokens, Argo CD's clusters, keys of etcd."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import (
    Facts,
    Verdict,
    compiled,
    json_object,
    judged,
    lenient_base64,
)
from mckconsole.detect.families.documents import document, mapping, mappings, string
from mckconsole.detect.families.expiry import from_text
from mckconsole.detect.families.jwt import judge_token
from mckconsole.detect.families.pem import read_key
from mckconsole.detect.model import Detector, Match, Value, Where
from mckconsole.detect.placeholders import is_stand_in
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

CONFIG, BOOTSTRAP = "SEC-KUBECONFIG", "SEC-K8S-BOOTSTRAP-TOKEN"
ARGO, ETCD = "SEC-ARGOCD-CLUSTER", "SEC-K8S-ENCRYPTION-KEY"
_INSIDE = (
    "SEC-GENERIC-SECRET", "SEC-PRIVATE-KEY", "SEC-JWT", "SEC-K8S-SERVICE-ACCOUNT-TOKEN",
    "SEC-URL-CREDENTIALS", "SEC-OPENSHIFT-TOKEN",
)  # fmt: skip
_MAX_USERS = 200
_MIN_TOKEN = 8


def _configs(value: Value) -> Iterator[Match]:
    read = document(value.data, "users")
    if read is None or not ("clusters" in read or "contexts" in read):
        return
    servers = {string(one, "name"): string(mapping(one, "cluster"), "server")
               for one in mappings(read.get("clusters"))}  # fmt: skip
    opens: dict[str, dict[str, None]] = {}
    for one in mappings(read.get("contexts")):
        context = mapping(one, "context")
        server = servers.get(string(context, "cluster"), "")
        opens.setdefault(string(context, "user"), {})[server] = None
    for at, one in enumerate(mappings(read.get("users"))[:_MAX_USERS]):
        name, user = string(one, "name"), mapping(one, "user")
        used = [server for server in opens.get(name, ()) if server]
        facts: Facts = (("user", name), *(("server", server) for server in used[:4]))
        yield from _user(user, f"users[{at}].user", facts, len(value.data))


def _user(user: dict[str, Any], path: str, facts: Facts, size: int) -> Iterator[Match]:
    """The credentials of one user of a kubeconfig."""
    token, password = _said(user, "token"), _said(user, "password", 1)
    if token and is_random(token, 2.5):
        judgement = judge_token(token)
        more = judgement[1].facts if judgement else ()
        yield _match(f"{path}.token", token, (*facts, *more), size)
    if password:
        yield _match(f"{path}.password", password, facts, size)
    if key := _key_in(user, "client-key-data"):
        yield _match(f"{path}.client-key-data", key, facts, size)
    config = mapping(mapping(user, "auth-provider"), "config")
    for name in ("refresh-token", "access-token", "id-token", "client-secret"):
        if said := _said(config, name):
            yield _match(f"{path}.auth-provider.config.{name}", said, facts, size)


def _said(found: dict[str, Any], name: str, least: int = _MIN_TOKEN) -> bytes:
    """A token or password under a name; empty where it is none, or stands in for one."""
    text = string(found, name).strip().encode()
    return b"" if len(text) < least or is_stand_in(text) else text


def _key_in(found: dict[str, Any], name: str) -> bytes:
    """What the private key in base64 under a name is known by; empty where there is none."""
    key = read_key(lenient_base64(string(found, name).encode()) or b"")
    return key.canonical if key else b""


def _match(inner: str, canonical: bytes, facts: Facts, size: int) -> Match:
    return Match(CONFIG, Tier.PROVEN, canonical, 0, size, inner, "",
                 "kubeconfig whose user carries it", facts)  # fmt: skip


def _argo(value: Value) -> Iterator[Match]:
    """The `config` of an Argo CD cluster, whose server and name lie beside it."""
    read = json_object(value.data) if "server" in value.siblings else None
    if read is None:
        return
    server = value.siblings["server"][:300].decode("utf-8", "replace")
    facts = (("server", server),)
    found = [
        ("bearerToken", _said(read, "bearerToken")),
        ("password", _said(read, "password")),
        ("tlsClientConfig.keyData", _key_in(mapping(read, "tlsClientConfig"), "keyData")),
    ]
    for inner, said in found:
        if said:
            proof = "configuration of an Argo CD cluster that carries it"
            yield Match(ARGO, Tier.PROVEN, said, 0, len(value.data), inner, "", proof, facts)


_TOKEN = rb"(?<![A-Za-z0-9.])[a-z0-9]{6}\.[a-z0-9]{16}(?![A-Za-z0-9.])"
_DOCUMENTED = b"abcdef.0123456789abcdef"


def _bootstrap(value: Value) -> Iterator[Match]:
    """`ID.SECRET` under a name or in a text that speaks of joining."""
    for found in compiled(_TOKEN).finditer(value.data[:65536]):
        text = found[0]
        secret = text[7:]
        if text == _DOCUMENTED or not is_random(secret, 2.8) or secret.isalpha():
            continue
        line = value.data[max(0, found.start() - 80) : found.start()].lower()
        if len(value.data) < 64 or b"token" in line or b"join" in line:
            facts = (("token id", text[:6].decode()),)
            verdict = Verdict(facts=facts, canonical=secret)
            yield judged(BOOTSTRAP, text, found.start(), verdict)


def _bootstrap_secret(value: Value) -> Iterator[Match]:
    """A Secret of the type that is made for these tokens, or a copy of one. In the Secret it is
    where it belongs: that it never expires is told of the Secret (SEC-BOOTSTRAP-ENDLESS)."""
    text, beside = value.data.strip(), value.siblings
    if value.key != "token-secret" or not compiled(rb"[a-z0-9]{16}").fullmatch(text):
        return
    number = beside.get("token-id", b"")[:16].strip()
    home = value.secret_type == "bootstrap.kubernetes.io/token"  # noqa: S105 - a type
    if not home and not compiled(rb"[a-z0-9]{6}").fullmatch(number):
        return
    ends = from_text(beside.get("expiration", b"")[:40].decode("ascii", "replace"))
    facts = (("token id", number.decode("ascii", "replace")), ("expires", ends or "never"))
    proof = "Secret of the type for bootstrap tokens" if home else "its id beside it"
    yield Match(BOOTSTRAP, Tier.PROVEN if home else Tier.SHAPED, text, 0, len(value.data),
                proof=proof, facts=facts, severity=Severity.LOW if ends else None,
                expected=home and bool(ends or "expiration" not in beside))  # fmt: skip


_SIZES = frozenset((16, 24, 32))


def _encryption(value: Value) -> Iterator[Match]:
    read = document(value.data, "resources")
    if read is None or string(read, "kind") != "EncryptionConfiguration":
        return
    for i, resource in enumerate(mappings(read.get("resources"))[:32]):
        for j, provider in enumerate(mappings(resource.get("providers"))[:32]):
            for kind in ("aescbc", "aesgcm", "secretbox"):
                for k, key in enumerate(mappings(mapping(provider, kind).get("keys"))[:32]):
                    secret = lenient_base64(string(key, "secret").encode())
                    if secret and len(secret) in _SIZES and len(set(secret)) > 8:
                        inner = f"resources[{i}].providers[{j}].{kind}.keys[{k}].secret"
                        facts = (("algorithm", kind), ("key name", string(key, "name")))
                        yield Match(ETCD, Tier.PROVEN, base64.b64encode(secret), 0,
                                    len(value.data), inner, "", "key of the right length",
                                    facts)  # fmt: skip


def _basic(value: Value) -> Iterator[Match]:
    """The password of a Secret that is made for user and password."""
    at_home = value.where is Where.SECRET and value.secret_type == "kubernetes.io/basic-auth"  # noqa: S105
    if at_home and value.top == "password" and value.data.strip():
        yield Match("SEC-BASIC-AUTH", Tier.SHAPED, value.data.strip(), 0, len(value.data),
                    proof="Secret of the type for user and password", expected=True)  # fmt: skip


DETECTORS = (
    Detector((CONFIG,), (b"users:", b'"users"', b'"users\\"'), _configs, _INSIDE, document=True),
    Detector((ARGO,), (b"bearerToken", b"keyData", b'"password"'), _argo, _INSIDE),
    Detector((BOOTSTRAP,), (b"kubeadm", b"tlsBootstrapToken"), _bootstrap,
             ("SEC-GENERIC-SECRET",), names=("token",)),
    Detector((BOOTSTRAP,), (), _bootstrap_secret, ("SEC-GENERIC-SECRET",),
             names=("token-secret",)),
    Detector((ETCD,), (b"EncryptionConfiguration",), _encryption, ("SEC-GENERIC-SECRET",),
             document=True),
    Detector(("SEC-BASIC-AUTH",), (), _basic, ("SEC-GENERIC-SECRET",), names=("password",)),
)  # fmt: skip
