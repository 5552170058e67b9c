"""Azure: what lies in strings of several parts, as connection strings and signed addresses."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterator
from urllib.parse import unquote_plus, unquote_to_bytes

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Verdict, compiled, judged, lenient_base64, run_before
from mckconsole.detect.families.expiry import from_epoch, from_text
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

SAS, STRING = "SEC-AZURE-SAS-TOKEN", "SEC-AZURE-CONNECTION-STRING"
_REACH = 1024
_GENERIC = ("SEC-GENERIC-SECRET", "SEC-CONNECTION-STRING")
_EMULATORS = frozenset(("0011cc25", "aa654743"))
"""First digits of SHA-256 of the keys that the storage and Cosmos DB emulators publish."""

_KEY = (
    rb"(?:AccountKey|SharedAccessKey|SharedSecretValue|accesskey|Secret)="
    rb"([A-Za-z0-9+/]{27,90}={0,2})"
)
_KINDS = (
    ("accountname", "account"),
    ("accountendpoint", "endpoint"),
    ("endpoint", "endpoint"),
    ("hostname", "host"),
    ("blobendpoint", "endpoint"),
)
_PART = rb"(?i)(?:\A|[;=:])(%b|sharedaccesskeyname)=([^;]*)" % b"|".join(
    name.encode() for name, _ in _KINDS
)
"""A part that says whose the key is; the first may be behind a name that the whole is given to."""
_SIZES = frozenset((16, 20, 24, 32, 33, 36, 39, 40, 48, 60, 63, 64))


def is_published(key: bytes) -> bool:
    """Whether it is the key of an emulator, the same everywhere."""
    return key.endswith(b"==") and hashlib.sha256(key).hexdigest()[:8] in _EMULATORS


def _strings(value: Value) -> Iterator[Match]:
    data, done = value.data, 0
    for found in compiled(_KEY).finditer(data):
        low, done = max(done, found.start() - _REACH), found.end()
        key = lenient_base64(found[1])
        if key is None or len(key) not in _SIZES or not is_random(found[1], 3.8):
            continue
        if is_published(found[1]):
            continue
        parts = _parts(data, low, found.start(), found.end())
        named = [(what, parts[name]) for name, what in _KINDS if parts.get(name)]
        if not named:
            continue
        facts = dict(named)
        if who := parts.get("sharedaccesskeyname"):
            facts["policy"] = who
        verdict = Verdict(Tier.PROVEN, "connection string with its key", tuple(facts.items()))
        yield judged(STRING, found[1], found.start(1), verdict)


_UNBROKEN = bytes({*range(256)}.difference(b" \t\n\r\v\f\"'`<>"))
"""What a connection string is made of."""


def _parts(data: bytes, low: int, start: int, end: int) -> dict[str, str]:
    """What is said beside a stretch of a connection string, by name in lower case; nothing in front
    of `low`."""
    tail = compiled(rb"[^\s\"'`<>]{0,1024}").match(data, end)
    text = run_before(data, start, low, _UNBROKEN) + b";" + (tail[0] if tail else b"")
    return {
        part[1].decode().lower(): part[2].decode("utf-8", "replace")
        for part in compiled(_PART).finditer(text)
    }


_QUERY = string.ascii_letters.encode() + b"0123456789%&=._~:/?+!*'(),;-"
_TAIL = b"[%b]{0,%d}" % (re.escape(_QUERY.replace(b"?", b"")), _REACH)
_FIELD = rb"(?:\A|[&=;+ '(])(se|sr|srt|sp|ss|sv|si|skn)=([^&]{1,1024}+)"
"""Of a query, or of what is behind `SharedAccessSignature=`."""
_RESOURCES = {"b": "blob", "c": "container", "d": "directory", "f": "file", "s": "share",
              "bs": "snapshot", "bv": "version", "q": "queue", "t": "table"}  # fmt: skip


def _signatures(value: Value) -> Iterator[Match]:
    data, done = value.data, 0
    for at in compiled(rb"(?<![A-Za-z])sig=([A-Za-z0-9%+/_-]{40,100}=?)").finditer(data):
        low, done = max(done, at.start() - _REACH), at.end()
        address, _, query = run_before(data, at.start(), low, _QUERY).rpartition(b"?")
        tail = compiled(_TAIL).match(data, at.end())
        query += at[0] + (tail[0] if tail else b"")
        verdict = _signature(address, query.replace(b"&amp;", b"&"))
        if verdict:
            signature = lenient_base64(unquote_to_bytes(at[1]).replace(b" ", b"+"))
            if signature and len(signature) in (31, 32, 33):
                yield judged(SAS, at[1], at.start(1), verdict._replace(canonical=signature))


def _signature(address: bytes, query: bytes) -> Verdict | None:
    """What a query says of itself; None where parts are missing that every one of its kind has."""
    found = {
        one[1].decode(): unquote_plus(one[2].decode("ascii", "replace"))
        for one in compiled(_FIELD).finditer(query)
    }
    ends = found.get("se", "")
    if ends.isascii() and ends.isdigit() and "sr" in found:
        ends, allowed, what = from_epoch(int(ends[:12])), "", found["sr"]
    elif found.get("sp", "").startswith("/triggers/") and "sv" in found:
        ends, allowed, what = "", "run", "workflow"
    elif "sv" in found and ("sr" in found or ("ss" in found and "srt" in found)):
        if "sp" not in found and "si" not in found:
            return None
        ends, allowed = from_text(ends), found.get("sp", "")
        what = _RESOURCES.get(
            found.get("sr", ""), "account" if "srt" in found else found.get("sr", "")
        )
    else:
        return None
    facts = [("opens", what), ("allows", allowed), ("expires", ends), ("key", found.get("skn", ""))]
    host = address.rpartition(b"//")[2].partition(b"/")[0]
    facts.append(("host", host.decode("ascii", "replace")))
    wide = "srt" in found or any(letter in allowed for letter in "wdcax")
    severity = Severity.HIGH if wide else Severity.MEDIUM
    kept = tuple((name, said) for name, said in facts if said)
    return Verdict(Tier.PROVEN, "a signature with all its parts", kept, severity)


DETECTORS = (
    Detector(
        (STRING,), (b"AccountKey=", b"SharedAccessKey=", b";Secret=", b"accesskey=",
                    b"SharedSecretValue="),
        _strings, _GENERIC, reach=_REACH,
    ),
    Detector((SAS,), (b"sig=",), _signatures, (*_GENERIC, "SEC-URL-CREDENTIALS"), reach=2 * _REACH),
)  # fmt: skip
