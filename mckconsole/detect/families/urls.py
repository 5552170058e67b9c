"""Passwords within addresses and connection strings, and in Authorization headers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import Facts, Verdict, compiled, judged, lenient_base64
from mckconsole.detect.families.jwt import judge_token
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.detect.words import is_wordy
from mckconsole.domain.audit import Tier

URL, STRING = "SEC-URL-CREDENTIALS", "SEC-CONNECTION-STRING"
HEADER = "SEC-AUTHORIZATION-HEADER"
_GENERIC = ("SEC-GENERIC-SECRET",)

_ADDRESS = (
    rb"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,30})://(?P<user>[^\s:/\"'<>{}$?#]{0,128}):"
    rb"(?P<password>[^\s/\"'<>]{3,256}?)@(?P<host>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_.,:-]{1,255})"
)
_EXAMPLE_HOSTS = re.compile(
    rb"(?:^|\.)(?:example(?:\.(?:com|org|net|invalid))?|invalid|test)(?::\d+)?$|^(?:host|hostname|"
    rb"server|your)[.:\w-]*$",
    re.IGNORECASE,
)
_TEMPLATES = re.compile(rb"[{}]|\$\(|\$[A-Za-z_]|%[({]|<|\*{3}|\[[A-Z_]+\]")
_LOGIN = 400
"""Bytes in which user and password stand, at most."""


def _addresses(value: Value) -> Iterator[Match]:
    if b"@" not in value.data:
        return
    for at in compiled(rb"://").finditer(value.data):
        if value.data.find(b"@", at.end(), at.end() + _LOGIN) < 0:
            continue
        low = max(0, at.start() - 31)
        scheme = compiled(rb"[A-Za-z][A-Za-z0-9+.-]{1,30}\Z").search(value.data, low, at.start())
        found = compiled(_ADDRESS).match(value.data, scheme.start()) if scheme else None
        if found and is_password(found["password"]) and not _EXAMPLE_HOSTS.search(found["host"]):
            user = unquote_to_bytes(found["user"]).decode("utf-8", "replace")
            facts = (
                ("scheme", found["scheme"].decode().lower()),
                ("host", found["host"].decode()),
                ("user", user),
            )
            password = unquote_to_bytes(found["password"])
            verdict = Verdict(facts=tuple(one for one in facts if one[1]), canonical=password)
            yield judged(URL, found["password"], found.start("password"), verdict)


def is_password(text: bytes) -> bool:
    """Whether what stands where a password stands is one: no template, no plain word for one."""
    if _TEMPLATES.search(text) or len(set(text)) < 3:
        return False
    return not is_wordy(unquote_to_bytes(text))


_PAIR = (
    rb"(?i)(?<![A-Za-z])(?:password|pwd)\s{0,2}=\s{0,2}"
    rb"(?:'([^'\r\n]{3,128})'|\"([^\"\r\n]{3,128})\"|([^;\s\"'&]{3,128}))"
)
_SERVER = re.compile(
    rb"(?i)(?<![A-Za-z])(?:server|data source|host|addr|address|network address|hostname|dsn|"
    rb"jdbc:[a-z0-9]+:)\s{0,2}(?:=\s{0,2})?([^;\s\"'&,]{1,200})"
)
_WHO = re.compile(rb"(?i)(?<![A-Za-z])(?:user id|uid|user|username|user name)\s{0,2}=")


def _strings(value: Value) -> Iterator[Match]:
    """One string with a server, a user and a password: what only one of a line's values has."""
    data = value.data
    servers, users = _Places(_SERVER, data), _Places(_WHO, data)
    for found in compiled(_PAIR).finditer(data):
        low, high = max(0, found.start() - 512), min(len(data), found.end() + 512)
        before = data.rfind(b"\n", low, found.start()) + 1 or low
        after = data.find(b"\n", found.end(), high)
        after = high if after < 0 else after
        server = servers.within(before, after)
        if not server or not users.within(before, after):
            continue
        given = 2 if server[0][:5].lower() == b"jdbc:" else 3
        text = found[found.lastindex or 0]
        if data.count(b"=", before, after) >= given and is_password(text):
            host = server[1].partition(b"?")[0]
            facts: Facts = (("server", host.decode("utf-8", "replace")),)
            start = found.start(found.lastindex or 0)
            yield judged(STRING, text, start, Verdict(facts=facts))


class _Places:
    """Where a pattern is in a text, looked for once and not around each of many places."""

    def __init__(self, pattern: re.Pattern[bytes], data: bytes) -> None:
        self._left = pattern.finditer(data)
        self._next = next(self._left, None)

    def within(self, start: int, end: int) -> re.Match[bytes] | None:
        """The first that begins in a stretch, none of which begins before the last one did."""
        while self._next and self._next.start() < start:
            self._next = next(self._left, None)
        return self._next if self._next and self._next.start() < end else None


_NETRC = (
    rb"(?<![A-Za-z])machine\s{1,4}(?P<server>\S{1,200})\s{1,40}login\s{1,4}(?P<user>\S{1,100})"
    rb"\s{1,40}password\s{1,4}(?P<password>\S{3,200})"
)
_PGPASS = (
    rb"(?m)^(?P<server>[^:#\s]{1,200}):(?:\d{1,5}|\*):[^:\s]{1,100}:(?P<user>[^:\s]{1,100}):"
    rb"(?P<password>[^\r\n]{3,200})$"
)


def _logins(value: Value) -> Iterator[Match]:
    """Files of clients: netrc, and PostgreSQL's with its five columns."""
    pattern = _PGPASS if "pgpass" in value.key.lower() else _NETRC
    for found in compiled(pattern).finditer(value.data):
        if is_password(found["password"]):
            said = ((name, found[name].decode("utf-8", "replace")) for name in ("server", "user"))
            start = found.start("password")
            yield judged(STRING, found["password"], start, Verdict(facts=tuple(said)))


_BASIC = rb"(?i:basic)[ \t]{1,3}([A-Za-z0-9+/]{12,400}={0,2})(?![A-Za-z0-9+/=])"
_BEARER = rb"(?i:bearer)[ \t]{1,3}([A-Za-z0-9._~+/-]{20,2000}={0,2})(?![A-Za-z0-9._~+/=-])"

_HEADER = (
    rb"(?i:authorization|x-(?:[a-z]{1,12}-){0,2}(?:api-?key|(?:api-|auth-|access-)?token)|"
    rb"(?:(?<=[\"'])|^)(?:api-?key|(?:api-|auth-|access-|private-|job-|deploy-)?token)):"
    rb"[ \t]{1,3}(?:(?i:token|api-?token|apikey|key)[ \t=]{1,3})?"
    rb"([A-Za-z0-9._~+/-]{16,400}={0,2})(?=[\"'\s\\]|$)"
)


def _headers(value: Value) -> Iterator[Match]:
    for found in compiled(_BASIC).finditer(value.data):
        decoded = lenient_base64(found[1])
        if decoded is None or b":" not in decoded or not decoded.isascii() or decoded[:1] == b"{":
            continue
        user, _, password = decoded.partition(b":")
        if len(password) >= 4 and decoded.decode().isprintable() and is_password(password):
            facts = (("user", user.decode()),)
            verdict = Verdict(Tier.SHAPED, "decodes to user and password", facts,
                              canonical=password)  # fmt: skip
            yield judged(HEADER, found[1], found.start(1), verdict)
    seen = compiled(_BEARER), compiled(_HEADER)
    for found in (one for pattern in seen for one in pattern.finditer(value.data)):
        text = found[1]
        has_digits = any(48 <= byte <= 57 for byte in text)
        if has_digits and is_random(text, 3.5) and not judge_token(text) and not is_wordy(text):
            yield judged(HEADER, text, found.start(1), Verdict())


_LOGIN_NAME = re.compile(r"(?:^|[_.-])(?:basic[_-]?)?auth(?:orization)?$", re.IGNORECASE)


def _login(value: Value) -> Iterator[Match]:
    """`_auth` of npm and its kin: user and password in base64."""
    if not 12 <= len(value.data) <= 600 or not _LOGIN_NAME.search(value.key):
        return
    text = value.data.strip(b" \t\r\n\"'")
    decoded = lenient_base64(text) if len(text) % 4 == 0 else None
    if decoded is None or not decoded.isascii() or not decoded.decode().isprintable():
        return
    user, colon, password = decoded.partition(b":")
    if colon and user and len(password) >= 4 and is_password(password):
        verdict = Verdict(Tier.SHAPED, "decodes to user and password", (("user", user.decode()),),
                          canonical=password)  # fmt: skip
        yield judged(HEADER, text, value.data.index(text), verdict)


DETECTORS = (
    Detector((HEADER,), (), _login, _GENERIC, names=("auth",)),
    Detector((URL,), (b"://",), _addresses, (*_GENERIC, STRING), reach=600),
    Detector(
        (STRING,),
        (b"assword=", b"ASSWORD=", b"wd=", b"WD=", b"assword =", b"wd ="),
        _strings,
        _GENERIC,
        reach=700,
    ),
    Detector((STRING,), (b"machine ",), _logins, _GENERIC, names=("pgpass",)),
    Detector(
        (HEADER,),
        (
            b"asic ",
            b"earer ",
            b"uthorization",
            b"oken:",
            b"OKEN:",
            b"-Key:",
            b"-key:",
            b"-KEY:",
            b"piKey:",
            b"pikey:",
        ),
        _headers,
        _GENERIC,
        reach=2200,
    ),
)
