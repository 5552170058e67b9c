"""Azure: client secrets, signed keys, and keys of Azure DevOps."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import (
    CREDENTIAL_WORDS,
    UUID,
    Verdict,
    base62,
    compiled,
    judged,
    lenient_base64,
)
from mckconsole.detect.families.marvin import checksum_holds, marvin32
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Tier

CLIENT = "SEC-AZURE-CLIENT-SECRET"
_GENERIC = ("SEC-GENERIC-SECRET",)
_SECRET = rb"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}+(?![A-Za-z0-9_~.-])"
_LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~"
_OWNERS = (("client", "client"), ("application", "client"), ("tenant", "tenant"))
IDENTITY = "id of an application or tenant"
"""Proof of a match that is nothing without a secret: `pairing` joins it with one or drops it."""


def _client_checksum(text: bytes) -> bool:
    """Whether the last three characters begin the checksum of those before (form `8Q~`)."""
    number, digits = marvin32(text[:-3], b"AadPwd00"), bytearray()
    while number:
        number, rest = divmod(number, len(_LETTERS))
        digits.append(_LETTERS[rest])
    return bytes(digits).ljust(6, b"a")[::-1][:3] == text[-3:]


def _client(value: Value) -> Iterator[Match]:
    data = value.data
    for found in compiled(rb"(?<![A-Za-z0-9_~.-])" + _SECRET).finditer(data):
        text = found[0]
        if not is_random(text, 3.2):
            continue
        verdict = Verdict()
        if text[3:6] == b"8Q~" and _client_checksum(text):
            verdict = Verdict(Tier.PROVEN, "checksum matches")
        yield judged(CLIENT, text, found.start(), verdict)


def _identity(value: Value) -> Iterator[Match]:
    """The id of an application or tenant, by its name."""
    low = value.key.lower()
    bare = value.data[:64].strip(b" \t\r\n\"'")
    if "secret" in low or not compiled(UUID).fullmatch(bare):
        return
    for word, what in _OWNERS:
        if word in low:
            facts = ((what, bare.decode()),)
            yield Match(CLIENT, Tier.SHAPED, bare, 0, len(value.data), proof=IDENTITY, facts=facts)
            return


_IN_TEXT = (
    rb"(?i)(client|application|tenant)[_-]?id[^A-Za-z0-9]{1,24}(?:value[^A-Za-z0-9]{1,6})?("
    + UUID
    + rb")"
)


def _identities(value: Value) -> Iterator[Match]:
    """The same within a text."""
    for found in compiled(_IN_TEXT).finditer(value.data):
        what = "tenant" if found[1].lower() == b"tenant" else "client"
        facts = ((what, found[2].decode()),)
        yield Match(CLIENT, Tier.SHAPED, found[2], found.start(2), found.end(2),
                    proof=IDENTITY, facts=facts)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Signed:
    """A key with a signature at a fixed place and a checksum in its last bytes."""

    rule: str
    before: int
    """Characters in front of the signature."""
    after: bytes
    """Pattern of those behind it."""
    seeds: tuple[bytes, ...]
    letters: bytes = rb"[A-Za-z0-9+/]"

    def pattern(self, mark: bytes) -> bytes:
        """Of a whole key with that signature."""
        parts = (self.letters, self.letters, self.before, re.escape(mark), self.after, self.letters)
        return b"(?<!%b)%b{%d}%b%b(?!%b)" % parts


_64 = (76, rb"[A-Za-z0-9+/]{5}[AQgw]==")
_32 = (33, rb"[A-P][A-Za-z0-9+/]{5}=")
_39 = (42, rb"[A-D][A-Za-z0-9+/]{5}")
_BUS = (b"Send0000", b"Manage00", b"Listen00", b"System00", b"Unknown0")

_SIGNED = {
    b"+ASt": _Signed("STORAGE-KEY", *_64, (b"Default0",)),
    b"ACDb": _Signed("COSMOS-KEY", *_64, (b"MastRW00", b"MastRO00", b"SysAll00", b"Resour00",
                                          b"SystRO00", b"Encryp00", b"SystRW00")),
    b"+ABa": _Signed("BATCH-KEY", *_64, (b"AbAcct00",)),
    b"+AMC": _Signed("ML-KEY", *_64, (b"Classic0",)),
    b"APIM": _Signed("APIM-KEY", *_64, (b"Tenant00", b"IoTHub00", b"Gatewy00", b"GitKey00")),
    b"+ASb": _Signed("SERVICE-BUS-KEY", *_32, _BUS),
    b"+AEh": _Signed("EVENT-HUB-KEY", *_32, _BUS),
    b"+ARm": _Signed("RELAY-KEY", *_32, _BUS),
    b"AIoT": _Signed("IOT-KEY", *_32, (b"IoTHub00", b"DpsKey00", b"Device00")),
    b"AZEG": _Signed("EVENT-GRID-KEY", *_32, (b"SendRecv",)),
    b"AzCa": _Signed("REDIS-KEY", *_32, (b"Access00",)),
    b"AzSe": _Signed("SEARCH-KEY", *_39, (b"Query000", b"PAdmin00")),
    b"+ACR": _Signed("REGISTRY-KEY", *_39, (b"ACRDflt0",)),
    b"AzFu": _Signed("FUNCTION-KEY", 44, rb"[A-Za-z0-9_-]{5}[AQgw]==",
                     (b"Master00", b"System00", b"Functi00"), rb"[A-Za-z0-9_-]"),
}  # fmt: skip
_ANY = b"|".join(re.escape(mark) for mark in _SIGNED)
_PATTERNS = {mark: form.pattern(mark) for mark, form in _SIGNED.items()}


def _signed(value: Value) -> Iterator[Match]:
    data = value.data
    for found in compiled(_ANY).finditer(data):
        form = _SIGNED[found[0]]
        start = found.start() - form.before
        whole = compiled(_PATTERNS[found[0]]).match(data, start) if start >= 0 else None
        key = lenient_base64(whole[0]) if whole else None
        if whole and key and checksum_holds(key, form.seeds):
            proof = f"signature {found[0].decode()}, checksum matches"
            yield judged(f"SEC-AZURE-{form.rule}", whole[0], start, Verdict(Tier.PROVEN, proof))


_ANNOTATED = (
    rb"[A-Za-z0-9]{52}JQQJ9[9DH][A-Za-z0-9][A-L][A-Za-z0-9]{16}([A-Za-z][A-Za-z0-9]{3})"
    rb"[A-Za-z0-9]{4}(?:[A-Za-z0-9]{2}==)?(?![A-Za-z0-9+/=])"
)
_SERVICES = {
    b"AZDO": "SEC-AZURE-DEVOPS-TOKEN",
    b"AZAC": "SEC-AZURE-APP-CONFIGURATION-KEY",
    b"AZCR": "SEC-AZURE-REGISTRY-KEY",
    b"ACOG": "SEC-AZURE-AI-KEY",
    b"AZEG": "SEC-AZURE-EVENT-GRID-KEY",
}
_SIGNED_KEY = "SEC-AZURE-SIGNED-KEY"
_OTHER_SERVICES = (b"AZFR", b"AZMR", b"AZMP", b"AZCS", b"MSQL")


def _annotated(value: Value) -> Iterator[Match]:
    for at in compiled(rb"JQQJ9").finditer(value.data):
        start = at.start() - 52
        found = compiled(_ANNOTATED).match(value.data, start) if start >= 0 else None
        glued = compiled(rb"[A-Za-z0-9+/]").match(value.data, max(0, start - 1), start)
        if not found or glued:
            continue
        text, service = found[0], found[1].upper()
        known = service in _SERVICES or service in _OTHER_SERVICES
        holds = _annotated_checksum(text)
        if not is_random(text[:52], 3.5) or not (known or holds):
            continue
        proof = "signature and checksum match" if holds else "signature of an annotated key"
        facts = (("issued", _issued(text)),)
        verdict = Verdict(Tier.PROVEN, proof, facts, canonical=text[:80])
        yield judged(_SERVICES.get(service, _SIGNED_KEY), text, start, verdict)


def _annotated_checksum(text: bytes) -> bool:
    number = marvin32(base64.b64decode(text[:80]), b"Default0").to_bytes(4, "little")
    forms = (base62(int.from_bytes(number, "big"), 1).ljust(6, b"0"), base64.b64encode(number))
    return any(form.startswith(text[80:84]) for form in forms)


def _issued(text: bytes) -> str:
    """Year and month of the key, which stand in it as two characters."""
    year = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".index(text[58:59])
    return f"{2024 + year}-{text[59] - 64:02d}"


_PAT = rb"[2-7a-z]{52}"


def _devops(value: Value) -> Iterator[Match]:
    """Personal access tokens of the older form: 35 bytes in base32 with a CRC-32 strewn in."""
    if len(value.data) < 52:
        return
    pattern = compiled(rb"(?<![A-Za-z0-9])" + _PAT + rb"(?![A-Za-z0-9])")
    for found in pattern.finditer(value.data[:65536]):
        raw = base64.b32decode(found[0].upper() + b"====")[:32]
        body = raw[:2] + raw[3:7] + raw[9:22] + raw[23:32]
        wanted = int.from_bytes(bytes((raw[22], raw[8], raw[7], raw[2])), "little")
        if binascii.crc32(body) ^ wanted in (0xE0B9692D, 0x1019F92E):
            verdict = Verdict(Tier.PROVEN, "checksum matches")
            yield judged("SEC-AZURE-DEVOPS-TOKEN", found[0], found.start(), verdict)


DETECTORS = (
    Detector((CLIENT,), (b"Q~",), _client, _GENERIC, reach=64),
    Detector((CLIENT,), (), _identity, names=("client", "tenant", "application")),
    Detector(
        (CLIENT,),
        (b"lient_id", b"lientId", b"lientID", b"lient-id", b"LIENT_ID", b"enant_id", b"enantId",
         b"enantID", b"enant-id", b"ENANT_ID"),
        _identities,
        reach=80,
    ),
    Detector(
        tuple(f"SEC-AZURE-{form.rule}" for form in _SIGNED.values()),
        (b"+A", b"Az", b"ACDb", b"APIM", b"AIoT", b"AZEG"),
        _signed,
        (*_GENERIC, "SEC-AZURE-CONNECTION-STRING", "SEC-URL-CREDENTIALS"),
        reach=128,
    ),
    Detector(
        tuple(dict.fromkeys((*_SERVICES.values(), _SIGNED_KEY))),
        (b"JQQJ9",),
        _annotated,
        (*_GENERIC, "SEC-AZURE-CONNECTION-STRING"),
        reach=128,
    ),
    Detector(
        ("SEC-AZURE-DEVOPS-TOKEN",), (), _devops, _GENERIC,
        names=(*CREDENTIAL_WORDS, "_pat"),
    ),
)  # fmt: skip
