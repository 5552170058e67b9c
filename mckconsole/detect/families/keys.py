"""Keys that are no PEM: age, NATS, JSON Web Keys, key stores."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Verdict, compiled, json_object, judged
from mckconsole.detect.families.documents import mappings, string
from mckconsole.detect.families.prefixed import Token
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

AGE, NATS, JWK, STORE = "SEC-AGE-KEY", "SEC-NATS-SEED", "SEC-JWK-PRIVATE-KEY", "SEC-KEYSTORE"
_GENERIC = ("SEC-GENERIC-SECRET",)

_BECH32 = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_POLYNOMIAL = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def bech32_holds(text: bytes) -> bool:
    """Whether the last six characters are the checksum of the others (BIP 173)."""
    human, _, rest = text.lower().rpartition(b"1")
    values = [*(c >> 5 for c in human), 0, *(c & 31 for c in human)]
    values += [_BECH32.index(c) for c in rest]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, term in enumerate(_POLYNOMIAL):
            if top >> bit & 1:
                check ^= term
    return check == 1


def _age(value: Value) -> Iterator[Match]:
    pattern = rb"AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}(?![A-Z0-9])"
    for found in compiled(pattern).finditer(value.data):
        if bech32_holds(found[0]):
            verdict = Verdict(Tier.PROVEN, "checksum matches")
            yield judged(AGE, found[0], found.start(), verdict, "AGE-SECRET-KEY-1")


def _crc16(data: bytes) -> int:
    """CRC-16/XMODEM."""
    check = 0
    for byte in data:
        check ^= byte << 8
        for _ in range(8):
            check = (check << 1 ^ 0x1021 if check & 0x8000 else check << 1) & 0xFFFF
    return check


def nkey_holds(text: bytes) -> bool:
    """Whether a seed of 58 characters ends in its CRC-16, lowest byte first."""
    raw = base64.b32decode(text + b"=" * (-len(text) % 8))
    return len(raw) == 36 and _crc16(raw[:-2]) == int.from_bytes(raw[-2:], "little")


_NKEYS = {b"U": "user", b"A": "account", b"O": "operator", b"N": "server", b"C": "cluster",
          b"X": "curve"}  # fmt: skip


def _nats(text: bytes) -> Verdict | None:
    if not nkey_holds(text):
        return None
    return Verdict(Tier.PROVEN, "checksum matches", (("kind", _NKEYS[text[1:2]]),))


TOKENS = tuple(
    Token(NATS, b"S%b%c" % (kind, third), rb"[A-Z2-7]{55}", 3.0, _nats, shown=2)
    for kind in _NKEYS
    for third in b"AB"
)
"""The bits of the two prefix bytes leave two letters for the third."""


def _jwk(value: Value) -> Iterator[Match]:
    read = json_object(value.data)
    if read is None:
        return
    whole = [("", read)] if "kty" in read else []
    listed = [(f"keys[{at}].", one) for at, one in enumerate(mappings(read.get("keys"))[:64])]
    for path, key in (*whole, *listed):
        part = _private_part(key)
        if part and is_random(string(key, part).encode(), 3.0):
            facts = (("type", string(key, "kty")), ("key id", string(key, "kid")))
            yield Match(JWK, Tier.PROVEN, string(key, part).encode(), 0, len(value.data),
                        f"{path}{part}", "", "JSON Web Key with its private part",
                        tuple(one for one in facts if one[1]))  # fmt: skip


def _private_part(key: dict[str, Any]) -> str:
    kind = key.get("kty")
    if kind in ("RSA", "EC", "OKP") and len(string(key, "d")) >= 32:
        return "d"
    return "k" if kind == "oct" and len(string(key, "k")) >= 16 else ""


_JKS, _JCEKS = b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce"
_PFX = rb"(?s)\x30(?:\x82..|\x83...|\x80)\x02\x01\x03\x30"


def _store(value: Value) -> Iterator[Match]:
    """Java key stores and PKCS #12, by how they begin; a store of certificates only is none."""
    data = value.data
    kind = ""
    if data.startswith((_JKS, _JCEKS)):
        kind = "Java key store" if _has_key_entry(data) else ""
    elif compiled(_PFX).match(data):
        kind = "PKCS #12"
    if kind and "trust" not in value.key.lower():
        yield Match(STORE, Tier.SHAPED, data[:4096], 0, len(data), proof=kind,
                    severity=Severity.MEDIUM)  # fmt: skip


def _has_key_entry(data: bytes) -> bool:
    """Whether the first entry is a private key: tag 1, a certificate's is 2."""
    return len(data) > 64 and data[12:16] == b"\0\0\0\1"


DETECTORS = (
    Detector((AGE,), (b"AGE-SECRET-KEY-1",), _age, _GENERIC),
    Detector((JWK,), (b'"kty"', b'"kty\\"'), _jwk, _GENERIC, document=True),
    Detector((STORE,), (_JKS, _JCEKS, b"\x02\x01\x03\x30"), _store, _GENERIC),
)  # fmt: skip
