"""Everything behind a service account: what it declares, who runs as it, its tokens, who can
change it."""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.identity.model import Account, AccountKey, Binding, WorkloadKey
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.identity import TokenSecret
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import (
    Block,
    Detail,
    IdentityTarget,
    Line,
    ObjectTarget,
    Span,
    WhoTarget,
)
from mckconsole.views.explain import count, fact, remark, stated, unknown
from mckconsole.views.identity_accounts import (
    account_role,
    bindings_by_account,
)
from mckconsole.views.identity_cells import (
    CLOUD_WORDS,
    binding_role,
    distinct_findings,
    identity_id,
    sign,
    state_words,
    worse,
)
from mckconsole.views.identity_chain import declaration_lines
from mckconsole.views.identity_detail import as_evidence, evidence_of, findings_block, fix_blocks
from mckconsole.views.identity_links import age_of
from mckconsole.views.identity_uses import findings_by_account
from mckconsole.views.spec import Role

_MOST = 50
"""Workloads, tokens and namesakes that are listed before the rest is counted."""
_TOKENS = "token-secrets"


def find_account(analysis: Analysis, row_id: str) -> Account | None:
    """The service account behind a row; None when it is gone or has to do with no cloud."""
    for key, account in analysis.identity.accounts.items():
        if row_id.endswith(key.name) and str(key) == row_id:
            return account
    return None


def account_object(key: AccountKey) -> ObjectTarget:
    """The service account itself."""
    return ObjectTarget(key.cluster, ObjectRef("v1", "ServiceAccount", key.namespace, key.name))


def account_detail(snapshot: FleetSnapshot, analysis: Analysis, row_id: str) -> Detail | None:
    """The document of one service account; None when it is gone."""
    account = find_account(analysis, row_id)
    if account is None:
        return None
    report, key = analysis.identity, account.key
    bindings = bindings_by_account(report).get(key, ())
    own = findings_by_account(report).get(key, ())
    findings = distinct_findings(own, *(one.findings for one in bindings))
    role = account_role(bindings, own)
    role = worse(role, Role.UNKNOWN) if account.unknown else role
    workloads = count(len(account.workloads), "workload")
    found = [one.trace for one in account.declarations]
    seen = as_evidence(snapshot, report, key.cluster, found)
    return Detail(
        title=f"{key.cluster} {key.namespace}/{key.name}",
        words=f"{sign(role)} {workloads}",
        role=role,
        blocks=(
            Block(lines=tuple(_facts(snapshot, account))),
            Block("Declares", lines=tuple(_declares(snapshot, account))),
            Block("Runs as it", workloads, lines=tuple(_workloads(account, bindings))),
            *_users(account),
            _tokens(snapshot, account),
            *_namesakes(analysis, account),
            findings_block(
                findings,
                [one for found in bindings for one in found.unknowns],
                role,
                analysis.waived,
            ),
            *fix_blocks(findings),
            evidence_of(snapshot, findings, seen, {key.cluster: role}),
        ),
    )  # fmt: skip


def _facts(snapshot: FleetSnapshot, account: Account) -> Iterator[Line]:
    key, found = account.key, account.object
    name = f"ServiceAccount {key.namespace}/{key.name}"
    yield fact("object", name, target=account_object(key))
    if account.unknown:
        yield fact("unknown", unknown(account.unknown))
    if found is None:
        if not account.unknown:
            yield fact("state", stated(Role.WARN, "pods name it, and it is not there"))
    else:
        age = age_of(snapshot, key.cluster, found.metadata.creation_timestamp)
        yield fact("created", f"{age} ago" if age else unknown("not told"))
        mounted = found.automount_service_account_token is not False
        words = "mounted into every pod that does not say otherwise" if mounted else "not mounted"
        yield fact("API token", words)
    yield fact("who can", "change its identity: w shows them", target=WhoTarget(str(key)))


def _declares(snapshot: FleetSnapshot, account: Account) -> Iterator[Line]:
    for one in account.declarations:
        first, *rest = declaration_lines(snapshot, account.key.cluster, one, 0)
        if one.identity is None:
            yield first
        else:
            target = IdentityTarget("cloud-identity", identity_id(one.identity))
            yield Line(first.spans, target, first.indent, first.note)
        yield from rest
    if not account.declarations:
        why = account.unknown
        yield Line((unknown(why),)) if why else remark("nothing: no cloud knows it by what is here")


def _workloads(account: Account, bindings: tuple[Binding, ...]) -> Iterator[Line]:
    """Every workload with each of its identities; those without any too."""
    bound: dict[WorkloadKey, list[Binding]] = {}
    for binding in bindings:
        bound.setdefault(binding.workload.key, []).append(binding)
    for key in account.workloads[:_MOST]:
        name = f"{key.kind} {key.name}  "
        if key not in bound:
            yield Line((Span(name), Span("nobody in any cloud", Role.DIM)), None, 4)
        for one in bound.get(key, ()):
            role = binding_role(one)
            state = Span(f"{sign(role)} {state_words(one.state)}", role)
            cloud = Span(f"  {CLOUD_WORDS[one.cloud]}", Role.DIM)
            yield Line((Span(name), state, cloud), IdentityTarget("workload", one.id), 4)
    if len(account.workloads) > _MOST:
        yield remark(f"and {len(account.workloads) - _MOST} more")
    if not account.workloads:
        yield remark("no workload")


def _users(account: Account) -> Iterator[Block]:
    """What uses it without any pod."""
    if account.users:
        cluster = account.key.cluster
        lines = tuple(Line((Span(str(ref)),), ObjectTarget(cluster, ref), 4)
                      for ref in account.users)  # fmt: skip
        yield Block("Used without a pod", count(len(lines), "object"), lines=lines)


def _tokens(snapshot: FleetSnapshot, account: Account) -> Block:
    """Secrets with a token of it that never expires; only their names are known."""
    heading, key = "Tokens that never expire", account.key
    held = snapshot.clusters.get(key.cluster)
    if held is None:
        return Block(heading, lines=(Line((unknown("the cluster is not in this fleet"),)),))
    view = held.topic(_TOKENS)
    found = [
        one
        for one in held.objects(_TOKENS, TokenSecret).values()
        if one.metadata.namespace == key.namespace and one.metadata.annotations.account == key.name
    ]
    lines = [
        Line(
            (Span(f"Secret {one.metadata.namespace}/{one.metadata.name}"),),
            ObjectTarget(key.cluster, one.ref("v1")),
            4,
            f"created {age} ago" if (age := age_of(
                snapshot, key.cluster, one.metadata.creation_timestamp)) else "",
        )
        for one in found[:_MOST]
    ]  # fmt: skip
    if not view.conclusive:
        why = view.reason or view.state.value
        lines.append(Line((unknown(f"secrets of this type were not read: {why}"),)))
    if not lines:
        lines.append(remark("none"))
    return Block(heading, count(len(found), "Secret") if found else "", lines=tuple(lines))


def _namesakes(analysis: Analysis, account: Account) -> Iterator[Block]:
    """Accounts of the same namespace and name in other clusters: the same principal to a cloud that
    does not tell the clusters' issuers apart."""
    own = account.key
    found = [
        key
        for key in analysis.identity.accounts
        if key.cluster != own.cluster and key[1:] == own[1:]
    ]
    if not found:
        return
    lines = []
    for key in sorted(found)[:_MOST]:
        said = [one.identity.short if one.identity else one.text
                for one in analysis.identity.accounts[key].declarations]  # fmt: skip
        words = Span(f"  declares {', '.join(said) or 'nothing'}", Role.DIM)
        target = IdentityTarget("service-account", str(key))
        lines.append(Line((Span(key.cluster), words), target, 4))
    yield Block("Of the same name elsewhere", count(len(found), "cluster"), lines=tuple(lines))
