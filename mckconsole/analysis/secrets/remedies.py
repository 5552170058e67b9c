"""What to do about a credential: replace it, rotate it, then take it away, place by place.

Commands are for an operator to read and paste; nothing here is ever run.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from mckconsole.analysis.mesh.hints import numbered
from mckconsole.analysis.secrets.case import KEEPERS, Around, kept_by, listed
from mckconsole.analysis.secrets.model import Consumer, Place
from mckconsole.analysis.secrets.topics import CONFIG_MAPS, SECRETS
from mckconsole.analysis.secrets.verdict import MESH_WIDE, Verdict, rule_of
from mckconsole.domain.audit import Sighting
from mckconsole.domain.credentials import LAST_APPLIED
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.kind import Scan
from mckconsole.domain.kinds import BY_TOPIC

_MOST = 8
"""Places that a remediation has a step for."""
_ROLES = {
    "aws": "annotate serviceaccount NAME eks.amazonaws.com/role-arn=ROLE_ARN",
    "gcp": "annotate serviceaccount NAME iam.gke.io/gcp-service-account=MAIL",
    "azure": "annotate serviceaccount NAME azure.workload.identity/client-id=CLIENT_ID",
}
_RELEASE = "sh.helm.release."
_ACCOUNT_TOKEN = "SEC-K8S-SERVICE-ACCOUNT-TOKEN"  # noqa: S105 - a rule
_DOCUMENTS = (
    "SEC-DOCKER-AUTH",
    "SEC-GCP-SERVICE-ACCOUNT-KEY",
    "SEC-GCP-USER-CREDENTIALS",
    "SEC-KUBECONFIG",
)
"""Rules whose credential is the whole document that it stands in."""
_STATE = "tfstate"
"""The key, and how the name begins, of the Secret in which Terraform keeps its state."""
_BROKER = "submariner-k8s-broker"
"""The namespace of Submariner's broker, where subctl made it."""
_REQUIRED = (".dockerconfigjson", ".dockercfg", "tls.key", "ssh-privatekey", "token-secret")
"""Keys that a Secret of their type must have: what holds them goes as a whole."""
_INSIDE = " › "
"""Parts what had to be unpacked in a path."""
_CODINGS = ("base64", "gzip")
_SOURCES = ("Helm", "Argo CD", "Flux", "Kustomize")
"""Tools that write an object again from where it is described."""


def steps(
    around: Around, found: Verdict, places: Sequence[Place], consumers: Sequence[Consumer]
) -> str:
    """All steps, in order."""
    every = list(
        dict.fromkeys(
            (
                *_rotate(found),
                *_identity(around, found, consumers),
                *_take_away(around, places),
                *_keep(places),
            )
        )
    )
    return numbered(every) if len(every) > 1 else "".join(every)


def _rotate(found: Verdict) -> Iterator[str]:
    if found.expired:
        yield "it has expired: nothing to rotate; take away what is left of it"
    elif words := rule_of(found.rule).remediation:
        yield words


def _identity(around: Around, found: Verdict, consumers: Sequence[Consumer]) -> Iterator[str]:
    """The workload identity that each workload has already, or how it gets one."""
    provider = rule_of(found.rule).provider
    command = _ROLES.get(provider)
    if command is None:
        return
    known: set[tuple[str, str, str]] = set()
    for one in consumers:
        key = (one.cluster, one.namespace, one.name)
        if key in known or len(known) >= _MOST:
            continue
        known.add(key)
        named = f"{one.kind.lower()} {one.namespace}/{one.name}"
        if one.identity:
            yield f"{named} is known to the identity pane as {one.identity}: let it use that"
        else:
            fix = around.kubectl(one.cluster, command, one.namespace)
            yield f"{named} has no identity in that cloud: {fix}"


def _take_away(around: Around, places: Sequence[Place]) -> Iterator[str]:
    beside: dict[tuple[str, ObjectRef], list[Place]] = {}
    for one in places:
        if _in_data(one):
            beside.setdefault((one.cluster, one.object), []).append(one)
    for one in places[:_MOST]:
        yield from take_away(around, one, beside.get((one.cluster, one.object), ()))
    if len(places) > _MOST:
        yield f"and {len(places) - _MOST} more places, which the evidence names"


def take_away(around: Around, place: Place, beside: Sequence[Place] = ()) -> Iterator[str]:
    """How a credential leaves one place, and the others `beside` it in the object's data."""
    source = next((one for one in _SOURCES if place.owner.startswith(one)), "")
    if source:
        yield f"take it out where {place.owner} has it from, or {source} writes it again"
    if LAST_APPLIED in place.sighting.path:
        yield from forget_applied(around, place.cluster, place.topic, place.object)
    elif place.former:
        delete = _kubectl(around, place, f"delete {_plural(place.topic)}")
        yield f"once nobody will roll back to it: {delete}"
    elif place.topic == "jobs":
        yield (
            "refer to a Secret in place of the value where it is made, and once it has ended: "
            + _kubectl(around, place, "delete jobs")
        )
    elif place.topic in (SECRETS, CONFIG_MAPS):
        yield from _from_data(around, place, beside or (place,))
    elif BY_TOPIC[place.topic].scan in (Scan.WORKLOAD, Scan.LOOSE_POD):
        yield _from_workload(around, place)
    else:
        shown = _kubectl(around, place, f"get {_plural(place.topic)}")
        yield (
            f"whoever may read the {place.object.kind} reads it too: refer to a Secret there "
            f"instead ({shown} -o yaml)"
        )


def forget_applied(around: Around, cluster: str, topic: str, ref: ObjectRef) -> Iterator[str]:
    """How `last-applied-configuration` goes, and stays away."""
    name = f"{_plural(topic)} {shlex.quote(ref.name)}"
    command = around.kubectl(cluster, f"annotate {name} {LAST_APPLIED}-", ref.namespace)
    yield f"apply it with `kubectl apply --server-side` from now on, then {command}"


def _in_data(place: Place) -> bool:
    return place.topic in (SECRETS, CONFIG_MAPS) and LAST_APPLIED not in place.sighting.path


def _from_data(around: Around, place: Place, beside: Sequence[Place]) -> Iterator[str]:
    name = place.object.name
    if place.topic == SECRETS and name.startswith(_RELEASE):
        yield (
            "values of a Helm release stay in each of its revisions: keep few (`--history-max`), "
            f"then {_kubectl(around, place, 'delete secret')}"
        )
        return
    if place.sighting.expected and place.sighting.rule != _ACCOUNT_TOKEN:
        return
    if place.topic == SECRETS and name in MESH_WIDE:
        yield f"leave it in {place.object}, which the mesh needs: what rotates it writes it there"
        return
    if place.topic == SECRETS and (place.sighting.expected or place.sighting.key in _REQUIRED):
        yield end_token(around, place.cluster, place.object)
        return
    if place.topic == SECRETS and name.startswith(_STATE) and place.sighting.key == _STATE:
        yield (
            f"{place.object} is Terraform's state, without which it no longer knows what it made: "
            "leave it there, let Terraform rotate the credential or no longer make it, and let "
            "nobody else read the Secret"
        )
        return
    parts = [part for one in beside for part in one.sightings]
    pointers = dict.fromkeys(map(_pointer, parts))
    patch = ",".join(f'{{"op":"remove","path":"{one}"}}' for one in pointers)
    resource = "secret" if place.topic == SECRETS else "configmap"
    rest = f"--type=json -p {shlex.quote(f'[{patch}]')}"
    remove = _kubectl(around, place, f"patch {resource}", rest)
    edit = _kubectl(around, place, f"edit {resource}")
    more = next((one for one in parts if _in_document(one)), None)
    if place.topic == CONFIG_MAPS:
        yield "move it to a Secret that few can read, and let what uses it read that"
    if more is None:
        yield f"once nothing uses it: {remove}"
    else:
        field = more.path.partition(_INSIDE)[0]
        yield (
            f"take it out of {field}, which may hold more ({edit}), or once nothing uses any of "
            f"it: {remove}"
        )


def end_token(around: Around, cluster: str, ref: ObjectRef) -> str:
    """How a Secret goes that is a credential as a whole, with which that ends."""
    delete = around.kubectl(cluster, f"delete secret {shlex.quote(ref.name)}", ref.namespace)
    if ref.namespace == _BROKER:
        return (
            "every cluster that joined Submariner with it loses the broker when it goes: join "
            f"these anew first (`subctl join`), then {delete}"
        )
    return f"once nothing uses it: {delete}"


def _in_document(seen: Sighting) -> bool:
    """Whether the field that it stands in may hold something else too."""
    steps = seen.path.split(_INSIDE)[1:]
    return seen.rule not in _DOCUMENTS and any(one not in _CODINGS for one in steps)


def _pointer(seen: Sighting) -> str:
    """Where a key of data is, as JSON Patch writes it."""
    key = seen.key.replace("~", "~0").replace("/", "~1")
    key = key.replace("\\", "\\\\").replace('"', '\\"')
    return f"/{seen.path.partition('[')[0]}/{key}"


def _from_workload(around: Around, place: Place) -> str:
    ref, path = place.object, place.path
    keys = [one.key for one in place.sightings if ".env[" in one.path and one.key]
    if len(keys) == len(place.sightings) and place.topic != "pods":
        name = shlex.quote(f"{ref.kind.lower()}/{ref.name}")
        names = " ".join(shlex.quote(f"{key}-") for key in dict.fromkeys(keys))
        remove = around.kubectl(place.cluster, f"set env {name} {names}", ref.namespace)
        return f"refer to a Secret (`valueFrom.secretKeyRef`) in place of the value: {remove}"
    if place.topic == "pods":
        delete = _kubectl(around, place, "delete pods")
        return (
            f"make the pod anew with a reference to a Secret in place of the value at {path}, "
            f"which cannot be changed in one that is there: {delete}"
        )
    edit = _kubectl(around, place, f"edit {_plural(place.topic)}")
    return f"refer to a Secret in place of the value at {path}: {edit}"


def _keep(places: Iterable[Place]) -> Iterator[str]:
    """Who should keep it, where nobody does."""
    held = [one for one in places if one.topic == SECRETS]
    if held and not any(kept_by(one.owner, KEEPERS) for one in held):
        yield (
            "where a credential must stay, keep it in a secret manager and let External Secrets "
            "or the Secrets Store CSI driver bring it, so that a rotation reaches "
            f"{listed(dict.fromkeys(one.cluster for one in held))}"
        )


def _plural(topic: str) -> str:
    kind = BY_TOPIC[topic]
    return f"{kind.plural}.{kind.group}" if "." in kind.group else kind.plural


def _kubectl(around: Around, place: Place, command: str, rest: str = "") -> str:
    ref = place.object
    whole = f"{command} {shlex.quote(ref.name)} {rest}".strip()
    return around.kubectl(place.cluster, whole, ref.namespace)
