"""Rules on keys that do nothing where they stand: WI12, WI44.

An annotation or label that no webhook reads is accepted by the API server without a word. Sources:
azure-workload-identity pkg/webhook (the label counts on pods only), and the keys of `cloudkeys`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from mckconsole.analysis.identity.case import AccountCase, Found
from mckconsole.analysis.identity.model import Cloud, Trace, Workload
from mckconsole.analysis.identity.rules_account_words import (
    annotate,
    label_template,
    on_account,
    restarts,
    show_account,
    show_workload,
)
from mckconsole.analysis.identity.rules_words import (
    MAX_SHOWN,
    NONE,
    annotation,
    label,
    listed,
    named,
    steps,
)
from mckconsole.domain.cloudkeys import (
    ANNOTATIONS,
    AZURE_USE,
    EKS_ROLE,
    GCP_CREDENTIALS,
    KIAM_ROLE,
    LABELS,
    MAX_VALUE,
    meant_for,
)
from mckconsole.domain.findings import Evidence, Finding, Severity

_ON = "true"
_CLOUDS = (
    ("eks.amazonaws.com/", Cloud.AWS),
    ("iam.amazonaws.com/", Cloud.AWS),
    ("azure.workload.identity/", Cloud.AZURE),
    ("aadpodidbinding", Cloud.AZURE),
    ("iam.gke.io/", Cloud.GCP),
    ("cloud.google.com/", Cloud.GCP),
    ("spiffe.io/", Cloud.SPIFFE),
)


def wi12(case: AccountCase) -> Iterator[Found]:
    """WI12: Azure's label on the service account, where the webhook does not look for it."""
    made = case.account.object
    if made is None:
        return
    for here, path in ((made.metadata.labels, label), (made.metadata.annotations, annotation)):
        bare = [one for one in case.workloads if _label_of(one)[1] != _ON]
        if AZURE_USE in here and bare:
            seen = tuple(show_account(case, AZURE_USE, path(AZURE_USE), here[AZURE_USE]))
            yield Found(Cloud.AZURE, _misplaced(case, path is label, seen, bare))


def _label_of(workload: Workload) -> tuple[str, str]:
    """Where the label of a workload's pods stands, and what it says."""
    if workload.shapes:
        found = workload.shapes[0].pod.metadata.labels.get(AZURE_USE, NONE)
        return label(AZURE_USE), found
    template = workload.template
    prefix = "spec.jobTemplate." if workload.key.kind == "CronJob" else ""
    found = template.metadata.labels.get(AZURE_USE, NONE) if template else NONE
    return f"{prefix}spec.template.{label(AZURE_USE)}", found


def _misplaced(
    case: AccountCase, as_label: bool, seen: tuple[Evidence, ...], bare: list[Workload]
) -> Finding:
    pods = [_pod_label(case, one) for one in bare[:MAX_SHOWN]]
    sort, verb = ("a label", "label") if as_label else ("an annotation", "annotate")
    return case.finding(
        "WI12",
        Severity.HIGH,
        f"{AZURE_USE} is on the service account, not on its pods",
        f"As {sort} of the service account it does nothing: the webhook sees only pods that carry "
        f"the label, with the value true. The pods of {listed(map(named, bare))} do not, and get "
        "no identity.",
        (*seen, *pods),
        steps(
            *(label_template(case, one, AZURE_USE, _ON) for one in bare[:MAX_SHOWN]),
            on_account(case, verb, f"{AZURE_USE}-"),
        ),
        object=case.about,
        subject=sort,
    )


def _pod_label(case: AccountCase, workload: Workload) -> Evidence:
    path, value = _label_of(workload)
    if workload.shapes:
        pod = case.ref("pods", workload.shapes[0].pod)
        return case.seen(Trace(pod, path, value))
    return show_workload(case, workload, path, value)


class _Odd(NamedTuple):
    """A key that does nothing, and the one that it is meant for."""

    key: str
    meant: str
    value: str
    as_label: bool


def wi44(case: AccountCase) -> Iterator[Found]:
    """WI44: keys that are nearly known ones, and known ones that are labels in place of
    annotations."""
    for odd in _odd_keys(case):
        if not _works(case, odd):
            cloud = next((one for start, one in _CLOUDS if odd.meant.startswith(start)), None)
            yield Found(cloud, _near_miss(case, odd))


def _odd_keys(case: AccountCase) -> Iterator[_Odd]:
    made = case.account.object
    if made is None:
        return
    for key, value in sorted(made.metadata.annotations.items()):
        if meant := meant_for(key):
            yield _Odd(key, meant, value, False)
    for key, value in sorted(made.metadata.labels.items()):
        meant = key if key in ANNOTATIONS else meant_for(key)
        if meant and meant != KIAM_ROLE:
            yield _Odd(key, meant, value, True)


def _works(case: AccountCase, odd: _Odd) -> bool:
    """Whether a webhook with a prefix of its own (--annotation-prefix) reads the key: pods have
    what it says."""
    if odd.meant != EKS_ROLE:
        return False
    containers = (
        container
        for workload in case.workloads
        for shape in workload.shapes[:1]
        for _, container in shape.containers()
    )
    found = (container.variable("AWS_ROLE_ARN") for container in containers)
    return any(one is not None and one.value.strip() == odd.value.strip() for one in found)


def _near_miss(case: AccountCase, odd: _Odd) -> Finding:
    made = case.account.object
    there = made is not None and odd.meant in made.metadata.annotations
    path = label(odd.key) if odd.as_label else annotation(odd.key)
    shown = "(not shown)" if odd.meant == GCP_CREDENTIALS else odd.value
    same = odd.key == odd.meant
    title = f"label {odd.key} must be an annotation" if same else f"{odd.key} misspells {odd.meant}"
    rest = (
        " The right annotation is there too, so this one is a leftover."
        if there
        else " Nothing reads it, so the service account does not get what it says."
    )
    return case.finding(
        "WI44",
        Severity.LOW if there else Severity.MEDIUM,
        title,
        f"{case.about} has {path}; webhooks read {odd.meant}, "
        f"{'a label of pods' if odd.meant in LABELS else 'an annotation'}.{rest}",
        show_account(case, odd.key, path, shown),
        steps(*_rename(case, odd, there), *([] if there else restarts(case))),
        object=case.about,
        subject=path,
    )


def _rename(case: AccountCase, odd: _Odd, there: bool) -> list[str]:
    gone = on_account(case, "label" if odd.as_label else "annotate", f"{odd.key}-")
    if there:
        return [gone]
    if odd.meant in LABELS:
        pods = (label_template(case, one, odd.meant, odd.value) for one in case.workloads)
        return [*islice(pods, MAX_SHOWN), gone]
    whole = len(odd.value) < MAX_VALUE and odd.meant != GCP_CREDENTIALS
    return [annotate(case, odd.meant, odd.value.strip() if whole else "VALUE"), gone]
