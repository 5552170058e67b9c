"""One event of the Kubernetes audit log (`audit.k8s.io/v1`).

Of a request there is one event for each stage that the server's policy logs; the last one says how
it ended. Only the fields below are decoded: `requestObject` and `responseObject` may hold a Secret.
Source: kubernetes.io, reference of `audit.k8s.io/v1` and "Auditing".
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import field

from mckconsole.domain.access_log import SecretAccess
from mckconsole.sources.access_log_observed import (
    NOWHERE,
    Observed,
    Place,
    agent,
    instant,
    is_own,
    name,
)

SECRETS: Final = "secrets"
_RECEIVED = "RequestReceived"
_REFUSED = (401, 403)
_ACCOUNT = "system:serviceaccount:"


class _Extra(msgspec.Struct, frozen=True):
    pod: list[str] | None = field(default=None, name="authentication.kubernetes.io/pod-name")


class _User(msgspec.Struct, frozen=True):
    username: str = ""
    extra: _Extra | None = None


class _ObjectRef(msgspec.Struct, frozen=True, rename="camel"):
    resource: str = ""
    namespace: str = ""
    name: str = ""
    api_group: str = ""


class _Status(msgspec.Struct, frozen=True):
    code: int = 0


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    audit_id: str = field(name="auditID")
    stage: str = ""
    verb: str = ""
    user: _User = _User()
    impersonated_user: _User | None = None
    source_ips: list[str] | None = field(default=None, name="sourceIPs")
    user_agent: str = ""
    object_ref: _ObjectRef | None = None
    response_status: _Status | None = None
    request_received_timestamp: str = ""
    stage_timestamp: str = ""


_DECODER = msgspec.json.Decoder(_Event)


def granted(code: int) -> bool | None:
    """Whether an HTTP status says that the request was answered, or (False) refused; None for what
    failed otherwise: where there is no such Secret nothing was shown, and nobody was refused."""
    if 200 <= code < 300:
        return True
    return False if code in _REFUSED else None


def read_event(raw: bytes | msgspec.Raw, place: Place = NOWHERE) -> Observed | None:
    """What the event says; None for what is no event of the audit log."""
    try:
        event = _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    at = instant(event.request_received_timestamp) or instant(event.stage_timestamp)
    ref = event.object_ref
    # What was only received says nothing of what was answered, which another event does: that of
    # the request's end, or for a watch that of its start.
    if ref is None or ref.resource != SECRETS or ref.api_group or event.stage == _RECEIVED:
        return Observed(at, place=place)
    return Observed(at, _access(event, ref, at), event.audit_id, place)


def _access(event: _Event, ref: _ObjectRef, at: float | None) -> SecretAccess | None:
    """What was done to Secrets; None where it failed for another reason than a refusal."""
    acting = event.impersonated_user or event.user
    allowed = granted(event.response_status.code if event.response_status else 0)
    if allowed is None:
        return None
    addresses = event.source_ips or []
    return SecretAccess(
        cluster="",
        user=name(acting.username),
        verb=name(event.verb),
        namespace=name(ref.namespace),
        name=name(ref.name),
        allowed=allowed,
        first=at or 0.0,
        last=at or 0.0,
        # Proxies may write what they like before the last one.
        addresses=(name(addresses[-1]),) if addresses else (),
        agents=(agent(event.user_agent),) if event.user_agent else (),
        pod=_pod(event.user),
        impersonated_by=name(event.user.username) if event.impersonated_user else "",
        own=is_own(event.user_agent),
    )


def _pod(user: _User) -> str:
    """The pod that a service account's token was bound to, which is of its namespace."""
    pods = user.extra.pod if user.extra else None
    if not pods or not user.username.startswith(_ACCOUNT):
        return ""
    namespace = user.username.removeprefix(_ACCOUNT).partition(":")[0]
    return name(f"{namespace}/{pods[0]}")
