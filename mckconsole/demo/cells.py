"""What cells of Tables are made of, as kube-apiserver prints it: values on paths, ages, selectors.

Source: k8s.io/kubernetes pkg/printers/internalversion, read off v1.36.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from mckconsole.demo.objects import KubeObject
from mckconsole.domain.times import parse_rfc3339

CellOf: TypeAlias = Callable[[KubeObject], object]
NONE, UNSET, UNKNOWN = "<none>", "<unset>", "<unknown>"
_SHOWN = 3
"""Entries of a long list that are named."""


class TableColumn(NamedTuple):
    """One column: its definition and how to fill it."""

    name: str
    cell: CellOf
    type: str = "string"
    priority: int = 0


def at(value: Any, *path: str) -> Any:
    """What is at a path; None where it ends before."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def text(*path: str, missing: str = NONE) -> CellOf:
    """The text at a path."""
    return lambda obj: at(obj, *path) or missing


def number(*path: str, missing: int = 0) -> CellOf:
    """The number at a path."""

    def find(obj: KubeObject) -> object:
        found = at(obj, *path)
        return missing if found is None else found

    return find


def flag(*path: str, missing: bool = False) -> CellOf:
    """The truth value at a path."""
    return lambda obj: missing if (found := at(obj, *path)) is None else bool(found)


def count(*paths: str) -> CellOf:
    """How many entries there are at the top-level fields."""
    return lambda obj: sum(len(at(obj, path) or ()) for path in paths)


@dataclass(frozen=True, slots=True)
class Since:
    """How long ago something was, as it is printed at a moment."""

    now: float
    """Unix seconds."""

    def __call__(self, stamp: str | None) -> str:
        """Of a timestamp; `<unknown>` for none."""
        moment = parse_rfc3339(stamp or "")
        return UNKNOWN if moment is None else self.ago(moment)

    def ago(self, moment: float) -> str:
        """Of a time, Unix seconds."""
        return duration(self.now - moment)


def duration(elapsed: float) -> str:
    """Seconds as kubectl shows them: at most two units, the smaller one only while it matters."""
    seconds = max(int(elapsed), 0)
    if seconds < 120:
        return f"{seconds}s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 10 and seconds % 60:
        return f"{minutes}m{seconds % 60}s"
    if hours < 3:
        return f"{minutes}m"
    if hours < 8 and minutes % 60:
        return f"{hours}h{minutes % 60}m"
    if hours < 48:
        return f"{hours}h"
    if days < 8 and hours % 24:
        return f"{days}d{hours % 24}h"
    if days < 365 * 2:
        return f"{days}d"
    years, rest = divmod(days, 365)
    return f"{years}y{rest}d" if years < 8 and rest else f"{years}y"


def labels(values: Mapping[str, str] | None) -> str:
    """A set of labels."""
    return ",".join(sorted(f"{key}={value}" for key, value in values.items())) if values else NONE


def selector(found: Mapping[str, Any] | None) -> str:
    """A label selector."""
    terms = dict((found or {}).get("matchLabels") or {})
    parts = [(key, f"{key}={value}") for key, value in terms.items()]
    for one in (found or {}).get("matchExpressions") or ():
        parts.append((one["key"], _expression(one)))
    parts.sort(key=lambda part: part[0])
    return ",".join(term for _, term in parts) or NONE


def _expression(one: Mapping[str, Any]) -> str:
    key, operator = one["key"], one["operator"]
    if operator == "Exists":
        return str(key)
    if operator == "DoesNotExist":
        return f"!{key}"
    words = {"In": "in", "NotIn": "notin"}[operator]
    return f"{key} {words} ({','.join(sorted(one.get('values') or ()))})"


def joined(values: Iterable[object], missing: str = NONE) -> str:
    """All of them."""
    return ",".join(map(str, values)) or missing


def some(values: Iterable[object], missing: str = NONE) -> str:
    """The first of them, and how many more there are."""
    every = list(map(str, values))
    if len(every) <= _SHOWN:
        return ",".join(every) or missing
    return f"{','.join(every[:_SHOWN])} + {len(every) - _SHOWN} more..."


def template(*path: str) -> tuple[TableColumn, TableColumn]:
    """Names and images of the containers of a pod template."""

    def of(field: str) -> CellOf:
        return lambda obj: ",".join(
            one.get(field, "") for one in at(obj, *path, "containers") or ()
        )

    return (
        TableColumn("Containers", of("name"), priority=1),
        TableColumn("Images", of("image"), priority=1),
    )
