"""Findings about links and pairs: a link's own trouble once, a pair's once for both sides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mckconsole.analysis.mesh.hints import link_steps
from mckconsole.analysis.mesh.links import (
    Link,
    LinkKey,
    LinkState,
    MeshProvider,
    Pair,
    Verdict,
)
from mckconsole.analysis.mesh.pairs import PEER_UNAVAILABLE
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import FleetSnapshot

_RULES = {
    LinkState.STALE: "MESH-STALE",
    LinkState.DOWN: "MESH-DOWN",
    LinkState.MISSING: "MESH-MISSING",
    LinkState.CONNECTING: "MESH-CONNECTING",
    LinkState.UNVERIFIED: "MESH-UNVERIFIED",
    LinkState.DEGRADED: "MESH-DEGRADED",
    LinkState.SLOW: "MESH-SLOW",
}
_NOUNS = {
    MeshProvider.SUBMARINER: "tunnel",
    MeshProvider.CILIUM: "tunnel",
    MeshProvider.CONSUL: "peering",
}
"""What a connection is called; where it is not here, a link."""
ASYMMETRIC = "MESH-ASYMMETRIC"
LINK_RULES = frozenset({*_RULES.values(), ASYMMETRIC})
"""Rules whose subject is a link's key."""


def link_findings(
    fleet: FleetSnapshot, links: Iterable[Link], pairs: Sequence[Pair]
) -> Iterator[Finding]:
    """Findings of every link that is not well, and of every pair that disagrees."""
    by_key: dict[LinkKey, Pair] = {}
    for pair in pairs:
        by_key[pair.forward.key] = pair
        if pair.backward:
            by_key[pair.backward.key] = pair
        if pair.uneven or pair.verdict is Verdict.ASYMMETRIC:
            yield _pair_finding(fleet, pair)
    for link in links:
        pair_of = by_key.get(link.key)
        if pair_of and pair_of.verdict is Verdict.ASYMMETRIC and (
            link.affected or link.state is LinkState.DOWN
        ):  # fmt: skip
            continue  # told once, by the pair
        if link.severity and link.state in _RULES:
            yield _link_finding(fleet, link, pair_of)
        elif link.cause == "unknown-peer":
            yield _removed_peer(fleet, link)


def _link_finding(fleet: FleetSnapshot, link: Link, pair: Pair | None) -> Finding:
    key = link.key
    notes = "".join(f" {_sentence(note)}" for note in link.notes)
    other = _other_side(link, pair)
    return Finding(
        rule=_RULES[link.state],
        pane="mesh",
        severity=link.severity or Severity.INFO,
        cluster=key.source,
        object=link.object,
        title=f"{_named(key)} to {key.target}: {link.state}",
        detail=f"{_sentence(link.reason)}{notes}{other}",
        evidence=link.evidence,
        remediation=link_steps(fleet, link, pair),
        peers=(key.target,),
        subject=str(key),
    )


def _named(key: LinkKey) -> str:
    return f"{key.provider.value.capitalize()} {_NOUNS.get(key.provider, 'link')}"


def _sentence(text: str) -> str:
    """`text` with a full stop, and a capital unless it begins with a name: that stays as it is."""
    first = text.partition(" ")[0]
    begin = text[:1].upper() if first.rstrip(":,").isalpha() else text[:1]
    return f"{begin}{text[1:]}."


def _other_side(link: Link, pair: Pair | None) -> str:
    """What the way back adds to a link's own reason; empty when it says the same."""
    if link.one_way and (pair is None or pair.backward is None):
        return f" One way: {link.one_way}."
    if pair is None or pair.backward is None:
        return f" {_sentence(PEER_UNAVAILABLE)}"
    back = pair.backward if pair.forward.key == link.key else pair.forward
    if back.state is LinkState.UNKNOWN:
        return f" {_sentence(f'{PEER_UNAVAILABLE}: {back.reason}')}"
    return f" The way back is {back.state}: {back.reason}."


def _pair_finding(fleet: FleetSnapshot, pair: Pair) -> Finding:
    """Reported on the side to look at first, with both sides as evidence."""
    first, other = pair.forward, pair.backward
    key = first.key
    title = f"{_named(key)} with {key.target} works in one direction only"
    if pair.verdict is not Verdict.ASYMMETRIC:
        title = f"{_named(key)} with {key.target} is slower in one direction"
    severe = pair.verdict is Verdict.ASYMMETRIC
    return Finding(
        rule=ASYMMETRIC,
        pane="mesh",
        severity=Severity.CRITICAL if severe else Severity.MEDIUM,
        cluster=key.source,
        object=first.object,
        title=title,
        detail=_sentence(pair.reason),
        evidence=(*first.evidence, *(other.evidence if other else ())),
        remediation=link_steps(fleet, first, pair),
        peers=(key.target,),
        subject=str(key),
    )


def _removed_peer(fleet: FleetSnapshot, link: Link) -> Finding:
    key = link.key
    return Finding(
        rule="MESH-NOT-CONFIGURED",
        pane="mesh",
        severity=Severity.INFO,
        cluster=key.source,
        object=link.object,
        title=f"agents still report {key.target}, which is no known peer",
        detail=f"{key.target} is {link.reason}. Configured peers stand in a Secret, which is not "
        "read; known are the clusters of this fleet that run cluster mesh.",
        evidence=link.evidence,
        remediation=link_steps(fleet, link, None),
        peers=(key.target,),
        subject=str(key),
    )
