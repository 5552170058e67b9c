"""Services, what is behind them, and what leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.domain.trees import (
    at,
    labels_at,
    list_at,
    map_at,
    maps_at,
    text_at,
    texts_at,
    words_at,
)
from mckconsole.views.detail import Block, Card, Line, Span
from mckconsole.views.explain import count, remark, stated
from mckconsole.views.object_parts import Around, linked, pairs_words, value
from mckconsole.views.spec import Role

MAX_LINES = 200


def service_card(around: Around) -> Card:
    """How a service is reached, and what it selects."""
    spec = map_at(around.tree, "spec")
    type_ = text_at(spec, "type") or "ClusterIP"
    addresses = texts_at(spec, "clusterIPs") or (text_at(spec, "clusterIP"),)
    outside = [
        text_at(one, "ip") or text_at(one, "hostname")
        for one in maps_at(around.tree, "status", "loadBalancer", "ingress")
    ]
    selector = pairs_words(map_at(spec, "selector"))
    lines = [
        *value("type", type_),
        *value("addresses", ", ".join(addresses)),
        *value("outside", ", ".join([*outside, *texts_at(spec, "externalIPs")])),
        *value("is really", text_at(spec, "externalName")),
        *value("selects", selector or "nothing: its endpoints are written by others"),
        *value("traffic", _traffic(spec)),
        *value("sticky", {"ClientIP": "by client address"}.get(text_at(spec, "sessionAffinity"))),
    ]
    if type_ == "LoadBalancer" and not outside:
        lines.append(Line((stated(Role.WARN, "no address outside was given to it"),)))
    return Card("Service", tuple(lines))


def _traffic(spec: Mapping[str, object]) -> str:
    words = []
    for name, label in (("internalTrafficPolicy", "inside"), ("externalTrafficPolicy", "outside")):
        if text_at(spec, name) == "Local":
            words.append(f"{label} only to pods of the same node")
    return ", ".join(words)


def service_blocks(around: Around) -> Iterator[Block]:
    """Its ports."""
    lines = []
    for one in maps_at(around.tree, "spec", "ports"):
        port = f"{words_at(one, 'port')}/{text_at(one, 'protocol') or 'TCP'}"
        target = words_at(one, "targetPort")
        node = words_at(one, "nodePort")
        spans = (
            Span(f"{text_at(one, 'name') or '–':<16} ", Role.DIM),
            Span(port),
            Span(f" → {target}" if target else ""),
            Span(f"  on every node: {node}" if node else "", Role.DIM),
            Span(f"  {text_at(one, 'appProtocol')}", Role.DIM),
        )
        lines.append(Line(spans, indent=4))
    if lines:
        yield Block("Ports", count(len(lines), "port"), lines=tuple(lines))


def slice_blocks(around: Around) -> Iterator[Block]:
    """The endpoints of a slice."""
    lines = []
    for one in maps_at(around.tree, "endpoints"):
        ready = at(one, "conditions", "ready") is not False
        target = map_at(one, "targetRef")
        kind, name = text_at(target, "kind"), text_at(target, "name")
        role = Role.OK if ready else Role.WARN
        spans = (
            stated(role, ", ".join(texts_at(one, "addresses"))),
            Span(f"  {'ready' if ready else 'not ready'}  {kind} {name}".rstrip()),
            Span(f"  {text_at(one, 'nodeName')} {text_at(one, 'zone')}".rstrip(), Role.DIM),
        )
        where = text_at(target, "namespace") or around.facts.ref.namespace
        link = around.link("v1", kind, name, where) if kind == "Pod" and name else None
        lines.append(Line(spans, link, 4))
    note = count(len(lines), "endpoint")
    nothing = (remark("none: nothing is behind it"),)
    yield Block("Endpoints", note, lines=tuple(lines[:MAX_LINES]) or nothing)


def slice_card(around: Around) -> Card:
    """Of which service a slice is."""
    name = labels_at(around.tree, "metadata", "labels").get("kubernetes.io/service-name", "")
    ports = [
        f"{text_at(one, 'name')} {words_at(one, 'port')}/{text_at(one, 'protocol')}".strip()
        for one in maps_at(around.tree, "ports")
    ]
    lines = [
        *linked("service", name, around.link("v1", "Service", name, around.facts.ref.namespace)),
        *value("addresses", text_at(around.tree, "addressType")),
        *value("ports", ", ".join(ports)),
    ]
    return Card("EndpointSlice", tuple(lines))


def ingress_card(around: Around) -> Card:
    """Which controller serves it, and where."""
    spec = map_at(around.tree, "spec")
    name = text_at(spec, "ingressClassName")
    outside = [
        text_at(one, "ip") or text_at(one, "hostname")
        for one in maps_at(around.tree, "status", "loadBalancer", "ingress")
    ]
    link = around.link("networking.k8s.io/v1", "IngressClass", name)
    lines = [*linked("class", name, link), *value("addresses", ", ".join(outside))]
    for one in maps_at(spec, "tls"):
        secret = text_at(one, "secretName")
        target = around.link("v1", "Secret", secret, around.facts.ref.namespace)
        lines += linked("certificate", f"{secret} for {', '.join(texts_at(one, 'hosts'))}", target)
    if not outside:
        lines.append(Line((Span("no controller has given it an address", Role.DIM),)))
    return Card("Ingress", tuple(lines))


def ingress_blocks(around: Around) -> Iterator[Block]:
    """Which request goes to which service."""
    spec = map_at(around.tree, "spec")
    lines = []
    for rule in maps_at(spec, "rules"):
        for path in maps_at(rule, "http", "paths"):
            where = f"{text_at(rule, 'host') or '*'}{text_at(path, 'path')}"
            lines.append(_route(around, where, map_at(path, "backend")))
    if default := map_at(spec, "defaultBackend"):
        lines.append(_route(around, "everything else", default))
    if lines:
        yield Block("Routes", count(len(lines), "route"), lines=tuple(lines[:MAX_LINES]))


def _route(around: Around, where: str, backend: Mapping[str, object]) -> Line:
    service = map_at(backend, "service")
    name = text_at(service, "name")
    port = words_at(service, "port", "number") or text_at(service, "port", "name")
    other = text_at(backend, "resource", "name")
    spans = (Span(where), Span(" → ", Role.DIM), Span(f"{name}:{port}" if name else other))
    link = around.link("v1", "Service", name, around.facts.ref.namespace) if name else None
    return Line(spans, link, 4)


def policy_card(around: Around) -> Card:
    """Which pods a network policy is about, and how many rules it has."""
    spec = map_at(around.tree, "spec")
    labels = pairs_words(map_at(spec, "podSelector", "matchLabels"))
    lines = [
        *value("about", labels or "all pods of the namespace"),
        *value("directions", ", ".join(texts_at(spec, "policyTypes"))),
    ]
    for name in ("ingress", "egress"):
        rules = len(list_at(spec, name))
        if rules or name.capitalize() in texts_at(spec, "policyTypes"):
            lines += value(name, count(rules, "rule") if rules else "nothing is let through")
    return Card("NetworkPolicy", tuple(lines))
