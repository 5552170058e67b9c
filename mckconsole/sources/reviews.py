"""Ask the API server about ourselves: who are we, what may we read.

These three reviews are the only requests that are not GETs; they create nothing and answer about
the caller alone. A review that errs on the server's side is unknown, not "no".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from mckconsole.domain.text import clean
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import ProtocolTrouble
from mckconsole.sources.guard import SelfReview


@dataclass(frozen=True, slots=True)
class Access:
    """The answer to "may I …?"."""

    allowed: bool
    reason: str
    """What the authorizer said, often empty."""
    error: str = ""
    """Set when the authorizer could not evaluate everything: `allowed=False` is then unknown."""


class Rule(msgspec.Struct, frozen=True, rename="camel"):
    """One rule that applies to us (`rbac/v1` semantics, `*` means all)."""

    verbs: tuple[str, ...] = ()
    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """What we may do in one namespace."""

    rules: tuple[Rule, ...]
    incomplete: bool
    """A webhook or cloud authorizer could not list its rules: what is not here is unknown."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who the API server thinks we are."""

    username: str
    groups: tuple[str, ...]


async def review_access(
    client: ClusterClient,
    verb: str,
    resource: str,
    *,
    group: str = "",
    namespace: str = "",
    name: str = "",
) -> Access:
    """Whether we may `verb` (get, list, watch …) `resource`; no namespace means in all of them.

    `name` asks about one object, as the API server judges a list with a `metadata.name` selector:
    a role may grant just that by `resourceNames`.

    Raises:
        SourceError: no answer, or the review itself is refused.
    """
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace}
    if name:
        attributes["name"] = name
    body = _body("authorization.k8s.io", "SelfSubjectAccessReview", resourceAttributes=attributes)
    return await _ask_access(client, body)


async def review_path(client: ClusterClient, path: str) -> Access:
    """Whether we may get `path`, which is no resource of the API; raises like the above."""
    attributes = {"verb": "get", "path": path}
    body = _body(
        "authorization.k8s.io", "SelfSubjectAccessReview", nonResourceAttributes=attributes
    )
    return await _ask_access(client, body)


async def review_rules(client: ClusterClient, namespace: str) -> Rules:
    """Everything we may do in `namespace` (`kubectl auth can-i --list`); raises like the above."""
    body = _body("authorization.k8s.io", "SelfSubjectRulesReview", namespace=namespace)
    reply = await client.review(SelfReview.RULES, body)
    status = _decode(reply.body, _RulesReview).status
    return Rules(
        tuple(status.resource_rules or ()), status.incomplete, clean(status.evaluation_error)
    )


async def review_subject(client: ClusterClient) -> Subject:
    """Who we are (`kubectl auth whoami`); NotServed before Kubernetes 1.28."""
    reply = await client.review(
        SelfReview.SUBJECT, _body("authentication.k8s.io", "SelfSubjectReview")
    )
    user = _decode(reply.body, _SubjectReview).status.user_info
    return Subject(clean(user.username), tuple(clean(group) for group in user.groups or ()))


async def _ask_access(client: ClusterClient, body: bytes) -> Access:
    reply = await client.review(SelfReview.ACCESS, body)
    status = _decode(reply.body, _AccessReview).status
    return Access(status.allowed, clean(status.reason), clean(status.evaluation_error))


class _AccessStatus(msgspec.Struct, rename="camel"):
    allowed: bool = False
    reason: str = ""
    evaluation_error: str = ""


class _AccessReview(msgspec.Struct):
    status: _AccessStatus


class _RulesStatus(msgspec.Struct, rename="camel"):
    resource_rules: list[Rule] | None = None
    incomplete: bool = False
    evaluation_error: str = ""


class _RulesReview(msgspec.Struct):
    status: _RulesStatus


class _User(msgspec.Struct):
    username: str = ""
    groups: list[str] | None = None


class _SubjectStatus(msgspec.Struct, rename="camel"):
    user_info: _User


class _SubjectReview(msgspec.Struct):
    status: _SubjectStatus


def _body(group: str, kind: str, **spec: object) -> bytes:
    return msgspec.json.encode({"apiVersion": f"{group}/v1", "kind": kind, "spec": spec})


D = TypeVar("D", bound=msgspec.Struct)


def _decode(body: bytes, kind: type[D]) -> D:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ProtocolTrouble(
            "a self-review was answered with an unexpected document",
            hint="what this user may read is unknown",
        ) from None
