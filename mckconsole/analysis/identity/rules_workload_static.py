"""Rules on static cloud keys in pods: WI07, WI25.

What counts is what `static` and `effective_gcp` found to be one: a variable that holds a key,
literal or from a Secret's key, and key files in Secrets. A path, and all keys of an object
(envFrom), are references and prove nothing. Sources: standardized credential providers of AWS SDKs;
azure-identity EnvironmentCredential; google-auth default().
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_gcp import ADC
from mckconsole.analysis.identity.model import Binding, Cloud, Effective, Mechanism
from mckconsole.analysis.identity.rules_words import show, steps
from mckconsole.analysis.identity.rules_workload_evidence import Signs, on_pod, places, written
from mckconsole.analysis.identity.rules_workload_remedies import patch_template, unset
from mckconsole.analysis.identity.static import SDK_ENV, optional_keys
from mckconsole.domain.findings import Severity

_NAMED = re.compile(r"\.env\[name=([^\]]+)\]")
_TOOLS = frozenset({"ARM_CLIENT_SECRET", "GOOGLE_CREDENTIALS", "GOOGLE_CLOUD_KEYFILE_JSON", ADC})
"""Variables that tools, or Google's SDKs, prefer to a federated identity."""
_FEDERATED = frozenset({
    Mechanism.IRSA, Mechanism.POD_IDENTITY, Mechanism.AZURE, Mechanism.GKE,
    Mechanism.GCP_FEDERATION,
})  # fmt: skip
_FEDERATION = {
    Cloud.AWS: "eks.amazonaws.com/role-arn=ROLE_ARN",
    Cloud.AZURE: "azure.workload.identity/client-id=CLIENT_ID",
    Cloud.GCP: "iam.gke.io/gcp-service-account=NAME@PROJECT.iam.gserviceaccount.com",
}
_ENDPOINTS = ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_S3_ENDPOINT", "AWS_ENDPOINT")


def variables_of(found: Effective) -> list[str]:
    """The variables that hold a static credential, or name its file."""
    names = (_NAMED.search(trace.path) for trace in found.traces)
    return list(dict.fromkeys(one[1] for one in names if one))


def _static(binding: Binding) -> list[Effective]:
    return [one for one in binding.effective if one.mechanism is Mechanism.STATIC]


def _beside(case: Case, binding: Binding, key: Effective) -> Mechanism | None:
    """The federated identity that a container has beside a key in the same cloud."""
    for one in binding.effective:
        if one.container == key.container and one.mechanism in _FEDERATED:
            return one.mechanism
    by_server = any(one.mechanism is Mechanism.GKE for one in case.account.declarations)
    if binding.cloud is Cloud.GCP and by_server and case.facts.cloud is Cloud.GCP:
        return Mechanism.GKE  # leaves no trace on the pod
    return None


def _file(key: Effective) -> bool:
    """Whether the key is a credentials file of AWS' SDKs."""
    names = variables_of(key)
    return key.cloud is Cloud.AWS and not any(name in SDK_ENV for name in names)


def _wins(key: Effective) -> bool:
    """Whether SDKs use the key by themselves, not only what was written for it."""
    names = variables_of(key)
    return (
        not names
        or any(name in SDK_ENV or name in _TOOLS for name in names)
        or ("AWS_SHARED_CREDENTIALS_FILE" in names)
    )


def wi07(case: Case) -> Iterator[Found]:
    """WI07: static keys beside a federated identity of the same cloud, over which they win."""
    _note_optional(case)
    for binding in case.bindings:
        signs, held, weak, loser = Signs(), list[Effective](), True, ""
        for key in filter(_wins, _static(binding)):
            mechanism = _beside(case, binding, key)
            if mechanism is None:
                continue
            held.append(key)
            loser = loser or mechanism.value
            # SDKs try the web identity of the environment before files, the agent after them
            weak = weak and mechanism is Mechanism.IRSA and _file(key)
            signs.containers[key.container] = None
            signs.add(None, *map(case.seen, key.traces))
            for one in binding.effective:
                if one.container == key.container and one.mechanism is mechanism:
                    signs.add(None, *map(case.seen, one.traces))
        if held:
            for declared in case.account.declarations:
                if declared.cloud is binding.cloud:
                    signs.add(None, *show(case, declared))
            yield _shadowed(case, binding.cloud, signs, held, loser, weak)


def _note_optional(case: Case) -> None:
    """Keys that would win, if the Secret that they are optionally taken from were there."""
    for place in places(case):
        for binding in case.bindings:
            federated = any(
                one.mechanism in _FEDERATED and one.container == place.container.name
                for one in binding.effective
            )
            if federated and optional_keys(place.view, binding.cloud):
                why = "whether optional Secrets with keys are there: Secrets are not read"
                case.unknown("WI07", why)


def _removal(case: Case, signs: Signs, held: Sequence[Effective]) -> str:
    """The step that takes the keys out of the template."""
    names = [name for key in held for name in variables_of(key)]
    if names:
        return unset(case, names, sorted(signs.containers))
    return f"take the volume out of the template: {', '.join(key.text for key in held)}"


def _shadowed(
    case: Case, cloud: Cloud, signs: Signs, held: Sequence[Effective], loser: str, weak: bool
) -> Found:
    names = list(dict.fromkeys(name for key in held for name in variables_of(key)))
    signs.add(None, *written(case, *names))
    if weak:
        title = f"Credentials file beside {loser} in {signs.names}"
        wins = (
            "Most SDKs try the web identity before the file; what is told a profile with a role "
            "takes the file"
        )
    else:
        title = f"{names[0] if names else 'Key file'} wins over {loser} in {signs.names}"
        wins = f"SDKs take them before {loser}, so the workload is whoever the key belongs to"
    sources = "; ".join(dict.fromkeys(key.text for key in held))
    detail = (
        f"{signs.names} has static credentials ({sources}) beside {loser}. {wins}. What the "
        "identity may do, and what the cloud's logs say of it, is not about this workload."
    )
    fix = steps(
        _removal(case, signs, held),
        f"see that it works by {loser}, then revoke the key in the cloud and delete what holds it",
    )
    severity = Severity.MEDIUM if weak else Severity.HIGH
    return signs.found(case, "WI07", severity, cloud, title, detail, fix)


def wi25(case: Case) -> Iterator[Found]:
    """WI25: static cloud keys in a workload that runs as the default service account."""
    if case.workload.account != "default":
        return
    for binding in case.bindings:
        signs, held = Signs(), _static(binding)
        for key in held:
            signs.containers[key.container] = None
            signs.add(None, *map(case.seen, key.traces))
        if held and case.workload.shapes:
            shape = case.workload.shapes[0]
            signs.add(None, on_pod(case, shape, "spec.serviceAccountName", "default"))
            yield _default(case, binding.cloud, signs, held)


def _elsewhere(case: Case, cloud: Cloud, signs: Signs) -> bool:
    """Whether the keys may be for a store that only speaks as AWS does."""
    having = (place for place in places(case) if place.container.name in signs.containers)
    return cloud is Cloud.AWS and all(place.given(*_ENDPOINTS) for place in having)


def _default(case: Case, cloud: Cloud, signs: Signs, held: Sequence[Effective]) -> Found:
    names = [name for key in held for name in variables_of(key)]
    signs.add(None, *written(case, *names))
    elsewhere = _elsewhere(case, cloud, signs)
    sources = "; ".join(dict.fromkeys(key.text for key in held))
    note = " It names an endpoint of its own, so the key may be another store's." * elsewhere
    first = names[0] if names else "key file"
    title = f"Default service account with static {first} in {signs.names}"
    detail = (
        f"{signs.names} has static credentials of {cloud.upper()} ({sources}) and runs as default, "
        "as any pod of the namespace does that names no account: no federated identity can be "
        f"bound to this workload alone.{note} The key does not expire by itself, and whoever "
        "reads it has it."
    )
    name = shlex.quote(case.workload.key.name)
    annotate = f"annotate serviceaccount {name} {_FEDERATION.get(cloud, '')}"
    fix = steps(
        case.kubectl(f"create serviceaccount {name}", case.namespace),
        case.kubectl(annotate, case.namespace),
        patch_template(case, {"spec": {"serviceAccountName": case.workload.key.name}}),
        _removal(case, signs, held),
        "revoke the key in the cloud",
    )
    severity = Severity.MEDIUM if elsewhere else Severity.HIGH
    return signs.found(case, "WI25", severity, cloud, title, detail, fix)
