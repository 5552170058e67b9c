"""Rules on identities that a webhook gives to pods when they are made: WI01, WI02, WI05.

What was declared later than a pod was made never reaches it; what was declared before and is not
there shows that the webhook did not answer, was too early, or was told to skip. Sources:
amazon-eks-pod-identity-webhook pkg/handler and #174, #264; azure-workload-identity pkg/webhook.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.injection import skipped, unserved
from mckconsole.analysis.identity.model import (
    Cloud,
    Declaration,
    Mechanism,
    Shape,
    Trace,
    WebhookFacts,
)
from mckconsole.analysis.identity.rules_words import label, show, steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    Place,
    Signs,
    live,
    on_pod,
    places_of,
    variable,
)
from mckconsole.analysis.identity.rules_workload_remedies import patch_template
from mckconsole.domain.cloudkeys import AZURE_USE, EKS_SKIP_WEBHOOK
from mckconsole.domain.findings import Severity
from mckconsole.domain.pods import Pod
from mckconsole.domain.text import shorten
from mckconsole.domain.times import parse_rfc3339
from mckconsole.domain.wording import counted

POD_IDENTITY_ENV = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
_NEEDS: Mapping[Mechanism, tuple[str, ...]] = MappingProxyType(
    {
        Mechanism.IRSA: ("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE"),
        Mechanism.POD_IDENTITY: (POD_IDENTITY_ENV,),
        Mechanism.AZURE: ("AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"),
        Mechanism.GCP_FEDERATION: ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"),
    }
)
"""Variables by which a container shows that a webhook has given it an identity."""
_RACE = 120.0
"""Seconds after a declaration within which the webhook may not have known of it yet."""
_TITLE = 60


def injected(case: Case) -> list[Declaration]:
    """What a webhook must have given to the pods, one per cloud: an association beats the rest."""
    found: dict[Cloud, Declaration] = {}
    for one in case.account.declarations:
        incomplete = one.mechanism is Mechanism.GCP_FEDERATION and one.identity is None
        if one.mechanism not in _NEEDS or incomplete:
            continue
        held = found.get(one.cloud)
        if held is None or one.mechanism is Mechanism.POD_IDENTITY:
            found[one.cloud] = one
    return list(found.values())


def missing(place: Place, mechanism: Mechanism) -> tuple[str, ...]:
    """The variables that a container lacks of what the webhook gives; empty when it has it.

    One half of a pair is no sign of a webhook that did not answer (see WI06).
    """
    needs = _NEEDS[mechanism]
    lacking = tuple(name for name in needs if not place.given(name))
    match mechanism:
        case Mechanism.IRSA:
            return lacking if lacking == needs and not place.given(POD_IDENTITY_ENV) else ()
        case Mechanism.POD_IDENTITY:
            # with a role by web identity it is somebody all the same: see WI05
            return () if place.given("AWS_ROLE_ARN") else lacking
        case Mechanism.GCP_FEDERATION:
            return lacking if lacking == needs else ()
    return lacking


def wi01(case: Case) -> Iterator[Found]:
    """WI01: pods that were made before the identity was declared, and have nothing of it."""
    yield from _without(case, "WI01")


def wi02(case: Case) -> Iterator[Found]:
    """WI02: pods that were made after the identity was declared, and have nothing of it."""
    yield from _without(case, "WI02")


def _without(case: Case, rule: str) -> Iterator[Found]:
    topics = ("serviceaccounts", "pods")
    unread = next((why for one in topics if (why := case.facts.unread.get(one))), "")
    if unread and case.workload.shapes:
        case.unknown(rule, unread)
    if "pods" in case.facts.unread:
        return
    for declared in injected(case):
        since = parse_rfc3339(declared.since)
        if since is None:
            case.unknown(rule, "it is not told since when an identity is declared")
            continue
        signs, pods = Signs(), dict[str, Pod]()
        for shape in case.workload.shapes:
            if _optional(case, shape, declared):
                continue
            found = list(_made_when(case, shape, declared, since, older=rule == "WI01"))
            if found and _bare(case, shape, declared, signs):
                pods.update((pod.metadata.name, pod) for pod in found)
        if pods and (doubt := _kept_away(case, declared)):
            case.unknown(rule, doubt)
        elif pods:
            judge = _older if rule == "WI01" else _newer
            yield judge(case, declared, signs, list(pods.values()))


def _made_when(
    case: Case, shape: Shape, declared: Declaration, since: float, *, older: bool
) -> Iterator[Pod]:
    """The pods of a shape that were made before the declaration, or after it; or whenever, where
    making them anew would not change anything."""
    exempt = _opted_out(shape, declared) or unserved(case.facts, case.workload, declared.mechanism)
    for pod in live(shape):
        made = parse_rfc3339(pod.metadata.creation_timestamp)
        if made is not None and (made < since and not exempt) is older:
            yield pod


def _optional(case: Case, shape: Shape, declared: Declaration) -> bool:
    """Whether the webhook is not expected to act: Azure's without the label, or where AKS keeps it
    from acting. Other rules tell that."""
    if declared.mechanism is not Mechanism.AZURE:
        return False
    exempt = case.namespace == "kube-system" and case.facts.provider == "aks"
    return exempt or shape.pod.metadata.labels.get(AZURE_USE) != "true"


def _kept_away(case: Case, declared: Declaration) -> str:
    """Why AKS may keep Azure's webhook from acting; empty when it does not, or `_optional` says."""
    facts = case.facts
    if declared.mechanism is not Mechanism.AZURE or case.namespace != "kube-system":
        return ""
    unread = "" if facts.provider else facts.unread.get("nodes", "")
    return f"whether AKS leaves kube-system out is not known: {unread}" if unread else ""


def _opted_out(shape: Shape, declared: Declaration) -> bool:
    return declared.cloud is Cloud.AWS and EKS_SKIP_WEBHOOK in shape.pod.metadata.labels


def _bare(case: Case, shape: Shape, declared: Declaration, signs: Signs) -> bool:
    """Whether a container of the shape lacks what the webhook gives; adds what it lacks."""
    skip = skipped(declared.cloud, shape)
    wanted = [
        place
        for place in places_of(case, shape)
        if place.injected and place.container.name not in skip
    ]
    lacking = [(one, gone) for one in wanted if (gone := missing(one, declared.mechanism))]
    if len(lacking) < len(wanted):
        # what another webhook added later never passed this one
        template = case.workload.template
        own = {one.name for one in template.spec.containers} if template else set()
        lacking = [one for one in lacking if one[0].container.name in own]
    for place, gone in lacking:
        signs.add(place, *(variable(case, place, name) for name in gone))
    return bool(lacking)


def _made(case: Case, signs: Signs, pods: list[Pod]) -> None:
    """When the oldest and the newest of these pods were made."""
    ordered = sorted(pods, key=lambda pod: pod.metadata.creation_timestamp)
    for pod in dict.fromkeys((ordered[0].metadata.name, ordered[-1].metadata.name)):
        found = next(one for one in ordered if one.metadata.name == pod)
        signs.add(None, case.seen(_creation(case, found)))


def _creation(case: Case, pod: Pod) -> Trace:
    made = pod.metadata.creation_timestamp
    return Trace(case.ref("pods", pod), "metadata.creationTimestamp", made)


def _who(declared: Declaration) -> str:
    """Who declared it and when, in words."""
    by = f" by {declared.written_by}" if declared.written_by else ""
    if declared.written_at:
        return f"declared{by} no later than {declared.written_at}"
    if not declared.dated:
        return f"declared{by} (when is not told)"
    return f"declared{by} since {declared.since}"


def _share(case: Case, pods: list[Pod]) -> str:
    every = sum(len(live(shape)) for shape in case.workload.shapes)
    return counted(every, "pod") if len(pods) == every else f"{len(pods)} of {every} pods"


def _older(case: Case, declared: Declaration, signs: Signs, pods: list[Pod]) -> Found:
    signs.add(None, *show(case, declared))
    _made(case, signs, pods)
    title = f"Pods are older than their identity {shorten(declared.text, _TITLE)}"
    detail = (
        f"{declared.text} was {_who(declared)}; {_share(case, pods)} had been made before that. "
        f"The webhook works when a pod is made, so {signs.names} has none of it until its pod is "
        "made anew: it runs without an identity, or with the node's."
    )
    fix = case.restart()
    return signs.found(case, "WI01", Severity.HIGH, declared.cloud, title, detail, fix)


def _newer(case: Case, declared: Declaration, signs: Signs, pods: list[Pod]) -> Found:
    signs.add(None, *show(case, declared))
    _made(case, signs, pods)
    opted = next((one for one in signs.shapes.values() if _opted_out(one, declared)), None)
    severity, why, fixes = Severity.HIGH, "", list[str]()
    if opted is not None:
        severity, why, fixes = Severity.LOW, *_told_to_skip(case, opted, signs)
    else:
        severity, why, fixes = _webhook(case, declared, signs, pods)
    title = f"Pods did not get their identity {shorten(declared.text, _TITLE)}"
    since = parse_rfc3339(declared.since) or 0.0
    later = all((parse_rfc3339(one.metadata.creation_timestamp) or 0.0) >= since for one in pods)
    after = "made after that" if later and declared.dated else "there"
    number = _share(case, pods)
    detail = (
        f"{declared.text} was {_who(declared)}; {number} {'is' if number == '1 pod' else 'are'} "
        f"{after}, and {signs.names} has none of it: {why}. It runs without an identity, or with "
        "the node's."
    )
    fix = steps(*fixes)
    return signs.found(case, "WI02", severity, declared.cloud, title, detail, fix)


def _told_to_skip(case: Case, shape: Shape, signs: Signs) -> tuple[str, list[str]]:
    value = shape.pod.metadata.labels.get(EKS_SKIP_WEBHOOK, "")
    signs.add(None, on_pod(case, shape, label(EKS_SKIP_WEBHOOK), value))
    fix = patch_template(case, {"metadata": {"labels": {EKS_SKIP_WEBHOOK: None}}})
    return "the pods' label keeps the webhook away, whatever its value", [fix]


def _webhook(
    case: Case, declared: Declaration, signs: Signs, pods: list[Pod]
) -> tuple[Severity, str, list[str]]:
    """Why the webhook has not acted, as far as it can be told, and what to do."""
    mechanism = declared.mechanism
    aws = mechanism is Mechanism.POD_IDENTITY
    hook = case.facts.webhook(mechanism) or (case.facts.webhook(Mechanism.IRSA) if aws else None)
    if hook is None:
        return _no_webhook(case, declared, signs)
    path = f"webhooks[{hook.index}].failurePolicy"
    signs.add(None, case.seen(Trace(hook.object, path, hook.failure_policy)))
    fixes = _look(case, hook)
    if hook.ready == 0:
        signs.add(None, case.derived("ready endpoints of the webhook's Service", "0"))
        return Severity.HIGH, "the webhook has no ready endpoint", fixes
    if not declared.dated:
        why = "they are older than that, or the webhook did not act on them"
        fixes = [case.restart(), *fixes[:-1]]
    elif _raced(declared, pods):
        why = "they were made at once with it, probably before the webhook knew of it"
    elif hook.failure_policy == "Ignore":
        why = (
            "probably the webhook did not answer, and pods are made without (failurePolicy Ignore)"
        )
    else:
        why = "the webhook did not act on them"
    return Severity.HIGH, why, fixes


def _no_webhook(case: Case, declared: Declaration, signs: Signs) -> tuple[Severity, str, list[str]]:
    unread = case.facts.unread.get("mutatingwebhooks")
    if unread:
        look = case.kubectl("get mutatingwebhookconfigurations")
        return Severity.HIGH, f"why is not known ({unread})", [look, case.restart()]
    mechanism = declared.mechanism
    signs.add(None, case.derived(f"webhook of {mechanism}", "none in this cluster"))
    # one manifest for clusters of several clouds is common, and harmless
    abroad = case.facts.cloud not in (None, declared.cloud)
    fixes = [f"install the webhook of {mechanism} in this cluster", case.restart()]
    why = f"no webhook of {mechanism} was found here"
    return Severity.LOW if abroad else Severity.HIGH, why, fixes


def _look(case: Case, hook: WebhookFacts) -> list[str]:
    """Where to look at a webhook, and what to do then."""
    name = shlex.quote(hook.object.name)
    fixes = [
        case.kubectl(f"get mutatingwebhookconfigurations {name} -o yaml"),
        case.restart(),
    ]
    if hook.service:
        namespace, service = hook.service
        selector = shlex.quote(f"kubernetes.io/service-name={service}")
        fixes.insert(0, case.kubectl(f"get endpointslices -l {selector}", namespace))
    return fixes


def _raced(declared: Declaration, pods: list[Pod]) -> bool:
    """Whether all of the pods were made within moments of the declaration."""
    since = parse_rfc3339(declared.since) or 0.0
    made = (parse_rfc3339(pod.metadata.creation_timestamp) or 0.0 for pod in pods)
    return all(at - since <= _RACE for at in made)
