"""Rules on what a service account declares: is it an identity at all, and one that is meant?

WI03, WI04, WI13, WI14, WI18. No webhook refuses a malformed identity: it is injected as it stands,
and the cloud refuses every request later. Sources: amazon-eks-pod-identity-webhook pkg/cache,
azure-workload-identity pkg/webhook, IAM identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import AccountCase, Found
from mckconsole.analysis.identity.formats import (
    default_account,
    guid,
    parse_mail,
    parse_role,
    trimmed,
)
from mckconsole.analysis.identity.model import Cloud, Declaration, Mechanism, Trace
from mckconsole.analysis.identity.rules_account_words import (
    annotate,
    declare,
    key_of,
    restarts,
    show_account,
)
from mckconsole.analysis.identity.rules_words import annotation, named, show, steps
from mckconsole.domain.cloudkeys import AZURE_EXPIRATION, AZURE_TENANT, AZURE_USE, GCP_PROVIDER
from mckconsole.domain.findings import Evidence, Finding, Severity
from mckconsole.domain.text import shorten

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_SHORTEST, _LONGEST = 3600, 86400
_BARE_ROLE = re.compile(r"(?:role/)?[\w+=,.@-]{1,64}", re.ASCII)
_PROVIDER = "projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/NAME"
_FAULT = re.compile(r"”(?: is no [\w ]+)?: (.+)$|^(client id and tenant id are) both")
"""The words of a problem that say what is wrong, without the text that it is wrong with."""
_BESIDE = {Mechanism.AZURE: AZURE_TENANT, Mechanism.GCP_FEDERATION: GCP_PROVIDER}
_TITLE = 90


class _Format(NamedTuple):
    """What is expected of a cloud's identity."""

    rule: str
    what: str
    consequence: str
    example: str


_FORMATS = {
    Cloud.AWS: _Format(
        "WI03",
        "role ARN",
        "The webhook injects it unread, so pods start, and STS refuses every request for "
        "credentials.",
        "arn:aws:iam::ACCOUNT:role/NAME",
    ),
    Cloud.AZURE: _Format(
        "WI13",
        "Azure id",
        "The webhook injects it unread, so pods start, and Entra ID refuses every request for a "
        "token.",
        "CLIENT_ID",
    ),
    Cloud.GCP: _Format(
        "WI18",
        "Google identity",
        "Nothing in the cluster checks it, so pods start, and Google refuses every request for a "
        "token.",
        "NAME@PROJECT.iam.gserviceaccount.com",
    ),
}


def malformed(case: AccountCase) -> Iterator[Found]:
    """WI03, WI13, WI18: what is declared is no identity of its cloud."""
    for declared in case.account.declarations:
        form = _FORMATS.get(declared.cloud)
        if form and declared.problem:
            yield Found(declared.cloud, _malformed(case, declared, form))


def _malformed(case: AccountCase, declared: Declaration, form: _Format) -> Finding:
    return case.finding(
        form.rule,
        _severity(declared),
        _title(declared, form),
        f"{declared.trace.object} declares an identity for {declared.mechanism}, but "
        f"{declared.problem}. {form.consequence}",
        (*show(case, declared), *_beside(case, declared)),
        steps(_correct(case, declared, form), *restarts(case)),
        object=case.about,
        subject=f"{declared.mechanism} {declared.trace.path}",
    )


def _title(declared: Declaration, form: _Format) -> str:
    found = _FAULT.search(declared.problem)
    words = (found[1] or f"{found[2]} the same") if found else ""
    return shorten(f"{form.what}: {words}" if words else declared.problem, _TITLE)


def _severity(declared: Declaration) -> Severity:
    """High; medium for what may be meant: an unknown partition, or a bare name, which a webhook
    with --compose-role-arn completes."""
    bare = declared.cloud is Cloud.AWS and _BARE_ROLE.fullmatch(declared.text)
    return Severity.MEDIUM if bare or declared.identity is not None else Severity.HIGH


def _beside(case: AccountCase, declared: Declaration) -> Iterator[Evidence]:
    """What else the identity is put together from."""
    key = _BESIDE.get(declared.mechanism)
    notes = case.account.object.metadata.annotations if case.account.object else {}
    if key and key in notes and key != key_of(declared):
        yield from show_account(case, key, annotation(key), notes[key])
    elif key == AZURE_TENANT and case.facts.tenant:
        yield case.derived("default tenant, by azure-wi-webhook-config", case.facts.tenant)


def _correct(case: AccountCase, declared: Declaration, form: _Format) -> str:
    """The command that puts it right; with the value, where only what stands around is wrong."""
    if declared.problem.startswith("tenant id"):
        made = case.account.object
        if made and AZURE_TENANT in made.metadata.annotations:
            return annotate(case, AZURE_TENANT, "TENANT_ID")
        return "set AZURE_TENANT_ID in the ConfigMap azure-wi-webhook-config; restart the webhook"
    if "provider" in declared.problem:
        return annotate(case, GCP_PROVIDER, _PROVIDER)
    bare = trimmed(declared.text)
    exact = {
        Cloud.AWS: parse_role(bare).identity is not None,
        Cloud.GCP: parse_mail(bare).identity is not None,
        Cloud.AZURE: bool(guid(bare)),
    }[declared.cloud]
    spaced = exact and bare != declared.text
    return declare(case, declared, bare if spaced else form.example)


def wi04(case: AccountCase) -> Iterator[Found]:
    """WI04: an identity of another partition, or of an account that is not meant."""
    for declared in case.account.declarations:
        identity = declared.identity
        if identity is None:
            continue
        ours = case.facts.partition
        foreign = identity.cloud is Cloud.AWS and ours and identity.realm != ours
        if foreign and not declared.problem:
            yield Found(Cloud.AWS, _partition(case, declared, identity.realm))
        allowed = {one.lower() for one in case.policy.accounts}
        where = identity.where
        if allowed and where and where.lower() not in allowed and declared.cloud in _FORMATS:
            yield Found(identity.cloud, _account(case, declared, where))


def _partition(case: AccountCase, declared: Declaration, theirs: str) -> Finding:
    ours = case.facts.partition
    return case.finding(
        "WI04",
        Severity.MEDIUM,
        f"role of partition {theirs} in a cluster of {ours}",
        f"{declared.trace.object} declares {declared.text}. Partitions trust nothing of each "
        f"other: STS of {ours}, which the cluster's nodes use, knows no role of {theirs}.",
        (*show(case, declared), case.derived("partition by the nodes' region", ours)),
        steps(
            declare(case, declared, f"arn:{ours}:iam::ACCOUNT:role/NAME"),
            *restarts(case),
        ),
        object=case.about,
        subject=f"partition {declared.mechanism}",
    )


def _account(case: AccountCase, declared: Declaration, where: str) -> Finding:
    called = {Cloud.AWS: "account", Cloud.GCP: "project"}.get(declared.cloud, "tenant")
    allowed = ", ".join(sorted(case.policy.accounts))
    return case.finding(
        "WI04",
        Severity.MEDIUM,
        f"identity in {called} {where}, which is not among those allowed",
        f"{declared.trace.object} declares {declared.text}, which lies in {called} {where}. The "
        "configuration's identity.accounts does not have it.",
        (*show(case, declared), case.derived("identity.accounts of the configuration", allowed)),
        f"if it is meant, add {where} to identity.accounts of the configuration; else "
        f"{declare(case, declared, _FORMATS[declared.cloud].example)}",
        object=case.about,
        subject=f"account {declared.mechanism}",
    )


def wi14(case: AccountCase) -> Iterator[Found]:
    """WI14: an expiration for which Azure's webhook rejects every pod."""
    made = case.account.object
    value = made.metadata.annotations.get(AZURE_EXPIRATION) if made else None
    if value is not None and _refused(value):
        seen = show_account(case, AZURE_EXPIRATION, annotation(AZURE_EXPIRATION), value)
        fix = annotate(case, AZURE_EXPIRATION, str(_SHORTEST))
        yield _expiration(case, value, tuple(seen), fix, "")
    for workload in case.workloads:
        meta = workload.shapes[0].pod.metadata if workload.shapes else None
        value = meta.annotations.get(AZURE_EXPIRATION) if meta else None
        if meta and value is not None and _refused(value) and AZURE_USE in meta.labels:
            path = annotation(AZURE_EXPIRATION)
            pod = case.ref("pods", workload.shapes[0].pod)
            fix = f"set {path} to {_SHORTEST} in the pod template of {named(workload)}"
            seen_there = (case.seen(Trace(pod, path, value)),)
            yield _expiration(case, value, seen_there, fix, named(workload))


def _refused(value: str) -> bool:
    """Whether the webhook refuses it: strconv.ParseInt, then the two limits."""
    return not _WHOLE.fullmatch(value) or not _SHORTEST <= int(value) <= _LONGEST


def _expiration(
    case: AccountCase, value: str, seen: tuple[Evidence, ...], fix: str, workload: str
) -> Found:
    who = workload or f"service account {case.account.key.name}"
    events = case.kubectl("get events --field-selector reason=FailedCreate", case.about.namespace)
    finding = case.finding(
        "WI14",
        Severity.HIGH,
        f"Azure token expiration “{shorten(value, 20)}” is refused",
        f"The webhook takes a whole number of seconds from {_SHORTEST} to {_LONGEST}, and rejects "
        f"every new pod of {who} that is labelled {AZURE_USE}: what runs goes on until its pods "
        "are made anew.",
        seen,
        steps(fix, f"{events} shows what was rejected"),
        object=case.about,
        subject=workload,
    )
    return Found(Cloud.AZURE, finding)


def wi18(case: AccountCase) -> Iterator[Found]:
    """WI18, second half: a default service account, which may do far too much."""
    for declared in case.account.declarations:
        if default_account(declared.identity):
            yield Found(Cloud.GCP, _default(case, declared))


def _default(case: AccountCase, declared: Declaration) -> Finding:
    engine = "App Engine" if "@appspot" in declared.text else "Compute Engine"
    return case.finding(
        "WI18",
        Severity.MEDIUM,
        f"{engine}'s default service account",
        f"{declared.trace.object} declares {declared.text}, the account that everything of "
        f"{engine} in the project runs as unless told otherwise. It is Editor of the whole project "
        "unless somebody took that away, and its log entries tell nobody who it was.",
        show(case, declared),
        steps(
            f"gcloud iam service-accounts create {case.account.key.name}",
            declare(case, declared, _FORMATS[Cloud.GCP].example),
            *restarts(case),
        ),
        object=case.about,
        subject=f"default {declared.mechanism}",
    )
