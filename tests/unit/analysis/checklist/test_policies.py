"""CHK08: who enforces policies, what is closed, who is let in, and whether clusters agree."""

from __future__ import annotations

from typing import Any

import pytest

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.services.model import Dialect
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.checklist.telemetry import answered, daemonset, every, namespace
from tests.unit.analysis.failover import build as made

RULE = "CHK08"
CALICO = daemonset("calico-node", "docker.io/calico/node:v3.30", namespace="kube-system", desired=3)
CILIUM = build.agents()
AWS_AGENT = "602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon/aws-network-policy-agent:v1.2"
CLOSED: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress"]}
REMOTE: dict[str, Any] = {
    "podSelector": {"matchLabels": {"app": "checkout"}},
    "ingress": [{"from": [{"ipBlock": {"cidr": "10.20.0.0/16"}}]}],
}


def policy(name: str, spec: dict[str, Any], space: str = "shop") -> Doc:
    """A NetworkPolicy."""
    meta = {"name": name, "namespace": space}
    return {
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta,
        "spec": spec,
    }  # fmt: skip


def cilium_policy(name: str, spec: dict[str, Any], space: str = "shop") -> Doc:
    """A CiliumNetworkPolicy, or one of all namespaces."""
    kind = "CiliumNetworkPolicy" if space else "CiliumClusterwideNetworkPolicy"
    meta = {"name": name, **({"namespace": space} if space else {})}
    return {"apiVersion": "cilium.io/v2", "kind": kind, "metadata": meta, "spec": spec}


def named(cluster: str = "b") -> dict[str, Any]:
    """A rule that lets in pods of one cluster."""
    labels = {"app": "web", "k8s:io.cilium.k8s.policy.cluster": cluster}
    peers = [{"matchLabels": labels}]
    return {"endpointSelector": {"matchLabels": {"app": "checkout"}},
            "ingress": [{"fromEndpoints": peers}]}  # fmt: skip


def judged(
    *docs: Doc, dialect: Dialect | None = Dialect.LIGHTHOUSE,
    others: tuple[ClusterSnapshot, ...] = (), **more: Any,
) -> Answer:  # fmt: skip
    """The answer for a, which exports shop/checkout; of the others those with documents too."""
    a = build.cluster("a", (namespace("shop"), *docs), **more)
    parts = [made.part(one.name, 2, dialect=dialect or Dialect.LIGHTHOUSE) for one in (a, *others)]
    fleet = build.fleet(a, *others)
    services = [made.service(*parts)] if dialect else []
    return answered(RULE, a, *others, of=made.report(fleet, *services))


def test_closed_and_open_to_other_clusters_passes() -> None:
    found = judged(CALICO, policy("deny", CLOSED), policy("remote", REMOTE))
    assert (found.mark, found.missing) == (Mark.PASS, ())
    assert found.reason == "Calico enforces policies; 1 exporting namespace closed by default"
    kinds = {one.object.kind for one in found.evidence if one.object}
    assert kinds == {"DaemonSet", "NetworkPolicy"}


def plugin(name: str, image: str, **more: Any) -> Doc:
    return daemonset(name, image, namespace="kube-system", desired=3, **more)


@pytest.mark.parametrize(
    ("docs", "mark", "words"),
    [
        ([CALICO], Mark.PASS, "Calico enforces policies; it exports no service"),
        ([plugin("canal", "rancher/hardened-calico:v3.30")], Mark.PASS, "Calico"),
        ([plugin("calico-node", "calico/node:v3", ready=2)], Mark.WARN, "not ready on 1 of 3"),
        ([plugin("flannel", "docker.io/flannel/flannel:v0.26")], Mark.FAIL, "flannel: it enf"),
        ([plugin("flannel", "flannel/flannel:v0.26"), CALICO], Mark.PASS, "Calico"),
        ([plugin("aws-node", "a.com/amazon-k8s-cni:v1.20")], Mark.FAIL, "AWS VPC CNI"),
        ([plugin("aws-node", AWS_AGENT)], Mark.FAIL, "is there, and not switched on"),
        ([plugin("aws-node", AWS_AGENT, args=["--enable-network-policy=false"])], Mark.FAIL, "not"),
        ([plugin("aws-node", AWS_AGENT, args=["--enable-network-policy=true"])], Mark.PASS, "AWS"),
        ([plugin("azure-npm", "mcr.microsoft.com/containernetworking/azure-npm:v1")],
         Mark.WARN, "being retired"),
        ([plugin("kindnet", "kindest/kindnetd:v20240813-c6f155d6")], Mark.PASS, "kindnet"),
        ([plugin("kindnet", "kindest/kindnetd:v20240202-8f1494ea")], Mark.FAIL, "before kind"),
        ([plugin("kindnet", "kindest/kindnetd@sha256:0123")], Mark.UNKNOWN, "does not say"),
        ([plugin("ovnkube-node", "quay.io/openshift/x@sha256:01")], Mark.PASS, "OVN-Kubernetes"),
        ([plugin("antrea-agent", "antrea/antrea-agent-ubuntu:v2")], Mark.PASS, "Antrea"),
        ([plugin("kube-router", "docker.io/cloudnativelabs/kube-router:v2")], Mark.PASS, "kube-r"),
        ([plugin("mystery", "example.com/cni:v1")], Mark.UNKNOWN, "no network plugin that is kn"),
        ([CILIUM, build.cilium_config("a", 1)], Mark.PASS, "Cilium enforces"),
        ([CILIUM, build.cilium_config("a", 1, enable_policy="never")], Mark.FAIL, "never"),
        ([CILIUM, build.cilium_config("a", 1, enable_policy="always")], Mark.PASS, "Cilium"),
        ([CILIUM], Mark.UNKNOWN, "there is no cilium-config"),
        ([plugin("anetd", "gke.gcr.io/x/cilium:v1"), build.cilium_config("a", 1)],
         Mark.PASS, "GKE Dataplane V2"),
    ],
)  # fmt: skip
def test_who_enforces(docs: list[Doc], mark: Mark, words: str) -> None:
    found = judged(*docs, dialect=None)
    assert found.mark is mark
    assert words in found.reason


def test_k3s_enforces_where_no_object_says_so() -> None:
    found = judged(dialect=None, version="v1.34.2+k3s1")
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, Mark.PASS)
    assert "k3s enforces policies itself" in found.reason


@pytest.mark.parametrize(
    "topic", ["daemonsets", "cilium-config", "networkpolicies", "ciliumclusterwidenetworkpolicies"]
)
@pytest.mark.parametrize(
    "state", [TopicState.FORBIDDEN, TopicState.STALE, TopicState.PENDING, TopicState.UNREACHABLE]
)
def test_what_was_not_read_never_passes(topic: str, state: TopicState) -> None:
    docs = [CILIUM, build.cilium_config("a", 1), policy("deny", CLOSED), policy("in", REMOTE)]
    assert judged(*docs).mark is Mark.PASS
    assert judged(*docs, states={topic: state}).mark is Mark.UNKNOWN


@pytest.mark.parametrize(
    ("docs", "words"),
    [
        ([], "shop exports services and has no policy that denies by default"),
        ([policy("some", REMOTE)], "no policy that denies by default"),
        ([policy("deny", CLOSED, "other")], "no policy that denies by default"),
        ([policy("deny", CLOSED), policy("all", {"podSelector": {}, "ingress": [{}]})],
         "all lets everybody in"),
        ([policy("deny", CLOSED)], "no policy lets another cluster in by the address ranges"),
        ([policy("deny", {"podSelector": {}, "policyTypes": ["Egress"]})], "no policy that denies"),
    ],
)  # fmt: skip
def test_what_is_open_or_shut_warns(docs: list[Doc], words: str) -> None:
    found = judged(CALICO, *docs)
    assert found.mark is Mark.WARN
    assert words in found.reason
    assert "kubectl --context ctx-a" in found.fix


def test_the_remedy_closes_the_namespace() -> None:
    fix = judged(CALICO).fix
    assert "kind: NetworkPolicy" in fix
    assert 'namespace: "shop"' in fix


VAGUE: dict[str, Any] = {
    "endpointSelector": {},
    "ingress": [{"fromEndpoints": [{"matchLabels": {"app": "web"}}]}],
}


@pytest.mark.parametrize(
    ("docs", "local", "mark", "words"),
    [
        ([cilium_policy("a", VAGUE)], {}, Mark.WARN, "names pods of all clusters alike"),
        ([cilium_policy("a", VAGUE)], {"policy_default_local_cluster": "true"}, Mark.WARN,
         "no policy lets another cluster in by the label"),
        ([cilium_policy("a", VAGUE), cilium_policy("b", named())], {}, Mark.PASS, "closed"),
        ([cilium_policy("all", {"endpointSelector": {}, "ingress": [{}]}, ""),
          cilium_policy("b", named())], {}, Mark.PASS, "closed by default"),
        ([cilium_policy("b", named())], {"enable_policy": "always"}, Mark.PASS, "closed"),
        ([cilium_policy("one", {
            "endpointSelector": {"matchLabels": {"k8s:io.kubernetes.pod.namespace": "other"}},
            "ingress": [{}]}, "")], {}, Mark.WARN, "no policy that denies"),
    ],
)  # fmt: skip
def test_cilium_tells_clusters_apart_by_a_label(
    docs: list[Doc], local: dict[str, str], mark: Mark, words: str
) -> None:
    config = build.cilium_config("a", 1, **local)
    found = judged(CILIUM, config, *docs, dialect=Dialect.CILIUM_GLOBAL)
    assert found.mark is mark
    assert words in found.reason


def test_of_istio_only_the_namespace_is_judged() -> None:
    assert judged(CALICO, policy("deny", CLOSED), dialect=Dialect.ISTIO).mark is Mark.PASS


def having(name: str, *docs: Doc, **more: Any) -> ClusterSnapshot:
    return build.cluster(name, (namespace("shop"), CALICO, *docs), **more)


WEB: dict[str, Any] = {
    "podSelector": {"matchLabels": {"app": "web"}},
    "ingress": [{"ports": [{"port": 80}]}],
}
BOTH = (policy("deny", CLOSED), policy("remote", REMOTE))


def compared(*clusters: ClusterSnapshot) -> dict[str, Answer]:
    parts = [made.part(one.name, 2) for one in clusters]
    report = made.report(build.fleet(*clusters), made.service(*parts))
    return dict(every(RULE, *clusters, of=report))


def test_the_same_policies_by_other_names_are_no_drift() -> None:
    other = policy("closed", {"policyTypes": ["Ingress"], "podSelector": {"matchLabels": {}}})
    blocks = policy(
        "remote", {**REMOTE, "ingress": [{"from": [{"ipBlock": {"cidr": "10.1.0.0/16"}}]}]}
    )
    found = compared(having("a", *BOTH), having("b", other, blocks))
    assert {one.mark for one in found.values()} == {Mark.PASS}


def test_who_differs_from_most_fails() -> None:
    found = compared(
        having("a", *BOTH, policy("web", WEB)),
        having("b", *BOTH, policy("web", WEB)),
        having("c", *BOTH),
    )
    assert [one.mark for one in found.values()] == [Mark.PASS, Mark.PASS, Mark.FAIL]
    assert "not those of a, b: lacks NetworkPolicy web" in found["c"].reason
    assert {one.cluster for one in found["c"].evidence} == {"a", "b", "c"}
    assert "--context ctx-c" in found["c"].fix
    assert "--context ctx-a" in found["c"].fix


def test_of_two_that_differ_both_fail() -> None:
    found = compared(having("a", *BOTH, policy("web", WEB)), having("b", *BOTH))
    assert [one.mark for one in found.values()] == [Mark.FAIL, Mark.FAIL]
    assert "has NetworkPolicy web beside" in found["a"].reason


def test_drift_from_what_was_not_read_is_not_known() -> None:
    shut = {"networkpolicies": TopicState.FORBIDDEN}
    found = compared(having("a", *BOTH), having("b", *BOTH, states=shut))
    assert [one.mark for one in found.values()] == [Mark.UNKNOWN, Mark.UNKNOWN]
    assert "policies of shop in b were not all read" in found["a"].reason


def test_kinds_that_one_cluster_does_not_serve_are_not_compared() -> None:
    absent = {"ciliumnetworkpolicies": TopicState.ABSENT}
    extra = cilium_policy("one", {"endpointSelector": {"matchLabels": {"a": "b"}}})
    found = compared(having("a", *BOTH, extra), having("b", *BOTH, states=absent))
    assert {one.mark for one in found.values()} == {Mark.PASS}
