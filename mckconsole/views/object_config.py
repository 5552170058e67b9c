"""Configuration and rights: which keys there are, who may do what. Values of Secrets never come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.domain.text import shorten
from mckconsole.domain.trees import at, map_at, maps_at, text_at, texts_at, words_at
from mckconsole.views.detail import Block, Card, Line, Span
from mckconsole.views.explain import count, fact, remark
from mckconsole.views.object_parts import WIDTH, Around, linked, pairs_words, value
from mckconsole.views.spec import Role

MAX_KEYS = 100
_FIRST = 100
"""Characters of a value's first line."""


def config_blocks(around: Around) -> Iterator[Block]:
    """The keys of a ConfigMap and how their values begin."""
    lines = []
    for part in ("data", "binaryData"):
        held = map_at(around.tree, part)
        for key in list(held)[:MAX_KEYS]:
            text = words_at(held, key)
            first, _, rest = text.strip().partition("\n")
            more = f"  … {count(rest.count(chr(10)) + 1, 'more line')}" if rest else ""
            spans = (
                Span(f"{key} = ", Role.DIM),
                Span(shorten(first, _FIRST)),
                Span(more, Role.DIM),
            )
            lines.append(Line(spans, indent=4))
    nothing = (remark("it holds nothing"),)
    yield Block("Data", count(len(lines), "key"), lines=tuple(lines) or nothing)


def secret_blocks(around: Around) -> Iterator[Block]:
    """The keys of a Secret, as far as its metadata tells of them."""
    keys: dict[str, None] = {}
    for one in around.facts.managers:
        for path in one.paths:
            if path.startswith(("data.", "data[", "stringData")):
                keys.setdefault(path)
    words = "its values are never asked for; what is told of its keys is told by its managedFields"
    lines = (remark(words), *(Line((Span(key),), indent=4) for key in list(keys)[:MAX_KEYS]))
    yield Block("Data", count(len(keys), "key") if keys else "", lines=lines)


def account_card(around: Around) -> Card:
    """Which Secrets an account holds, and whether pods get its token by themselves."""
    tree, namespace = around.tree, around.facts.ref.namespace
    lines = []
    if at(tree, "automountServiceAccountToken") is False:
        lines.append(fact("token", "is not mounted unless a pod asks for it", width=WIDTH))
    for label, part in (("secret", "secrets"), ("pulls with", "imagePullSecrets")):
        for one in maps_at(tree, part):
            name = text_at(one, "name")
            lines += linked(label, name, around.link("v1", "Secret", name, namespace))
    return Card("ServiceAccount", tuple(lines) or (remark("it holds no Secrets"),))


def role_blocks(around: Around) -> Iterator[Block]:
    """What a role allows."""
    lines = []
    for rule in maps_at(around.tree, "rules"):
        groups = [group or "core" for group in texts_at(rule, "apiGroups")]
        what = texts_at(rule, "resources") or texts_at(rule, "nonResourceURLs")
        only = texts_at(rule, "resourceNames")
        spans = (
            Span(", ".join(texts_at(rule, "verbs"))),
            Span("  on ", Role.DIM),
            Span(", ".join(what)),
            Span(f"  of {', '.join(groups)}" if groups else "", Role.DIM),
            Span(f"  named {', '.join(only)}" if only else ""),
        )
        lines.append(Line(spans, indent=4))
    nothing = (remark("it allows nothing"),)
    yield Block("Allows", count(len(lines), "rule"), lines=tuple(lines[:200]) or nothing)


def binding_blocks(around: Around) -> Iterator[Block]:
    """Which role is given to whom."""
    tree, namespace = around.tree, around.facts.ref.namespace
    role = map_at(tree, "roleRef")
    kind, name = text_at(role, "kind"), text_at(role, "name")
    api = "rbac.authorization.k8s.io/v1"
    link = around.link(api, kind, name, namespace if kind == "Role" else "")
    lines = [*linked("grants", f"{kind} {name}", link)]
    lines += (_subject(around, one) for one in maps_at(tree, "subjects"))
    yield Block("Binding", lines=tuple(lines))


def _subject(around: Around, one: Mapping[str, object]) -> Line:
    kind, name = text_at(one, "kind"), text_at(one, "name")
    if kind != "ServiceAccount":
        return fact("to", f"{kind} {name}", width=WIDTH)
    where = text_at(one, "namespace") or around.facts.ref.namespace
    link = around.link("v1", kind, name, where)
    return fact("to", f"{kind} {where}/{name}", width=WIDTH, target=link)


def definition_card(around: Around) -> Card:
    """What kind a CustomResourceDefinition defines."""
    spec = map_at(around.tree, "spec")
    versions = [
        text_at(one, "name") + (" (stored)" if at(one, "storage") is True else "")
        for one in maps_at(spec, "versions")
        if at(one, "served") is True
    ]
    lines = [
        *value("kind", text_at(spec, "names", "kind")),
        *value("group", text_at(spec, "group")),
        *value("scope", text_at(spec, "scope")),
        *value("versions", ", ".join(versions)),
        *value("stored in", ", ".join(texts_at(around.tree, "status", "storedVersions"))),
        *value("short", ", ".join(texts_at(spec, "names", "shortNames"))),
    ]
    return Card("Definition", tuple(lines))


def namespace_card(around: Around) -> Card:
    """How a namespace stands."""
    levels = {
        key.rpartition("/")[2]: held
        for key, held in map_at(around.tree, "metadata", "labels").items()
        if key.startswith("pod-security.kubernetes.io/")
    }
    lines = [
        *value("phase", text_at(around.tree, "status", "phase")),
        *value("pods may", pairs_words(levels)),
    ]
    return Card("Namespace", tuple(lines))
