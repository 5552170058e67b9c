"""What rules on service accounts share: who has an identity, how to show it, what to run."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import AccountCase, Scene
from mckconsole.analysis.identity.model import (
    Cloud,
    Declaration,
    Mechanism,
    Trace,
    Workload,
)
from mckconsole.analysis.identity.rules_words import (
    MAX_SHOWN,
    TEMPLATED,
    by_whom,
    named,
    show,
    template_path,
)
from mckconsole.domain.cloudkeys import ANNOTATIONS
from mckconsole.domain.findings import Evidence
from mckconsole.domain.identity import CronJob

_MAX_COMMANDS = 3
FEDERATED = frozenset({
    Mechanism.IRSA, Mechanism.POD_IDENTITY, Mechanism.GKE, Mechanism.GCP_FEDERATION,
    Mechanism.AZURE,
})  # fmt: skip
"""Mechanisms in which a token of the service account is what the cloud trusts."""


class Held(NamedTuple):
    """A cloud identity that whoever is the service account has."""

    cloud: Cloud
    text: str
    evidence: tuple[Evidence, ...]


def held_by(case: AccountCase) -> list[Held]:
    """The cloud identities of the account: declared, or in effect in its workloads by hand."""
    if case.held is not None:
        return case.held
    found = case.held = [
        Held(one.cloud, one.text, tuple(show(case, one)))
        for one in case.account.declarations
        if one.identity is not None and one.mechanism in FEDERATED
    ]
    clouds = {one.cloud for one in found}
    for binding in case.bindings:
        for effect in binding.effective:
            known = effect.cloud in clouds or effect.mechanism not in FEDERATED or effect.problem
            if not known:
                clouds.add(effect.cloud)
                traces = tuple(case.seen(trace) for trace in effect.traces[:MAX_SHOWN])
                found.append(Held(effect.cloud, effect.text or str(effect.mechanism), traces))
    return found


def names_of(held: Iterable[Held]) -> str:
    """Identities in words."""
    return " and ".join(dict.fromkeys(one.text for one in held))


def show_account(case: AccountCase, key: str, path: str, value: str) -> Iterator[Evidence]:
    """An annotation or label of the service account, who wrote it and when."""
    yield case.seen(Trace(case.about, path, value))
    found = case.account.object.metadata.written(key) if case.account.object else None
    if found:
        yield case.seen(Trace(case.about, "metadata.managedFields", by_whom(found)))


def show_workload(scene: Scene, workload: Workload, path: str, value: str) -> Evidence:
    """A field of a workload: of its controller, else of its newest pod."""
    return scene.seen(Trace(scene.owner_of(workload), path, value))


def show_runs_as(scene: Scene, workload: Workload) -> Evidence:
    """That a workload runs as its service account."""
    if workload.shapes:
        pod = scene.ref("pods", workload.shapes[0].pod)
        return scene.seen(Trace(pod, "spec.serviceAccountName", workload.account))
    path = f"{template_path(workload)}.spec.serviceAccountName"
    return show_workload(scene, workload, path, workload.account)


def annotate(case: AccountCase, key: str, value: str) -> str:
    """The command that sets an annotation of the account."""
    return on_account(case, "annotate", "--overwrite", f"{key}={value}")


def on_account(case: AccountCase, verb: str, *words: str) -> str:
    """A kubectl command on the service account."""
    key = case.account.key
    quoted = " ".join(map(shlex.quote, (key.name, *words)))
    return case.kubectl(f"{verb} serviceaccount {quoted}", key.namespace)


def declare(case: AccountCase, declared: Declaration, value: str) -> str:
    """The command that declares another identity in the same place."""
    where = declared.trace.object
    key = key_of(declared)
    if where.kind == "ServiceAccount" and key:
        return annotate(case, key, value)
    group = where.api_version.partition("/")[0] if "/" in where.api_version else ""
    kind = f"{where.kind.lower()}.{group}" if group else where.kind.lower()
    edit = case.kubectl(f"edit {shlex.quote(f'{kind}/{where.name}')}", where.namespace)
    return f"{edit}, and set {declared.trace.path} to {value}"


def undeclare(case: AccountCase) -> str:
    """The command that takes the account's declarations away."""
    declared = case.account.declarations
    keys = sorted({key for one in declared if (key := key_of(one))})
    others = [one for one in declared if not key_of(one)]
    steps = []
    if keys:
        steps.append(on_account(case, "annotate", *(f"{key}-" for key in keys)))
    steps += [f"take {one.text} out of {one.trace.object}" for one in others]
    return "; ".join(steps)


def key_of(declared: Declaration) -> str:
    """The annotation of the service account that declares it; empty where it is none."""
    if declared.trace.object.kind != "ServiceAccount":
        return ""
    return next((key for key in sorted(ANNOTATIONS) if key in declared.trace.path), "")


def restarts(case: AccountCase, workloads: Iterable[Workload] | None = None) -> list[str]:
    """Commands that make the pods of some workloads anew, or of all of the account's."""
    found = []
    for one in case.workloads if workloads is None else workloads:
        if one.shapes and one.key.kind in ("Deployment", "StatefulSet", "DaemonSet"):
            found.append(case.kubectl(f"rollout restart {shlex.quote(named(one))}",
                                      one.key.namespace))  # fmt: skip
    more = len(found) - _MAX_COMMANDS
    return [*found[:_MAX_COMMANDS], *([f"and {more} more workloads"] if more > 0 else [])]


def label_template(case: AccountCase, workload: Workload, key: str, value: str) -> str:
    """The command that puts a label on the pods that a workload makes."""
    if workload.key.kind not in TEMPLATED:
        return f"have whatever makes {named(workload)} label its pods {key}={value}"
    inner: dict[str, object] = {"template": {"metadata": {"labels": {key: value}}}}
    if isinstance(workload.controller, CronJob) or workload.key.kind == "CronJob":
        inner = {"jobTemplate": {"spec": inner}}
    patch = shlex.quote(json.dumps({"spec": inner}))
    target = shlex.quote(named(workload))
    return case.kubectl(f"patch {target} --type=merge -p {patch}", workload.key.namespace)
