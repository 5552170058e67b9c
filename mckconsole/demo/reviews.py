"""The three self-reviews: may I, what may I, who am I. The only POSTs that are answered.

Shapes and texts: kube-apiserver v1.36.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from mckconsole.demo.access import Access, Attributes, User
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.status import bad_request, invalid_review
from mckconsole.domain.times import format_rfc3339

AUTHORIZATION = "authorization.k8s.io"
AUTHENTICATION = "authentication.k8s.io"
_ONE_OF = "exactly one of nonResourceAttributes or resourceAttributes must be specified"


def answer_review(
    want: Attributes, body: bytes, user: User, access: Access, now: float
) -> KubeObject | None:
    """The answer to a POST on a self-review, or None when it is none.

    Raises:
        ApiError: 400 or 422 for a body that is no such review.
    """
    answers = {
        (AUTHORIZATION, "selfsubjectaccessreviews"): ("SelfSubjectAccessReview", _may_i),
        (AUTHORIZATION, "selfsubjectrulesreviews"): ("SelfSubjectRulesReview", _what_may_i),
        (AUTHENTICATION, "selfsubjectreviews"): ("SelfSubjectReview", _who_am_i),
    }
    found = answers.get((want.group, want.resource))
    if found is None or want.version != "v1" or want.name:
        return None
    kind, answer = found
    spec = _spec(body, kind)
    metadata: KubeObject = {}
    if kind == "SelfSubjectReview":
        metadata["creationTimestamp"] = format_rfc3339(now)
    review = {"kind": kind, "apiVersion": f"{want.group}/v1", "metadata": metadata}
    return {**review, **answer(spec, user, access)}


def _spec(body: bytes, kind: str) -> Mapping[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        shown = body[:30].decode("utf-8", "replace")
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind}): couldn't get "
            f"version/kind; json parse error: {error} ({shown} ...)"
        ) from None
    if not isinstance(document, dict) or document.get("kind", kind) != kind:
        raise bad_request(f"the object provided is unrecognized (must be of type {kind})")
    spec = document.get("spec")
    return spec if isinstance(spec, dict) else {}


def _may_i(spec: Mapping[str, Any], user: User, access: Access) -> KubeObject:
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and path is None:
        want = Attributes(
            verb=resource.get("verb", ""),
            path="",
            is_resource=True,
            group=resource.get("group", ""),
            version=resource.get("version", ""),
            resource=resource.get("resource", ""),
            subresource=resource.get("subresource", ""),
            namespace=resource.get("namespace", ""),
            name=resource.get("name", ""),
        )
    elif path is not None and resource is None:
        want = Attributes(verb=path.get("verb", ""), path=path.get("path", ""))
    else:
        raise invalid_review(AUTHORIZATION, "spec.resourceAttributes", _ONE_OF)
    return {"spec": dict(spec), "status": {"allowed": access.allowed(user, want)}}


def _what_may_i(spec: Mapping[str, Any], user: User, access: Access) -> KubeObject:
    namespace = spec.get("namespace", "")
    if not namespace:
        raise bad_request("no namespace on request")
    resources: list[KubeObject] = []
    paths: list[KubeObject] = []
    for rule in access.rules_of(user):
        if rule.paths:
            paths.append({"verbs": list(rule.verbs), "nonResourceURLs": list(rule.paths)})
        if rule.resources and ("*" in rule.namespaces or namespace in rule.namespaces):
            entry: KubeObject = {
                "verbs": list(rule.verbs),
                "apiGroups": list(rule.groups),
                "resources": list(rule.resources),
            }
            if rule.names:
                entry["resourceNames"] = list(rule.names)
            resources.append(entry)
    status: KubeObject = {"resourceRules": resources, "nonResourceRules": paths}
    status["incomplete"] = bool(access.incomplete_rules)
    if access.incomplete_rules:
        status["evaluationError"] = access.incomplete_rules
    return {"spec": {}, "status": status}


def _who_am_i(spec: Mapping[str, Any], user: User, access: Access) -> KubeObject:
    info: KubeObject = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return {"status": {"userInfo": info}}
