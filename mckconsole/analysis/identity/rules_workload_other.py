"""Rules on workloads that fall back to the node, on legacy marks, and on keys that are nearly
right: WI26, WI41, WI44.

Sources: EKS Best Practices Guide; kube2iam, kiam and AAD Pod Identity, READMEs; the webhooks' own
keys in `cloudkeys`.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import replace

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.hints import hints
from mckconsole.analysis.identity.model import Binding, BindingState, Cloud, Shape
from mckconsole.analysis.identity.rules_words import annotation, label, steps, template_path
from mckconsole.analysis.identity.rules_workload_evidence import (
    Signs,
    on_owner,
    on_pod,
    system,
    written,
)
from mckconsole.analysis.identity.rules_workload_remedies import (
    account_named,
    declare_on,
    patch_template,
)
from mckconsole.domain.cloudkeys import (
    AAD_BINDING,
    AZURE_CLIENT,
    AZURE_TENANT,
    EKS_ROLE,
    GKE_ACCOUNT,
    KIAM_ROLE,
    meant_for,
)
from mckconsole.domain.findings import Severity

_DECLARE = {
    Cloud.AWS: f"{EKS_ROLE}=ROLE_ARN",
    Cloud.AZURE: f"{AZURE_CLIENT}=CLIENT_ID",
    Cloud.GCP: f"{GKE_ACCOUNT}=NAME@PROJECT.iam.gserviceaccount.com",
}
_BLOCK = (
    "keep pods from the metadata service: a NetworkPolicy without 169.254.169.254/32 in egress, "
    "and on AWS a hop limit of 1 for IMDSv2"
)
_OF_ACCOUNT = {
    EKS_ROLE: Cloud.AWS,
    GKE_ACCOUNT: Cloud.GCP,
    AZURE_CLIENT: Cloud.AZURE,
    AZURE_TENANT: Cloud.AZURE,
}
"""Annotations that count on the service account, and do nothing on a pod."""


def wi26(case: Case) -> Iterator[Found]:
    """WI26: it means to use the cloud of its nodes, and has no identity there but theirs.

    In another cloud there is nothing to fall back to: its requests fail, and it is told at once.
    """
    if system(case):
        return
    for binding in case.in_state(BindingState.NODE_FALLBACK):
        signs = Signs()
        for shape in case.workload.shapes:
            for cloud, trace in hints(shape, case.facts.cloud):
                if cloud is binding.cloud:
                    signs.add(None, case.seen(trace))
        for one in binding.effective:
            signs.containers[one.container] = None
            signs.add(None, *map(case.seen, one.traces))
        if signs:
            yield _fallback(case, binding, signs)


def _fallback(case: Case, binding: Binding, signs: Signs) -> Found:
    cloud, name = binding.cloud, case.account.key.name
    title = f"Means to use {cloud.upper()} and has no identity there"
    detail = (
        f"Its variables or images say so, but neither {name} nor the pods name an identity: SDKs "
        "then take what the metadata service of the node gives, an identity that all pods of the "
        "node share and that was made for the kubelet."
    )
    fix = steps(
        *declare_on(case, _DECLARE[cloud]),
        case.restart(),
        _BLOCK,
    )
    return signs.found(case, "WI26", Severity.MEDIUM, cloud, title, detail, fix)


def wi41(case: Case) -> Iterator[Found]:
    """WI41: marks of kube2iam, kiam or AAD Pod Identity."""
    aws, azure = Signs(), Signs()
    for shape in case.workload.shapes:
        role = shape.pod.metadata.annotations.get(KIAM_ROLE)
        if role is not None:
            aws.add(None, on_pod(case, shape, annotation(KIAM_ROLE), role))
        binding = shape.pod.metadata.labels.get(AAD_BINDING)
        if binding is not None:
            azure.add(None, on_pod(case, shape, label(AAD_BINDING), binding))
    if aws:
        fix = steps(
            *declare_on(case, f"{EKS_ROLE}=ROLE_ARN"),
            patch_template(case, {"metadata": {"annotations": {KIAM_ROLE: None}}}),
        )
        yield _legacy(case, Cloud.AWS, aws, "kube2iam or kiam", KIAM_ROLE, fix)
    if azure:
        fix = steps(
            *declare_on(case, f"{AZURE_CLIENT}=CLIENT_ID"),
            patch_template(
                case,
                {
                    "metadata": {
                        "labels": {AAD_BINDING: None, "azure.workload.identity/use": "true"}
                    }
                },
            ),
        )
        yield _legacy(case, Cloud.AZURE, azure, "AAD Pod Identity", AAD_BINDING, fix)


def _legacy(case: Case, cloud: Cloud, signs: Signs, what: str, key: str, fix: str) -> Found:
    signs.add(None, *written(case, key))
    title = f"Identity by {what}, which is not maintained any more"
    detail = (
        f"{what[0].upper()}{what[1:]} intercepts the metadata service on every node and hands out "
        f"what the pod's {key} names: whoever may set that on a pod has the identity, and when the "
        "interceptor is down the pods are the node."
    )
    return signs.found(case, "WI41", Severity.MEDIUM, cloud, title, detail, fix)


def wi44(case: Case) -> Iterator[Found]:
    """WI44: keys of pods that are nearly those of a webhook, or belong on the service account."""
    signs, renames = Signs(), dict[str, str]()
    for shape in case.workload.shapes:
        for path, key, value, known in _near(shape):
            renames[key] = known
            signs.add(None, on_pod(case, shape, path, value))
    template = case.workload.template
    for key, value in template.metadata.labels.items() if template else ():
        known = meant_for(key)
        if known:
            renames[key] = known
            signs.add(None, on_owner(case, f"{template_path(case.workload)}.{label(key)}", value))
    if renames:
        signs.add(None, *written(case, *renames))
        yield _renamed(case, signs, renames)
    yield from _misplaced(case)


def _near(shape: Shape) -> Iterator[tuple[str, str, str, str]]:
    """Path, key, value and the key that was meant."""
    meta = shape.pod.metadata
    for at, keys in ((annotation, meta.annotations), (label, meta.labels)):
        for key, value in keys.items():
            known = meant_for(key)
            if known:
                yield at(key), key, value, known


def _renamed(case: Case, signs: Signs, renames: dict[str, str]) -> Found:
    first, known = next(iter(renames.items()))
    title = f"{first} is not {known}"
    every = "; ".join(f"{key} is probably meant to be {meant}" for key, meant in renames.items())
    detail = f"{every}. Nothing reads the key as it stands, and nobody is told."
    moved = [
        f"rename {key} to {meant}"
        + (", on the service account" if meant in _OF_ACCOUNT else " in the template of the pods")
        for key, meant in renames.items()
    ]
    fix = steps(*moved, case.restart())
    clouds = {_cloud_of(meant) for meant in renames.values()}
    cloud = clouds.pop() if len(clouds) == 1 else None
    return signs.found(case, "WI44", Severity.MEDIUM, cloud, title, detail, fix)


def _cloud_of(key: str) -> Cloud | None:
    if "amazonaws" in key:
        return Cloud.AWS
    if key.startswith("azure") or key == AAD_BINDING:
        return Cloud.AZURE
    return Cloud.GCP if "gke" in key or "google" in key else None


def _misplaced(case: Case) -> Iterator[Found]:
    """Annotations of service accounts on pods, where the account declares nothing in that cloud."""
    declared = {one.cloud for one in case.account.declarations}
    if case.account.object is None or case.account.unknown:
        return
    for cloud in (Cloud.AWS, Cloud.GCP, Cloud.AZURE):
        signs, found = Signs(), dict[str, str]()
        for shape in case.workload.shapes if cloud not in declared else ():
            for key, value in shape.pod.metadata.annotations.items():
                if _OF_ACCOUNT.get(key) is cloud:
                    found[key] = value
                    signs.add(None, on_pod(case, shape, annotation(key), value))
        if found:
            signs.add(None, *written(case, *found))
            keys = ", ".join(found)
            title = f"{keys} is on the pods, not on the service account"
            detail = (
                f"{keys} counts on the service account only. On a pod nothing reads it, "
                f"{case.account.key.name} declares nothing, and nobody is told."
            )
            words = " ".join(shlex.quote(f"{key}={value}") for key, value in found.items())
            gone: dict[str, object] = dict.fromkeys(found)
            fix = steps(
                account_named(case, f"annotate serviceaccount {{}} {words}"),
                patch_template(case, {"metadata": {"annotations": gone}}),
            )
            subject = f"{cloud.value}: misplaced"
            one = signs.found(case, "WI44", Severity.MEDIUM, cloud, title, detail, fix)
            yield Found(cloud, replace(one.finding, subject=subject))
