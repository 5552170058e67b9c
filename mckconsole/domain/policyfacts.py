"""Network policies of all makers, reduced at decode to what rules ask of them.

A policy's rules are not kept: only whom it selects, which directions it closes or opens altogether,
how it names peers of other clusters, and a digest by which the same policy is known again in
another cluster. Sources: networking.k8s.io/v1 NetworkPolicySpec; Cilium pkg/policy/api and
"Policies: Layer 3" (an empty rule denies, `io.cilium.k8s.policy.cluster` names a cluster); Calico
GlobalNetworkPolicy; network-policy-api v1alpha1 and v1alpha2.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from mckconsole.domain.text import clean, shorten
from mckconsole.domain.upgrade import LabelSelector

INGRESS = "Ingress"
EGRESS = "Egress"
CLUSTER_LABEL = "io.cilium.k8s.policy.cluster"
NAMESPACE_LABEL = "io.kubernetes.pod.namespace"
_SOURCES = ("k8s:", "any:")
_MAX_CLUSTERS = 20
_EMPTY_MEANS_NOTHING = ("matchLabels", "matchExpressions", "labels", "annotations")


class PolicyFacts(msgspec.Struct, frozen=True, gc=False):
    """What a policy comes to."""

    digest: str = ""
    """Of the normalised spec, 20 hex digits; equal ones say the same. Empty: not readable."""
    pods: LabelSelector | None = None
    """The pods it selects, in the namespaces it selects; None: told by something else than labels,
    or none at all."""
    spaces: LabelSelector | None = None
    """The namespaces it selects, by labels; `io.kubernetes.pod.namespace` stands for the name. None
    where it has only its own, or where an expression tells."""
    closed: tuple[str, ...] = ()
    """Directions in which pods it selects get nothing that no policy allows."""
    opened: tuple[str, ...] = ()
    """Directions in which it allows everything."""
    clusters: tuple[str, ...] = ()
    """Clusters that its rules name by Cilium's label."""
    ambiguous: bool = False
    """A rule names peers by labels without saying of which cluster."""
    blocks: bool = False
    """A rule names peers by address ranges."""

    @property
    def every_pod(self) -> bool:
        """Whether it selects every pod of the namespaces it selects."""
        return self.pods is not None and self.pods == LabelSelector()


def digest(spec: object, *, ordered: bool) -> str:
    """Equal for specs that say the same: without order where order says nothing, without nulls."""
    canonical = json.dumps(_normal(spec, ordered), sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode("utf-8", "replace")).hexdigest()[:20]


def _normal(value: object, ordered: bool) -> object:
    if isinstance(value, Mapping):
        pairs = {str(key): _normal(item, ordered) for key, item in value.items()}
        return {
            key: item
            for key, item in pairs.items()
            if item is not None and not (key in _EMPTY_MEANS_NOTHING and not item)
        }
    if isinstance(value, list):
        items = [_normal(item, ordered) for item in value]
        return items if ordered else sorted(items, key=lambda one: json.dumps(one, sort_keys=True))
    return value


def _selector(value: object) -> LabelSelector | None:
    """A label selector; None for what is none."""
    try:
        return msgspec.convert(_plain_keys(value), LabelSelector)
    except (msgspec.ValidationError, RecursionError, TypeError):
        return None


def _plain_keys(value: object) -> object:
    """Without the source that Cilium may put before a label's key."""
    tree = _map(value)
    labels = {_bare(str(key)): item for key, item in _map(tree.get("matchLabels")).items()}
    terms = [
        {**one, "key": _bare(str(one.get("key", ""))), "values": one.get("values") or []}
        for one in _maps(tree.get("matchExpressions"))
    ]
    return {"matchLabels": labels, "matchExpressions": terms}


def _bare(key: str) -> str:
    return next((key[len(one) :] for one in _SOURCES if key.startswith(one)), key)


def kubernetes(spec: Mapping[str, Any]) -> PolicyFacts:
    """networking.k8s.io/v1: rules add up, and an empty rule allows everything."""
    written = spec.get("policyTypes")
    types = [str(one) for one in written] if isinstance(written, list) and written else [INGRESS]
    if not written and spec.get("egress"):
        types.append(EGRESS)
    rules = {INGRESS: _maps(spec.get("ingress")), EGRESS: _maps(spec.get("egress"))}
    peers = [
        peer
        for direction, key in ((INGRESS, "from"), (EGRESS, "to"))
        for rule in rules[direction]
        for peer in _maps(rule.get(key))
    ]
    closed = tuple(one for one in (INGRESS, EGRESS) if one in types)
    return PolicyFacts(
        digest({**spec, "policyTypes": sorted(closed)}, ordered=False),
        _selector(spec.get("podSelector")),
        closed=closed,
        opened=tuple(one for one in closed if any(_empty(rule) for rule in rules[one])),
        ambiguous=any("podSelector" in one or "namespaceSelector" in one for one in peers),
        blocks=any("ipBlock" in one for one in peers),
    )


def _empty(rule: Mapping[str, Any]) -> bool:
    """Whether nothing narrows a rule."""
    return not any(rule.get(key) for key in ("from", "to", "ports"))


def cilium(specs: Iterable[Mapping[str, Any]], *, clusterwide: bool) -> PolicyFacts:
    """cilium.io/v2: an empty rule allows nothing; what is selected is closed unless told not to."""
    rules = list(specs)
    closed, opened, clusters = set(), set(), set()
    ambiguous = blocks = False
    for rule in rules:
        for direction, key in ((INGRESS, "ingress"), (EGRESS, "egress")):
            if _closes(rule, key):
                closed.add(direction)
            for part in _maps(rule.get(key)):
                if "all" in _texts(part.get("fromEntities"), part.get("toEntities")):
                    opened.add(direction)
                for peer in _maps([*_list(part.get("fromEndpoints")),
                                   *_list(part.get("toEndpoints"))]):  # fmt: skip
                    named = set(_named_clusters(peer))
                    clusters |= named
                    ambiguous = ambiguous or not named
                blocks = blocks or any("CIDR" in name and part[name] for name in part)
    selector = _selector(_map(rules[0]).get("endpointSelector")) if len(rules) == 1 else None
    if rules and "endpointSelector" not in rules[0]:
        selector = None  # a policy for nodes
    pods, spaces = _split(selector) if clusterwide else (selector, None)
    return PolicyFacts(
        digest(rules, ordered=False),
        pods,
        spaces,
        tuple(sorted(closed, reverse=True)),
        tuple(sorted(opened, reverse=True)),
        tuple(sorted(clusters))[:_MAX_CLUSTERS],
        ambiguous,
        blocks,
    )


def _closes(rule: Mapping[str, Any], key: str) -> bool:
    told = _map(rule.get("enableDefaultDeny")).get(key)
    if isinstance(told, bool):
        return told
    return bool(rule.get(key)) or bool(rule.get(f"{key}Deny"))


def _split(selector: LabelSelector | None) -> tuple[LabelSelector | None, LabelSelector | None]:
    """What a selector of a cluster-wide policy says of pods, and what of their namespace."""
    if selector is None:
        return None, None
    labels, terms = selector.match_labels, selector.match_expressions
    spaces = LabelSelector(
        {key: value for key, value in labels.items() if key == NAMESPACE_LABEL},
        tuple(one for one in terms if one.key == NAMESPACE_LABEL),
    )
    pods = LabelSelector(
        {key: value for key, value in labels.items() if key != NAMESPACE_LABEL},
        tuple(one for one in terms if one.key != NAMESPACE_LABEL),
    )
    return pods, spaces


def _named_clusters(selector: Mapping[str, Any]) -> Iterator[str]:
    """Clusters that a peer is of; `*` where one is told by anything but its name."""
    for key, value in _map(selector.get("matchLabels")).items():
        if _bare(str(key)) == CLUSTER_LABEL:
            yield shorten(clean(str(value)), 100)
    for one in _maps(selector.get("matchExpressions")):
        if _bare(str(one.get("key", ""))) == CLUSTER_LABEL:
            values = _texts(one.get("values")) if one.get("operator") == "In" else ()
            yield from (shorten(clean(value), 100) for value in values or ("*",))


def admin(spec: Mapping[str, Any]) -> PolicyFacts:
    """policy.networking.k8s.io: ordered rules; one that denies everybody closes a direction."""
    subject = _map(spec.get("subject"))
    inside = _map(subject.get("pods"))
    spaces = subject.get("namespaces", inside.get("namespaceSelector"))
    closed = tuple(
        direction
        for direction, key, side in ((INGRESS, "ingress", "from"), (EGRESS, "egress", "to"))
        if any(_denies_all(rule, side) for rule in _maps(spec.get(key)))
    )
    return PolicyFacts(
        digest(spec, ordered=True),
        _selector(inside.get("podSelector")) if inside else LabelSelector(),
        _selector(spaces) if isinstance(spaces, Mapping) else None,
        closed,
        blocks=_mentions(spec, "networks"),
    )


def _denies_all(rule: Mapping[str, Any], side: str) -> bool:
    everybody = any(one.get("namespaces") == {} for one in _maps(rule.get(side)))
    return rule.get("action") == "Deny" and everybody and not rule.get("ports")


def calico(spec: Mapping[str, Any]) -> PolicyFacts:
    """Calico: what is selected is closed in the policy's types; rules are ordered."""
    types = _texts(spec.get("types"))
    if not types:
        types = (INGRESS, *((EGRESS,) if spec.get("egress") else ()))
    closed = tuple(one for one in (INGRESS, EGRESS) if one in types)
    opened = tuple(
        one for one in closed if any(_allows_all(rule) for rule in _maps(spec.get(one.lower())))
    )
    return PolicyFacts(
        digest(spec, ordered=True),
        LabelSelector() if _everything(spec.get("selector")) else None,
        LabelSelector() if _everything(spec.get("namespaceSelector")) else None,
        closed,
        opened,
        blocks=_mentions(spec, "nets"),
    )


def _everything(expression: object) -> bool:
    return expression is None or str(expression).strip() in ("", "all()", "global()")


def _allows_all(rule: Mapping[str, Any]) -> bool:
    narrowed = any(value for key, value in rule.items() if key not in ("action", "metadata"))
    return rule.get("action") == "Allow" and not narrowed


def _mentions(spec: Mapping[str, Any], key: str) -> bool:
    """Whether a peer of a rule is told by `key`."""
    for rule in _maps([*_list(spec.get("ingress")), *_list(spec.get("egress"))]):
        sides = (rule.get("source"), rule.get("destination"))
        peers = [*_maps(rule.get("from")), *_maps(rule.get("to")), *map(_map, sides)]
        if any(one.get(key) for one in peers):
            return True
    return False


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _maps(value: object) -> list[Mapping[str, Any]]:
    return [_map(one) for one in _list(value)]


def _texts(*values: object) -> tuple[str, ...]:
    return tuple(one for value in values for one in _list(value) if isinstance(one, str))
