"""What looks like a credential and is none: broken checksums, ciphertext, public keys, hashes."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Mapping

from mckconsole.demo.chances import (
    HEX,
    URL_SAFE,
    Mint,
    Parts,
    checksummed,
    some,
    token,
)
from mckconsole.demo.sections_audit import CredentialModel


def _broken(prefix: str, chance: random.Random) -> str:
    """One whose last character is another one than its checksum's."""
    text = checksummed(prefix, chance)
    return text[:-1] + ("a" if text[-1] != "a" else "b")


def _sealed(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    """What kubeseal makes: a 2-byte length, a session key by RSA, AES-GCM."""
    return {"text": base64.b64encode(b"\x02\x00" + chance.randbytes(560)).decode()}


def _sops(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    data, iv, tag = (base64.b64encode(chance.randbytes(n)).decode() for n in (24, 32, 16))
    return {"text": f"ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]"}


def _documented(_: CredentialModel, __: random.Random, ___: float) -> Parts:
    """The pair of AWS' documentation, which many have copied."""
    tail = "EXAMPLE"
    return {
        "id": "AKIA" + "IOSFODNN7" + tail,
        "secret": "/".join(("wJalrXUtnFEMI", "K7MDENG", "bPxRfiCY")) + tail + "KEY",
    }


def _jwks(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "e": "AQAB"}
    kid, modulus = some(chance, 43, URL_SAFE), some(chance, 342, URL_SAFE)
    return {"text": json.dumps({"keys": [{**key, "kid": kid, "n": modulus}]})}


def _digests(_: CredentialModel, chance: random.Random, __: float) -> Parts:
    names = ("catalog.tar.gz", "checkout.tar.gz", "cart.tar.gz")
    lines = [f"{some(chance, 64, HEX)}  {name}\n" for name in names]
    return {
        "image": f"sha256:{some(chance, 64, HEX)}",
        "commit": some(chance, 40, HEX),
        "list": "".join(lines),
    }


MINTS: Mapping[str, Mint] = {
    "broken-github": token(lambda chance: _broken("ghp", chance)),
    "broken-npm": token(lambda chance: _broken("npm", chance)),
    "sealed": _sealed,
    "sops": _sops,
    "documented": _documented,
    "jwks": _jwks,
    "digests": _digests,
}
"""By the kinds of `CredentialModel`."""
