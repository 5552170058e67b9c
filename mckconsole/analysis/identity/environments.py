"""Which environment a cluster belongs to, by its groups of the configuration, and which are one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from mckconsole.analysis.identity.model import ClusterFacts, IdentityPolicy

_WORDS = re.compile(r"[a-z]+")
_PRODUCTION = frozenset({"prod", "production", "prd", "live"})
_OTHER = frozenset({
    "dev", "devel", "develop", "development", "test", "tests", "testing", "tst", "qa", "uat",
    "stage", "staging", "stg", "preprod", "nonprod", "sandbox", "lab", "demo", "integration",
})  # fmt: skip
_NEGATING = frozenset({"non", "pre", "not"})


class Environment(StrEnum):
    """What a cluster is for."""

    PRODUCTION = "production"
    OTHER = "not production"


def environment_of(groups: Iterable[str]) -> Environment | None:
    """The environment that groups such as `prod`, `eu-staging`, `non-prod` tell of; None where
    none does, or several do."""
    found = {one for group in groups if (one := _of_group(group)) is not None}
    return found.pop() if len(found) == 1 else None


def _of_group(group: str) -> Environment | None:
    words = _WORDS.findall(group.lower())
    if not _PRODUCTION.isdisjoint(words):
        return Environment.PRODUCTION if _NEGATING.isdisjoint(words) else Environment.OTHER
    return None if _OTHER.isdisjoint(words) else Environment.OTHER


def mixed(names: Iterable[str], policy: IdentityPolicy) -> bool:
    """Whether some of these clusters are production and some are not, by their groups."""
    found = {environment_of(policy.groups.get(name, ())) for name in names}
    return {Environment.PRODUCTION, Environment.OTHER} <= found


def environments(names: Iterable[str], policy: IdentityPolicy) -> str:
    """The groups of clusters in words."""
    told = ((name, sorted(policy.groups.get(name, ()))) for name in names)
    return "; ".join(f"{name}: {', '.join(groups) or '(no group)'}" for name, groups in told)


def distinct(names: Iterable[str], clusters: Mapping[str, ClusterFacts]) -> Sequence[str]:
    """The names without those that are another context of the same cluster, sorted."""
    seen: dict[str, str] = {}
    for name in sorted(names):
        facts = clusters.get(name)
        seen.setdefault((facts.uid if facts else "") or f"name {name}", name)
    return sorted(seen.values())
