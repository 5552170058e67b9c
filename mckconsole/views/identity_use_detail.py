"""Everything behind an identity of a cloud, or a cloud account: who uses it, cluster by cluster."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import AccountKey, Binding, IdentityUse
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import Block, Card, Detail, IdentityTarget, Line, Span
from mckconsole.views.explain import count, fact, remark, stated
from mckconsole.views.identity_cells import (
    ACCOUNT_WORDS,
    CLOUD_WORDS,
    RANKS,
    account_id,
    binding_role,
    find_identity,
    identity_id,
    sign,
    worse,
    worst_cell,
)
from mckconsole.views.identity_detail import (
    binding_line,
    evidence_of,
    findings_block,
    fix_blocks,
    traces,
)
from mckconsole.views.identity_unread import unread_clusters, unread_lines
from mckconsole.views.identity_uses import (
    Findings,
    cloud_account_role,
    findings_by_account,
    use_clusters,
    use_findings,
    use_role,
    uses_by_cloud_account,
    where_words,
)
from mckconsole.views.spec import GLYPHS, Role

_ABREAST = 3
"""Cards that stand side by side where there is room."""
_MOST = 200
"""Workloads of one cluster, and identities of one account, that are listed."""


def use_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one identity of a cloud; None when nothing uses it any more."""
    report = analysis.identity
    identity = find_identity(report, row_id)
    if identity is None:
        return None
    use = report.identities[identity]
    about = findings_by_account(report)
    role = use_role(use, about)
    clusters = len(use_clusters(use))
    workloads = len({one.workload.key for one in use.bindings})
    words = f"{count(workloads, 'workload')} in {count(clusters, 'cluster')}"
    words += f", {GLYPHS[Role.UNKNOWN]} perhaps more" if unread_clusters(report) else ""
    findings = use_findings(about, use)
    unknowns = [one for binding in use.bindings for one in binding.unknowns]
    seen = (one for binding in use.bindings for one in traces(snapshot, report, binding))
    return Detail(
        title=identity.short or identity.text,
        words=f"{sign(role)} {words}",
        role=role,
        blocks=(
            Block(lines=tuple(_facts(use))),
            *_users(analysis, use),
            findings_block(findings, unknowns, role, analysis.waived),
            *fix_blocks(findings),
            evidence_of(snapshot, findings, seen, _cluster_roles(use.bindings)),
        ),
    )


def _cluster_roles(bindings: Iterable[Binding]) -> Mapping[str, Role]:
    """How bad the worst of each cluster is."""
    roles: dict[str, Role] = {}
    for one in bindings:
        name = one.workload.key.cluster
        roles[name] = worse(roles.get(name, Role.OK), binding_role(one))
    return roles


def _facts(use: IdentityUse) -> Iterator[Line]:
    identity = use.identity
    yield fact("identity", identity.text)
    where = ACCOUNT_WORDS[identity.cloud]
    target = IdentityTarget("account", account_id(identity))
    cloud = f"{CLOUD_WORDS[identity.cloud]}, {where} {where_words(identity)}"
    yield fact("cloud", cloud, target=target)
    yield fact("grants", Span("what it may do, and whom it trusts, is in the cloud only", Role.DIM))


def _users(analysis: Analysis, use: IdentityUse) -> Iterator[Block]:
    """A card per cluster, the worst first: workloads, then accounts that nothing runs as."""
    by_cluster: dict[str, list[Binding]] = {name: [] for name in sorted(use_clusters(use))}
    for binding in use.bindings:
        by_cluster[binding.workload.key.cluster].append(binding)
    cards = [
        _card(analysis, name, found, [one for one in use.accounts if one.cluster == name])
        for name, found in by_cluster.items()
    ]
    cards.sort(key=lambda card: RANKS[card.role])
    heading, note = "Used by", count(len(use.bindings), "workload")
    for first in range(0, len(cards), _ABREAST):
        yield Block(heading, note, tuple(cards[first : first + _ABREAST]))
        heading = note = ""
    unread = unread_lines(analysis.identity)
    if not cards:
        yield Block(heading, lines=(remark("nobody in these clusters"), *unread))
    elif unread:
        yield Block(lines=unread)


def _card(
    analysis: Analysis, name: str, found: Sequence[Binding], accounts: Iterable[AccountKey]
) -> Card:
    lines = [binding_line(one, cluster=False) for one in found[:_MOST]]
    if len(found) > _MOST:
        lines.append(remark(f"and {len(found) - _MOST} more"))
    running = {one.account.key for one in found}
    for key in accounts:
        if key not in running:
            lines.append(_account_line(analysis, key))
    role = worse(Role.OK, *map(binding_role, found)) if found else Role.DIM
    return Card(name, tuple(lines), worst_cell(found, role).text, role)


def _account_line(analysis: Analysis, key: AccountKey) -> Line:
    """An account that declares it and as which no workload is it."""
    account = analysis.identity.accounts.get(key)
    if account and account.workloads:
        said = "declares it, and its workloads are somebody else"
    elif account and account.users:
        said = f"{count(len(account.users), 'user')} without a pod"
    else:
        said = "declares it, and nothing runs as it"
    words = Span(f"  {said}", Role.DIM)
    name = f"ServiceAccount {key.namespace}/{key.name}"
    return Line((Span(name), words), IdentityTarget("service-account", str(key)), 4)


def cloud_account_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one cloud account; None when nothing of it is used any more."""
    report = analysis.identity
    found = next(
        (
            uses
            for uses in uses_by_cloud_account(report).values()
            if account_id(uses[0].identity) == row_id
        ),
        None,
    )
    if found is None:
        return None
    about = findings_by_account(report)
    identity, role = found[0].identity, cloud_account_role(found, about)
    bindings = tuple(dict.fromkeys(one for use in found for one in use.bindings))
    findings = use_findings(about, *found)
    unknowns = [one for binding in bindings for one in binding.unknowns]
    words = f"{sign(role)} {count(len(found), 'identity', 'identities')}"
    return Detail(
        title=f"{CLOUD_WORDS[identity.cloud]} {where_words(identity)}",
        words=words,
        role=role,
        blocks=(
            Block(lines=tuple(_account_facts(analysis, found))),
            Block(
                "Identities",
                count(len(bindings), "workload"),
                lines=tuple(_identities(found, about)),
            ),
            findings_block(findings, unknowns, role, analysis.waived),
            *fix_blocks(findings),
            evidence_of(snapshot, findings, (), _cluster_roles(bindings)),
        ),
    )


def _account_facts(analysis: Analysis, uses: Sequence[IdentityUse]) -> Iterator[Line]:
    identity = uses[0].identity
    yield fact(ACCOUNT_WORDS[identity.cloud], where_words(identity), width=12)
    allowed = analysis.identity.policy.accounts
    if not allowed:
        said = Span("the configuration names no accounts: all are taken as meant", Role.DIM)
    elif identity.where in allowed:
        said = stated(Role.OK, "named in the configuration")
    else:
        said = stated(Role.WARN, "not among the accounts that the configuration names")
    yield fact("meant", said, width=12)
    clusters = sorted(frozenset().union(*map(use_clusters, uses)))
    yield fact("clusters", ", ".join(clusters), width=12)


def _identities(uses: Sequence[IdentityUse], about: Findings) -> Iterator[Line]:
    """`checkout-reader  ● bound 3 of 3  in 2 clusters`, the most wrong first."""
    roles = {use.identity: use_role(use, about) for use in uses}
    ranked = sorted(uses, key=lambda one: (RANKS[roles[one.identity]], one.identity))
    for use in ranked[:_MOST]:
        role = roles[use.identity]
        clusters = count(len(use_clusters(use)), "cluster")
        state = worst_cell(use.bindings, role).text
        target = IdentityTarget("cloud-identity", identity_id(use.identity))
        spans = (
            Span(f"{use.identity.short or use.identity.text}  "),
            Span(state, role),
            Span(f"  {clusters}", Role.DIM),
        )
        yield Line(spans, target, 4)
    if len(ranked) > _MOST:
        yield remark(f"and {len(ranked) - _MOST} more: v groups the table by cloud identity")
