"""UB17: clusters of a mesh that are being upgraded, or that no link reaches.

What is left of a mesh carries the traffic of the cluster that is upgraded. This tells it of the
fleet as it is, whether there is a plan or not; a plan that goes on sees to it by its order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from mckconsole.analysis.mesh.evidence import derived
from mckconsole.analysis.mesh.links import Link, LinkState
from mckconsole.analysis.rules_upgrade import UPGRADE_TITLES
from mckconsole.analysis.versions.ground import MOST_EVIDENCE
from mckconsole.analysis.versions.model import Blocker, ClusterVersions, Gravity, Phase
from mckconsole.domain.findings import Evidence
from mckconsole.domain.wording import counted, listed

RULE: Final = "UB17"
UNDER_WAY: Final = "under way"
"""Subject of the blocker that waits for peers which are being upgraded."""
_NO_LINK: Final = "no link"
_NAMED: Final = 4
_CARRIES: Final = frozenset(
    {LinkState.UP, LinkState.SLOW, LinkState.DEGRADED, LinkState.UNVERIFIED}
)
_BROKEN: Final = frozenset({LinkState.DOWN, LinkState.MISSING, LinkState.CONNECTING})


def under_way(versions: ClusterVersions) -> str:
    """What shows that a cluster is being upgraded; empty where nothing does."""
    least, most = versions.least, versions.most
    if least is not None and most is not None and most > least:
        return f"API servers at {least} and {most}"
    for pool in versions.pools:
        if pool.name and len(pool.kubelets) > 1:
            minors = " and ".join(str(minor) for minor, _ in pool.kubelets)
            return f"nodes of pool {pool.name} at {minors}"
    return ""


def peer_blockers(
    clusters: Sequence[ClusterVersions], links: Iterable[Link], at: float
) -> Mapping[str, tuple[Blocker, ...]]:
    """UB17 by cluster; clusters without any are left out, and those whose own version is not known:
    they go nowhere.

    Args:
        clusters: with their `groups`.
        links: of the mesh report.
        at: Unix seconds to date what was worked out.
    """
    ways = {one.cluster: under_way(one) for one in clusters}
    tied = _between(links)
    members: dict[str, list[ClusterVersions]] = defaultdict(list)
    for one in clusters:
        for group in one.groups:
            members[group].append(one)
    found: dict[str, tuple[Blocker, ...]] = {}
    for one in clusters:
        if one.least is None:
            continue
        near = {p.cluster: p for group in one.groups for p in members[group]}
        near.pop(one.cluster, None)
        peers = [near[name] for name in sorted(near)]
        told = (*_waits(one, peers, ways, at), *_cut_off(one, peers, tied))
        if told:
            found[one.cluster] = told
    return found


def _between(links: Iterable[Link]) -> Mapping[frozenset[str], list[Link]]:
    """Links by the two clusters that they join, whichever way."""
    found: dict[frozenset[str], list[Link]] = defaultdict(list)
    for one in links:
        found[frozenset((one.key.source, one.key.target))].append(one)
    return found


def _waits(
    one: ClusterVersions, peers: Sequence[ClusterVersions], ways: Mapping[str, str], at: float
) -> Iterator[Blocker]:
    """Peers that are on their way from one minor to the next."""
    busy = [peer.cluster for peer in peers if ways[peer.cluster]]
    if busy:
        yield Blocker(
            RULE,
            Gravity.BLOCK,
            Phase.CONTROL_PLANE,
            f"{counted(len(busy), 'peer')} of its mesh being upgraded",
            "; ".join(f"{name}: {ways[name]}" for name in busy[:_NAMED]) + _rest(busy),
            "Wait until they are through, then see their links up: mckconsole plan",
            subject=UNDER_WAY,
            evidence=tuple(_shown(one.cluster, peer, ways, at) for peer in peers
                           if ways[peer.cluster])[:MOST_EVIDENCE],
            peers=tuple(busy),
        )  # fmt: skip
    unknown = [peer.cluster for peer in peers if peer.least is None and not ways[peer.cluster]]
    if unknown:
        why = f"the versions of its mesh peers {listed(unknown, _NAMED)} are not known"
        yield _unknown(why, "versions", unknown)


def _rest(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return f"; and {more} more" if more > 0 else ""


def _shown(name: str, peer: ClusterVersions, ways: Mapping[str, str], at: float) -> Evidence:
    return derived(peer.cluster, f"under way, for {name}", ways[peer.cluster], at)


def _cut_off(
    one: ClusterVersions,
    peers: Sequence[ClusterVersions],
    tied: Mapping[frozenset[str], list[Link]],
) -> Iterator[Blocker]:
    """Peers to which no link is up."""
    down: list[str] = []
    unknown: list[str] = []
    shown: list[Evidence] = []
    for peer in peers:
        links = tied.get(frozenset((one.cluster, peer.cluster)), ())
        if not links or any(link.state in _CARRIES for link in links):
            continue
        if all(link.state in _BROKEN for link in links):
            down.append(peer.cluster)
            shown += [e for link in links for e in link.evidence]
        else:
            unknown.append(peer.cluster)
    if down:
        yield Blocker(
            RULE,
            Gravity.BLOCK,
            Phase.CONTROL_PLANE,
            f"No link to {counted(len(down), 'peer')} of its mesh is up",
            f"{listed(down, _NAMED)}: what fails over from here would not reach them",
            "Mend the links first: mckconsole report mesh",
            subject=_NO_LINK,
            evidence=tuple(dict.fromkeys(shown))[:MOST_EVIDENCE],
            peers=tuple(down),
        )
    if unknown:
        why = f"whether any link to its mesh peers {listed(unknown, _NAMED)} is up is not known"
        yield _unknown(why, "links", unknown)


def _unknown(why: str, subject: str, peers: Sequence[str]) -> Blocker:
    return Blocker(
        RULE,
        Gravity.UNKNOWN,
        Phase.CONTROL_PLANE,
        f"Not known: {UPGRADE_TITLES[RULE]}",
        why,
        "Let the console read them (`mckconsole doctor` says what is missing)",
        subject=subject,
        peers=tuple(peers),
    )


def alike(one: Mapping[str, tuple[Blocker, ...]], other: Mapping[str, tuple[Blocker, ...]]) -> bool:
    """Whether both say the same, though their evidence may be of another time."""
    return _words(one) == _words(other)


def _words(told: Mapping[str, tuple[Blocker, ...]]) -> object:
    return {
        name: [(one.gravity, one.subject, one.detail, one.peers) for one in some]
        for name, some in told.items()
    }
