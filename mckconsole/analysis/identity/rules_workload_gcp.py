"""Rules on pods of Google identities: WI19, WI20, WI30.

Sources: GKE documentation on Workload Identity Federation (the metadata server runs on nodes of the
label, and does not answer for pods in the host's network); google.aip.dev/auth/4117.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mckconsole.analysis.identity.case import Case, Found
from mckconsole.analysis.identity.effective_aws import missing_token
from mckconsole.analysis.identity.effective_gcp import ADC
from mckconsole.analysis.identity.formats import EXTERNAL_ACCOUNT
from mckconsole.analysis.identity.model import Cloud, Declaration, Mechanism, Shape, Trace
from mckconsole.analysis.identity.rules_words import MAX_SHOWN, listed, show, steps
from mckconsole.analysis.identity.rules_workload_evidence import (
    UNSET,
    Place,
    Signs,
    config_of,
    live,
    on_pod,
    places,
    places_of,
    variable,
)
from mckconsole.analysis.identity.rules_workload_remedies import target
from mckconsole.domain.cloudkeys import GCP_CREDENTIALS
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.findings import Evidence, ObjectRef, Severity
from mckconsole.domain.pods import Pod, TokenSource
from mckconsole.domain.wording import counted

_PROVIDER = re.compile(r"(?:https:)?(//iam\.googleapis\.com/projects/.+/providers/.+)")
_FLEET = re.compile(r"identitynamespace:([^:]+(?::[^:]+)?\.svc\.id\.goog):.*")
_POOL = ".svc.id.goog"
_METADATA = "iam.gke.io/gke-metadata-server-enabled"


def _by_metadata(case: Case) -> Declaration | None:
    """What the metadata server of GKE is to hand out; None elsewhere."""
    if case.facts.cloud is not Cloud.GCP:
        return None
    found = (one for one in case.account.declarations if one.mechanism is Mechanism.GKE)
    return next(found, None)


def _needs_server(case: Case, shape: Shape) -> bool:
    """Whether a container has no credentials of its own."""
    return any(place.role == "app" and not place.given(ADC) for place in places_of(case, shape))


def wi19(case: Case) -> Iterator[Found]:
    """WI19: pods on nodes that have no metadata server."""
    declared = _by_metadata(case)
    if declared is None:
        return
    signs, bare = Signs(), dict[str, Pod]()
    for shape in case.workload.shapes:
        if shape.pod.spec.host_network or not _needs_server(case, shape):
            continue
        for pod in live(shape):
            node = case.facts.nodes.get(pod.spec.node_name)
            if node is None:
                if pod.spec.node_name:
                    why = case.facts.unread.get("nodes", "a node of these pods is not known")
                    case.unknown("WI19", why)
            elif not node.gke_metadata:
                bare.setdefault(pod.spec.node_name, pod)
    if "nodes" in case.facts.unread and bare:
        case.unknown("WI19", case.facts.unread["nodes"])
        return
    if bare:
        yield _bare_nodes(case, declared, signs, bare)


def _bare_nodes(case: Case, declared: Declaration, signs: Signs, bare: dict[str, Pod]) -> Found:
    for name, pod in list(bare.items())[:MAX_SHOWN]:
        node = ObjectRef("v1", "Node", "", name)
        signs.add(None, case.seen(Trace(case.ref("pods", pod), "spec.nodeName", name)))
        signs.add(None, case.seen(Trace(node, f"metadata.labels['{_METADATA}']", UNSET)))
    signs.add(None, *show(case, declared))
    title = f"Google identity on {counted(len(bare), 'node')} without the metadata server"
    detail = (
        f"{declared.text} is handed out by the GKE metadata server, and pods run on "
        f"{listed(bare)}, where there is none: they are the node's service account."
    )
    fix = steps(
        "gcloud container node-pools update POOL --cluster CLUSTER --location LOCATION "
        "--workload-metadata=GKE_METADATA",
        f'or keep it on such nodes: nodeSelector: {{{_METADATA}: "true"}}',
    )
    return signs.found(case, "WI19", Severity.HIGH, Cloud.GCP, title, detail, fix)


def wi20(case: Case) -> Iterator[Found]:
    """WI20: pods in the host's network, where the metadata server does not intercept."""
    declared = _by_metadata(case)
    if declared is None:
        return
    signs = Signs()
    for shape in case.workload.shapes:
        if shape.pod.spec.host_network and _needs_server(case, shape):
            signs.add(None, on_pod(case, shape, "spec.hostNetwork", "true"))
    if not signs:
        return
    signs.add(None, *show(case, declared))
    title = "Google identity on pods in the host's network"
    detail = (
        f"{declared.text} is handed out by the GKE metadata server, which does not intercept in "
        "the host's network: the pods are the node's service account."
    )
    patch = '\'{"spec":{"template":{"spec":{"hostNetwork":false}}}}\''
    fix = case.kubectl(f"patch {target(case)} --type=merge -p {patch}", case.namespace)
    if case.workload.key.kind not in ("Deployment", "StatefulSet", "DaemonSet"):
        fix = "take hostNetwork: true out of what makes the pods"
    yield signs.found(case, "WI20", Severity.HIGH, Cloud.GCP, title, detail, fix)


class _Config(NamedTuple):
    """A credential configuration that a container uses."""

    google: GoogleCredentials
    object: ObjectRef
    path: str


def _configs(case: Case, place: Place) -> Iterator[_Config]:
    """The configurations of external accounts that a container uses, as far as they can be read."""
    pod = place.shape.pod
    if pod.metadata.google.type == EXTERNAL_ACCOUNT and place.given(ADC):
        path = f"metadata.annotations['{GCP_CREDENTIALS}']"
        yield _Config(pod.metadata.google, case.pod(place.shape), path)
        return
    file = place.file(ADC)
    config = config_of(file)
    google = case.facts.credentials.get((case.namespace, config), {}).get(file.name)
    if google is not None and google.type == EXTERNAL_ACCOUNT:
        ref = ObjectRef("v1", "ConfigMap", case.namespace, config)
        yield _Config(google, ref, f"data['{file.name}']")


def wi30(case: Case) -> Iterator[Found]:
    """WI30: the configuration names a file that is not there, or a provider that the token is not
    for."""
    signs, faults = Signs(), dict[str, None]()
    for place in places(case):
        for config in _configs(case, place):
            for fault, evidence in _faults(case, place, config):
                faults[fault] = None
                signs.add(place, variable(case, place, ADC), *evidence)
    if not signs:
        return
    title = f"Google credential configuration does not fit in {signs.names}"
    detail = f"{'; '.join(faults)}. Google refuses the exchange, and every request fails."
    fix = steps(
        "gcloud iam workload-identity-pools create-cred-config PROVIDER "
        "--credential-source-file=PATH_OF_THE_MOUNTED_TOKEN --output-file=credentials.json",
        "set the projected token's audience to https: and the provider's resource name, or to one "
        "of the provider's allowed audiences",
        case.restart(),
    )
    yield signs.found(case, "WI30", Severity.HIGH, Cloud.GCP, title, detail, fix)


def _faults(case: Case, place: Place, config: _Config) -> Iterator[tuple[str, list[Evidence]]]:
    source = config.google.credential_source.file
    if not source:
        return
    said = case.seen(Trace(config.object, f"{config.path}.credential_source.file", source))
    file = place.view.file(source)
    if file.token is not None:
        why = _mismatch(config.google.audience, file.token)
        if why:
            path, provider = f"{config.path}.audience", config.google.audience
            wanted = case.seen(Trace(config.object, path, provider))
            shown = map(case.seen, place.view.token_traces(file))
            yield why, [said, wanted, *shown]
    elif file.mount is None or missing_token(ADC, file):
        have = ", ".join(one.mount_path for one in place.container.volume_mounts) or "(none)"
        shown_at = f"{place.path}.volumeMounts[].mountPath"
        why = f"it reads its token from {source}, which no volume brings there"
        yield why, [said, on_pod(case, place.shape, shown_at, have)]


def _mismatch(provider: str, token: TokenSource) -> str:
    """Why a provider refuses a token, by conventions alone: its allowed audiences are not known."""
    audience = token.audience
    fleet = _FLEET.fullmatch(provider)
    if fleet:
        if audience != fleet[1]:
            return f"the token is for {audience or 'the API server'}, the pool is {fleet[1]}"
        return ""
    if audience.endswith(_POOL):
        return f"the token is for the fleet's pool {audience}, the provider is {provider}"
    found, wanted = _PROVIDER.fullmatch(audience), _PROVIDER.fullmatch(provider)
    if found and wanted and found[1] != wanted[1]:
        return f"the token is for the provider {audience}, the configuration names {provider}"
    return ""
