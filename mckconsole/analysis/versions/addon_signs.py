"""How add-ons are recognised in what a cluster runs: by images, by names, by Helm charts.

Registries differ and mirrors rename, so an image is known by the end of its path
(`cilium/cilium`, `mirrored-cilium-cilium`), whatever stands before it. Operators of an add-on with
numbers of their own (`tigera/operator`), and products with a numbering of their own
(`tigera/cnx-node`), are none of them on purpose.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from mckconsole.analysis.failover.hub_signs import repository
from mckconsole.domain.kubeversion import Version, image_version

SYSTEM = "kube-system"
CONTAINERD = "containerd"
"""The add-on that is told by nodes, not by workloads."""
VERSION_LABEL = "app.kubernetes.io/version"
CHART_LABEL = "helm.sh/chart"


class Sign(NamedTuple):
    """How one add-on is recognised."""

    addon: str
    """As in the table of ranges."""
    images: tuple[str, ...]
    """Ends of the path of images whose tag is the add-on's version."""
    workloads: tuple[tuple[str, str], ...] = ()
    """(namespace, name); an empty namespace is any."""
    charts: tuple[str, ...] = ()
    """Helm charts whose version is the add-on's; many count on their own."""
    spaces: frozenset[str] = frozenset()
    """Where an image counts, for those that others run too; empty is everywhere."""
    network: bool = False
    """Whether pods have no network without it."""


_NETWORK = (
    Sign(
        "cilium",
        ("cilium", "mirrored-cilium-cilium"),
        ((SYSTEM, "cilium"), ("cilium", "cilium"), (SYSTEM, "anetd")),
        ("cilium",),
        network=True,
    ),
    Sign(
        "calico",
        ("calico/node", "calico-node", "mirrored-calico-node", "hardened-calico"),
        (
            (SYSTEM, "calico-node"),
            ("calico-system", "calico-node"),
            (SYSTEM, "canal"),
            (SYSTEM, "rke2-canal"),
        ),
        network=True,
    ),
    Sign("amazon-vpc-cni", ("amazon-k8s-cni",), ((SYSTEM, "aws-node"),), network=True),
    Sign(
        "flannel",
        ("flannel", "mirrored-flannel-flannel", "hardened-flannel"),
        ((SYSTEM, "kube-flannel-ds"), ("kube-flannel", "kube-flannel-ds")),
        network=True,
    ),
    Sign(
        "antrea",
        ("antrea-agent-ubuntu", "antrea-agent-ubi", "antrea-ubuntu"),
        ((SYSTEM, "antrea-agent"),),
        network=True,
    ),
)
_MESH = (
    Sign(
        "istio",
        (
            "istio/pilot",
            "istio-release/pilot",
            "release/pilot",
            "istio-pilot",
            "mirrored-istio-pilot",
        ),
        (("", "istiod"),),
        ("istiod",),
    ),
    Sign(
        "linkerd",
        ("linkerd/controller", "buoyantio/controller"),
        (("linkerd", "linkerd-destination"), ("linkerd", "linkerd-identity")),
    ),
    Sign(
        "consul-k8s",
        ("consul-k8s-control-plane",),
        (("", "consul-connect-injector"),),
        ("consul",),
    ),
    Sign(
        "submariner",
        (
            "submariner-operator",
            "submariner-gateway",
            "submariner-rhel9-operator",
            "submariner-gateway-rhel9",
        ),
        (("submariner-operator", "submariner-operator"),),
        ("submariner-operator",),
    ),
    Sign(
        "submariner-lighthouse",
        (
            "lighthouse-agent",
            "lighthouse-coredns",
            "lighthouse-agent-rhel9",
            "lighthouse-coredns-rhel9",
        ),
        (("", "submariner-lighthouse-agent"), ("", "submariner-lighthouse-coredns")),
    ),
    Sign(
        "karmada",
        (
            "karmada-controller-manager",
            "karmada-scheduler",
            "karmada-aggregated-apiserver",
            "karmada-agent",
        ),
        (("karmada-system", "karmada-controller-manager"), ("karmada-system", "karmada-agent")),
        ("karmada",),
    ),
)
_OTHER = (
    Sign(
        "cert-manager",
        (
            "cert-manager-controller",
            "mirrored-jetstack-cert-manager-controller",
            "jetstack-cert-manager-rhel9",
            "bitnami/cert-manager",
        ),
        (("cert-manager", "cert-manager"),),
        ("cert-manager",),
    ),
    Sign(
        "coredns",
        ("coredns", "mirrored-coredns-coredns", "hardened-coredns"),
        (
            (SYSTEM, "coredns"),
            (SYSTEM, "rke2-coredns-rke2-coredns"),
            ("openshift-dns", "dns-default"),
        ),
        spaces=frozenset({SYSTEM, "openshift-dns"}),
    ),
    Sign(
        "envoy-gateway",
        ("envoyproxy/gateway", "envoy-gateway"),
        (("envoy-gateway-system", "envoy-gateway"),),
        ("gateway-helm",),
    ),
    Sign(
        "rancher",
        ("rancher/rancher", "rancher/rancher-agent", "rancher-prime/rancher"),
        (("cattle-system", "rancher"), ("cattle-system", "cattle-cluster-agent")),
        ("rancher",),
    ),
    Sign(
        "ingress-nginx",
        ("ingress-nginx/controller", "nginx-ingress-controller"),
        (("ingress-nginx", "ingress-nginx-controller"),),
    ),
    Sign("promtail", ("promtail",), (("", "promtail"), ("", "loki-promtail"))),
)
SIGNS: tuple[Sign, ...] = (*_NETWORK, *_MESH, *_OTHER)
NETWORK = frozenset(sign.addon for sign in SIGNS if sign.network)

_IMAGES: dict[str, list[tuple[str, Sign]]] = {}
"""By the last part of the path."""
for _sign in SIGNS:
    for _path in _sign.images:
        _IMAGES.setdefault(_path.rpartition("/")[2], []).append((f"/{_path}", _sign))
_NAMES = {place: sign for sign in SIGNS for place in sign.workloads}
_REHEARSAL = "pre-flight"
"""Cilium's check before an upgrade runs the image of the release that is to come."""


@lru_cache(maxsize=16384)
def sign_of_image(image: str) -> Sign | None:
    """The add-on whose image this is, wherever it was pulled from."""
    path = f"/{repository(image)}"
    for end, sign in _IMAGES.get(path.rpartition("/")[2], ()):
        if path.endswith(end):
            return sign
    return None


def counts_in(sign: Sign, namespace: str, name: str) -> bool:
    """Whether an image of the add-on means, in this workload or pod, that it runs here."""
    return (not sign.spaces or namespace in sign.spaces) and _REHEARSAL not in name


def sign_of_name(namespace: str, name: str) -> Sign | None:
    """The add-on whose workload has this name; Istio's carry a revision (`istiod-canary`)."""
    if name.startswith("istiod-"):
        name = "istiod"
    return _NAMES.get((namespace, name)) or _NAMES.get(("", name))


def labelled_version(sign: Sign, labels: dict[str, str]) -> tuple[str, Version | None]:
    """The label that tells the version, and what it says; an empty label where none does."""
    told = labels.get(VERSION_LABEL, "")
    version = image_version(f"label:{told}")  # which leaves out what stands before: `edge-`
    if version is not None:
        return VERSION_LABEL, version
    chart = labels.get(CHART_LABEL, "")
    for name in sign.charts:
        if chart.startswith(f"{name}-"):  # a label holds no plus: Helm writes an underscore
            version = image_version(f"label:{chart.removeprefix(f'{name}-').replace('_', '+')}")
            return (CHART_LABEL, version) if version is not None else ("", None)
    return "", None
