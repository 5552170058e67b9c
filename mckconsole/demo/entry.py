"""The way into the embedded fleet: a kubeconfig, and what its user may read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from mckconsole.demo.access import ISSUER_PATHS, Rule
from mckconsole.demo.storage import Storage

READER = "demo-reader"
"""The user behind every token of the fleet's kubeconfig."""
_READABLE_PARTS = ("log", "status")
_DISCOVERY = ("/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*")


def read_rules(
    cluster: Storage, forbidden: Sequence[str], only_in: Mapping[str, Sequence[str]]
) -> Iterator[Rule]:
    """Readers may read everything that the cluster serves but what the scenario forbids, or allows
    in some namespaces only.

    Nameless users are readers too: kubectl sends no token over plain HTTP.
    """
    readers = (READER, "system:unauthenticated")
    groups: dict[str, list[str]] = {}
    for resource in cluster.types.values():
        names = (resource.plural, *(f"{resource.plural}/{sub}" for sub in _READABLE_PARTS))
        if places := only_in.get(resource.id):
            yield Rule(readers, groups=(resource.group,), resources=names, namespaces=tuple(places))
        elif resource.id not in forbidden:
            groups.setdefault(resource.group, []).extend(names)
    for group, resources in groups.items():
        yield Rule(readers, groups=(group,), resources=tuple(resources))
    documents = [path for path in ISSUER_PATHS if path.rstrip("/") not in forbidden]
    yield Rule(readers, verbs=("get",), paths=(*_DISCOVERY, *documents))


def write_kubeconfig(path: Path, servers: Mapping[str, str], tokens: Mapping[str, str]) -> Path:
    """Write a kubeconfig that only its owner may read; one context per server, same names."""
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": n, "cluster": {"server": url}} for n, url in servers.items()],
        "users": [{"name": n, "user": {"token": token}} for n, token in tokens.items()],
        "contexts": [{"name": n, "context": {"cluster": n, "user": n}} for n in servers],
        "current-context": next(iter(servers)),
    }
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        yaml.safe_dump(document, file, sort_keys=False)
    return path
