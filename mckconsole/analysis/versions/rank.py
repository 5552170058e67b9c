"""Who goes before whom to the same minor, by what a cluster is for.

Hubs that lead agents (Karmada, Open Cluster Management, Rancher) go before their members, because
an agent must not be newer than its hub; hubs that only serve others (brokers, central stores) go
last. Between them what is not production goes first: it is the canary of the rest.
"""

from __future__ import annotations

import re
from enum import IntEnum
from itertools import pairwise

from mckconsole.analysis.versions.model import ClusterVersions

_LEADING = ("karmada", "open cluster management", "rancher")
_SERVING = ("broker", "central", "store", "registry", "authority", "gitops", "primary")
_TRIALS = frozenset(
    {"canary", "demo", "dev", "development", "int", "integration", "lab", "nonprod", "poc",
     "preprod", "qa", "sandbox", "stage", "staging", "stg", "test", "testing", "tst", "uat"}
)  # fmt: skip
_WORDS = re.compile(r"[a-z]+")


class Rank(IntEnum):
    """Who goes before whom to the same minor."""

    LEADING_HUB = 0
    TRIAL = 1
    """Not production, by its name."""
    MEMBER = 2
    SERVING_HUB = 3


def rank_of(versions: ClusterVersions) -> Rank:
    """By its roles for others, then by its name."""
    roles = [role.lower() for role in versions.roles]
    if any(word in role for role in roles for word in _LEADING):
        return Rank.LEADING_HUB
    if any(word in role for role in roles for word in _SERVING):
        return Rank.SERVING_HUB
    words = _WORDS.findall(versions.cluster.lower())
    beside = {f"{one}{two}" for one, two in pairwise(words)}
    return Rank.TRIAL if _TRIALS & {*words, *beside} else Rank.MEMBER


def weight_of(versions: ClusterVersions) -> int:
    """How much a cluster carries: its nodes."""
    return sum(len(pool.nodes) for pool in versions.pools)
