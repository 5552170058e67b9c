"""A few plain detectors, so that the engine is tested apart from the product's."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Iterator
from typing import Any

from mckconsole.detect.asking import Engine
from mckconsole.detect.model import Detector, Match, Value
from mckconsole.domain.audit import Audited, Tier

TOKEN = "SEC-TEST-TOKEN"
NAMED = "SEC-TEST-NAMED"
KEY = "SEC-TEST-KEY"
DOCUMENT = "SEC-TEST-DOCUMENT"
_TOKEN = re.compile(rb"tst_[A-Za-z0-9]{20}")
_PEM = re.compile(rb"-----BEGIN PRIVATE KEY-----[^-]*-----END PRIVATE KEY-----")


def _tokens(value: Value) -> Iterator[Match]:
    for one in _TOKEN.finditer(value.data):
        yield Match(TOKEN, Tier.SHAPED, one[0], *one.span(), prefix="tst_")


def _keys(value: Value) -> Iterator[Match]:
    for one in _PEM.finditer(value.data):
        yield Match(KEY, Tier.PROVEN, b"".join(one[0].split()), *one.span())


def _named(value: Value) -> Iterator[Match]:
    if "pass" in value.key.lower() and b"\n" not in value.data and len(value.data) >= 8:
        yield Match(NAMED, Tier.NAMED, value.data, 0, len(value.data))


def _documents(value: Value) -> Iterator[Match]:
    try:
        auths = json.loads(value.data)["auths"]
    except (ValueError, TypeError, KeyError):
        return
    for host, one in auths.items():
        facts = (("host", host), ("told", one["password"]))
        yield Match(
            DOCUMENT, Tier.PROVEN, one["password"].encode(), 0, len(value.data),
            inner=f"auths['{host}'].password", facts=facts, proof=f"it is {one['password']}",
        )  # fmt: skip


DETECTORS = (
    Detector((DOCUMENT,), (b'"auths"',), _documents, overrules=(NAMED,)),
    Detector((TOKEN,), (b"tst_",), _tokens, reach=64),
    Detector((KEY,), (b"-----BEGIN",), _keys),
    Detector((NAMED,), (), _named, names=("pass",)),
)


def small(*more: Detector) -> Engine:
    """The engine with these detectors and `more`."""
    return Engine(
        (*DETECTORS, *more), lambda found: found, lambda value, _: value.data == b"changeme"
    )


def token(letter: str = "a") -> str:
    """A token that the detector finds; another letter, another token."""
    return "tst_" + (letter + "B3x")[:4] * 5


def b64(data: str | bytes) -> str:
    """Base64 as the API writes it."""
    return base64.b64encode(data.encode() if isinstance(data, str) else data).decode()


def secret(data: dict[str, str | bytes], kind: str = "Opaque", **metadata: Any) -> bytes:
    """A Secret as JSON."""
    coded = {key: b64(value) for key, value in data.items()}
    return json.dumps(
        {"kind": "Secret", "type": kind, "metadata": metadata, "data": coded}
    ).encode()


def release(**parts: Any) -> str:
    """The value of a Helm release before the API's own base64."""
    whole = {"name": "db", "info": {}, "chart": {"metadata": {}}, "config": {}, "manifest": ""}
    return b64(gzip.compress(json.dumps({**whole, **parts}).encode()))


def told(found: Audited) -> list[tuple[str, str]]:
    """(Rule, path) of what was seen."""
    return [(one.rule, one.path) for one in found.sightings]
