"""Registry credentials: `auths` of Docker's configuration, judged by the host that they open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from mckconsole.detect.facts import address
from mckconsole.detect.families.base import (
    UUID,
    Facts,
    Verdict,
    compiled,
    json_object,
    lenient_base64,
)
from mckconsole.detect.families.documents import document, mapping, string
from mckconsole.detect.families.gcp import service_account
from mckconsole.detect.families.jwt import judge_token
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.detect.names import quoted
from mckconsole.detect.placeholders import is_stand_in
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

RULE = "SEC-DOCKER-AUTH"
_INSIDE = (
    "SEC-GENERIC-SECRET", "SEC-PRIVATE-KEY", "SEC-JWT", "SEC-GCP-SERVICE-ACCOUNT-KEY",
    "SEC-AUTHORIZATION-HEADER", "SEC-URL-CREDENTIALS", "SEC-SERVICE-KEY",
)  # fmt: skip
_MAX_HOSTS = 200
_ECR = re.compile(r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_NOBODY = "00000000-0000-0000-0000-000000000000"


class _Opens(NamedTuple):
    what: str
    severity: Severity | None
    facts: Facts = ()
    canonical: bytes = b""
    """What the password is one way to write; empty: the password itself."""

    def __repr__(self) -> str:
        return f"<_Opens {self.what}>"


def opens(host: str, user: str, password: str) -> _Opens:
    """What a login at a registry is: the host and the user tell."""
    place = host.removeprefix("https://").removeprefix("http://").partition("/")[0].lower()
    if _ECR.fullmatch(place) and user == "AWS":
        return _Opens("token of Amazon ECR, 12 hours", Severity.LOW, (("account", place[:12]),))
    if place.endswith(("gcr.io", "-docker.pkg.dev")):
        return _google(user, password)
    if place.endswith(".azurecr.io"):
        if user == _NOBODY:
            return _Opens("refresh token of Azure", Severity.MEDIUM)
        if compiled(UUID).fullmatch(user.encode()):
            return _Opens("service principal of Azure", Severity.HIGH, (("client", user),))
        if user == place.partition(".")[0]:
            return _Opens("admin account of the registry", Severity.HIGH)
        return _Opens("token of the registry", None)
    return _Opens("login", None)


def _google(user: str, password: str) -> _Opens:
    if user in ("_json_key", "_json_key_base64"):
        what = "whole service account key of Google"
        key = _decoded(password) if user.endswith("64") else password.encode()
        known = service_account(json_object(key) or {}) or Verdict()
        return _Opens(what, Severity.CRITICAL, known.facts, known.canonical)
    if user in ("oauth2accesstoken", "_dcgcloud_token"):
        return _Opens("access token of Google, 1 hour", Severity.LOW)
    return _Opens("login", None)


def _decoded(text: str) -> bytes | None:
    """The bytes of base64 that may be written on several lines."""
    return lenient_base64("".join(text.split()).encode())


def _find(value: Value) -> Iterator[Match]:
    read = document(value.data, "auths")
    found, path = mapping(read or {}, "auths"), "auths"
    if not found and value.key.endswith(".dockercfg"):
        found, path = json_object(value.data) or {}, ""
    for host, entry in list(found.items())[:_MAX_HOSTS]:
        if isinstance(entry, dict) and isinstance(host, str):
            yield from _entry(host, entry, path, len(value.data))


def _entry(host: str, entry: dict[str, Any], path: str, size: int) -> Iterator[Match]:
    user, password = string(entry, "username"), string(entry, "password")
    field = "password"
    decoded = _decoded(string(entry, "auth"))
    if decoded and b":" in decoded:
        name, _, secret = decoded.decode("utf-8", "replace").partition(":")
        user, password = user or name, password or secret
        field = "password" if string(entry, "password") else "auth"
    for name in ("identitytoken", "registrytoken"):
        if not password and (said := string(entry, name)):
            password, field = said, name
    told = opens(host, user, password)
    if len(password) < 3 or (not told.canonical and is_stand_in(password.encode())):
        return
    facts = told.facts
    if judgement := judge_token(password.encode()):
        facts = (*facts, *(one for one in judgement[1].facts if one[0] in ("account", "expires")))
    inner = f"{path}[{quoted(address(host))}].{field}"
    yield Match(
        RULE, Tier.PROVEN, told.canonical or password.encode(), 0, size, inner, "", told.what,
        (("registry", host), ("user", user), *facts), told.severity,
    )  # fmt: skip


DETECTORS = (
    Detector((RULE,), (b'"auths"', b"auths:", b'"auths\\"'), _find, _INSIDE, document=True),
    Detector((RULE,), (), _find, _INSIDE, names=(".dockercfg",)),
)
