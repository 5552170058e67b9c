"""Whether a rule allows a request, exactly as the API server's RBAC authorizer has it.

A `*` stands alone: as a verb, an API group, or a resource, where it takes in all subresources.
`*/scale` is that subresource of any resource. `pods` is not `pods/exec`, and `pods/*`, `get*` or
`prod-*` match nothing but those very words. Source: pkg/apis/rbac/v1/evaluation_helpers.go.
"""

from __future__ import annotations

from typing import NamedTuple

from mckconsole.analysis.rbac.model import Need, Resource, resource_text
from mckconsole.domain.rbac import PolicyRule

_NAMELESS = frozenset({"create", "deletecollection"})


class Hit(NamedTuple):
    """What of a need one rule of a role allows."""

    position: int
    rule: PolicyRule
    verbs: tuple[str, ...]
    resources: tuple[str, ...]


def hits(rules: tuple[PolicyRule, ...], need: Need) -> tuple[Hit, ...]:
    """The rules that allow any of the need, on whichever objects; `Need.name` is not looked at."""
    found = []
    for position, rule in enumerate(rules):
        verbs = need.verbs if "*" in rule.verbs else need.verbs.intersection(rule.verbs)
        if not verbs:
            continue
        pairs = [
            (verb, resource_text(resource))
            for resource in need.resources
            if _resource_matches(rule, resource)
            for verb in verbs
            if not rule.resource_names or _may_name(verb, resource)
        ]
        if pairs:
            allowed = (tuple(sorted(set(column))) for column in zip(*pairs, strict=True))
            found.append(Hit(position, rule, *allowed))
    return tuple(found)


def _resource_matches(rule: PolicyRule, wanted: Resource) -> bool:
    group, path = wanted
    if "*" not in rule.api_groups and group not in rule.api_groups:
        return False
    if "*" in rule.resources or path in rule.resources:
        return True
    _, slash, sub = path.partition("/")
    return bool(slash) and f"*/{sub}" in rule.resources


def _may_name(verb: str, resource: Resource) -> bool:
    """Whether a request can name its object, without which `resourceNames` never match.

    The object of a creation has no name yet when it is judged, and a deletion of many never has
    one. A list or a watch names one by the field selector `metadata.name=`.
    """
    return verb not in _NAMELESS or "/" in resource[1]
