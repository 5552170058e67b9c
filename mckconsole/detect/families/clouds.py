"""Other clouds whose keys have two halves: Alibaba, Tencent, Scaleway, Google Storage (HMAC)."""

from __future__ import annotations

import re

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import UUID, Verdict, compiled
from mckconsole.detect.families.prefixed import Token
from mckconsole.detect.families.twins import ID_ALONE, Twin
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

_HEX = re.compile(rb"[0-9a-f]+|[0-9A-F]+")
_BEFORE = rb"[A-Za-z0-9_+/]"


def _mixed(text: bytes) -> bool:
    return is_random(text, 3.8) and not _HEX.fullmatch(text)


def _uuid(text: bytes) -> bool:
    return is_random(text, 3.0) and bool(compiled(UUID).fullmatch(text))


def _key_id(text: bytes) -> Verdict:
    return Verdict(Tier.SHAPED, ID_ALONE, (), Severity.LOW)


def _names(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{words}).{{0,16}}(?:secret|key$)", re.IGNORECASE)


_ALIBABA, _TENCENT = "SEC-ALIBABA-ACCESS-KEY", "SEC-TENCENT-SECRET-KEY"
_SCALEWAY, _HMAC = "SEC-SCALEWAY-KEY", "SEC-GCP-HMAC-KEY"

TWINS = (
    Twin(_ALIBABA, _ALIBABA, (b"LTAI",), rb"LTAI[A-Za-z0-9]{12,20}", 30, rb"[A-Za-z0-9]",
         _mixed, _names("ali(?:baba|yun|cloud)?")),
    Twin(_TENCENT, _TENCENT, (b"AKID",), rb"AKID[A-Za-z0-9]{32}", 32, rb"[A-Za-z0-9]",
         _mixed, _names("tencent|qcloud")),
    Twin(_SCALEWAY, _SCALEWAY, (b"SCW",), rb"SCW[A-Z0-9]{17}", 36, rb"[0-9a-f-]", _uuid,
         _names("scaleway|scw"), severity=Severity.HIGH),
    Twin(_HMAC, _HMAC, (b"GOOG1",), rb"GOOG1[A-Z0-9]{19,60}", 40, rb"[A-Za-z0-9/+]",
         _mixed, _names("hmac|gcs"), severity=Severity.HIGH),
)  # fmt: skip

TOKENS = (
    Token(_ALIBABA, b"LTAI", rb"[A-Za-z0-9]{12,20}+", 3.0, _key_id, before=_BEFORE),
    Token(_TENCENT, b"AKID", rb"[A-Za-z0-9]{32}+", 3.5, _key_id, before=_BEFORE),
    Token(_SCALEWAY, b"SCW", rb"[A-Z0-9]{17}+", 2.8, _key_id, before=_BEFORE),
    Token(_HMAC, b"GOOG1", rb"[A-Z0-9]{19,60}+", 3.0, _key_id, before=_BEFORE),
)  # fmt: skip
