"""Passwords on command lines and in SQL, as probes, hooks and init scripts have them."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.detect.families.base import Verdict, compiled, judged
from mckconsole.detect.families.urls import is_password
from mckconsole.detect.model import Detector, Match, Value

COMMAND, SQL = "SEC-COMMAND-PASSWORD", "SEC-SQL-PASSWORD"
_GENERIC = ("SEC-GENERIC-SECRET",)

_USER = (
    rb"(?:^|[\s\"'=(;|&])(?:curl|wget)\b[^\r\n|;]{0,200}?(?:\s|[\"'],[ ]?[\"'])(?:-u|--user)"
    rb"(?:[ =]{0,4}|[\"'],[ ]?[\"'])"
)
_LOGIN = (
    rb"\"(?P<a>[^\":\r\n]{0,80}):(?P<b>[^\"\r\n]{3,120})\"|'(?P<c>[^':\r\n]{0,80}):(?P<d>[^'\r\n]{3,120})'"
    rb"|(?P<e>[^\s\"':]{1,80}):['\"]?(?P<f>[^\s\"']{3,120})"
)


def _command(value: Value) -> Iterator[Match]:
    data = value.data
    for flag in compiled(_USER).finditer(data):
        found = compiled(_LOGIN).match(data, flag.end())
        if not found:
            continue
        name = found.lastgroup or "f"
        user = found["abcdef"["abcdef".index(name) - 1]]
        if is_password(found[name]) and len(found[name]) >= 5:
            facts = (("user", user.decode("utf-8", "replace")),) if user else ()
            yield judged(COMMAND, found[name], found.start(name), Verdict(facts=facts))


_STATEMENT = (
    rb"(?i)\b(?:identified(?:\s{1,4}with\s{1,4}[\w'\"]{1,40})?\s{1,4}(?:by|as)(?:\s{1,4}password)?|"
    rb"(?:create|alter)\s{1,4}(?:user|role|login)\s{1,4}[^\r\n;]{1,120}?\bpassword)"
    rb"\s{0,4}=?\s{0,4}(?:n?'([^'\r\n]{4,120})'|\"([^\"\r\n]{4,120})\")"
)


def _sql(value: Value) -> Iterator[Match]:
    for found in compiled(_STATEMENT).finditer(value.data):
        text = found[found.lastindex or 0]
        if is_password(text) and not text.startswith((b"SCRAM-SHA-256$", b"md5")):
            yield judged(SQL, text, found.start(found.lastindex or 0), Verdict())


DETECTORS = (
    Detector((COMMAND,), (b"curl", b"wget"), _command, _GENERIC, reach=700),
    Detector(
        (SQL,), (b"dentified ", b"DENTIFIED ", b" password '", b"PASSWORD", b"password="),
        _sql, _GENERIC, reach=300,
    ),
)  # fmt: skip
