"""JSON Web Tokens, and those among them that Kubernetes signs for its service accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from mckconsole.detect.families.base import Verdict, begun_by, json_object, judged, lenient_base64
from mckconsole.detect.families.expiry import from_epoch
from mckconsole.detect.model import Detector, Match, Value, Where
from mckconsole.domain.audit import Tier
from mckconsole.domain.findings import Severity

JWT, ACCOUNT = "SEC-JWT", "SEC-K8S-SERVICE-ACCOUNT-TOKEN"
_MARK = b"eyJ"
_REST = (
    rb"[A-Za-z0-9_-]{12,2000}+\.eyJ[A-Za-z0-9_-]{4,16000}+\."
    rb"[A-Za-z0-9_-]{20,2000}+(?![A-Za-z0-9_-])"
)
_NEVER = "never"
_ISSUER, _SUBJECT = "system:serviceaccount:", "kubernetes.io/serviceaccount"
_MAX = 500


def read_token(text: bytes) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """Header and payload of a signed token; None for what is none."""
    head, _, rest = text.partition(b".")
    header = json_object(lenient_base64(head))
    if not header or not isinstance(header.get("alg"), str) or header["alg"].lower() == "none":
        return None
    payload = json_object(lenient_base64(rest.partition(b".")[0]))
    return (header, payload) if payload is not None else None


def judge_token(text: bytes) -> tuple[str, Verdict] | None:
    """The rule that a token falls under, and what it says of itself."""
    read = read_token(text)
    if read is None:
        return None
    payload = read[1]
    subject = str(payload.get("sub") or "")
    ends = from_epoch(payload.get("exp"))
    facts = [
        ("issuer", payload.get("iss")),
        ("subject", subject),
        ("audience", _joined(payload.get("aud"))),
        ("expires", ends or _NEVER),
    ]
    if subject.startswith(_ISSUER) or f"{_SUBJECT}/namespace" in payload:
        account = subject.removeprefix(_ISSUER).replace(":", "/", 1)
        verdict = Verdict(
            Tier.PROVEN,
            "decodes to a service account's token",
            _facts([("account", account), *facts]),
            Severity.MEDIUM if ends else None,
        )
        return ACCOUNT, verdict
    kind = payload.get("role")  # Supabase: whether it passes over row level security
    facts.append(("role", kind if isinstance(kind, str) else ""))
    public = kind == "anon" and payload.get("iss") == "supabase"
    severity = Severity.INFO if public else None
    return JWT, Verdict(Tier.SHAPED, "decodes to a signed token", _facts(facts), severity)


def _joined(audience: object) -> str:
    if isinstance(audience, list):
        return ", ".join(str(one) for one in audience[:8])
    return audience if isinstance(audience, str) else ""


def _facts(facts: list[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, said) for name, said in facts if isinstance(said, str) and said)


def _find(value: Value) -> Iterator[Match]:
    for count, found in enumerate(begun_by(_MARK, _REST, value.data, rb"[A-Za-z0-9_.-]")):
        if count == _MAX:
            return
        judgement = judge_token(found[0])
        if judgement:
            rule, verdict = judgement
            match = judged(rule, found[0], found.start(), verdict)
            yield _home(match, value) if rule == ACCOUNT else match


def _home(match: Match, value: Value) -> Match:
    """A token in a Secret that is made for it is where it belongs."""
    at_home = (
        value.where is Where.SECRET
        and value.secret_type == "kubernetes.io/service-account-token"  # noqa: S105 - a type
        and value.top == "token"
    )
    return replace(match, expected=True) if at_home else match


DETECTOR = Detector(
    (JWT, ACCOUNT),
    (_MARK,),
    _find,
    ("SEC-GENERIC-SECRET", "SEC-AUTHORIZATION-HEADER", "SEC-URL-CREDENTIALS", "SEC-SERVICE-KEY"),
)
