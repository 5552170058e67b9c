"""Columns of access, storage, network and extensions, as kube-apiserver v1.36.2 prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mckconsole.demo.cells import (
    NONE,
    UNSET,
    CellOf,
    Since,
    TableColumn,
    at,
    count,
    flag,
    joined,
    number,
    selector,
    some,
    text,
)
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.print_core import CREATED

_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def columns(since: Since) -> Mapping[str, tuple[TableColumn, ...]]:
    """By resource: the columns after the name; ages by `since`."""
    age = TableColumn("Age", lambda obj: since(at(obj, "metadata", "creationTimestamp")))
    rbac = "rbac.authorization.k8s.io"
    webhooks = (TableColumn("Webhooks", count("webhooks"), "integer"), age)
    return {
        f"roles.{rbac}": (CREATED,),
        f"clusterroles.{rbac}": (CREATED,),
        f"rolebindings.{rbac}": _bindings(age),
        f"clusterrolebindings.{rbac}": _bindings(age),
        "customresourcedefinitions.apiextensions.k8s.io": (CREATED,),
        "mutatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "validatingwebhookconfigurations.admissionregistration.k8s.io": webhooks,
        "leases.coordination.k8s.io": (
            TableColumn("Holder", text("spec", "holderIdentity", missing="")),
            age,
        ),
        "endpointslices.discovery.k8s.io": _slices(age),
        "apiservices.apiregistration.k8s.io": (
            TableColumn("Service", _served_by),
            TableColumn("Available", _available),
            age,
        ),
        "priorityclasses.scheduling.k8s.io": (
            TableColumn("Value", number("value"), "integer"),
            TableColumn("Global-Default", flag("globalDefault"), "boolean"),
            age,
            TableColumn("PreemptionPolicy", text("preemptionPolicy", missing="")),
        ),
        "certificatesigningrequests.certificates.k8s.io": _requests(age),
        **_network(age),
        **_storage(age),
    }


def _bindings(age: TableColumn) -> tuple[TableColumn, ...]:
    def subjects(kind: str) -> CellOf:
        def find(obj: KubeObject) -> str:
            found = [one for one in obj.get("subjects") or () if one.get("kind") == kind]
            spaces = [f"{one['namespace']}/" if kind == "ServiceAccount" else "" for one in found]
            return ", ".join(
                f"{space}{one['name']}" for space, one in zip(spaces, found, strict=True)
            )

        return find

    def role(obj: KubeObject) -> str:
        return f"{at(obj, 'roleRef', 'kind') or ''}/{at(obj, 'roleRef', 'name') or ''}"

    return (
        TableColumn("Role", role),
        age,
        TableColumn("Users", subjects("User"), priority=1),
        TableColumn("Groups", subjects("Group"), priority=1),
        TableColumn("ServiceAccounts", subjects("ServiceAccount"), priority=1),
    )


def _slices(age: TableColumn) -> tuple[TableColumn, ...]:
    def ports(obj: KubeObject) -> str:
        found = obj.get("ports") or ()
        return some((one.get("port") or "*" for one in found), UNSET)

    def endpoints(obj: KubeObject) -> str:
        found = obj.get("endpoints") or ()
        return some((ip for one in found for ip in one.get("addresses") or ()), UNSET)

    return (
        TableColumn("AddressType", text("addressType", missing="")),
        TableColumn("Ports", ports),
        TableColumn("Endpoints", endpoints),
        age,
    )


def _served_by(obj: KubeObject) -> str:
    found = at(obj, "spec", "service")
    return f"{found.get('namespace')}/{found.get('name')}" if found else "Local"


def _available(obj: KubeObject) -> str:
    for one in at(obj, "status", "conditions") or ():
        if one.get("type") == "Available":
            status = str(one.get("status"))
            return status if status == "True" else f"{status} ({one.get('reason', '')})"
    return "Unknown"


def _requests(age: TableColumn) -> tuple[TableColumn, ...]:
    def duration(obj: KubeObject) -> str:
        seconds = at(obj, "spec", "expirationSeconds")
        return NONE if seconds is None else f"{seconds}s"

    return (
        age,
        TableColumn("SignerName", text("spec", "signerName")),
        TableColumn("Requestor", text("spec", "username", missing="")),
        TableColumn("RequestedDuration", duration),
        TableColumn("Condition", _condition),
    )


def _condition(obj: KubeObject) -> str:
    types = {one.get("type") for one in at(obj, "status", "conditions") or ()}
    words = "Denied" if "Denied" in types else "Approved" if "Approved" in types else "Pending"
    words += ",Failed" if "Failed" in types else ""
    return f"{words},Issued" if at(obj, "status", "certificate") else words


def _network(age: TableColumn) -> Mapping[str, tuple[TableColumn, ...]]:
    def parameters(obj: KubeObject) -> str:
        found = at(obj, "spec", "parameters")
        if not found:
            return NONE
        group = f".{found['apiGroup']}" if found.get("apiGroup") else ""
        return f"{found['kind']}{group}/{found['name']}"

    return {
        "ingresses.networking.k8s.io": (
            TableColumn("Class", text("spec", "ingressClassName")),
            TableColumn("Hosts", lambda obj: some(_hosts(obj), "*")),
            TableColumn("Address", _address),
            TableColumn("Ports", lambda obj: "80, 443" if at(obj, "spec", "tls") else "80"),
            age,
        ),
        "ingressclasses.networking.k8s.io": (
            TableColumn("Controller", text("spec", "controller", missing="")),
            TableColumn("Parameters", parameters),
            age,
        ),
        "networkpolicies.networking.k8s.io": (
            TableColumn("Pod-Selector", lambda obj: selector(at(obj, "spec", "podSelector"))),
            age,
        ),
    }


def _hosts(obj: KubeObject) -> Iterator[str]:
    return (one["host"] for one in at(obj, "spec", "rules") or () if one.get("host"))


def _address(obj: KubeObject) -> str:
    found = at(obj, "status", "loadBalancer", "ingress") or ()
    return ",".join(one.get("ip") or one.get("hostname", "") for one in found)


def _storage(age: TableColumn) -> Mapping[str, tuple[TableColumn, ...]]:
    def boolean(name: str, field: str, *, missing: bool = False) -> TableColumn:
        return TableColumn(name, flag("spec", field, missing=missing), "boolean")

    def tokens(obj: KubeObject) -> str:
        found = at(obj, "spec", "tokenRequests") or ()
        return joined((one.get("audience", "") for one in found), UNSET)

    return {
        "storageclasses.storage.k8s.io": (
            TableColumn("Provisioner", text("provisioner", missing="")),
            TableColumn("ReclaimPolicy", text("reclaimPolicy", missing="Delete")),
            TableColumn("VolumeBindingMode", text("volumeBindingMode", missing="Immediate")),
            TableColumn("AllowVolumeExpansion", flag("allowVolumeExpansion")),
            age,
        ),
        "csidrivers.storage.k8s.io": (
            boolean("AttachRequired", "attachRequired", missing=True),
            boolean("PodInfoOnMount", "podInfoOnMount"),
            boolean("StorageCapacity", "storageCapacity"),
            TableColumn("TokenRequests", tokens),
            boolean("RequiresRepublish", "requiresRepublish"),
            TableColumn("Modes", lambda obj: joined(at(obj, "spec", "volumeLifecycleModes") or ())),
            age,
        ),
        "csinodes.storage.k8s.io": (
            TableColumn("Drivers", lambda obj: len(at(obj, "spec", "drivers") or ()), "integer"),
            age,
        ),
    }


def name_of(obj: KubeObject) -> str:
    """The name of a storage class says whether it is the default one."""
    name = str(at(obj, "metadata", "name") or "")
    default = at(obj, "metadata", "annotations", _DEFAULT_CLASS) == "true"
    return f"{name} (default)" if default else name
