"""Objects that hold credentials and certificates, or what only looks like some.

What they are like is in the scenario; here they become what an API server would hold: encoded,
packed, with who wrote which key when, and with what kubectl leaves in annotations.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

from mckconsole.demo.keyring import needs_servers
from mckconsole.demo.managed import metadata_fields, written
from mckconsole.demo.objects import KubeObject, definition
from mckconsole.demo.sections_audit import Holder
from mckconsole.demo.site import Site
from mckconsole.demo.world import World

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_APIS = {
    "Secret": "v1",
    "ConfigMap": "v1",
    "ReplicaSet": "apps/v1",
    "ControllerRevision": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Certificate": "cert-manager.io/v1",
    "Issuer": "cert-manager.io/v1",
    "ClusterIssuer": "cert-manager.io/v1",
    "ExternalSecret": "external-secrets.io/v1",
    "SealedSecret": "bitnami.com/v1alpha1",
    "Application": "argoproj.io/v1alpha1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
    "HelmChart": "helm.cattle.io/v1",
    "Gateway": "gateway.networking.k8s.io/v1",
    "ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
    "APIService": "apiregistration.k8s.io/v1",
    "CertificateSigningRequest": "certificates.k8s.io/v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1",
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
}
_CUSTOM = {
    "Certificate": "certificates",
    "Issuer": "issuers",
    "ClusterIssuer": "clusterissuers",
    "ExternalSecret": "externalsecrets",
    "SealedSecret": "sealedsecrets",
    "Application": "applications",
    "HelmRelease": "helmreleases",
    "HelmChart": "helmcharts",
    "Gateway": "gateways",
}
"""Kinds that are served only where there is one, to their plural."""
_GLOBAL = ("ClusterIssuer",)


def namespaces(world: World, name: str) -> set[str]:
    """Namespaces that they are in."""
    places = (one.name.rpartition("/")[0] for one in world.scenario.held_in(name))
    return {place for place in places if place}


def definitions(world: World, name: str) -> Iterator[KubeObject]:
    """The CustomResourceDefinitions that they need, and those that are among them."""
    here = world.scenario.held_in(name)
    for kind in sorted({one.kind for one in here} & _CUSTOM.keys()):
        group, _, version = _APIS[kind].partition("/")
        yield definition(group, (version,), _CUSTOM[kind], kind, namespaced=kind not in _GLOBAL)
    for one in here:
        if one.kind == "CustomResourceDefinition":
            yield _definition(world, one)


def _definition(world: World, model: Holder) -> KubeObject:
    """A definition whose versions a webhook converts: its `spec` has `conversion`."""
    plural, _, group = model.name.partition(".")
    made = definition(group, ("v1", "v1beta1"), plural, plural[:-1].capitalize())
    made["metadata"]["annotations"] = dict(model.annotations)
    made["spec"] |= world.keyring.expand(model.spec)
    return made


def static_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Those that can be made before any server is there."""
    for one in world.scenario.held_in(name):
        if one.kind != "CustomResourceDefinition" and not needs_servers(one.data):
            yield make(world, name, one)


def joining_objects(world: World, name: str) -> Iterator[KubeObject]:
    """Those that name the server of a cluster: the keyring must know all servers."""
    for one in world.scenario.held_in(name):
        if needs_servers(one.data):
            yield make(world, name, one)


def make(world: World, name: str, model: Holder) -> KubeObject:
    """One of them."""
    site, keyring = world.sites[name], world.keyring
    texts = {key: _text(keyring.expand(value)) for key, value in model.data.items()}
    body: KubeObject = keyring.expand(model.spec)
    if model.kind == "ControllerRevision":
        body["data"] = keyring.expand(model.data)
    elif texts:
        raw = {key: _packed(text, model.packed.get(key, "")) for key, text in texts.items()}
        body |= _secret(model, raw) if model.kind == "Secret" else _config(raw)
    namespace, _, own = keyring.expand(model.name).rpartition("/")
    made = site.manifest(
        _APIS[model.kind],
        model.kind,
        namespace,
        own,
        labels=model.labels,
        annotations=keyring.expand(model.annotations),
        days_ago=min(
            max(model.days_ago, *(one.days_ago for one in model.writes), 0),
            site.cluster.age_days,
        ),
        **body,
    )
    if model.last_applied:
        notes = made["metadata"].setdefault("annotations", {})
        notes[LAST_APPLIED] = _applied(made, model, texts)
    if model.owner:
        made["metadata"]["ownerReferences"] = [_owner(site, namespace, model.owner)]
    if model.writes:
        made["metadata"]["managedFields"] = list(_fields(site, made, model))
    return made


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _packed(text: str, how: str) -> bytes:
    raw = base64.b64decode(text) if how == "bytes" else text.encode()
    if how in ("gzip", "helm"):
        raw = gzip.compress(raw, mtime=0)
    return base64.b64encode(raw) if how in ("base64", "helm") else raw


def _secret(model: Holder, raw: dict[str, bytes]) -> KubeObject:
    data = {key: base64.b64encode(value).decode() for key, value in raw.items()}
    return {"type": model.type or "Opaque", "data": data}


def _config(raw: dict[str, bytes]) -> KubeObject:
    """What is no text is binary data."""
    plain = {key: value.decode() for key, value in raw.items() if not _is_binary(value)}
    rest = {k: base64.b64encode(value).decode() for k, value in raw.items() if k not in plain}
    return {"data": plain, **({"binaryData": rest} if rest else {})}


def _is_binary(value: bytes) -> bool:
    return value.startswith(b"\x1f\x8b")


def _applied(made: KubeObject, model: Holder, texts: dict[str, str]) -> str:
    """What kubectl writes of the manifest that it applied; `stringData` stands in clear."""
    kept = {key: made["metadata"][key] for key in ("name", "namespace", "labels")
            if key in made["metadata"]}  # fmt: skip
    rest = {key: value for key, value in made.items() if key not in ("metadata", "status")}
    if model.last_applied == "stringData":
        rest = {**{key: value for key, value in rest.items() if key != "data"}, "stringData": texts}
    return json.dumps({**rest, "metadata": {**kept, "annotations": {}}}, sort_keys=True) + "\n"


def _owner(site: Site, namespace: str, text: str) -> KubeObject:
    kind, _, own = text.partition("/")
    return {
        "apiVersion": _APIS[kind],
        "kind": kind,
        "name": own,
        "uid": site.uid(kind, namespace, own),
        "controller": True,
        "blockOwnerDeletion": True,
    }


def _fields(site: Site, made: KubeObject, model: Holder) -> Iterator[KubeObject]:
    """Each manager with the keys that it wrote last; the first has what nobody else has."""
    named = {key for write in model.writes for key in write.keys}
    metadata = made["metadata"]
    for number, write in enumerate(model.writes):
        fields: KubeObject = {}
        for part in ("data", "binaryData"):
            keys = made.get(part, {}) if model.kind != "ControllerRevision" else {}
            own = [key for key in keys if (key in write.keys if write.keys else key not in named)]
            if own:
                fields[f"f:{part}"] = {**({".": {}} if not number else {}),
                                       **{f"f:{key}": {} for key in own}}  # fmt: skip
        if not number:
            fields |= metadata_fields(metadata.get("annotations", ()), metadata.get("labels", ()))
            if model.kind == "Secret":
                fields["f:type"] = {}
        stamp = site.created(min(write.days_ago, site.cluster.age_days))
        yield written(write.by, stamp, fields, api_version=_APIS[model.kind])
