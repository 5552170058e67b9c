"""Synthetic credentials that carry a structure, and twins of them in which it is broken."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mckconsole.detect.families.marvin import marvin32
from tests.accuracy.shapes import fill

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ACCOUNT = 0
"""Account number of every AWS id here: no real one."""


@dataclass(frozen=True, slots=True)
class Made:
    """One credential: the fields that carry it, and which rules say so where."""

    fields: dict[str, str]
    """By name; several are one credential of several parts."""
    rules: dict[str, str]
    """The rule (without SEC-) that must be reported at a field."""
    tier: str = "A"
    document: bool = False
    """It is a whole file, not one line."""
    twin: dict[str, str] = field(default_factory=dict)
    """The same with a broken structure: nothing to be reported."""
    secret_type: str = ""
    """Of the Secret that it belongs in; empty: any."""


def _base62(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 62)
        text = _BASE62[rest] + text
    return text.rjust(6, "0")


def flipped(text: str, at: int) -> str:
    """`text` with another character of the same kind at one place."""
    other = {"a": "b", "Z": "Y", "9": "8"}
    old = text[at]
    new = "8" if old.isdigit() and old != "8" else "9" if old.isdigit() else ""
    new = new or other.get(old) or chr(ord(old) - 1 if old not in "aA" else ord(old) + 1)
    return text[:at] + new + text[at + 1 :]


def checksummed(dice: Random, mark: str, rule: str, name: str) -> Made:
    """A token of GitHub or npm."""
    body = fill("{A30}", dice)
    text = mark + body + _base62(zlib.crc32(body.encode()))
    return Made({name: text}, {name: rule}, twin={name: flipped(text, 12)})


def aws(dice: Random, kind: str = "AKIA") -> Made:
    """An id of the account 000000000000 and its secret."""
    number = (ACCOUNT << 7) | (1 << 47) | dice.getrandbits(7)
    raw = number.to_bytes(6, "big") + dice.randbytes(4)
    key_id = kind + base64.b32encode(raw).decode()[:16]
    secret = fill("{b39}", dice) + dice.choice("ABCdef012")
    names = {"AWS_ACCESS_KEY_ID": key_id, "AWS_SECRET_ACCESS_KEY": secret}
    return Made(names, dict.fromkeys(names, "AWS-ACCESS-KEY"))


_SIGNED = {
    "STORAGE-KEY": (64, "+ASt", "Default0"),
    "COSMOS-KEY": (64, "ACDb", "MastRW00"),
    "BATCH-KEY": (64, "+ABa", "AbAcct00"),
    "APIM-KEY": (64, "APIM", "Gatewy00"),
    "SERVICE-BUS-KEY": (32, "+ASb", "Manage00"),
    "EVENT-HUB-KEY": (32, "+AEh", "Send0000"),
    "IOT-KEY": (32, "AIoT", "IoTHub00"),
    "REDIS-KEY": (32, "AzCa", "Access00"),
    "SEARCH-KEY": (39, "AzSe", "PAdmin00"),
    "REGISTRY-KEY": (39, "+ACR", "ACRDflt0"),
}


def azure(dice: Random, what: str) -> Made:
    """A signed key: its signature ends where the checksum of six characters begins."""
    size, signature, seed = _SIGNED[what]
    while True:
        raw = base64.b64encode(dice.randbytes(size)).decode()
        padding = len(raw) - len(raw.rstrip("="))
        end = len(raw) - padding - 6
        # The byte that signature and checksum share has zeros where neither is.
        key = base64.b64decode(raw[: end - 4] + signature + "A" + raw[end + 1 :])
        check = marvin32(key[:-4], seed.encode()).to_bytes(4, "little")
        text = base64.b64encode(key[:-4] + check).decode()
        if size != 39 or text.replace(signature, "").isalnum():
            break
    name = f"AZURE_{what.replace('-', '_')}"
    return Made({name: text}, {name: f"AZURE-{what}"}, twin={name: flipped(text, 20)})


def client_secret(dice: Random) -> Made:
    """A secret of an application, with its ids beside it."""
    fields = {
        "AZURE_CLIENT_ID": fill("{u}", dice),
        "AZURE_TENANT_ID": fill("{u}", dice),
        "AZURE_CLIENT_SECRET": fill("{A3}8Q~{A34}", dice),
    }
    return Made(fields, {"AZURE_CLIENT_SECRET": "AZURE-CLIENT-SECRET"})


@cache
def pem(kind: str, number: int) -> str:
    """A private key; a few of each kind, made once."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
    if kind == "rsa":
        key = rsa.generate_private_key(65537, 2048)
    elif kind == "ec":
        key = ec.generate_private_key(ec.SECP256R1())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    openssh = kind == "ssh"
    form = serialization.PrivateFormat.OpenSSH if openssh else serialization.PrivateFormat.PKCS8
    if number % 2 and kind in ("rsa", "ec"):
        form = serialization.PrivateFormat.TraditionalOpenSSL
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, plain).decode()


def private_key(dice: Random) -> Made:
    """A key in PEM; its twin says so and holds nothing."""
    text = pem(dice.choice(("rsa", "ec", "ed", "ssh")), dice.randrange(4))
    lines = text.splitlines()
    hollow = "\n".join((lines[0], "(the key goes here)", lines[-1])) + "\n"
    return Made({"id_key": text}, {"id_key": "PRIVATE-KEY"}, document=True,
                twin={"id_key": hollow})  # fmt: skip


def service_account(dice: Random) -> Made:
    """A key of Google, and as its twin the configuration of a federation."""
    mail = f"app{dice.randrange(999)}@demo-project.iam.gserviceaccount.com"
    key = {
        "type": "service_account",
        "project_id": "demo-project",
        "private_key_id": fill("{h40}", dice),
        "private_key": pem("rsa", 2 * dice.randrange(2)),
        "client_email": mail,
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    federated = {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p",
        "credential_source": {"file": "/var/run/secrets/tokens/gcp"},
    }
    return Made({"key.json": json.dumps(key, indent=2)}, {"key.json": "GCP-SERVICE-ACCOUNT-KEY"},
                document=True, twin={"key.json": json.dumps(federated)})  # fmt: skip


def encoded(document: object) -> str:
    """A part of a JSON Web Token."""
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


def account_token(dice: Random) -> Made:
    """A token of a service account that never ends."""
    head = {"alg": "RS256", "kid": fill("{A12}", dice)}
    body = {"iss": "kubernetes/serviceaccount", "sub": "system:serviceaccount:shop:builder"}
    text = f"{encoded(head)}.{encoded(body)}.{fill('{A86}', dice)}"
    name = "K8S_TOKEN"
    return Made({name: text}, {name: "K8S-SERVICE-ACCOUNT-TOKEN"}, twin={name: "eyJ" + text[9:]})


def kubeconfig(dice: Random) -> Made:
    """One with a token, and as its twin one with a plugin."""
    user = f"    token: {fill('{A40}', dice)}"
    plugin = "    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      command: aws"
    text = (
        "apiVersion: v1\nkind: Config\nclusters:\n- name: far\n  cluster:\n"
        "    server: https://10.1.2.3:6443\ncontexts:\n- name: far\n  context:\n"
        "    cluster: far\n    user: robot\nusers:\n- name: robot\n  user:\n"
    )
    return Made({"kubeconfig": f"{text}{user}\n"}, {"kubeconfig": "KUBECONFIG"}, document=True,
                twin={"kubeconfig": f"{text}{plugin}\n"})  # fmt: skip


def docker(dice: Random) -> Made:
    """A login at a registry, and as its twin a helper."""
    host = dice.choice(("ghcr.io", "registry.corp.internal", "quay.io"))
    auth = base64.b64encode(f"robot:{fill('{A24}', dice)}".encode()).decode()
    text = json.dumps({"auths": {host: {"auth": auth}}})
    helper = json.dumps({"auths": {host: {}}, "credHelpers": {host: "ecr-login"}})
    name = ".dockerconfigjson"
    return Made({name: text}, {name: "DOCKER-AUTH"}, document=True, twin={name: helper},
                secret_type="kubernetes.io/dockerconfigjson")  # fmt: skip


def connection_string(dice: Random) -> Made:
    """A storage account's, with a key of the older, unsigned form."""
    key = base64.b64encode(dice.randbytes(64)).decode()
    text = f"DefaultEndpointsProtocol=https;AccountName=acct{dice.randrange(99)};AccountKey={key}"
    name = "STORAGE_CONNECTION"
    short = text.replace(key, "<account-key>")
    return Made({name: text}, {name: "AZURE-CONNECTION-STRING"}, twin={name: short})


def shared_access(dice: Random) -> Made:
    """A signed address that is still good; the twin has no signature."""
    ends = (datetime.now(UTC) + timedelta(days=90)).strftime("%Y-%m-%dT%H:%M:%SZ")
    sign = base64.b64encode(dice.randbytes(32)).decode()
    sign = sign.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    text = f"https://acct.blob.core.windows.net/box?sv=2022-11-02&sr=c&sp=rl&se={ends}&sig={sign}"
    name = "BOX_URL"
    return Made({name: text}, {name: "AZURE-SAS-TOKEN"}, twin={name: text.partition("&sig")[0]})


def submariner(dice: Random) -> Made:
    """The key that all clusters share, in the resource."""
    text = base64.b64encode(dice.randbytes(48)).decode()
    return Made({"ceIPSecPSK": text}, {"ceIPSecPSK": "SUBMARINER-PSK"}, twin={"ceIPSecPSK": ""})


def makers() -> Iterator[tuple[str, Callable[[Random], Made]]]:
    """A maker of every family with a structure, by name."""
    for mark in ("ghp", "gho", "ghu", "ghs", "ghr"):
        yield mark, lambda dice, m=mark: checksummed(dice, f"{m}_", "GITHUB-TOKEN", "GH_TOKEN")  # type: ignore[misc]
    yield "npm", lambda dice: checksummed(dice, "npm_", "NPM-TOKEN", "NPM_TOKEN")
    yield "aws", aws
    for what in _SIGNED:
        yield what, lambda dice, w=what: azure(dice, w)  # type: ignore[misc]
    yield "client secret", client_secret
    yield "private key", private_key
    yield "service account", service_account
    yield "account token", account_token
    yield "kubeconfig", kubeconfig
    yield "docker", docker
    yield "connection string", connection_string
    yield "sas", shared_access
    yield "psk", submariner
