"""What a field is part of, in a word: so that a difference can be named in one line."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_WORDS: Mapping[str, str] = {
    "args": "command",
    "command": "command",
    "env": "env",
    "envFrom": "env",
    "image": "image",
    "livenessProbe": "probes",
    "ports": "ports",
    "readinessProbe": "probes",
    "replicas": "replicas",
    "resources": "resources",
    "securityContext": "security",
    "serviceAccount": "account",
    "serviceAccountName": "account",
    "startupProbe": "probes",
    "strategy": "strategy",
    "tolerations": "placement",
    "affinity": "placement",
    "nodeSelector": "placement",
    "topologySpreadConstraints": "placement",
    "updateStrategy": "strategy",
    "volumeMounts": "volumes",
    "volumes": "volumes",
    "volumeClaimTemplates": "volumes",
}


@lru_cache(4096)
def area_of(parts: tuple[str, ...]) -> str:
    """The area of the field at the end of this path: `image`, `labels`, `data.Corefile`."""
    if "metadata" in parts:
        at = parts.index("metadata")
        below = parts[at + 1] if len(parts) > at + 1 else "metadata"
        where = "pod " if at else ""
        return f"{where}{below}" if below in ("labels", "annotations") else "metadata"
    if parts[0] == "data" and len(parts) > 1:
        return f"data {parts[1]}"
    for part in parts:
        if part in _WORDS:
            return "init containers" if "initContainers" in parts else _WORDS[part]
    if parts[0] == "spec" and len(parts) > 1:
        return parts[-1] if len(parts) == 2 else parts[1]
    return parts[0]
