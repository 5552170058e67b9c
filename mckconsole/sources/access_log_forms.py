"""The forms in which clouds hand out the audit log of a cluster.

- Kubernetes itself: an Event to a line, or an EventList (the webhook's form).
- EKS: CloudWatch keeps Events as messages; exports wrap them (`events[].message`,
  `logEvents[].message` beside `logGroup` `/aws/eks/NAME/cluster`).
- AKS: diagnostic settings hold the Event as text in `properties.log`, mixed with klog lines, by
  itself or in `records[]`; `resourceId` names the cluster.
- GKE: Cloud Logging's LogEntry with a `protoPayload` of its own.

Sources: docs of EKS "control plane logs", AKS "monitor the control plane", GKE "audit logging" and
Cloud Logging `LogEntry`. Reads of Secrets are data access logs on GKE, which may be off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import field

from mckconsole.domain.access_log import SecretAccess
from mckconsole.sources.access_log_events import SECRETS, read_event
from mckconsole.sources.access_log_observed import (
    NOWHERE,
    Observed,
    Place,
    agent,
    instant,
    is_own,
    name,
)

_DEPTH = 4
"""Wrappings, one in the other, that are taken off."""
_NOTHING = msgspec.Raw()
_EKS = re.compile(r"/aws/eks/([^/]+)/cluster")
_REFUSED = (7, 16)
"""Codes of gRPC: PERMISSION_DENIED and UNAUTHENTICATED."""
_RESOURCE_NAME = re.compile(r"core/v1/(?:namespaces/([^/]+)/)?secrets(?:/([^/]+))?")


class _Record(msgspec.Struct, frozen=True, rename="camel"):
    """What tells the forms apart, undecoded."""

    audit_id: msgspec.Raw = field(default=_NOTHING, name="auditID")
    proto_payload: msgspec.Raw = _NOTHING
    properties: msgspec.Raw = _NOTHING
    resource_id: msgspec.Raw = _NOTHING
    log_group: msgspec.Raw = _NOTHING
    log: msgspec.Raw = _NOTHING
    message: msgspec.Raw = _NOTHING
    items: msgspec.Raw = _NOTHING
    records: msgspec.Raw = _NOTHING
    events: msgspec.Raw = _NOTHING
    log_events: msgspec.Raw = _NOTHING


class _Authentication(msgspec.Struct, frozen=True, rename="camel"):
    principal_email: str = ""


class _Request(msgspec.Struct, frozen=True, rename="camel"):
    caller_ip: str = ""
    caller_supplied_user_agent: str = ""


class _Authorization(msgspec.Struct, frozen=True):
    granted: bool = False


class _Status(msgspec.Struct, frozen=True):
    code: int = 0


class _Payload(msgspec.Struct, frozen=True, rename="camel"):
    method_name: str = ""
    resource_name: str = ""
    authentication_info: _Authentication = _Authentication()
    request_metadata: _Request = _Request()
    authorization_info: list[_Authorization] | None = None
    status: _Status | None = None


class _Operation(msgspec.Struct, frozen=True):
    """What the entries for the begin and the end of a watch have in common."""

    id: str = ""


class _Labels(msgspec.Struct, frozen=True):
    cluster_name: str = ""
    project_id: str = ""
    location: str = ""


class _Monitored(msgspec.Struct, frozen=True):
    labels: _Labels = _Labels()


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    """A LogEntry."""

    proto_payload: _Payload
    insert_id: str = ""
    timestamp: str = ""
    operation: _Operation = _Operation()
    resource: _Monitored = _Monitored()


_RECORD = msgspec.json.Decoder(_Record)
_ENTRY = msgspec.json.Decoder(_Entry)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)
_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def read_record(raw: bytes | msgspec.Raw) -> Sequence[Observed]:
    """The events in one record of a log; none where it holds none."""
    return tuple(_read(raw, NOWHERE, _DEPTH))


def _read(raw: bytes | msgspec.Raw, place: Place, depth: int) -> Iterator[Observed]:
    try:
        record = _RECORD.decode(raw)
    except _BAD:
        return
    if record.audit_id is not _NOTHING:
        found = read_event(raw, place)
    elif record.proto_payload is not _NOTHING:
        found = _read_entry(raw)
    else:
        found = None
        if depth:
            place = _place(record) or place
            for inner in _inside(record):
                yield from _read(inner, place, depth - 1)
    if found is not None:
        yield found


def _inside(record: _Record) -> Iterator[bytes | msgspec.Raw]:
    """What a wrapping holds: more of its kind, or the text of an event."""
    for several in (record.items, record.records, record.events, record.log_events):
        if several is not _NOTHING:
            try:
                yield from _LIST.decode(several)
            except _BAD:
                continue
    if record.properties is not _NOTHING:
        yield record.properties
        yield from _unquoted(record.properties)
    for text in (record.log, record.message):
        yield from _unquoted(text)


def _unquoted(text: msgspec.Raw) -> Iterator[bytes]:
    """JSON inside of a text; another log's lines begin otherwise."""
    try:
        found = _TEXT.decode(text).lstrip() if text is not _NOTHING else ""
    except _BAD:
        return
    if found.startswith("{"):
        yield found.encode("utf-8", "replace")


def _place(record: _Record) -> Place | None:
    for raw in (record.log_group, record.resource_id):
        try:
            text = _TEXT.decode(raw) if raw is not _NOTHING else ""
        except _BAD:
            continue
        if group := _EKS.search(text):
            return Place(name(group[1]))
        if "/managedclusters/" in text.lower():
            return Place(name(text.rstrip("/").rpartition("/")[2]))
    return None


def _read_entry(raw: bytes | msgspec.Raw) -> Observed | None:
    """A LogEntry of GKE."""
    try:
        entry = _ENTRY.decode(raw)
    except _BAD:
        return None
    labels, payload = entry.resource.labels, entry.proto_payload
    place = Place(name(labels.cluster_name), name(labels.project_id), name(labels.location))
    at = instant(entry.timestamp)
    found = _RESOURCE_NAME.fullmatch(payload.resource_name)
    if found is None or f".{SECRETS}." not in payload.method_name:
        return Observed(at, place=place)
    access = _access(payload, found[1] or "", found[2] or "", at)
    return Observed(at, access, entry.operation.id or entry.insert_id, place)


def _granted(payload: _Payload) -> bool | None:
    """As `granted`, by the code of gRPC and what IAM or RBAC said."""
    code = payload.status.code if payload.status else 0
    if code in _REFUSED or not all(one.granted for one in payload.authorization_info or ()):
        return False
    return None if code else True


def _access(
    payload: _Payload, namespace: str, secret: str, at: float | None
) -> SecretAccess | None:
    """What was done to Secrets; None where it failed for another reason than a refusal."""
    allowed = _granted(payload)
    if allowed is None:
        return None
    request = payload.request_metadata
    seen = request.caller_supplied_user_agent
    return SecretAccess(
        cluster="",
        user=name(payload.authentication_info.principal_email),
        verb=name(payload.method_name.rpartition(".")[2]),
        namespace=name(namespace),
        name=name(secret),
        allowed=allowed,
        first=at or 0.0,
        last=at or 0.0,
        addresses=(name(request.caller_ip),) if request.caller_ip else (),
        agents=(agent(seen),) if seen else (),
        own=is_own(seen),
    )
