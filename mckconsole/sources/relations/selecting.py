"""Which pods an object selects: its selector as a query takes it, and whether it matches labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.domain.trees import at, list_at, map_at, maps_at, text_at, texts_at


def selector_of(document: object, kind: str) -> str | None:
    """The selector of pods that an object has, as a query takes it: None selects nothing, the
    empty one everything."""
    spec = map_at(document, "spec")
    if kind in ("Service", "ReplicationController"):
        pairs = [f"{key}={value}" for key, value in _pairs(map_at(spec, "selector"))]
        return ",".join(pairs) or None
    held = at(spec, "podSelector" if kind == "NetworkPolicy" else "selector")
    if not isinstance(held, Mapping):
        return None
    terms = [f"{key}={value}" for key, value in _pairs(map_at(held, "matchLabels"))]
    for one in maps_at(held, "matchExpressions"):
        terms.append(_term(text_at(one, "key"), text_at(one, "operator"), texts_at(one, "values")))
    return ",".join(terms)


def _term(key: str, operator: str, values: tuple[str, ...]) -> str:
    match operator:
        case "In" | "NotIn":
            return f"{key} {operator.lower()} ({','.join(values)})"
        case "DoesNotExist":
            return f"!{key}"
    return key


def selects(document: object, kind: str, labels: Mapping[str, str]) -> bool:
    """Whether the selector that an object has matches pods with these labels."""
    spec = map_at(document, "spec")
    if kind == "Service":
        wanted = dict(_pairs(map_at(spec, "selector")))
        return bool(wanted) and wanted.items() <= labels.items()
    part = "podSelector" if kind == "NetworkPolicy" else "selector"
    held = at(spec, part)
    if not isinstance(held, Mapping):
        return False
    if not dict(_pairs(map_at(held, "matchLabels"))).items() <= labels.items():
        return False
    return all(_matches(one, labels) for one in maps_at(held, "matchExpressions"))


def _matches(term: Mapping[str, object], labels: Mapping[str, str]) -> bool:
    value, values = labels.get(text_at(term, "key")), list_at(term, "values")
    match text_at(term, "operator"):
        case "In":
            return value in values if value is not None else False
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return False


def _pairs(held: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    return ((key, value) for key, value in held.items() if isinstance(value, str))
