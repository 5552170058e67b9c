"""SD14: where a cluster's DNS leads the names of the cluster set."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.corefile import check_dns
from mckconsole.analysis.services.model import Dialect
from mckconsole.domain.findings import Finding, Severity, Unknown
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc, States, cluster, docs_of
from tests.unit.analysis.services.reading import facts

SERVER = """
apiVersion: v1
kind: Service
metadata: {name: submariner-lighthouse-coredns, namespace: submariner-operator}
spec: {clusterIP: 10.96.10.20}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: submariner-lighthouse-coredns, namespace: submariner-operator}
spec: {replicas: 2}
status: {availableReplicas: 2}
"""
DOWN = SERVER.replace("availableReplicas: 2", "availableReplicas: 0")
GONE = SERVER.split("---")[1]
SETTINGS = """
apiVersion: submariner.io/v1alpha1
kind: ServiceDiscovery
metadata: {name: service-discovery, namespace: submariner-operator}
spec: {clusterID: west, customDomains: [shop.example]}
"""
ROOT = ".:53 {\n  kubernetes cluster.local\n  forward . /etc/resolv.conf\n}\n"
GOOD = "clusterset.local:53 {\n  forward . 10.96.10.20\n}\n" + ROOT
DEAD = GOOD.replace("10.96.10.20", "10.96.10.99")
INLINE = ROOT.replace("forward . /etc", "forward clusterset.local 10.96.10.20:53\n  forward . /etc")
HALF = GOOD.replace("10.96.10.20", "10.96.10.20 10.96.10.99")
FILE = GOOD.replace("10.96.10.20", "/etc/resolv.conf")
EXCEPT = ROOT.replace("/etc/resolv.conf", "10.96.10.20 {\n except clusterset.local\n }")
AKS = ROOT.replace("}\n", "import custom/*.override\n}\nimport custom/*.server\n")


def configmap(text: str, place: str = "kube-system/coredns", key: str = "Corefile") -> Doc:
    namespace, _, name = place.partition("/")
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {key: text},
    }


def check(
    *docs: Doc, texts: str = "", states: States | None = None, dialect: Dialect = Dialect.LIGHTHOUSE
) -> tuple[list[Finding], list[Unknown]]:
    found = cluster("west", [*docs, *docs_of(texts)], states=states)
    return check_dns(found, facts(dialect))


@pytest.mark.parametrize("text", [GOOD, INLINE, GOOD.replace("10.96.10.20", "10.96.10.20:53")])
def test_a_forward_to_lighthouse_is_well(text: str) -> None:
    assert check(configmap(text), texts=SERVER) == ([], [])


@pytest.mark.parametrize(
    ("text", "server", "title", "line"),
    [
        (ROOT, SERVER, "does not forward clusterset.local", "forward . /etc/resolv.conf"),
        ("", SERVER, "does not forward clusterset.local", "(no forward of clusterset.local)"),
        (EXCEPT, SERVER, "does not forward clusterset.local", "(no forward of clusterset.local)"),
        (DEAD, SERVER, "that Lighthouse does not have", "forward . 10.96.10.99"),
        (HALF, SERVER, "that Lighthouse does not have", "forward . 10.96.10.20 10.96.10.99"),
        (FILE, SERVER, "that Lighthouse does not have", "forward . /etc/resolv.conf"),
        (GOOD, GONE, "that Lighthouse does not have", "forward . 10.96.10.20"),
    ],
)
def test_forwards_that_are_missing_or_dead(text: str, server: str, title: str, line: str) -> None:
    (found,), unknowns = check(configmap(text), texts=server)
    assert unknowns == []
    assert (found.rule, found.pane, found.cluster) == ("SD14", "services", "west")
    assert found.severity is Severity.HIGH
    assert title in found.title
    assert str(found.object) == "ConfigMap kube-system/coredns"
    assert (found.evidence[0].path, found.evidence[0].value) == ("data.Corefile", line)
    assert "submariner-lighthouse-coredns" in f"{found.evidence[1].object}{found.evidence[1].path}"
    assert "kubectl --context ctx-west -n kube-system get configmap coredns" in found.remediation


def test_domains_of_the_settings_are_looked_at_too() -> None:
    (found,), unknowns = check(configmap(GOOD), texts=SERVER + "---" + SETTINGS)
    assert "shop.example" in found.title
    assert unknowns == []
    whole = GOOD + GOOD.splitlines()[0].replace("clusterset.local", "shop.example") + (
        "\n forward . 10.96.10.20\n}"
    )  # fmt: skip
    assert check(configmap(whole), texts=SERVER + "---" + SETTINGS) == ([], [])


def test_findings_of_one_cluster_can_be_told_apart() -> None:
    found, _ = check(configmap(ROOT), texts=DOWN + "---" + SETTINGS)
    assert len({one.id for one in found}) == len(found) == 3


@pytest.mark.parametrize(
    ("server", "said"), [(DOWN, "0 of 2 replicas available"), (SERVER.split("---")[0], "(none)")]
)
def test_a_server_without_replicas(server: str, said: str) -> None:
    (found,), unknowns = check(configmap(GOOD), texts=server)
    assert "not available" in found.title
    assert found.evidence[0].value == said
    assert unknowns == []


def test_the_server_may_be_elsewhere() -> None:
    assert check(
        configmap(GOOD), texts=SERVER.replace("submariner-operator", "somewhere")
    ) == ([], [])  # fmt: skip


@pytest.mark.parametrize(
    ("custom", "wrong"),
    [
        ([configmap(GOOD.split(".:53")[0], "kube-system/coredns-custom", "lh.server")], False),
        ([configmap(GOOD.split(".:53")[0], "kube-system/coredns-custom", "lh.txt")], True),
        ([], True),
    ],
)
def test_aks_imports_what_is_custom(custom: list[Doc], wrong: bool) -> None:
    found, unknowns = check(configmap(AKS), *custom, texts=SERVER)
    assert bool(found) == wrong
    assert unknowns == []


def test_an_import_that_cannot_be_read_leaves_it_open() -> None:
    states = {"corefile-custom": TopicState.FORBIDDEN}
    found, (unknown,) = check(configmap(AKS), texts=SERVER, states=states)
    assert found == []
    assert "corefile-custom is forbidden" in unknown.reason
    found, (unknown,) = check(configmap(ROOT + "import other.conf"), texts=SERVER)
    assert found == []
    assert "imports other.conf" in unknown.reason
    assert check(configmap(GOOD + "import other.conf"), texts=SERVER) == ([], [])


def test_openshift() -> None:
    text = "clusterset.local:5353 {\n  forward . 10.96.10.20 {\n   policy random\n  }\n}\n" + ROOT
    place = "openshift-dns/dns-default"
    assert check(configmap(text, place), texts=SERVER) == ([], [])
    (found,), _ = check(configmap(ROOT, place), texts=SERVER)
    assert str(found.object) == f"ConfigMap {place}"


def test_dns_that_the_provider_manages_is_unknown() -> None:
    found, (unknown,) = check(texts=SERVER)
    assert found == []
    assert (unknown.pane, unknown.cluster, unknown.rule) == ("services", "west", "SD14")
    assert "GKE" in unknown.reason


@pytest.mark.parametrize("state", [TopicState.STALE, TopicState.FORBIDDEN, TopicState.PENDING])
@pytest.mark.parametrize("topic", ["corefile", "services", "deployments"])
@pytest.mark.parametrize("text", [GOOD, DEAD])
def test_what_is_not_read_now_is_unknown(state: TopicState, topic: str, text: str) -> None:
    found, unknowns = check(configmap(text), texts=SERVER, states={topic: state})
    wrong = text == DEAD and topic == "deployments"
    assert len(found) == wrong
    assert [one.rule for one in unknowns] == ["SD14"]
    assert f"{topic} is {state.value}" in unknowns[0].reason


def test_a_missing_forward_is_seen_without_the_services() -> None:
    found, _ = check(configmap(ROOT), texts=SERVER, states={"services": TopicState.FORBIDDEN})
    assert ["does not forward" in one.title for one in found] == [True]


OPTION = """
.:53 {
    kubernetes cluster.local clusterset.local in-addr.arpa {
        multicluster clusterset.local
    }
}
"""


@pytest.mark.parametrize(
    ("text", "well"),
    [
        (OPTION, True),
        (".:53 {\n  multicluster clusterset.local\n}", True),
        ("clusterset.local {\n  multicluster\n}", True),
        (ROOT, False),
        (".:53 {\n  multicluster other.local\n}", False),
        (OPTION + "clusterset.local {\n forward . 1.2.3.4\n}", False),
    ],
)
def test_ciliums_imports_need_a_line(text: str, well: bool) -> None:
    found, unknowns = check(configmap(text), dialect=Dialect.CILIUM_MCS)
    assert (found == []) == well
    assert unknowns == []
    for one in found:
        assert one.severity is Severity.HIGH
        assert one.evidence[0].value == "(no multicluster clusterset.local)"


def test_where_nobody_needs_it_nothing_is_said() -> None:
    for dialect in (Dialect.CILIUM_GLOBAL, Dialect.GKE, Dialect.ISTIO, Dialect.MCS):
        assert check(configmap(ROOT), dialect=dialect) == ([], [])
