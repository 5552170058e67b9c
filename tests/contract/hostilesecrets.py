"""Secrets and their like as nobody should have made them, each in an object of its own.

What is wrong with each is its name. Beside them stands one object that is well: it must be found
whatever the others are.
"""

from __future__ import annotations

import base64
import gzip
import random
from collections.abc import Iterator
from typing import Any

from mckconsole.demo import pki
from mckconsole.demo.chances import checksummed
from mckconsole.demo.server import EmbeddedCluster
from tests.contract.badfleet import HOSTILE
from tests.contract.test_bad_input import BOMB

MIB = 1 << 20
LARGE = MIB // 2
"""Values from this size on are in one Secret and one ConfigMap, smaller ones in several."""
NAMESPACE = "bad"
WELL = "well"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
CHANCE = random.Random("hostile secrets")


def coded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def release(value: bytes) -> str:
    """As Helm packs it."""
    return coded(base64.b64encode(gzip.compress(value, mtime=0)))


def nested(value: bytes, times: int) -> bytes:
    for _ in range(times):
        value = base64.b64encode(value)
    return value


def zipped(value: bytes, times: int) -> bytes:
    for _ in range(times):
        value = gzip.compress(value, mtime=0)
    return value


BEGIN, END = (f"-----{word} " + "PRIVATE KEY-----" for word in ("BEGIN", "END"))
REPEATED = {
    "pem beginnings": f"{BEGIN}\n",
    "addresses": "postgres://u:p",
    "jwt beginnings": "eyJhbGciOi",
    "dots": "eyJ.",
    "aws prefixes": "AKIA",
    "assignments": "password=",
    "spaces": " ",
    "hex": "0123456789abcdef",
    "backslashes": "\\",
    "quotes": '"',
    "yaml users": "users:\n- ",
    "colons": "a:b@",
}
"""A mebibyte of each: what regular expressions may take long for."""
VALUES: dict[str, bytes] = {
    "empty": b"",
    "nul": b"\0" * 4096,
    "binary": bytes(range(256)) * 64,
    "random": CHANCE.randbytes(MIB),
    "one letter": b"A" * MIB,
    "pem without a key": f"{BEGIN}\n{'A' * 2000}\n{END}\n".encode(),
    "pem without an end": f"{BEGIN}\n".encode() + b"MIIE" * 100_000,
    "pem with control characters": f"{BEGIN}\n\x1b[31m\0\n{END}\n".encode(),
    "certificate of garbage": b"-----BEGIN CERTIFICATE-----\n"
    + b"QUJD" * 999
    + b"\n-----END CERTIFICATE-----\n",
    "many certificates": b"-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n" * 9000,
    "der cut short": b"\x30\x82\xff\xff\x02\x01\x01",
    "deep json": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "long number": b"9" * 500_000,
    "infinite number": b'{"auths": 1e999999}',
    "odd auths": b'{"auths": ["x", 1, null], "kind": {"auths": {"a": 5}}}',
    "auth of garbage": b'{"auths": {"h": {"auth": "%%%", "password": {"a": 1}}}}',
    "lone surrogate": b'{"private_key": "\\ud800", "type": "service_account"}',
    "invalid utf-8": b'{"type": "service_account", "private_key": "\xff\xfe"}',
    "odd service account": b'{"type": "service_account", "private_key": 7, "client_email": []}',
    "yaml bomb": b"apiVersion: v1\nkind: Config\nusers:\n- name: x\n" + BOMB.encode(),
    "yaml tag": b"apiVersion: v1\nkind: Config\nusers: !!python/object/apply:os.system [id]\n",
    "deep yaml": b"kind: Config\nusers: " + b"[" * 20_000,
    "many keys": "".join(f"KEY_{n}={n:032x}\n" for n in range(20_000)).encode(),
    "escapes": HOSTILE.encode() * 200,
    "base64 in base64": nested(b"x" * 20_000, 12),
    "gzip in gzip": zipped(b"0" * MIB, 20),
    "gzip cut short": gzip.compress(CHANCE.randbytes(10_000), mtime=0)[:4000],
    "gzip bomb": gzip.compress(b"\0" * (160 * MIB), 9, mtime=0),
    **{f"many {name}": (text * (MIB // len(text))).encode() for name, text in REPEATED.items()},
}
DATA: dict[str, Any] = {
    "null": None,
    "a list": [1, 2],
    "a text": "text",
    "null value": {"a": None},
    "number value": {"a": 5},
    "object value": {"a": {"b": "c"}},
    "no base64": {"a": "%%% not base64 \x1b[31m", "b": "QQ=", "c": "Q"},
    "hostile key": {HOSTILE: coded(b"x"), "": coded(b"y"), "k" * 5000: coded(b"z")},
    "release of a bomb": {"release": release(b"\0" * (160 * MIB))},
    "release of garbage": {"release": coded(b"H4sI" * 5000)},
    "release of deep json": {"release": release(b"[" * 300_000)},
    "release of odd values": {"release": release(b'{"config": [1], "chart": 7, "manifest": {}}')},
}
TYPES = {
    "null": "kubernetes.io/dockerconfigjson",
    "a list": "kubernetes.io/tls",
    "a text": "kubernetes.io/service-account-token",
    "null value": "bootstrap.kubernetes.io/token",
    "release of a bomb": "helm.sh/release.v1",
    "release of garbage": "helm.sh/release.v1",
    "release of deep json": "helm.sh/release.v1",
    "release of odd values": "helm.sh/release.v1",
}
ODD_TEMPLATES: dict[str, Any] = {
    "no-containers": {"containers": None},
    "containers-a-text": {"containers": "x"},
    "env-an-object": {"containers": [{"name": "a", "env": {"A": "b"}}]},
    "env-of-numbers": {"containers": [{"name": "a", "env": [1, None, {"name": 5, "value": 6}]}]},
    "args-of-objects": {"containers": [{"name": "a", "args": [{"a": 1}, None], "command": 5}]},
    "odd-probe": {"containers": [{"name": "a", "readinessProbe": {"httpGet": {"httpHeaders": 7}}}]},
    "large-argument": {"containers": [{"name": "a", "args": ["--token=" + "A" * (MIB // 2)]}]},
}
TROUBLED = ("gzip bomb", "release of a bomb")
"""Those of which a part cannot be looked at, and which must therefore be told."""


def token() -> str:
    """The credential of what is well."""
    return checksummed("ghp", random.Random(WELL))


def secrets() -> Iterator[dict[str, Any]]:
    """All Secrets; the last is well."""
    for number, (name, value) in enumerate(VALUES.items()):
        yield secret(f"value-{number}", name, {"value": coded(value)})
        if len(value) > LARGE:
            continue
        yield secret(f"tls-{number}", name, {"tls.crt": coded(value), "tls.key": coded(value)},
                     "kubernetes.io/tls")  # fmt: skip
        yield secret(f"registry-{number}", name, {".dockerconfigjson": coded(value)},
                     "kubernetes.io/dockerconfigjson")  # fmt: skip
    for number, (name, data) in enumerate(DATA.items()):
        yield secret(f"data-{number}", name, data, TYPES.get(name, "Opaque"))
    key = pki.pem_key(pki.secret_key("ec", CHANCE))
    yield secret("long-key", "key and a mebibyte", {"k": coded(key.encode() + b"\n" * MIB)})
    for number, text in enumerate((HOSTILE, "[" * 100_000, '{"data": 7}', '{"stringData": [1]}')):
        made = secret(f"applied-{number}", "last-applied", {})
        made["metadata"]["annotations"] |= {LAST_APPLIED: text, HOSTILE: HOSTILE}
        yield made
    yield secret(WELL, "well", {"token": coded(token().encode())})


def secret(name: str, what: str, data: Any, kind: str = "Opaque") -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE, "annotations": {"what": what}}
    managed = [{"manager": HOSTILE, "time": "never", "fieldsV1": [1]}, None, {"fieldsV1": "f:data"}]
    return {"apiVersion": "v1", "kind": "Secret", "type": kind, "data": data,
            "metadata": {**metadata, "managedFields": managed}}  # fmt: skip


def config_maps() -> Iterator[dict[str, Any]]:
    """The same values as text, and as binary data."""
    for number, value in enumerate(VALUES.values()):
        metadata = {"name": f"value-{number}", "namespace": NAMESPACE}
        text = value.decode("utf-8", "replace")
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata,
               "data": {"text": text}, "binaryData": {"raw": coded(value)}}  # fmt: skip
    metadata = {"name": "odd", "namespace": NAMESPACE}
    yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": [1],
           "binaryData": {"a": "%", "b": None}}  # fmt: skip


def workloads() -> Iterator[dict[str, Any]]:
    """Deployments whose templates are none."""
    for name, spec in ODD_TEMPLATES.items():
        yield {"apiVersion": "apps/v1", "kind": "Deployment",
               "metadata": {"name": name, "namespace": NAMESPACE},
               "spec": {"template": {"metadata": None, "spec": spec}}}  # fmt: skip


def hostile_cluster() -> EmbeddedCluster:
    """A cluster with all of them."""
    cluster = EmbeddedCluster("hostile secrets", compress=False)
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}, "status": ready}
    for item in (namespace, node, *secrets(), *config_maps(), *workloads()):
        cluster.create(item)
    return cluster
