"""Credentials that open nothing: of the right form, checksums included, and random otherwise.

Everything is derived from the random numbers that are handed in. AWS ids are of the account
000000000000. Nothing here was ever valid anywhere.
"""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from collections.abc import Mapping

from mckconsole.demo import lookalikes, pki
from mckconsole.demo.chances import (
    BASE32,
    BASE64,
    HEX,
    LETTERS,
    URL_SAFE,
    Mint,
    Parts,
    checksummed,
    some,
    token,
)
from mckconsole.demo.sections_audit import CredentialModel
from mckconsole.demo.site import DAY
from mckconsole.domain.times import format_rfc3339


def mint(model: CredentialModel, chance: random.Random, epoch: float) -> Parts:
    """The parts of a credential by name.

    Raises:
        KeyError: nothing makes such a kind.
    """
    return _MINTS[model.kind](model, chance, epoch)


def _guid(chance: random.Random) -> str:
    return str(uuid.UUID(int=chance.getrandbits(128), version=4))


def _aws_id(chance: random.Random, prefix: str) -> str:
    """An access key id of the account 000000000000, which its 5th to 13th character tell."""
    tail = chance.sample(BASE32[1:], 7)
    return f"{prefix}Q{'A' * 7}{chance.choice(BASE32[1:16])}{''.join(tail)}"


def _aws(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    return {"id": _aws_id(chance, "AKIA"), "secret": some(chance, 39, BASE64) + "x"}


def _aws_session(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    token = "IQoJb3JpZ2luX2Vj" + some(chance, 340, BASE64)
    secret = some(chance, 39, BASE64) + "x"
    return {"id": _aws_id(chance, "ASIA"), "secret": secret, "token": token}


def _google_key(model: CredentialModel, chance: random.Random, _: float) -> Parts:
    key_id = some(chance, 40, HEX)
    document = {
        "type": "service_account",
        "project_id": model.user.partition("@")[2].partition(".")[0],
        "private_key_id": key_id,
        "private_key": pki.pem_key(pki.secret_key("ec", chance)),
        "client_email": model.user,
        "client_id": some(chance, 21, string.digits[1:]),
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    key = document["private_key"]
    return {"json": json.dumps(document, indent=2), "id": key_id, "key": key}


def _google_user(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    refresh = f"1//0{some(chance, 96, URL_SAFE)}"
    secret = f"GOCSPX-{some(chance, 28, URL_SAFE)}"
    document = {
        "type": "authorized_user",
        "client_id": f"{some(chance, 12, string.digits)}-"
        f"{some(chance, 32, string.ascii_lowercase)}.apps.googleusercontent.com",
        "client_secret": secret,
        "refresh_token": refresh,
    }
    return {"json": json.dumps(document), "refresh": refresh, "secret": secret}


def _azure_client(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    secret = f"{some(chance, 3)}8Q~{some(chance, 34, URL_SAFE)}"
    return {"client": _guid(chance), "tenant": _guid(chance), "secret": secret}


def _sas(model: CredentialModel, chance: random.Random, epoch: float) -> Parts:
    ends = format_rfc3339(epoch + (30.0 if model.days is None else model.days) * DAY)
    code = base64.b64encode(chance.randbytes(32)).decode()
    quoted = code.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
    when = ends.replace(":", "%3A")
    query = f"sv=2024-11-04&ss=b&srt=co&sp=rwdlc&se={when}&spr=https&sig={quoted}"
    return {"url": f"https://{model.host}/exports?{query}", "sig": quoted}


def _slack_hook(chance: random.Random) -> str:
    team, channel = (some(chance, 9, string.ascii_uppercase + string.digits) for _ in range(2))
    return f"https://hooks.slack.com/services/T{team}/B{channel}/{some(chance, 24)}"


def _slack_bot(chance: random.Random) -> str:
    numbers = "-".join(some(chance, 12, string.digits[1:]) for _ in range(2))
    return f"xoxb-{numbers}-{some(chance, 24)}"


def _url(model: CredentialModel, chance: random.Random, _: float) -> Parts:
    """`host` is the URL without the user."""
    password = some(chance, 22)
    scheme, _slashes, rest = model.host.partition("://")
    return {"url": f"{scheme}://{model.user}:{password}@{rest}", "password": password}


def _login(model: CredentialModel, chance: random.Random, _: float) -> Parts:
    password = some(chance, 26)
    code = base64.b64encode(f"{model.user}:{password}".encode()).decode()
    return {"user": model.user, "password": password, "auth": code}


def _coded(part: object) -> str:
    text = json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def _jwt(model: CredentialModel, chance: random.Random, epoch: float) -> Parts:
    """A token of a service account (`user`), or of anybody; without `days` it never ends."""
    namespace, slash, account = model.user.partition("/")
    claims: dict[str, object] = {"iss": model.host or "kubernetes/serviceaccount"}
    claims["sub"] = f"system:serviceaccount:{namespace}:{account}" if slash else model.user
    if slash and model.days is None:
        claims["kubernetes.io/serviceaccount/namespace"] = namespace
        claims["kubernetes.io/serviceaccount/service-account.name"] = account
        claims["kubernetes.io/serviceaccount/secret.name"] = f"{account}-token"
    if model.days is not None:
        claims |= {"aud": ["https://kubernetes.default.svc"], "exp": int(epoch + model.days * DAY)}
    head = {"alg": "RS256", "kid": some(chance, 43, URL_SAFE)}
    signature = base64.urlsafe_b64encode(chance.randbytes(256)).rstrip(b"=").decode()
    return {"token": f"{_coded(head)}.{_coded(claims)}.{signature}", "signature": signature}


def _bootstrap(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    alphabet = string.ascii_lowercase + string.digits
    return {"id": some(chance, 6, alphabet), "secret": some(chance, 16, alphabet)}


def _psk(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    return {"text": base64.b64encode(chance.randbytes(48)).decode()}


def _ssh(model: CredentialModel, chance: random.Random, _: float) -> Parts:
    key, public = pki.openssh_pair(chance, model.user)
    return {"key": key, "public": public}


def _storage(model: CredentialModel, chance: random.Random, _: float) -> Parts:
    """A key of the older form, which has no checksum, in a connection string."""
    key = base64.b64encode(chance.randbytes(64)).decode()
    text = f"DefaultEndpointsProtocol=https;AccountName={model.user};AccountKey={key};"
    return {"key": key, "text": f"{text}EndpointSuffix=core.windows.net"}


_MINTS: Mapping[str, Mint] = {
    **lookalikes.MINTS,
    "aws": _aws,
    "aws-session": _aws_session,
    "google-key": _google_key,
    "google-user": _google_user,
    "google-api-key": token(lambda chance: f"AIza{some(chance, 35, URL_SAFE)}"),
    "azure-client": _azure_client,
    "azure-storage": _storage,
    "sas": _sas,
    "github": token(lambda chance: checksummed("ghp", chance)),
    "npm": token(lambda chance: checksummed("npm", chance)),
    "gitlab": token(lambda chance: f"glpat-{some(chance, 20)}"),
    "slack-hook": token(_slack_hook),
    "slack-bot": token(_slack_bot),
    "stripe": token(lambda chance: f"sk_live_{some(chance, 24)}"),
    "sendgrid": token(lambda chance: f"SG.{some(chance, 22)}.{some(chance, 43)}"),
    "vault": token(lambda chance: f"hvs.{some(chance, 90)}"),
    "digitalocean": token(lambda chance: f"dop_v1_{some(chance, 64, HEX)}"),
    "password": token(lambda chance: some(chance, 24, LETTERS + "!%*-_")),
    "url": _url,
    "login": _login,
    "jwt": _jwt,
    "bootstrap": _bootstrap,
    "psk": _psk,
    "ssh": _ssh,
}
"""By the kinds of `CredentialModel`."""
