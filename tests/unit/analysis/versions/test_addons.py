"""Add-ons as they are recognised in a cluster, with their versions and where these come from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.addon_signs import SIGNS, sign_of_image, sign_of_name
from mckconsole.analysis.versions.addons import AddonReading, read_addons
from mckconsole.analysis.versions.model import Addon, Fit
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import NOW, Doc, cluster, submariner
from tests.unit.analysis.versions.addon_docs import daemon, pod, runtime, workload

AT = Minor(1, 34)


def read(*docs: Doc, minor: Minor | None = AT, **more: Any) -> AddonReading:
    return read_addons(cluster("west", docs, **more), minor, shipped(), NOW)


def only(*docs: Doc, minor: Minor | None = AT) -> Addon:
    [found] = read(*docs, minor=minor).addons
    return found


@pytest.mark.parametrize(
    ("image", "addon"),
    [
        ("quay.io/cilium/cilium:v1.19.7@sha256:00", "cilium"),
        ("mcr.microsoft.com/oss/cilium/cilium:v1.17.4-250610", "cilium"),
        ("registry.corp:5000/mirror/cilium/cilium:v1.18.1", "cilium"),
        ("rancher/mirrored-cilium-cilium:v1.18.1", "cilium"),
        ("quay.io/cilium/operator-generic:v1.18.1", ""),
        ("quay.io/cilium/cilium-envoy:v1.30.5", ""),
        ("quay.io/cilium/hubble-relay:v1.18.1", ""),
        ("docker.io/istio/pilot:1.30.1", "istio"),
        ("gcr.io/istio-release/pilot:1.30.1-distroless", "istio"),
        ("docker.io/istio/proxyv2:1.30.1", ""),
        ("example.com/autopilot:1.0", ""),
        ("example.com/games/pilot:1.0", ""),
        ("quay.io/jetstack/cert-manager-controller:v1.21.0", "cert-manager"),
        ("quay.io/jetstack/cert-manager-webhook:v1.21.0", ""),
        ("docker.io/calico/node:v3.31.2", "calico"),
        ("quay.io/tigera/operator:v1.38.0", ""),
        ("docker.io/tigera/cnx-node:v3.20.0", ""),
        ("rancher/hardened-calico:v3.30.2-build20250731", "calico"),
        ("602401143452.dkr.ecr.eu-west-1.amazonaws.com/eks/coredns:v1.11.3-eksbuild.1", "coredns"),
        ("registry.k8s.io/coredns/coredns:v1.12.1", "coredns"),
        ("quay.io/submariner/lighthouse-coredns:0.20.0", "submariner-lighthouse"),
        ("quay.io/submariner/submariner-operator:0.20.0", "submariner"),
        ("cr.l5d.io/linkerd/controller:edge-26.8.1", "linkerd"),
        ("cr.l5d.io/linkerd/proxy:edge-26.8.1", ""),
        ("docker.io/karmada/karmada-controller-manager:v1.17.0", "karmada"),
        ("hashicorp/consul-k8s-control-plane:1.8.0", "consul-k8s"),
        ("envoyproxy/gateway:v1.9.0", "envoy-gateway"),
        ("rancher/rancher:v2.12.1", "rancher"),
        ("rancher/rancher-agent:v2.12.1", "rancher"),
        ("registry.k8s.io/ingress-nginx/controller:v1.13.0@sha256:00", "ingress-nginx"),
        ("nginx/nginx-ingress:5.1.0", ""),
        ("docker.io/grafana/promtail:3.5.1", "promtail"),
        ("", ""),
        ("@", ""),
    ],
)  # fmt: skip
def test_images(image: str, addon: str) -> None:
    found = sign_of_image(image)
    assert (found.addon if found else "") == addon


def test_every_addon_of_the_table_has_a_sign() -> None:
    assert {*shipped().ranges} - {sign.addon for sign in SIGNS} == {"containerd"}


def test_names_carry_revisions_of_istio() -> None:
    found = sign_of_name("istio-system", "istiod-canary")
    assert found is not None
    assert found.addon == "istio"
    assert sign_of_name("shop", "cilium") is None


@given(st.text(max_size=60))
def test_any_text_may_be_an_image(text: str) -> None:
    sign_of_image(text)
    sign_of_name(text, text)


def test_by_image() -> None:
    found = only(daemon("reg.corp/x/cilium/cilium:v1.18.4@sha256:00", "cilium"))
    assert (found.name, str(found.version), found.fit) == ("cilium", "v1.18.4", Fit.UNTESTED)
    assert found.how == "image of DaemonSet kube-system/cilium"
    assert found.network
    [shown] = found.evidence
    assert str(shown.object) == "DaemonSet kube-system/cilium"
    assert shown.path == "spec.template.spec.containers[0].image"
    assert shown.value == "reg.corp/x/cilium/cilium:v1.18.4@sha256:00"
    assert shown.observed_at == NOW
    assert found.newer == "1.20"  # 1.19 is not tested with 1.35


@pytest.mark.parametrize(
    ("labels", "version", "key"),
    [
        ({"app.kubernetes.io/version": "v1.21.3"}, "v1.21.3", "app.kubernetes.io/version"),
        ({"app.kubernetes.io/version": "1.21.3"}, "1.21.3", "app.kubernetes.io/version"),
        ({"helm.sh/chart": "cert-manager-v1.20.1"}, "v1.20.1", "helm.sh/chart"),
        ({"helm.sh/chart": "cert-manager-v1.20.1_corp.2"}, "v1.20.1+corp.2", "helm.sh/chart"),
        ({"app.kubernetes.io/version": "stable", "helm.sh/chart": "cert-manager-v1.20.1"},
         "v1.20.1", "helm.sh/chart"),
    ],
)  # fmt: skip
def test_by_label_where_the_image_does_not_tell(
    labels: dict[str, str], version: str, key: str
) -> None:
    image = "quay.io/jetstack/cert-manager-controller@sha256:00"
    for where in ("labels", "template"):
        doc = workload(image, namespace="cert-manager", name="cert-manager", **{where: labels})  # type: ignore[arg-type]
        found = only(doc)
        assert str(found.version) == version
        assert found.how == f"label {key} of Deployment cert-manager/cert-manager"
        assert found.evidence[0].value == labels[key]


@pytest.mark.parametrize(
    ("image", "labels", "why"),
    [
        ("quay.io/jetstack/cert-manager-controller@sha256:00", {}, "image by digest alone"),
        ("quay.io/jetstack/cert-manager-controller:latest", {}, "the image's tag is no version"),
        ("quay.io/jetstack/cert-manager-controller", {}, "the image's tag is no version"),
        ("reg.corp/infra/cm:7.0.1", {}, "its image is none of the vendor's"),
        ("reg.corp/infra/cm:7.0.1", {"helm.sh/chart": "corp-umbrella-4.2.0"}, "none of the vendor"),
    ],
)
def test_a_version_that_nothing_tells_is_unknown(
    image: str, labels: dict[str, str], why: str
) -> None:
    doc = workload(image, namespace="cert-manager", name="cert-manager", labels=labels)
    found = only(doc)
    assert (found.name, found.version, found.fit) == ("cert-manager", None, Fit.UNKNOWN)
    assert why in found.how
    assert found.evidence[0].value == image


def test_the_version_of_another_product_is_not_taken() -> None:
    """A chart with numbers of its own says nothing: ingress-nginx 4.13 is no 4.13."""
    image = "registry.k8s.io/ingress-nginx/controller@sha256:00"
    labels = {"helm.sh/chart": "ingress-nginx-4.13.0"}
    found = only(workload(image, namespace="ingress-nginx", labels=labels))
    assert found.version is None


def test_submariner_by_its_resource() -> None:
    digest = workload("reg/rhacm2/submariner-rhel9-operator@sha256:00",
                      namespace="submariner-operator", name="submariner-operator")  # fmt: skip
    found = only(submariner("west", version="release-0.20.1"), digest)
    assert str(found.version) == "0.20.1"
    assert found.fit is Fit.NO_MAXIMUM
    assert found.how == "spec.version of Submariner submariner-operator/submariner"


def test_a_rollout_names_both_and_counts_the_worse() -> None:
    found = only(
        daemon("quay.io/calico/node:v3.31.2", "calico-node", "calico-system"),
        pod("quay.io/calico/node:v3.31.2", "calico-node-a", "calico-system"),
        pod("quay.io/calico/node:v3.29.1", "calico-node-b", "calico-system"),
        pod("quay.io/calico/node:v3.29.1", "calico-node-c", "calico-system"),
        pod("quay.io/calico/node:v3.28.0", "calico-node-d", "calico-system", "Failed"),
        pod("quay.io/calico/node:v3.27.0", "elsewhere", "shop"),
    )
    assert str(found.version) == "v3.29.1"
    assert found.fit is Fit.ABOVE
    assert [str(one) for one in found.also] == ["v3.31.2"]
    assert "v3.31.2: image of DaemonSet calico-system/calico-node" in found.how
    assert "v3.29.1: image of Pod calico-system/calico-node-b and 1 more" in found.how
    assert "several versions at once" in found.reason
    assert len(found.evidence) == 2


def test_revisions_of_istio() -> None:
    found = only(
        workload("istio/pilot:1.30.1", namespace="istio-system", name="istiod-1-30"),
        workload("istio/pilot:1.27.4", namespace="istio-system", name="istiod-1-27"),
        workload("istio/pilot:1.24.4", namespace="istio-system", name="istiod-1-24", replicas=0),
    )
    assert str(found.version) == "1.27.4"
    assert found.fit is Fit.ABOVE
    assert [str(one) for one in found.also] == ["1.30.1"]


def test_a_hidden_version_never_passes() -> None:
    found = only(
        workload("istio/pilot:1.30.1", namespace="istio-system", name="istiod-1-30"),
        workload("istio/pilot@sha256:00", namespace="istio-system", name="istiod-old"),
    )
    assert found.version is None
    assert found.fit is Fit.UNKNOWN
    assert [str(one) for one in found.also] == ["1.30.1"]
    assert "unknown version: Deployment istio-system/istiod-old: image by digest" in found.how


def test_the_same_version_written_twice_is_one() -> None:
    found = only(
        workload("quay.io/submariner/lighthouse-agent:0.20.0", namespace="o", name="a"),
        workload("quay.io/submariner/lighthouse-coredns:v0.20.0", namespace="o", name="b"),
    )
    assert found.also == ()
    assert len(found.evidence) == 2


def test_a_rehearsal_of_an_upgrade_is_none() -> None:
    assert read(daemon("quay.io/cilium/cilium:v1.20.0", "cilium-pre-flight-check")).addons == ()


def test_a_dns_server_of_somebody_else_is_none() -> None:
    doc = workload("registry.k8s.io/coredns/coredns:v1.9.0", namespace="shop", name="dns")
    assert read(doc).addons == ()


def test_containerd_by_nodes() -> None:
    nodes = (runtime("a", "containerd://2.1.4"), runtime("b", "containerd://1.7.33"),
             runtime("c", "containerd://1.7.33"), runtime("d", "cri-o://1.34.1"),
             runtime("e", ""))  # fmt: skip
    found = only(*nodes)
    assert (found.name, found.fit, str(found.version)) == ("containerd", Fit.NO_MAXIMUM, "2.1.4")
    assert "1.7.33: status.nodeInfo of Node b and 1 more" in found.how
    assert [str(one) for one in found.also] == ["1.7.33"]
    found = only(*nodes, minor=Minor(1, 38))
    assert (found.fit, str(found.version)) == (Fit.ABOVE, "1.7.33")
    assert found.end is not None


def test_what_cannot_be_read_is_unknown() -> None:
    states = {name: TopicState.FORBIDDEN for name in ("daemonsets", "deployments", "nodes")}
    found = read(states=states)
    assert found.addons == ()
    assert [one.rule for one in found.unknowns] == ["UB13", "UB13", "UB19"]
    assert all("forbidden" in one.reason for one in found.unknowns)
    assert read().unknowns == ()


def test_without_the_clusters_version_nothing_fits() -> None:
    found = only(daemon("quay.io/cilium/cilium:v1.18.4", "cilium"), minor=None)
    assert found.fit is Fit.UNKNOWN
    assert found.reason == "the cluster's version is not known"
    assert (found.least, found.most, found.newer) == (Minor(1, 30), Minor(1, 33), "")


def test_retired_addons_have_their_end() -> None:
    found = only(daemon("grafana/promtail:3.5.1", "promtail", "logs"))
    assert (found.fit, str(found.end)) == (Fit.UNKNOWN, "2026-03-02")
    assert "2026-03-02" in found.reason
