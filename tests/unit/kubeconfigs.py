"""Writes kubeconfig files for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mckconsole.config.model import Config
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.kubeconfig import Inventory, load_kubeconfig

SERVER = "https://api.example.test:6443"


def kubeconfig(
    *,
    cluster: Mapping[str, Any] | None = None,
    user: Mapping[str, Any] | None = None,
    name: str = "one",
    current: str = "",
) -> dict[str, Any]:
    """A kubeconfig with one context whose cluster and user say what is given."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": current,
        "clusters": [{"name": name, "cluster": {"server": SERVER} if cluster is None else cluster}],
        "users": [{"name": name, "user": {"token": "t0ken"} if user is None else user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
    }


def fleet(names: Sequence[str]) -> dict[str, Any]:
    """A kubeconfig with one context per name, each with a server of its own."""
    return {
        "clusters": [
            {"name": name, "cluster": {"server": f"https://10.0.{index // 250}.{index % 250}"}}
            for index, name in enumerate(names)
        ],
        "users": [{"name": "admin", "user": {"token": "t0ken"}}],
        "contexts": [
            {"name": name, "context": {"cluster": name, "user": "admin"}} for name in names
        ],
    }


def write(path: Path, content: object) -> Path:
    """Write `content` (text, bytes, or JSON data) as a private file."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o600)
    return path


def load(
    path: Path | str | None,
    *,
    contexts: Sequence[str] = (),
    config: Config | None = None,
    **env: str,
) -> Inventory:
    """Load with an environment that holds only what is given."""
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", **env}
    explicit = None if path is None else str(path)
    return load_kubeconfig(explicit, env=environment, config=config or Config(), contexts=contexts)


def load_one(tmp_path: Path, content: object, **env: str) -> ClusterEndpoint:
    """The only endpoint of a kubeconfig with this content."""
    (endpoint,) = load(
        write(tmp_path / "config", content), contexts=(), config=None, **env
    ).endpoints
    return endpoint
