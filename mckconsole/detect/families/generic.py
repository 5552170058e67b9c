"""Values that only their name calls a secret: tier C, hidden unless somebody asks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.azure_strings import is_published
from mckconsole.detect.families.base import (
    CREDENTIAL_WORDS,
    UUID,
    Verdict,
    apart,
    compiled,
    judged,
    lenient_base64,
)
from mckconsole.detect.memory import remembered
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.detect.words import is_path, is_wordy
from mckconsole.domain.audit import Tier

RULE = "SEC-GENERIC-SECRET"
_MIN, _MAX = 12, 1024
_LEAST = 3.5
_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?$|pass(?:word|phrase)|passwd|pwd|secret|token|credential|"
    r"(?:api|access|private|secret|encryption|encrypt|signing|sign|license|licence|auth|master|"
    r"session|shared|account|service|admin|app|cookie|hmac|jwt|aes|storage|sas)[ _.-]?key",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"(?:file|files|path|paths|name|names|namespace|id|ids|url|uri|urls|arn|ref|refs|dir|location|"
    r"type|mode|enabled|disabled|required|ttl|duration|interval|timeout|length|size|count|class|"
    r"kind|issuer|audience|version|hash|checksum|digest|sha256|algorithm|alg|policy|provider|"
    r"selector|mount|volume|env|header|prefix|suffix|format|field|endpoint|host|port|user|username|"
    r"email|regex|pattern|label|annotation|list|template|rotation|store|engine|backend|scope|"
    r"scopes|review|expiry|expires|expiration|expire|cert|certificate|crt|ca|pub|public|limit|"
    r"limits|image|images|tag|repository|repo|registry|chart|domain|hostname|region|bucket|"
    r"manager|controller|reviewer|date|time|age|period|min|max)$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(
    r"public|checksum|digest|fingerprint|template-hash|resourceversion|(?:^|[^a-z])uid$|revision|"
    r"token[_-]?(?:count|limit|bucket)|tokens$|max[_-]?tokens|secretref|secretkeyref|tokenizer|"
    r"existing[_-]?secret|encrypted[_-]?data|last-applied",
    re.IGNORECASE,
)
_ODD = re.compile(
    rb"\s|^[a-z][a-z0-9+.-]{1,20}://|^\./|^\{|^\[|^-----|^(?:sha\d{1,3}|md5)[:~-]|^ssh-|^ecdsa-|"
    rb"^\$(?:2[aby]|argon2|[156]|apr1|pbkdf2)|^\{SSHA|^pbkdf2:|^data:|^arn:|^(?:true|false|null)$|"
    rb"^\d+(?:\.\d+)*$|^v?\d+\.\d+\.\d+|^[A-Za-z_$][\w.$]{2,}\(|::|->|^self\.|"
    rb"^[^:\s]{1,64}:(?:\$(?:2[aby]|apr1|[156])\$|\{SHA)|=/|"
    rb"^SCRAM-SHA-\d{1,3}\$|^md5[0-9a-f]{32}$",
    re.IGNORECASE,
)
_NAMES = re.compile(
    rb"[A-Z]+(?:_[A-Z]+)+|[a-z0-9]+(?:[-._/][a-z0-9]+)+|[a-zA-Z]+(?:\.[a-zA-Z]+)+(?:\(.*)?"
)
_KNOWN = re.compile(
    rb".{76}(?:\+ASt|ACDb|\+ABa|\+AMC|APIM).{8}$|.{33}(?:\+ASb|\+AEh|\+ARm|AIoT|AZEG|AzCa).{7}$|"
    rb".{42}(?:AzSe|\+ACR).{6}$|gh[pousr]_|npm_|glsa_|A(?:KIA|SIA|ROA|IDA|GPA|NPA)[A-Z2-7]{16}|AGE-SECRET-KEY-|age1|eyJ"
)
"""What has a rule of its own, which looked at it and did not take it for one."""


@remembered
def is_secret_name(name: str) -> bool:
    """Whether a name says that its value is secret."""
    bare = name.rstrip("_-.0123456789")
    if not _SECRET.search(bare) or _NO_SECRET.search(name):
        return False
    last = re.split(r"[_.\-/ ]", apart(bare))[-1]
    return not _OTHER.fullmatch(last)


def _find(value: Value) -> Iterator[Match]:
    data = value.data
    if not _MIN <= len(data) <= _MAX or not is_secret_name(value.key):
        return
    bare = data.strip(b" \t\r\n\"'`;,")
    if not len(bare) >= _MIN or _KNOWN.match(bare) or _ODD.search(bare):
        return
    if not bare.isascii() or not is_random(bare, _LEAST) or compiled(UUID).fullmatch(bare):
        return
    if (
        is_path(bare)
        or _is_a_name(bare)
        or is_wordy(bare)
        or _is_encoded(bare)
        or is_published(bare)
    ):
        return
    verdict = Verdict(Tier.NAMED, "its name")
    yield judged(RULE, bare, data.index(bare), verdict)


def _is_encoded(text: bytes) -> bool:
    """Whether a value is base64 of text, which is looked at by itself under the same name."""
    decoded = lenient_base64(text) if len(text) % 4 == 0 else None
    return decoded is not None and decoded.isascii() and decoded.decode().isprintable()


def _is_a_name(text: bytes) -> bool:
    """Whether a value is how resources, hosts and classes are called: words with few digits."""
    if not _NAMES.fullmatch(text):
        return False
    digits = sum(48 <= byte <= 57 for byte in text)
    return digits * 5 <= len(text)


DETECTOR = Detector(
    (RULE,), (), _find,
    names=CREDENTIAL_WORDS,
)  # fmt: skip
