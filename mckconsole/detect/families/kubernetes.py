"""What opens a cluster: kubeconfigs, bootstrap tokens, Argo CD's clusters, keys of etcd."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Facts, Verdict, compiled, judged, unbase64
from mckconsole.detect.families.documents import document, mapping, mappings, string
from mckconsole.detect.families.expiry import expired, from_text
from mckconsole.detect.families.expiry import judged as by_expiry
from mckconsole.detect.families.jwt import judge_token
from mckconsole.detect.families.pem import reads_as_key
from mckconsole.detect.model import Detector, Match, Value, Where
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
    read = document(value.data)
    if read is None or "users" not in read or not ("clusters" in read or "contexts" in read):
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
    token, password = string(user, "token"), string(user, "password")
    key = unbase64(string(user, "client-key-data").encode())
    if len(token) >= _MIN_TOKEN and is_random(token.encode(), 2.5):
        judgement = judge_token(token.encode())
        told = judgement[1] if judgement else Verdict()
        severity = Severity.INFO if told.severity is Severity.INFO else None
        more = tuple(one for one in told.facts if one[0] != "server")
        yield _match(f"{path}.token", token.encode(), (*facts, *more), size, severity)
    if password:
        yield _match(f"{path}.password", password.encode(), facts, size)
    if key and reads_as_key(key):
        yield _match(f"{path}.client-key-data", key.strip(), facts, size)
    config = mapping(mapping(user, "auth-provider"), "config")
    for name in ("refresh-token", "access-token", "id-token", "client-secret"):
        if len(said := string(config, name)) >= _MIN_TOKEN:
            yield _match(f"{path}.auth-provider.config.{name}", said.encode(), facts, size)


def _match(
    inner: str, canonical: bytes, facts: Facts, size: int, severity: Severity | None = None
) -> Match:
    return Match(CONFIG, Tier.PROVEN, canonical, 0, size, inner, "",
                 "kubeconfig whose user carries it", facts, severity)  # fmt: skip


def _argo(value: Value) -> Iterator[Match]:
    """The `config` of an Argo CD cluster, whose server and name lie beside it."""
    read = document(value.data)
    if read is None or "server" not in value.siblings:
        return
    server = value.siblings["server"][:300].decode("utf-8", "replace")
    facts = (("server", server),)
    tls = mapping(read, "tlsClientConfig")
    key = unbase64(string(tls, "keyData").encode())
    found = [
        ("bearerToken", string(read, "bearerToken").encode(), True),
        ("password", string(read, "password").encode(), True),
        ("tlsClientConfig.keyData", (key or b"").strip(), bool(key) and reads_as_key(key or b"")),
    ]
    for inner, said, right in found:
        if right and len(said) >= _MIN_TOKEN:
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
    """A Secret of the type that is made for these tokens."""
    if value.secret_type != "bootstrap.kubernetes.io/token" or value.key != "token-secret":  # noqa: S105
        return
    number = value.siblings.get("token-id", b"")[:6].decode("ascii", "replace")
    ends = from_text(value.siblings.get("expiration", b"")[:40].decode("ascii", "replace"))
    if not compiled(rb"[a-z0-9]{16}").fullmatch(value.data.strip()):
        return
    facts = (("token id", number), ("expires", ends or "never"))
    severity = by_expiry(ends, Severity.LOW if ends else None)
    yield Match(BOOTSTRAP, Tier.PROVEN, value.data.strip(), 0, len(value.data),
                proof="Secret of the type for bootstrap tokens", facts=facts, severity=severity,
                expected=bool(ends) and not expired(ends))  # fmt: skip


_SIZES = frozenset((16, 24, 32))


def _encryption(value: Value) -> Iterator[Match]:
    read = document(value.data)
    if read is None or string(read, "kind") != "EncryptionConfiguration":
        return
    for i, resource in enumerate(mappings(read.get("resources"))[:32]):
        for j, provider in enumerate(mappings(resource.get("providers"))[:32]):
            for kind in ("aescbc", "aesgcm", "secretbox"):
                for k, key in enumerate(mappings(mapping(provider, kind).get("keys"))[:32]):
                    secret = unbase64(string(key, "secret").encode())
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
