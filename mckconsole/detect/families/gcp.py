"""Google Cloud: JSON credentials, and tokens without a mark that words begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mckconsole.detect.entropy import is_random
from mckconsole.detect.families.base import (
    Facts,
    Verdict,
    begun_by,
    json_object,
    judged,
)
from mckconsole.detect.families.documents import string
from mckconsole.detect.families.pem import read_key
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Tier

KEY, USER = "SEC-GCP-SERVICE-ACCOUNT-KEY", "SEC-GCP-USER-CREDENTIALS"
OVERRULED = ("SEC-PRIVATE-KEY", "SEC-GENERIC-SECRET", "SEC-GCP-REFRESH-TOKEN",
             "SEC-GCP-OAUTH-SECRET")  # fmt: skip

_KEY_ID = re.compile(r"[0-9a-f]{40}")
_MAIL = re.compile(r"[^@\s]{1,128}@[^@\s]{1,253}gserviceaccount\.com")


def service_account(read: dict[str, Any]) -> Verdict | None:
    """What the JSON of a service account says; None where its key or its name is none. It is its
    private key, which may lie elsewhere without the rest."""
    number, mail = string(read, "private_key_id"), string(read, "client_email")
    if not _KEY_ID.fullmatch(number) or not _MAIL.fullmatch(mail):
        return None
    key = read_key(string(read, "private_key").encode())
    if key is None:
        return None
    facts: list[tuple[str, str]] = [("account", mail), ("key id", number)]
    if project := string(read, "project_id"):
        facts.append(("project", project))
    proof = "JSON of type service_account, the key parses"
    return Verdict(Tier.PROVEN, proof, tuple(facts), canonical=key.canonical)


def _user(read: dict[str, Any]) -> Verdict | None:
    token = string(read, "refresh_token")
    if len(token) < 20 or not is_random(token.encode(), 3.0):
        return None
    facts: Facts = ()
    if client := string(read, "client_id"):
        facts = (("client", client),)
    return Verdict(
        Tier.PROVEN, "JSON of type authorized_user with a refresh token", facts,
        canonical=token.encode(),
    )  # fmt: skip


def _find(value: Value) -> Iterator[Match]:
    data = value.data
    read = json_object(data)
    inner = ""
    if read and string(read, "type") == "impersonated_service_account":
        source = read.get("source_credentials")
        read, inner = (source, "source_credentials.") if isinstance(source, dict) else (None, "")
    if not read:
        return
    kind = string(read, "type")
    if kind == "service_account" and (verdict := service_account(read)):
        yield _whole(KEY, data, verdict, f"{inner}private_key")
    elif kind == "authorized_user" and (verdict := _user(read)):
        yield _whole(USER, data, verdict, f"{inner}refresh_token")


def _whole(rule: str, data: bytes, verdict: Verdict, inner: str) -> Match:
    return Match(
        rule, verdict.tier, verdict.canonical, 0, len(data), inner, "", verdict.proof,
        verdict.facts,
    )  # fmt: skip


def _refresh(value: Value) -> Iterator[Match]:
    rest = rb"[A-Za-z0-9_-]{40,200}+"
    for found in begun_by(b"1//0", rest, value.data, rb"[A-Za-z0-9_/.-]"):
        if is_random(found[0], 3.5):
            yield judged("SEC-GCP-REFRESH-TOKEN", found[0], found.start(), Verdict(), "1//0")


def _messaging(value: Value) -> Iterator[Match]:
    rest = rb"[A-Za-z0-9_-]{7}:[A-Za-z0-9_-]{140}+(?![A-Za-z0-9_-])"
    for found in begun_by(b"AAAA", rest, value.data, rb"[A-Za-z0-9_+/-]"):
        if is_random(found[0][12:], 4.0):
            yield judged("SEC-GCP-FCM-KEY", found[0], found.start(), Verdict(), "AAAA")


DETECTORS = (
    Detector(
        (KEY, USER), (b"service_account", b"authorized_user"), _find, OVERRULED, document=True
    ),
    Detector(("SEC-GCP-REFRESH-TOKEN",), (b"1//0",), _refresh, ("SEC-GENERIC-SECRET",)),
    Detector(("SEC-GCP-FCM-KEY",), (b":APA91b",), _messaging, ("SEC-GENERIC-SECRET",)),
)
