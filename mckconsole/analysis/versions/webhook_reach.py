"""What a webhook is asked about of those things by which a cluster mends itself.

Source: https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/
(matching requests).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from mckconsole.domain.identity import Webhook, WebhookRule
from mckconsole.domain.upgrade import LabelSelector

_VITAL: Final = (("", "pods", True), ("", "nodes", False), ("coordination.k8s.io", "leases", True))
"""(group, resource, whether it is in a namespace)."""
_CHANGES: Final = frozenset({"*", "CREATE", "UPDATE"})
_NO_LABELS: Final[dict[str, str]] = {}


def asked_about(hook: Webhook, system: Mapping[str, str]) -> tuple[str, ...]:
    """Which of pods, nodes and leases of kube-system it is asked about when they are made or
    changed; objects without labels count.

    Args:
        system: labels of the namespace kube-system.
    """
    if not _selects(hook.object_selector, _NO_LABELS):
        return ()
    inside = _selects(hook.namespace_selector, dict(system))
    found = (what for rule in hook.rules for what in _vital(rule, inside))
    return tuple(dict.fromkeys(found))


def _selects(selector: LabelSelector | None, labels: dict[str, str]) -> bool:
    return selector is None or selector.matches(labels)


def _vital(rule: WebhookRule, inside: bool) -> Iterator[str]:
    if not _CHANGES.intersection(rule.operations):
        return
    resources = {"*" if one == "*/*" else one for one in rule.resources}
    for group, resource, namespaced in _VITAL:
        if namespaced and not inside:
            continue  # a namespaceSelector says nothing of what is in no namespace
        if rule.scope != "*" and (rule.scope == "Namespaced") != namespaced:
            continue
        if not {"*", group}.intersection(rule.api_groups):
            continue
        if {"*", resource}.intersection(resources):
            yield resource
