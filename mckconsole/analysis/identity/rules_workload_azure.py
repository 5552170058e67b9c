"""Rules on pods of Azure Workload Identity: WI10, WI11, WI12, WI16, WI17.

The webhook chooses pods by a label that must stand on the pod and must be exactly `true`; AKS keeps
webhooks away from kube-system. Sources: azure-workload-identity pkg/webhook and its Helm chart's
objectSelector; Azure/azure-workload-identity#525, #932.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_azure import CLIENT, TOKEN_FILE
from mckconsole.analysis.identity.injection import skipped, taken_by_others
from mckconsole.analysis.identity.model import Cloud, Declaration, Mechanism, Shape, Trace
from mckconsole.analysis.identity.rules_words import annotation, label, show, steps, template_path
from mckconsole.analysis.identity.rules_workload_evidence import (
    UNSET,
    Signs,
    live,
    on_owner,
    on_pod,
    places,
    places_of,
    variable,
    written,
)
from mckconsole.analysis.identity.rules_workload_remedies import declare_on, patch_template
from mckconsole.domain.cloudkeys import AZURE_CLIENT, AZURE_PROXY, AZURE_USE
from mckconsole.domain.findings import Severity

_TRUE = "true"
_OFF = frozenset({"", "false", "no", "off", "0", "disabled"})
_LABELLED: dict[str, object] = {"metadata": {"labels": {AZURE_USE: _TRUE}}}


def _declared(case: Case) -> Declaration | None:
    found = (one for one in case.account.declarations if one.mechanism is Mechanism.AZURE)
    return next(found, None)


def _label(shape: Shape) -> str:
    return shape.pod.metadata.labels.get(AZURE_USE, "")


def _template_labels(case: Case) -> dict[str, str] | None:
    """Labels that the next pods get; None where what makes them is not known."""
    template = case.workload.template
    return template.metadata.labels if template is not None else None


def _misplaced(case: Case) -> Iterator[tuple[str, str, bool]]:
    """Where the label stands to no effect: path, value, and whether that is on the pods."""
    labels = _template_labels(case)
    value = (labels or {}).get(AZURE_USE, "")
    if value != _TRUE and value.casefold() not in _OFF:
        yield f"{template_path(case.workload)}.{label(AZURE_USE)}", value, False
    controller = case.workload.controller
    own = controller.metadata.labels.get(AZURE_USE, "") if controller else ""
    if own.casefold() not in _OFF and AZURE_USE not in (labels or {}):
        yield label(AZURE_USE), own, False
    for shape in case.workload.shapes:
        value = _label(shape)
        if value != _TRUE and value.casefold() not in _OFF:
            yield label(AZURE_USE), value, True
        note = shape.pod.metadata.annotations.get(AZURE_USE, "")
        if note.casefold() not in _OFF and AZURE_USE not in shape.pod.metadata.labels:
            yield annotation(AZURE_USE), note, True


def _without_label(case: Case) -> list[Shape]:
    """Shapes with live pods that have no such label, nor the identity by hand."""
    return [
        shape
        for shape in case.workload.shapes
        if live(shape) and AZURE_USE not in shape.pod.metadata.labels and not _by_hand(case, shape)
    ]


def _by_hand(case: Case, shape: Shape) -> bool:
    """Whether a container has the token without the webhook."""
    return any(place.given(TOKEN_FILE) for place in places_of(case, shape))


def wi10(case: Case) -> Iterator[Found]:
    """WI10: the account declares an Azure identity, and its pods have no label."""
    declared = _declared(case)
    if "serviceaccounts" in case.facts.unread and case.workload.shapes:
        case.unknown("WI10", case.facts.unread["serviceaccounts"])
    if declared is None or any(_misplaced(case)):
        return
    if "pods" in case.facts.unread:
        case.unknown("WI10", case.facts.unread["pods"])
        return
    signs, labels = Signs(), _template_labels(case)
    running = any(live(shape) for shape in case.workload.shapes)
    bare = _without_label(case)
    for shape in bare:
        signs.add(None, on_pod(case, shape, label(AZURE_USE), UNSET))
    unlabelled = labels is not None and AZURE_USE not in labels
    if unlabelled and (bare or not running):
        signs.add(None, on_owner(case, f"{template_path(case.workload)}.{label(AZURE_USE)}", UNSET))
    if not signs:
        return
    signs.add(None, *show(case, declared))
    title = "Azure identity is declared, the pods lack the label"
    detail = (
        f"{declared.trace.object} declares the client id {declared.text}, but the webhook looks "
        f'only at pods with the label {AZURE_USE}: "true", and these have none: no '
        f"{CLIENT}, no token. A label on the {case.workload.key.kind} itself does nothing."
    )
    severity, others = Severity.HIGH, [taken_by_others(case.account, one) for one in bare]
    if bare and all(others):
        severity = Severity.LOW
        detail += f" That may be meant: {others[0]}, and needs no label for that."
    fix = patch_template(case, _LABELLED)
    if labels is not None and not unlabelled:
        fix = case.restart()
    yield signs.found(case, "WI10", severity, Cloud.AZURE, title, detail, fix)


def wi11(case: Case) -> Iterator[Found]:
    """WI11: pods are labelled, and no client id is told anywhere."""
    labelled = [one for one in case.workload.shapes if _label(one) == _TRUE and live(one)]
    if not labelled or _declared(case) is not None:
        return
    unread = case.facts.unread.get("serviceaccounts") or case.account.unknown
    if case.account.object is None or unread:
        case.unknown("WI11", unread or "the service account was not found")
        return
    signs = Signs()
    for shape in labelled:
        found = list(places_of(case, shape))
        if any(place.given(CLIENT) for place in found):
            return
        if any(place.hidden for place in found):
            case.unknown("WI11", "variables of whole ConfigMaps and Secrets (envFrom) are not read")
            return
        signs.add(None, on_pod(case, shape, label(AZURE_USE), _TRUE))
        for place in found:
            if place.role == "app":
                signs.add(place, variable(case, place, CLIENT))
    path = annotation(AZURE_CLIENT)
    signs.add(None, case.seen(Trace(case.account_ref(), path, UNSET)))
    title = "Azure label on the pods, no client id anywhere"
    detail = (
        f"The webhook gives {signs.names} a token and a tenant, but {case.account.key.name} is "
        f"not annotated with {AZURE_CLIENT} and {CLIENT} is not set: SDKs that are not told a "
        "client id in code or configuration fail."
    )
    fix = steps(
        *declare_on(case, f"{AZURE_CLIENT}=CLIENT_ID"),
        case.restart(),
    )
    yield signs.found(case, "WI11", Severity.MEDIUM, Cloud.AZURE, title, detail, fix)


def wi12(case: Case) -> Iterator[Found]:
    """WI12: the label where it does nothing, or with a value that is not exactly `true`."""
    signs, values, wrong = Signs(), dict[str, None](), False
    for path, value, on_pods in _misplaced(case):
        values[value] = None
        wrong = wrong or (value != _TRUE and path.endswith(label(AZURE_USE)))
        shape = next(
            (
                one
                for one in case.workload.shapes
                if on_pods and value in (_label(one), one.pod.metadata.annotations.get(AZURE_USE))
            ),
            None,
        )
        owned = on_owner(case, path, value)
        signs.add(None, on_pod(case, shape, path, value) if shape else owned)
    running = [one for one in case.workload.shapes if live(one)]
    if not signs or (running and all(_label(one) == _TRUE for one in running)):
        return  # whatever else it is on, the pods have it
    declared = _declared(case)
    signs.add(None, *written(case, AZURE_USE), *(show(case, declared) if declared else ()))
    shown = ", ".join(repr(value) for value in values)
    if wrong:
        title = f"Azure label has the value {shown}, not 'true'"
    else:
        title = f"Azure label is on the {case.workload.key.kind}, not on its pods"
    detail = (
        f'The webhook chooses pods whose own label {AZURE_USE} is exactly "true". Here it is '
        f"{shown} {'' if wrong else 'in another place '}and does nothing: the pods get no "
        "identity, and nobody is told."
    )
    fix = patch_template(case, _LABELLED)
    yield signs.found(case, "WI12", Severity.HIGH, Cloud.AZURE, title, detail, fix)


def wi16(case: Case) -> Iterator[Found]:
    """WI16: pods in kube-system of AKS, from which webhooks are kept away."""
    if case.namespace != "kube-system" or case.facts.provider != "aks":
        return
    signs = Signs()
    for place in places(case):
        shape = place.shape
        skip = place.container.name in skipped(Cloud.AZURE, shape) or not place.injected
        if skip or _label(shape) != _TRUE or not live(shape) or place.given(TOKEN_FILE):
            continue
        signs.add(
            place,
            on_pod(case, shape, label(AZURE_USE), _TRUE),
            variable(case, place, TOKEN_FILE),
        )
    if not signs:
        return
    if "pods" in case.facts.unread:
        case.unknown("WI16", case.facts.unread["pods"])
        return
    title = "Azure Workload Identity in kube-system, from which AKS keeps webhooks"
    detail = (
        f"The pods are labelled for the webhook, but {signs.names} has no {TOKEN_FILE}: AKS' "
        "admissions enforcer exempts kube-system from webhooks, so no pod there ever gets it."
    )
    hook = case.facts.webhook(Mechanism.AZURE)
    name = hook.object.name if hook else "azure-wi-webhook-mutating-webhook-configuration"
    disable = f"label mutatingwebhookconfigurations {shlex.quote(name)} "
    fix = steps(
        "move the workload to a namespace of its own; or, if it must stay:",
        case.kubectl(f"{disable}admissions.enforcer/disabled=true"),
        case.restart(),
    )
    yield signs.found(case, "WI16", Severity.MEDIUM, Cloud.AZURE, title, detail, fix)


def wi17(case: Case) -> Iterator[Found]:
    """WI17: the proxy that stands in for AAD Pod Identity."""
    signs, off = Signs(), False
    for shape in case.workload.shapes:
        value = shape.pod.metadata.annotations.get(AZURE_PROXY)
        if value is None:
            continue
        off = off or value.casefold() in _OFF
        signs.add(None, on_pod(case, shape, annotation(AZURE_PROXY), value))
        for place in places_of(case, shape):
            if place.container.name.startswith("azwi-proxy"):
                image = place.container.image
                signs.add(place, on_pod(case, shape, f"{place.path}.image", image))
    if not signs:
        return
    title = "Azure proxy sidecar is still in use"
    note = " Its value does not matter: the annotation's presence is enough." if off else ""
    detail = (
        "The sidecar answers for the metadata service, so that software written for AAD Pod "
        "Identity works on, and its init container redirects the pod's traffic with NET_ADMIN. "
        f"It was made for the migration and is a path that every request takes.{note}"
    )
    fix = steps(
        "bring the software to an SDK that exchanges the token itself (azure-identity)",
        patch_template(case, {"metadata": {"annotations": {AZURE_PROXY: None}}}),
    )
    yield signs.found(case, "WI17", Severity.MEDIUM, Cloud.AZURE, title, detail, fix)
