"""What an object's specification refers to, told from the object alone.

Documents come as they were sent: names are cleaned here. Nothing is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.text import clean, shorten
from mckconsole.domain.trees import list_at, map_at, maps_at, text_at
from mckconsole.sources.relations import served
from mckconsole.sources.relations.served import Served

MAX_NAME = 253
_CERTIFICATES = "cert-manager.io/v1"
_GATEWAYS = "gateway.networking.k8s.io"
_DEEPEST = 12
_MOST_FOUND = 200


class Use(NamedTuple):
    """A reference: how it is used, and what."""

    how: str
    ref: ObjectRef


def name_at(tree: object, *path: str) -> str:
    """A name as it may be shown; empty where there is none."""
    return shorten(clean(text_at(tree, *path)), MAX_NAME)


def template_of(document: object, kind: str) -> Mapping[str, object]:
    """The template of pods that a workload of any kind has, of a pod itself; else empty."""
    if kind == "Pod":
        return map_at({"it": document}, "it")
    if kind == "CronJob":
        return map_at(document, "spec", "jobTemplate", "spec", "template")
    found = map_at(document, "spec", "template")
    return found if list_at(found, "spec", "containers") else {}


def uses_of(document: object, ref: ObjectRef) -> list[Use]:
    """What the object `ref` refers to, each thing once."""
    spec = map_at(template_of(document, ref.kind), "spec")
    found = [*_of_pod(spec, ref.namespace), *_own(document, ref)]
    first: dict[ObjectRef, Use] = {}
    for one in found[:_MOST_FOUND]:
        if one.ref.name and one.ref != ref:
            first.setdefault(one.ref, one)
    return list(first.values())


def _of_pod(spec: Mapping[str, object], namespace: str) -> Iterator[Use]:
    if not spec:
        return

    def use(how: str, kind: Served, name: str) -> Use:
        return Use(how, kind.ref(namespace, name))

    yield use("runs on", served.NODE, name_at(spec, "nodeName"))
    account = name_at(spec, "serviceAccountName") or name_at(spec, "serviceAccount")
    yield use("runs as", served.ACCOUNT, account)
    for volume in maps_at(spec, "volumes"):
        yield from (Use("mounts", one) for one in _of_volume(volume, namespace))
    for part in ("initContainers", "containers", "ephemeralContainers"):
        for container in maps_at(spec, part):
            yield from _of_container(container, namespace)
    for one in maps_at(spec, "imagePullSecrets"):
        yield use("pulls images with", served.SECRET, name_at(one, "name"))
    yield use("has the priority", served.PRIORITY, name_at(spec, "priorityClassName"))
    yield use("runs in", served.RUNTIME, name_at(spec, "runtimeClassName"))


def _of_volume(volume: Mapping[str, object], namespace: str) -> Iterator[ObjectRef]:
    for source in (volume, *maps_at(volume, "projected", "sources")):
        yield served.CONFIG_MAP.ref(namespace, name_at(source, "configMap", "name"))
        secret = name_at(source, "secret", "secretName") or name_at(source, "secret", "name")
        yield served.SECRET.ref(namespace, secret)
    claim = name_at(volume, "persistentVolumeClaim", "claimName")
    yield served.CLAIM.ref(namespace, claim)
    yield served.SECRET.ref(namespace, name_at(volume, "csi", "nodePublishSecretRef", "name"))


def _of_container(container: Mapping[str, object], namespace: str) -> Iterator[Use]:
    how = "has variables of"
    for one in maps_at(container, "envFrom"):
        yield Use(how, served.CONFIG_MAP.ref(namespace, name_at(one, "configMapRef", "name")))
        yield Use(how, served.SECRET.ref(namespace, name_at(one, "secretRef", "name")))
    for one in maps_at(container, "env"):
        source = map_at(one, "valueFrom")
        name = name_at(source, "configMapKeyRef", "name")
        yield Use(how, served.CONFIG_MAP.ref(namespace, name))
        yield Use(how, served.SECRET.ref(namespace, name_at(source, "secretKeyRef", "name")))


def _own(document: object, ref: ObjectRef) -> Iterator[Use]:
    """What only one kind refers to; what follows the conventions, for the others."""
    known = served.served_as(ref) is not None
    reading = _OWN.get(ref.kind) if known else _FOREIGN.get(ref.kind)
    if reading is not None:
        yield from reading(document, ref)
    elif not known:
        yield from _conventional(map_at(document, "spec"), ref, 0)
    for hook in maps_at(document, "webhooks"):
        yield _called(map_at(hook, "clientConfig", "service"))
    if ref.kind == "APIService":
        yield _called(map_at(document, "spec", "service"))


def _of_set(document: object, ref: ObjectRef) -> Iterator[Use]:
    name = name_at(document, "spec", "serviceName")
    yield Use("is reached by", served.SERVICE.ref(ref.namespace, name))


def _of_scaler(document: object, ref: ObjectRef) -> Iterator[Use]:
    yield Use("scales", _named(map_at(document, "spec", "scaleTargetRef"), ref))


def _of_claim(document: object, ref: ObjectRef) -> Iterator[Use]:
    yield Use("is bound to", served.VOLUME.ref("", name_at(document, "spec", "volumeName")))
    yield _of_class(document)


def _of_persistent(document: object, ref: ObjectRef) -> Iterator[Use]:
    claim = map_at(document, "spec", "claimRef")
    yield Use("is bound to", served.CLAIM.ref(name_at(claim, "namespace"), name_at(claim, "name")))
    yield _of_class(document)


def _of_class(document: object) -> Use:
    return Use("is of", served.STORAGE_CLASS.ref("", name_at(document, "spec", "storageClassName")))


def _of_account(document: object, ref: ObjectRef) -> Iterator[Use]:
    for part in ("secrets", "imagePullSecrets"):
        for one in maps_at(document, part):
            yield Use("holds", served.SECRET.ref(ref.namespace, name_at(one, "name")))


def _of_secret(document: object, ref: ObjectRef) -> Iterator[Use]:
    notes = map_at(document, "metadata", "annotations")
    account = name_at(notes, "kubernetes.io/service-account.name")
    yield Use("is a token of", served.ACCOUNT.ref(ref.namespace, account))
    certificate = name_at(notes, "cert-manager.io/certificate-name")
    yield Use("is kept by", ObjectRef(_CERTIFICATES, "Certificate", ref.namespace, certificate))


def _of_event(document: object, ref: ObjectRef) -> Iterator[Use]:
    yield Use("is about", _named(map_at(document, "involvedObject"), ref))


def _of_export(document: object, ref: ObjectRef) -> Iterator[Use]:
    yield Use("exports", served.SERVICE.ref(ref.namespace, ref.name))


def _of_ingress(document: object, ref: ObjectRef) -> Iterator[Use]:
    spec, namespace = map_at(document, "spec"), ref.namespace
    yield Use("is of", served.INGRESS_CLASS.ref("", name_at(spec, "ingressClassName")))
    for name in backends_of(spec):
        yield Use("routes to", served.SERVICE.ref(namespace, name))
    for one in maps_at(spec, "tls"):
        secret = served.SECRET.ref(namespace, name_at(one, "secretName"))
        yield Use("shows the certificate of", secret)


def _of_route(document: object, ref: ObjectRef) -> Iterator[Use]:
    """A route of the Gateway API; kinds that are left out are Gateway and Service."""
    spec = map_at(document, "spec")
    for one in maps_at(spec, "parentRefs"):
        kind = name_at(one, "kind") or "Gateway"
        api = "v1" if kind == "Service" else f"{name_at(one, 'group') or _GATEWAYS}/v1"
        where = name_at(one, "namespace") or ref.namespace
        yield Use("hangs on", ObjectRef(api, kind, where, name_at(one, "name")))
    for where, name in route_backends(spec, ref.namespace):
        yield Use("routes to", served.SERVICE.ref(where, name))


def route_backends(spec: Mapping[str, object], namespace: str) -> list[tuple[str, str]]:
    """The services that a route leads to, by namespace and name."""
    return [
        (name_at(one, "namespace") or namespace, name_at(one, "name"))
        for rule in maps_at(spec, "rules")
        for one in maps_at(rule, "backendRefs")
        if (name_at(one, "kind") or "Service") == "Service"
    ]


def backends_of(spec: Mapping[str, object]) -> list[str]:
    """The names of the services that an Ingress routes to."""
    names = [name_at(spec, "defaultBackend", "service", "name")]
    for rule in maps_at(spec, "rules"):
        for path in maps_at(rule, "http", "paths"):
            names.append(name_at(path, "backend", "service", "name"))
    return [name for name in dict.fromkeys(names) if name]


def _of_binding(document: object, ref: ObjectRef) -> Iterator[Use]:
    namespace = ref.namespace
    role = map_at(document, "roleRef")
    kind = served.ROLE if role.get("kind") == "Role" else served.CLUSTER_ROLE
    yield Use("grants", kind.ref(namespace, name_at(role, "name")))
    for one in maps_at(document, "subjects"):
        if one.get("kind") == "ServiceAccount":
            where = name_at(one, "namespace") or namespace
            yield Use("to", served.ACCOUNT.ref(where, name_at(one, "name")))


def _of_slice(document: object, ref: ObjectRef) -> Iterator[Use]:
    namespace = ref.namespace
    service = name_at(document, "metadata", "labels", "kubernetes.io/service-name")
    yield Use("is of", served.SERVICE.ref(namespace, service))
    for one in maps_at(document, "endpoints"):
        target = map_at(one, "targetRef")
        if target.get("kind") == "Pod":
            where = name_at(target, "namespace") or namespace
            yield Use("leads to", served.POD.ref(where, name_at(target, "name")))


def _called(service: Mapping[str, object]) -> Use:
    where, name = name_at(service, "namespace"), name_at(service, "name")
    return Use("calls", served.SERVICE.ref(where, name))


def _conventional(held: object, owner: ObjectRef, depth: int) -> Iterator[Use]:
    """Fields `…Ref` and `…Refs` that name a kind, and `secretName`, anywhere in a foreign kind."""
    if depth > _DEEPEST:
        return
    if isinstance(held, list):
        for one in held[:100]:
            yield from _conventional(one, owner, depth + 1)
    if not isinstance(held, Mapping):
        return
    for key, value in held.items():
        if key == "secretName" and isinstance(value, str):
            name = shorten(clean(value), MAX_NAME)
            yield Use("names", served.SECRET.ref(owner.namespace, name))
        elif str(key).lower().endswith(("ref", "refs")):
            entries = value if isinstance(value, list) else [value]
            for one in entries[:100]:
                if text_at(one, "kind") and text_at(one, "name"):
                    yield Use("refers to", _named(map_at({"it": one}, "it"), owner))
        yield from _conventional(value, owner, depth + 1)


def _named(found: Mapping[str, object], owner: ObjectRef) -> ObjectRef:
    """What a reference names; the version is told by the owner's, or left open."""
    kind, name = name_at(found, "kind"), name_at(found, "name")
    version = name_at(found, "apiVersion")
    own_group = owner.api_version.rpartition("/")[0]
    group = name_at(found, "group") or name_at(found, "apiGroup")
    if not version:
        known = served.BUILT_IN.get((group, kind))
        if known is not None:
            version = known.api_version
        elif group in ("", own_group):
            version = owner.api_version
        else:
            version = f"{group}/"
    ref = ObjectRef(version, kind, name_at(found, "namespace") or owner.namespace, name)
    built_in = served.served_as(ref)
    bare = kind.startswith("Cluster") or (built_in is not None and not built_in.namespaced)
    return ObjectRef(version, kind, "", name) if bare else ref


_OWN: Mapping[str, Callable[[object, ObjectRef], Iterator[Use]]] = {
    "StatefulSet": _of_set,
    "Ingress": _of_ingress,
    "HorizontalPodAutoscaler": _of_scaler,
    "PersistentVolumeClaim": _of_claim,
    "PersistentVolume": _of_persistent,
    "RoleBinding": _of_binding,
    "ClusterRoleBinding": _of_binding,
    "ServiceAccount": _of_account,
    "Secret": _of_secret,
    "EndpointSlice": _of_slice,
    "Event": _of_event,
}
"""Of kinds of the API server."""
_FOREIGN: Mapping[str, Callable[[object, ObjectRef], Iterator[Use]]] = {
    "ServiceExport": _of_export,
    **dict.fromkeys(("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"), _of_route),
}
