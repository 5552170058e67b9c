"""Rules on who else can have a service account's cloud identity: WI34, WI37, WI38.

Judged by Kubernetes RBAC alone. Left out are Kubernetes' own components, users of the provider's
control plane, and administrators, who may do anything in all namespaces: the detail counts these.
Sources: Kubernetes RBAC good practices (privilege escalation), kubernetes/pkg/registry/rbac.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.case import AccountCase, Found
from mckconsole.analysis.identity.rules_account_words import Held, held_by, names_of
from mckconsole.analysis.identity.rules_words import (
    MAX_SHOWN,
    annotation,
    cloud_of,
    listed,
    steps,
)
from mckconsole.analysis.rbac import (
    OUTSIDE,
    TOPIC_OF,
    TOPICS,
    Grant,
    RbacIndex,
    Subject,
    WayKind,
    who_can_at_once,
)
from mckconsole.analysis.rbac.model import rule_text
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity
from mckconsole.domain.identity import TokenSecret
from mckconsole.domain.rbac import PolicyRule
from mckconsole.domain.wording import counted

_ALL = ("*",)
_WIDE = ("system:authenticated", "system:unauthenticated", "system:anonymous")
_PROVIDERS = ("system:", "eks:", "aws:", "amazon:", "iam:")
"""How names of users begin that only the control plane has; EKS lets nobody else be called so."""
_MAX_FIXES = 3


def wi34(case: AccountCase) -> Iterator[Found]:
    """WI34: a Secret holds a token that never expires, of an account with a cloud identity."""
    held = held_by(case)
    if not held:
        return
    made = case.account.object
    uid = made.metadata.uid if made else ""
    secrets = [one for one in case.token_secrets if _is_of(one, uid)]
    if secrets:
        yield Found(cloud_of(one.cloud for one in held), _lasting(case, held, secrets))
    elif "token-secrets" in case.facts.unread:
        reason = case.facts.unread["token-secrets"]
        case.unknown("WI34", f"whether lasting tokens exist is not known: {reason}")


def _is_of(secret: TokenSecret, uid: str) -> bool:
    """Whether it is of this very account, not of one of the same name that is gone."""
    theirs = secret.metadata.annotations.account_uid
    return not theirs or not uid or theirs == uid


def _lasting(case: AccountCase, held: Sequence[Held], secrets: Sequence[TokenSecret]) -> Finding:
    names = [one.metadata.name for one in secrets]
    place = case.about.namespace
    shown = []
    for one in secrets[:MAX_SHOWN]:
        ref = case.ref("token-secrets", one)
        for path, value in (
            (
                annotation("kubernetes.io/service-account.name"),
                one.metadata.annotations.account,
            ),
            ("metadata.creationTimestamp", one.metadata.creation_timestamp),
        ):
            at = case.time_of("token-secrets")
            shown.append(Evidence("kubernetes", case.facts.name, ref, path, value, at))
    return case.finding(
        "WI34",
        Severity.HIGH,
        f"{counted(len(names), 'lasting token')} of an account with a cloud identity",
        f"Secret {listed(names)} holds a token of {case.account.key.name} that never expires and "
        f"works from anywhere. The cloud does not take it for {names_of(held)}, but the API server "
        "does, and where RBAC lets the account ask for tokens it is exchanged for one that the "
        "cloud takes.",
        (*shown, *(one for each in held for one in each.evidence)),
        steps(
            f"have its users take a token by TokenRequest: "
            f"{case.kubectl(f'create token {shlex.quote(case.account.key.name)}', place)}",
            case.kubectl(f"delete secret {' '.join(map(shlex.quote, names[:MAX_SHOWN]))}", place),
        ),
        object=case.about,
    )


def reachable(case: AccountCase) -> Iterator[Found]:
    """WI37, WI38: somebody may be the account, or may give it another identity."""
    held = held_by(case)
    if not held:
        return
    unread = [f"{one}: {case.facts.unread[one]}" for one in TOPICS if one in case.facts.unread]
    index = case.facts.rbac
    if unread or index is None:
        why = "; ".join(unread) or "roles and bindings were not read"
        for rule in ("WI37", "WI38"):
            case.unknown(rule, f"who else can have a cloud identity is not fully known: {why}")
    if index is None:
        return
    key, cloud = case.account.key, cloud_of(one.cloud for one in held)
    reach = who_can_at_once(index, key.namespace, key.name)
    own = Subject("ServiceAccount", key.namespace, key.name)
    taken = _told(index, reach.grants(WayKind.RUN, WayKind.TOKEN), own)
    if taken[0]:
        yield Found(cloud, _takes(case, index, held, *taken))
    changed = _told(index, reach.grants(WayKind.REPOINT))
    if changed[0]:
        yield Found(cloud, _repoints(case, index, held, *changed))


def _told(
    index: RbacIndex, grants: Sequence[Grant], own: Subject | None = None
) -> tuple[list[Grant], int]:
    """The grants to tell of, and how many administrators there are beside."""
    kept = [one for one in grants if one.subject != own and not _provided(one.subject)]
    admins = {one.subject for one in kept if _everything(index, one) and not _wide(one.subject)}
    return [one for one in kept if one.subject not in admins], len(admins)


def _provided(subject: Subject) -> bool:
    """Whether only the control plane can be this user."""
    return subject.kind == "User" and not subject.public and subject.name.startswith(_PROVIDERS)


def _everything(index: RbacIndex, grant: Grant) -> bool:
    """Whether its rule allows everything in all namespaces."""
    if grant.namespace or grant.resource_names:
        return False
    rule = _rule(index, grant)
    return rule.verbs == rule.resources == rule.api_groups == _ALL


def _rule(index: RbacIndex, grant: Grant) -> PolicyRule:
    """The rule of the role that allows it."""
    rules = index.rules(grant.role.kind, grant.role.namespace, grant.role.name)
    return rules[int(grant.rule_path.removeprefix("rules[").removesuffix("]"))]


def _wide(subject: Subject) -> bool:
    """Whether it means so many that nobody can have meant them as administrators."""
    return subject.name in _WIDE or subject.name.startswith("system:serviceaccounts")


def _takes(
    case: AccountCase, index: RbacIndex, held: Sequence[Held], grants: Sequence[Grant], admins: int
) -> Finding:
    who = _subjects(grants)
    tokens = any("serviceaccounts/token" in one.resources for one in grants)
    return case.finding(
        "WI37",
        Severity.HIGH,
        f"{_count(who)} can take the cloud identity",
        f"{listed(who)} can {_ways(grants)} in {case.about.namespace}, and so be "
        f"{names_of(held)}.{_others(admins)}",
        _evidence(case, index, held, grants),
        _tighten(
            case,
            grants,
            "create on serviceaccounts/token and on pods and what makes pods" if tokens
            else "create on pods and what makes pods",
            "serviceaccounts/token can be limited by resourceNames; who must create pods belongs "
            "into a namespace of its own",
        ),
        object=case.about,
    )  # fmt: skip


def _ways(grants: Sequence[Grant]) -> str:
    found = sorted({name for one in grants for name in one.resources})
    return f"create {listed(found)}"


def _repoints(
    case: AccountCase, index: RbacIndex, held: Sequence[Held], grants: Sequence[Grant], admins: int
) -> Finding:
    who = _subjects(grants)
    return case.finding(
        "WI38",
        Severity.HIGH,
        f"{_count(who)} can re-point the cloud identity",
        f"{listed(who)} can change the annotations of {case.about}, and with them which identity "
        f"its pods get in place of {names_of(held)}: any that trusts this service account or "
        f"its whole namespace.{_others(admins)}",
        _evidence(case, index, held, grants),
        _tighten(
            case,
            grants,
            "update and patch on serviceaccounts",
            "or limit it by resourceNames to accounts without a cloud identity",
        ),
        object=case.about,
    )


def _count(who: Sequence[str]) -> str:
    return f"{len(who)} others" if len(who) > 1 else f"{who[0]}"


def _subjects(grants: Sequence[Grant]) -> list[str]:
    return list(dict.fromkeys(str(one.subject) for one in grants))


def _others(admins: int) -> str:
    beside = f" Beside them {counted(admins, 'administrator')} can do anything." if admins else ""
    return f"{beside} {OUTSIDE[0].upper()}{OUTSIDE[1:]}."


def _evidence(
    case: AccountCase, index: RbacIndex, held: Sequence[Held], grants: Sequence[Grant]
) -> Iterator[Evidence]:
    """Each subject's binding, role and rule, once; then the identity."""
    told: dict[Subject, Grant] = {}
    for grant in grants:
        told.setdefault(grant.subject, grant)
    for grant in list(told.values())[:MAX_SHOWN]:
        key = (grant.binding, grant.subject_path, grant.role, grant.rule_path)
        seen = case.common.evidence.get(key)
        if seen is None:
            role = f"{grant.role.kind} {grant.role.name}"
            seen = case.common.evidence[key] = (
                _saw(case, grant.binding, grant.subject_path, str(grant.subject)),
                _saw(case, grant.binding, "roleRef", role),
                _saw(case, grant.role, grant.rule_path, rule_text(_rule(index, grant))),
            )
        yield from seen
    for one in held:
        yield from one.evidence


def _saw(case: AccountCase, ref: ObjectRef, path: str, value: str) -> Evidence:
    at = case.time_of(TOPIC_OF[ref.kind])
    return Evidence("kubernetes", case.facts.name, ref, path, value, at)


def _tighten(case: AccountCase, grants: Sequence[Grant], what: str, hint: str) -> str:
    key = (what, *map(id, grants))  # which the index holds
    found = case.common.fixes.get(key)
    if found is None:
        found = case.common.fixes[key] = _fixes(case, grants, what, hint)
    return found


def _fixes(case: AccountCase, grants: Sequence[Grant], what: str, hint: str) -> str:
    roles = dict.fromkeys((one.role, one.rule_path) for one in grants)
    fixes = []
    index = case.facts.rbac
    for role, path in list(roles)[:_MAX_FIXES]:
        if index is not None and role.kind == "ClusterRole" and index.common(role.name):
            fixes.append(
                f"bind another role in place of ClusterRole {role.name}, without {what}: that one "
                "comes with Kubernetes or is put together from others, so edits of it do not last"
            )
            continue
        edit = case.kubectl(f"edit {shlex.quote(f'{role.kind.lower()}/{role.name}')}",
                            role.namespace)  # fmt: skip
        fixes.append(f"{edit}: take {what} out of {path}")
    bindings = dict.fromkeys(one.binding for one in grants)
    for binding in list(bindings)[:_MAX_FIXES]:
        shown = case.kubectl(
            f"get {shlex.quote(f'{binding.kind.lower()}/{binding.name}')} -o yaml",
            binding.namespace,
        )
        fixes.append(f"or take the subject out of the binding: {shown}")
    return steps(*dict.fromkeys(fixes), hint)
