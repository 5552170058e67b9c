"""RBAC of a simulated cluster: what every API server sets up, and what the scenario grants.

`bootstrap_rbac.json` holds what kube-apiserver v1.36.2 makes at its start, with the rules of
aggregated roles filled in as the controller manager does.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

import msgspec

from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import Scenario
from mckconsole.demo.sections_identity import Grant
from mckconsole.demo.site import Site

_API = "rbac.authorization.k8s.io"
_V1 = f"{_API}/v1"


@cache
def bootstrap() -> tuple[KubeObject, ...]:
    """Roles and bindings of a fresh cluster; not to be changed."""
    text = resources.files("mckconsole.demo").joinpath("bootstrap_rbac.json").read_bytes()
    return tuple(msgspec.json.decode(text, type=list[dict]))  # type: ignore[type-arg]


@cache
def controllers() -> tuple[tuple[str, str], ...]:
    """Namespace and name of the service accounts of Kubernetes' own controllers."""
    subjects = (subject for one in bootstrap() for subject in one.get("subjects") or ())
    accounts = (one for one in subjects if one["kind"] == "ServiceAccount")
    return tuple(sorted({(one["namespace"], one["name"]) for one in accounts}))


def static_objects(site: Site, scenario: Scenario) -> Iterator[KubeObject]:
    """All roles and bindings of the cluster."""
    for one in bootstrap():
        metadata = one["metadata"]
        rest = {
            key: value
            for key, value in one.items()
            if key not in ("metadata", "kind", "apiVersion")
        }
        yield site.manifest(
            _V1,
            one["kind"],
            metadata.get("namespace", ""),
            metadata["name"],
            labels=metadata["labels"],
            annotations=metadata["annotations"],
            **rest,
        )
    for grant in scenario.identity_access:
        if scenario.within(site.cluster.name, grant.where):
            yield from _granted(site, grant)


def _granted(site: Site, grant: Grant) -> Iterator[KubeObject]:
    scope = "" if grant.namespace else "Cluster"
    role = {"apiGroup": _API, "kind": f"{scope}Role", "name": grant.name}
    if grant.role:
        role = {"apiGroup": _API, "kind": "ClusterRole", "name": grant.role}
    else:
        rules = [_rule(text) for text in grant.rules]
        yield site.manifest(_V1, f"{scope}Role", grant.namespace, grant.name, rules=rules)
    yield site.manifest(
        _V1,
        f"{scope}RoleBinding",
        grant.namespace,
        grant.name,
        subjects=[_subject(text) for text in grant.to],
        roleRef=role,
    )


def _rule(text: str) -> KubeObject:
    groups, named, verbs = (part.split(",") for part in text.split())
    return {
        "apiGroups": ["" if group == "-" else group for group in groups],
        "resources": named,
        "verbs": verbs,
    }


def _subject(text: str) -> KubeObject:
    kind, colon, name = text.partition(":")
    if colon:
        return {"apiGroup": _API, "kind": kind.capitalize(), "name": name}
    namespace, _, account = text.partition("/")
    return {"kind": "ServiceAccount", "namespace": namespace, "name": account}
