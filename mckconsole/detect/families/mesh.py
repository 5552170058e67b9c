"""Credentials of links between clusters: Submariner, Cilium, WireGuard."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import CREDENTIAL_WORDS, apart, compiled, lenient_base64
from mckconsole.detect.families.jwt import judge_token
from mckconsole.detect.model import Detector, Match, Value, Where
from mckconsole.detect.placeholders import is_stand_in
from mckconsole.detect.words import is_path
from mckconsole.domain.audit import Tier

PSK, BROKER = "SEC-SUBMARINER-PSK", "SEC-SUBMARINER-BROKER-TOKEN"
CILIUM, WIREGUARD = "SEC-CILIUM-IPSEC-KEY", "SEC-WIREGUARD-KEY"
SHARED = "SEC-IPSEC-PSK"
_GENERIC = ("SEC-GENERIC-SECRET", SHARED)
_TOKENS = (*_GENERIC, "SEC-JWT", "SEC-K8S-SERVICE-ACCOUNT-TOKEN")
_MIN_PSK = 16


def _submariner(value: Value) -> Iterator[Match]:
    """`ceIPSecPSK` of a resource; `psk` of the Secret, which is nothing but that."""
    text = value.data.strip()
    in_resource = value.key == "ceIPSecPSK"
    in_secret = (
        value.where is Where.SECRET
        and value.key == "psk"
        and value.top == "psk"
        and len(value.siblings) == 1
    )
    if not (in_resource or in_secret) or len(text) < _MIN_PSK:
        return
    key = lenient_base64(text) if in_resource else text
    if not is_random(text, 3.0) or key is None:
        return
    # Its Secret holds the key itself where the resource holds base64 of it.
    yield Match(PSK, Tier.PROVEN, key, 0, len(value.data), proof="field that holds nothing else",
                expected=in_secret)  # fmt: skip


def _broker(value: Value) -> Iterator[Match]:
    """A token in a field that is for the broker's; the broker's address may lie beside it."""
    if value.key != "brokerK8sApiServerToken":
        return
    text = value.data.strip()
    judgement = judge_token(text)
    if judgement is None and (not is_random(text, 3.5) or is_stand_in(text)):
        return
    facts = judgement[1].facts if judgement else ()
    if server := value.siblings.get("brokerK8sApiServer"):
        facts = (*facts, ("broker", server[:200].decode("utf-8", "replace")))
    yield Match(BROKER, Tier.PROVEN, text, 0, len(value.data),
                proof="field of the broker's token", facts=facts)  # fmt: skip


_LINE = (
    rb"(?m)^[ \t]*(\d{1,2})\+? (rfc4106\(gcm\(aes\)\)|[a-z0-9()-]{3,40}) ((?:0x)?[0-9a-f]{32,144})"
    rb"(?: (?:0x)?[0-9a-z().-]{3,144}){0,3}[ \t\r]*$"
)


def _cilium(value: Value) -> Iterator[Match]:
    for found in compiled(_LINE).finditer(value.data[:4096]):
        if is_random(found[3], 2.8):
            yield Match(
                CILIUM, Tier.PROVEN, found[3].removeprefix(b"0x"), found.start(3), found.end(3),
                proof="number, algorithm and key",
                facts=(("key number", found[1].decode()), ("algorithm", found[2].decode())),
                expected=value.where is Where.SECRET and value.top == "keys",
            )  # fmt: skip


_WG_NAME = re.compile(
    r"wireguard(?!.*pub)|wg.?(?:private|preshared)|^(?:private|preshared).?key$", re.I
)
_WG_LINE = rb"(?i)(?:private|preshared)key\s{0,4}=\s{0,4}([A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)"


def _wireguard(value: Value) -> Iterator[Match]:
    text = value.data.strip()
    if len(text) == 44 and _WG_NAME.search(value.key):
        key = lenient_base64(text)
        if key and len(key) == 32 and is_random(text, 4.0):
            start = value.data.index(text)
            yield Match(WIREGUARD, Tier.SHAPED, text, start, start + 44,
                        proof="32 bytes under its name")  # fmt: skip
    if b"[Interface]" in value.data or b"[Peer]" in value.data:
        for found in compiled(_WG_LINE).finditer(value.data[:65536]):
            if is_random(found[1], 4.0):
                yield Match(WIREGUARD, Tier.SHAPED, found[1], found.start(1), found.end(1),
                            proof="configuration of WireGuard")  # fmt: skip


_PSK_NAME = re.compile(
    r"(?:^|[^a-z])psk(?:$|[^a-z])|pre.?shared.?(?:key|secret)|ipsec.{0,8}secret", re.I
)


def _shared(value: Value) -> Iterator[Match]:
    text = value.data.strip().strip(b"\"'")
    if not _PSK_NAME.search(apart(value.key)) or not 12 <= len(text) <= 256:
        return
    if is_random(text, 3.3) and not is_path(text) and not compiled(rb"\s|://").search(text):
        start = value.data.index(text)
        yield Match(SHARED, Tier.NAMED, text, start, start + len(text), proof="its name")


DETECTORS = (
    Detector((PSK,), (), _submariner, _GENERIC, names=("psk",)),
    Detector((BROKER,), (), _broker, _TOKENS, names=("brokerk8sapiservertoken",)),
    Detector((CILIUM,), (b"rfc4106(", b"hmac(sha256)"), _cilium, _GENERIC),
    Detector((WIREGUARD,), (b"[Interface]", b"[Peer]"), _wireguard, _GENERIC,
             names=("key", "wireguard")),
    Detector((SHARED,), (), _shared, ("SEC-GENERIC-SECRET",),
             names=CREDENTIAL_WORDS),
)  # fmt: skip
