"""How bindings of workloads are said in cells: states, clouds, identities, how bad it is.

Whatever is wrong was found by the analysis: a binding is as bad as its state, or as its worst
finding. What could not be read is never well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mckconsole.analysis.identity.model import (
    Binding,
    BindingState,
    Cloud,
    Identity,
    IdentityReport,
    Mechanism,
)
from mckconsole.domain.findings import Finding, Severity
from mckconsole.domain.text import shorten
from mckconsole.views.cells import SEVERITY_ROLES, finding_counts, unknown
from mckconsole.views.spec import BLANK, GLYPHS, Cell, Role

MAX_TEXT = 512
"""Characters of a reason or a name in a cell."""
CLOUD_WORDS: Mapping[Cloud, str] = {
    Cloud.AWS: "AWS",
    Cloud.GCP: "GCP",
    Cloud.AZURE: "Azure",
    Cloud.SPIFFE: "SPIFFE",
}
ACCOUNT_WORDS: Mapping[Cloud, str] = {
    Cloud.AWS: "account",
    Cloud.GCP: "project",
    Cloud.AZURE: "tenant",
    Cloud.SPIFFE: "trust domain",
}
"""What a cloud account is called there."""
_ROLES: Mapping[BindingState, Role] = {
    BindingState.STATIC_KEY: Role.WARN,
    BindingState.SHADOWED: Role.WARN,
    BindingState.DRIFT: Role.WARN,
    BindingState.PENDING_RESTART: Role.WARN,
    BindingState.NODE_FALLBACK: Role.WARN,
    BindingState.UNKNOWN: Role.UNKNOWN,
    BindingState.UNDECLARED: Role.DIM,
    BindingState.ROLE_UNKNOWN: Role.UNKNOWN,
    BindingState.PRINCIPAL_ONLY: Role.DIM,
    BindingState.BOUND: Role.OK,
}
"""Without findings: how bad it is depends on what is wrong, which is for the rules to say."""
_STATES = {state: rank for rank, state in enumerate(BindingState)}
WORST_FIRST = (Role.CRITICAL, Role.WARN, Role.UNKNOWN, Role.DIM, Role.OK)
"""Roles of bindings and of what is made of them."""
RANKS: Mapping[Role, int] = {
    **dict.fromkeys(Role, len(WORST_FIRST)),
    **{role: rank for rank, role in enumerate(WORST_FIRST)},
}
"""The worst is the smallest."""
_NAMED = (Mechanism.IRSA, Mechanism.AZURE, Mechanism.KIAM, Mechanism.AAD_POD_IDENTITY)
"""Mechanisms in which what the pod says is a name, be it a wrong one."""
_BARE = "·"
"""In place of a sign for what is neither well nor wrong."""


def worse(*roles: Role) -> Role:
    """The worst of these roles."""
    return min(roles, key=RANKS.__getitem__)


def binding_role(binding: Binding) -> Role:
    """How bad it is: its state, or its worst finding; information alone is not bad."""
    role = _ROLES[binding.state]
    if role is not Role.WARN and binding.unknown:
        role = worse(role, Role.UNKNOWN)
    found = SEVERITY_ROLES[binding.severity] if binding.severity else Role.OK
    return role if found is Role.DIM else worse(role, found)


def state_words(state: BindingState) -> str:
    """`pending restart`."""
    return state.value.lower().replace("_", " ")


def sign(role: Role) -> str:
    """The role's glyph, or a dot."""
    return GLYPHS.get(role, _BARE)


def state_cell(binding: Binding) -> Cell:
    """`▲ pending restart`; with a question mark where something that decides was not read."""
    role = binding_role(binding)
    doubt = " ?" if binding.unknown and role is Role.UNKNOWN else ""
    doubt = "" if binding.state is BindingState.UNKNOWN else doubt
    words = state_words(binding.state)
    return Cell(f"{sign(role)} {words}{doubt}", role, binding.state.value)


def worst_cell(bindings: Sequence[Binding], role: Role, none: str = "no workload") -> Cell:
    """`✖ drift 2 of 5`: the worst of several, and how many are in its state and as bad."""
    if not bindings:
        return Cell(f"{sign(role)} {none}", role, none)
    ranked = [(RANKS[binding_role(one)], _STATES[one.state], one) for one in bindings]
    *badness, worst = min(ranked, key=lambda one: one[:2])
    same = sum([*one[:2]] == badness for one in ranked)
    many = f" {same} of {len(bindings)}" if len(bindings) > 1 else ""
    return Cell(f"{sign(role)} {state_words(worst.state)}{many}", role, worst.state.value)


def cloud_cell(cloud: Cloud) -> Cell:
    """`AWS`."""
    return Cell(CLOUD_WORDS[cloud], Role.PLAIN, cloud.value)


def clouds_cell(clouds: Iterable[Cloud]) -> Cell:
    """`AWS, GCP`, in that order."""
    found = set(clouds)
    words = ", ".join(CLOUD_WORDS[one] for one in Cloud if one in found)
    return Cell(words, Role.PLAIN, words) if words else BLANK


def identity_cell(binding: Binding) -> Cell:
    """Who it is, in short; where that is not told, why not."""
    identity = binding.identity
    if identity is not None:
        text = shorten(identity.short, MAX_TEXT)
        return Cell(text or identity.text, Role.PLAIN, identity.text)
    if binding.state is BindingState.ROLE_UNKNOWN:
        return Cell("? in the EKS API only", Role.UNKNOWN, None)
    written = written_name(binding)
    if written:
        return Cell(shorten(written, MAX_TEXT), Role.WARN, written)
    if binding.state is BindingState.UNKNOWN:
        return unknown()
    if binding.mechanism is Mechanism.STATIC:
        return Cell("static key", Role.WARN, "static key")
    if binding.mechanism is Mechanism.NODE:
        return Cell("the node's", Role.WARN, "node")
    return unknown()


def written_name(binding: Binding) -> str:
    """What stands in an identity's place and is none, or names it without its account."""
    if binding.declared and binding.declared.text:
        return binding.declared.text
    if binding.mechanism not in _NAMED:
        return ""
    return next((one.text for one in binding.effective if one.text), "")


def account_cell(identities: Iterable[Identity]) -> Cell:
    """The cloud accounts that they lie in."""
    found = sorted({one.where for one in identities if one.where})
    words = ", ".join(found)
    return Cell(shorten(words, MAX_TEXT), Role.PLAIN, words) if words else BLANK


def pods_cell(binding: Binding) -> Cell:
    """`3`, or `1/3 differ`."""
    total = binding.workload.pod_count
    if not total:
        return Cell("none", Role.DIM, 0)
    if binding.behind:
        return Cell(f"{binding.behind}/{total} differ", Role.WARN, total)
    return Cell(str(total), Role.PLAIN, total)


def reason_cell(binding: Binding) -> Cell:
    """Why it is in its state, else what was found, else what is not known."""
    reason = binding.reason or (binding.findings[0].title if binding.findings else "")
    reason = reason or binding.unknown
    if not reason:
        return BLANK
    return Cell(shorten(reason, MAX_TEXT), Role.PLAIN, reason)


def findings_cell(findings: Iterable[Finding], bindings: Iterable[Binding] = ()) -> Cell:
    """`✖1 ▲2`; that there are none is not known where some rule could not be judged."""
    cell = finding_counts(Counter(one.severity for one in findings))
    if not cell.value and any(one.unknowns for one in bindings):
        return unknown("not judged")
    return cell


def findings_role(findings: Iterable[Finding]) -> Role:
    """How bad the worst of them is; information alone is not bad."""
    worst = min((one.severity for one in findings), key=lambda one: one.rank, default=Severity.INFO)
    role = SEVERITY_ROLES[worst]
    return Role.OK if role is Role.DIM else role


def names_cell(names: Iterable[str]) -> Cell:
    """`aws-use1-1 +2`: the first of several names, and how many more; its value is their number."""
    found = sorted(set(names))
    if not found:
        return BLANK
    more = f" +{len(found) - 1}" if len(found) > 1 else ""
    return Cell(f"{shorten(found[0], MAX_TEXT)}{more}", Role.PLAIN, len(found))


def number_cell(number: int) -> Cell:
    """A count."""
    return Cell(str(number), Role.PLAIN if number else Role.DIM, number)


def distinct_findings(*groups: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each once, the worst first."""
    seen = {id(one): one for group in groups for one in group}  # an id of theirs is a hash
    found = {one.id: one for one in seen.values()}
    return tuple(sorted(found.values(), key=lambda one: (one.severity.rank, one.rule, one.cluster)))


def identity_id(identity: Identity) -> str:
    """The id of its row: `aws/aws/000000000000/checkout-reader`."""
    return "/".join((identity.cloud.value, identity.realm, identity.account, identity.name))


def account_id(identity: Identity) -> str:
    """The id of the row of the cloud account that it lies in."""
    return f"{identity.cloud.value}/{identity.where}"


def find_identity(report: IdentityReport, row_id: str) -> Identity | None:
    """The identity behind a row; None when nothing uses it any more."""
    return next((one for one in report.identities if identity_id(one) == row_id), None)
