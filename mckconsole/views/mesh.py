"""The mesh pane: one row per directed link, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.mesh.findings import LINK_RULES
from mckconsole.analysis.mesh.links import Link, LinkKey, LinkState, Pair, Verdict
from mckconsole.analysis.mesh.pairs import PEER_UNAVAILABLE
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, format_rfc3339, format_span
from mckconsole.views.cells import signed, trend
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role, Row

_MAX_REASON = 512

STATE_ROLES: Mapping[LinkState, Role] = {
    LinkState.UNKNOWN: Role.UNKNOWN,
    LinkState.STALE: Role.STALE,
    LinkState.DOWN: Role.CRITICAL,
    LinkState.MISSING: Role.CRITICAL,
    LinkState.CONNECTING: Role.CONNECTING,
    LinkState.UNVERIFIED: Role.WARN,
    LinkState.DEGRADED: Role.WARN,
    LinkState.SLOW: Role.WARN,
    LinkState.UP: Role.OK,
}

WORST_FIRST = (
    LinkState.DOWN,
    LinkState.MISSING,
    LinkState.STALE,
    LinkState.DEGRADED,
    LinkState.UNVERIFIED,
    LinkState.SLOW,
    LinkState.CONNECTING,
    LinkState.UNKNOWN,
    LinkState.UP,
)
"""For reading; precedence between states is another matter."""


def rows(snapshot: FleetSnapshot, analysis: Analysis) -> Sequence[Row]:
    """A row per directed link; of equally bad ones those with a round trip come first."""
    pairs = pairs_by_link(analysis.mesh.pairs)
    findings = LinkFindings(analysis.findings)
    order = {state: rank for rank, state in enumerate(WORST_FIRST)}
    links = sorted(
        analysis.mesh.links,
        key=lambda one: (
            order[one.state],
            one.severity.rank if one.severity else 9,
            one.current_rtt is None,
            one.key,
        ),
    )
    return [
        _row(
            link,
            pairs.get(link.key),
            snapshot.taken_at,
            findings.of(link, pairs.get(link.key)),
        )
        for link in links
    ]


def find_link(analysis: Analysis, row_id: str) -> Link | None:
    """The link behind a row; None when it is gone."""
    for link in analysis.mesh.links:
        if link.key.source in row_id and link.key.target in row_id and str(link.key) == row_id:
            return link
    return None


def opposite(link: Link, pair: Pair | None) -> Link | None:
    """The way back, where anything is known of it."""
    if pair is None:
        return None
    return pair.backward if pair.forward.key == link.key else pair.forward


def pairs_by_link(pairs: Iterable[Pair]) -> dict[LinkKey, Pair]:
    """The pair of every link."""
    found = {pair.forward.key: pair for pair in pairs}
    found.update({pair.backward.key: pair for pair in pairs if pair.backward})
    return found


class LinkFindings:
    """Finds what concerns a link: findings about it, and about both its clusters."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self._by_subject: dict[str, list[str]] = {}
        self._by_cluster: dict[str, list[Finding]] = {}
        for finding in findings:
            if finding.rule in LINK_RULES:
                self._by_subject.setdefault(finding.subject, []).append(finding.id)
            elif finding.pane == "mesh":
                self._by_cluster.setdefault(finding.cluster, []).append(finding)

    def of(self, link: Link, pair: Pair | None) -> tuple[str, ...]:
        """Ids, the link's own first, then its pair's and those about both its clusters."""
        key = link.key
        back = (key.target, key.source)
        own = list(self._by_subject.get(str(key), ()))
        if pair and (pair.uneven or pair.verdict is Verdict.ASYMMETRIC):
            own += self._by_subject.get(str(pair.forward.key), ())
        both = [
            finding.id
            for one, other in ((key.source, key.target), back)
            for finding in self._by_cluster.get(one, ())
            if other in finding.peers
        ]
        return tuple(dict.fromkeys((*own, *both)))


def _row(link: Link, pair: Pair | None, now: float, finding_ids: tuple[str, ...]) -> Row:
    key, state = link.key, _state(link)
    return Row(
        str(key),
        {
            "from": Cell(key.source, Role.PLAIN, key.source),
            "to": Cell(key.target, Role.PLAIN if link.in_fleet else Role.DIM, key.target),
            "state": state,
            "rtt": _rtt(link),
            "since": _since(link, now),
            "driver": Cell(link.driver, Role.PLAIN, link.driver) if link.driver else BLANK,
            "pair": _pair(link, pair),
            "family": Cell(key.family, Role.PLAIN, key.family) if key.family else BLANK,
            "reason": _reason(link),
        },
        finding_ids,
        state.role,
        (key.source, key.target),
    )


def link_role(link: Link) -> Role:
    """The state's role; a warning that is critical counts as such."""
    role = STATE_ROLES[link.state]
    if link.severity is Severity.CRITICAL and role is Role.WARN:
        return Role.CRITICAL
    return role


def word_role(link: Link) -> Role:
    """How the source's own word stands, whatever the way back makes of the link."""
    return Role.OK if link.affected else link_role(link)


def _state(link: Link) -> Cell:
    return signed(link_role(link), link.state.value, link.state.value)


def _rtt(link: Link) -> Cell:
    """The average while it is current, else the last that was seen, dimmed and saying so."""
    rtt = link.rtt
    seconds = None if rtt is None else rtt.average or rtt.last or rtt.maximum
    if seconds is None:
        return BLANK
    if not link.state.measured:
        return Cell(f"last {format_span(seconds)}", Role.DIM, None)
    text = f"{format_span(seconds)} {trend(link.trend)}".rstrip()
    return Cell(text, Role.WARN if link.state is LinkState.SLOW else Role.PLAIN, seconds)


def _since(link: Link, now: float) -> Cell:
    if link.since is None:
        return BLANK
    seconds = max(now - link.since, 0.0)
    return Cell(format_age(seconds), Role.PLAIN, format_rfc3339(link.since))


def _pair(link: Link, pair: Pair | None) -> Cell:
    if pair is None:
        return BLANK
    other = opposite(link, pair)
    if other is None and link.one_way:
        return Cell("one way", Role.DIM, "one-way")
    if other is None or (other.state is LinkState.UNKNOWN and link.state is not LinkState.UNKNOWN):
        return Cell(f"? {PEER_UNAVAILABLE}", Role.UNKNOWN, "unknown")
    if pair.verdict is Verdict.ASYMMETRIC:
        return signed(Role.CRITICAL, "asymmetric")
    role = STATE_ROLES[LinkState(pair.verdict.value)]
    if pair.uneven:
        return signed(Role.WARN, f"{pair.verdict}, uneven", pair.verdict.value)
    return signed(role, pair.verdict.value)


def _reason(link: Link) -> Cell:
    text = "; ".join(part for part in (link.reason, *link.notes) if part)
    role = Role.DIM if link.state is LinkState.UP else Role.PLAIN
    return Cell(shorten(text, _MAX_REASON), role, text) if text else BLANK


def summary(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """`12 tunnels  ✖ 2 down  ~ 1 stale  ● 9 up`, worst first."""
    counts = Counter(link.state for link in analysis.mesh.links)
    total = len(analysis.mesh.links)
    parts = [f"{total} tunnel direction{'' if total == 1 else 's'}"]
    parts += [
        f"{GLYPHS[STATE_ROLES[state]]} {counts[state]} {state}"
        for state in WORST_FIRST
        if counts[state]
    ]
    return "  ".join(parts)


def empty(snapshot: FleetSnapshot, analysis: Analysis) -> str:
    """Why there is no link."""
    if not snapshot.clusters:
        return "no clusters, so no tunnels"
    blocked = [
        unknown for unknown in analysis.unknowns if (unknown.pane, unknown.rule) == ("mesh", "*")
    ]
    if blocked:
        names = ", ".join(sorted({unknown.cluster for unknown in blocked}))
        return f"no tunnels known; the mesh could not be read in {names}: {blocked[0].reason}"
    return (
        "no tunnels: Submariner, Cilium Cluster Mesh, Linkerd, Istio and Consul join none of these "
        "clusters"
    )
