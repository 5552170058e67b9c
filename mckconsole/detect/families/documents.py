"""Read a value as JSON or YAML once it looks like what is sought; bounded, and never raising."""

from __future__ import annotations

from typing import Any

from mckconsole.detect.families.base import json_object

_MAX_YAML = 1 << 18
"""Bytes of YAML that are parsed: it is slow, and kubeconfigs are small."""
_MAX_FLOW = 2000


def document(data: bytes) -> dict[str, Any] | None:
    """The mapping that a value is in JSON or YAML; None for anything else."""
    if data.lstrip()[:1] == b"{":
        return json_object(data)
    if len(data) > _MAX_YAML or data.count(b"[") + data.count(b"{") > _MAX_FLOW:
        return None
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        read = yaml.load(data, loader)  # noqa: S506 - both loaders are safe ones
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError):
        return None
    return read if isinstance(read, dict) else None


def mappings(found: object) -> list[dict[str, Any]]:
    """The mappings of a list; those of nothing else."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def string(found: dict[str, Any], key: str) -> str:
    """A string of a mapping; empty where it is none."""
    value = found.get(key)
    return value if isinstance(value, str) else ""


def mapping(found: dict[str, Any], key: str) -> dict[str, Any]:
    """A mapping within one; empty where it is none."""
    value = found.get(key)
    return value if isinstance(value, dict) else {}
