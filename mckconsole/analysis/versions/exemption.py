"""A blocker that the plan is asked to go past: what it names, and how it is written.

Waived is not gone: the step that goes past a blocker carries it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from mckconsole.analysis.versions.model import Blocker

_ADDONS = "UB13"


class Exemption(NamedTuple):
    """What is waived; an empty object means every blocker of the rule there, an empty cluster all
    clusters."""

    rule: str
    cluster: str = ""
    object: str = ""
    """`namespace/name`, `name` of what is in no namespace, or the subject."""

    def __str__(self) -> str:
        return ":".join(filter(None, self))

    def about(self, cluster: str) -> bool:
        """Whether anything of a cluster may be meant."""
        return self.cluster in ("", cluster)

    def covers(self, cluster: str, blocker: Blocker) -> bool:
        """Whether a blocker of a cluster is meant."""
        if self.rule != blocker.rule or not self.about(cluster):
            return False
        return not self.object or self.object in (blocked(blocker), blocker.subject)


def blocked(blocker: Blocker) -> str:
    """What a blocker is about, as an exemption names it; empty where it is the whole cluster."""
    found = blocker.object
    if found is None:
        return blocker.subject
    return f"{found.namespace}/{found.name}" if found.namespace else found.name


def exempting(cluster: str, blocker: Blocker) -> Exemption:
    """The exemption that covers a blocker, and as little else as can be; an add-on's covers it
    through all minors."""
    named = blocker.subject if blocker.rule == _ADDONS else ""
    return Exemption(blocker.rule, cluster, named or blocked(blocker))


def parse_exemption(text: str, clusters: Collection[str]) -> Exemption:
    """`UB03`, `UB03:west` or `UB03:west:shop/web`; names of clusters and objects may have colons.

    Raises:
        ValueError: it has no rule, or none of the clusters; it says which.
    """
    rule, colon, rest = text.partition(":")
    if not rule or (colon and not rest):
        raise ValueError(f"{text}: it is written RULE, RULE:CLUSTER or RULE:CLUSTER:OBJECT")
    if not colon:
        return Exemption(rule.upper())
    for name in sorted(clusters, key=len, reverse=True):
        if rest == name:
            return Exemption(rule.upper(), name)
        if rest.startswith(f"{name}:") and len(rest) > len(name) + 1:
            return Exemption(rule.upper(), name, rest[len(name) + 1 :])
    raise ValueError(f"{text}: there is no cluster {rest.partition(':')[0]}")
