"""UB12: kernels and node images that an upgrade asks too much of."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.addons import read_addons
from mckconsole.analysis.versions.kernels import kernel_blockers, kernel_of
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import NOW, Doc, cluster
from tests.unit.analysis.versions.addon_docs import daemon, node

UBUNTU = {"kernelVersion": "6.8.0-45-generic", "osImage": "Ubuntu 24.04.1 LTS"}
FOCAL = {"kernelVersion": "5.4.0-189-generic", "osImage": "Ubuntu 20.04.6 LTS"}
FOCAL_HWE = {"kernelVersion": "5.15.0-107-generic", "osImage": "Ubuntu 20.04.6 LTS"}
RHEL_8_10 = {"kernelVersion": "4.18.0-553.16.1.el8_10.x86_64",
             "osImage": "Red Hat Enterprise Linux 8.10 (Ootpa)"}  # fmt: skip
RHEL_8_8 = {"kernelVersion": "4.18.0-477.10.1.el8_8.x86_64",
            "osImage": "Red Hat Enterprise Linux 8.8 (Ootpa)"}  # fmt: skip
AL2 = {"kernelVersion": "5.10.244-240.965.amzn2.x86_64", "osImage": "Amazon Linux 2"}
AL2023 = {"kernelVersion": "6.1.150-174.273.amzn2023.x86_64",
          "osImage": "Amazon Linux 2023.8.20250915"}  # fmt: skip
WINDOWS = {"kernelVersion": "10.0.20348.2700", "osImage": "Windows Server 2022 Datacenter",
           "operatingSystem": "windows"}  # fmt: skip


def read(info: dict[str, str], *docs: Doc, at: int = 32, to: int = 33, provider: str = "",
         **more: Any) -> list[Blocker]:  # fmt: skip
    one = cluster("west", [node("n1", **info), node("n2", **UBUNTU), *docs], **more)
    addons = read_addons(one, Minor(1, at), shipped(), NOW).addons
    return kernel_blockers(one, addons, Minor(1, at), Minor(1, to), provider)


def cilium(tag: str) -> Doc:
    return daemon(f"quay.io/cilium/cilium:{tag}", "cilium")


def proxy(mode: str, key: str = "config.conf") -> Doc:
    text = f"apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n{mode}\n"
    meta = {"name": "kube-proxy", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {key: text}}


@pytest.mark.parametrize(
    ("info", "docs", "provider", "gravity", "subject", "target"),
    [
        (FOCAL, [cilium("v1.18.3")], "", Gravity.BLOCK, "cilium", None),
        (RHEL_8_8, [cilium("v1.18.3")], "", Gravity.BLOCK, "cilium", None),
        (FOCAL, [cilium("v1.17.8")], "", Gravity.BLOCK, "cilium", 33),
        ({}, [cilium("v1.18.3")], "", Gravity.UNKNOWN, "cilium unknown", None),
        ({"kernelVersion": "custom"}, [cilium("v1.18.3")], "", Gravity.UNKNOWN, "cilium unknown",
         None),
        (RHEL_8_10, [cilium("v1.18.3")], "eks", Gravity.WARN, "cilium on EKS", None),
        (FOCAL_HWE, [cilium("v1.18.3")], "eks", Gravity.WARN, "cilium on EKS", None),
        (FOCAL, [proxy("mode: nftables")], "", Gravity.WARN, "nftables", None),
        (FOCAL, [proxy('mode: "nftables"', "config")], "", Gravity.WARN, "nftables", None),
        ({"kernelVersion": ""}, [proxy("mode: nftables")], "", Gravity.UNKNOWN,
         "nftables unknown", None),
        ({**UBUNTU, "osImage": ""}, [], "eks", Gravity.UNKNOWN, "amazon linux 2 unknown", 33),
        (AL2, [], "eks", Gravity.BLOCK, "amazon linux 2", 33),
    ],
)  # fmt: skip
def test_too_old(
    info: dict[str, str], docs: list[Doc], provider: str, gravity: Gravity, subject: str,
    target: int | None,
) -> None:  # fmt: skip
    [blocker] = read(info, *docs, provider=provider)
    assert (blocker.rule, blocker.gravity, blocker.subject) == ("UB12", gravity, subject)
    assert blocker.target == (Minor(1, target) if target else None)
    assert str(blocker.object) == "Node n1"
    assert "n1" in blocker.detail
    assert "n2" not in blocker.detail


@pytest.mark.parametrize(
    ("info", "docs", "provider", "to"),
    [
        (UBUNTU, [cilium("v1.18.3")], "eks", 33),
        (AL2, [cilium("v1.18.3")], "", 33),
        (RHEL_8_10, [cilium("v1.18.3")], "", 33),
        (FOCAL, [cilium("v1.16.3")], "", 32),
        (FOCAL, [proxy("mode: iptables")], "", 33),
        (FOCAL, [proxy('mode: ""')], "", 33),
        (FOCAL, [proxy("# mode: nftables")], "", 33),
        (AL2, [], "eks", 32),
        (AL2, [], "aks", 33),
        (AL2023, [cilium("v1.18.3")], "eks", 33),
        (WINDOWS, [cilium("v1.18.3"), proxy("mode: nftables")], "eks", 33),
        (FOCAL, [], "", 33),
    ],
)
def test_healthy_twins(info: dict[str, str], docs: list[Doc], provider: str, to: int) -> None:
    assert read(info, *docs, provider=provider, to=to) == []


def test_evidence_is_of_everything_involved() -> None:
    [found] = read(FOCAL, cilium("v1.18.3"))
    assert [str(one.object) for one in found.evidence] == [
        "Node n1", "DaemonSet kube-system/cilium",
    ]  # fmt: skip
    [found] = read(FOCAL, proxy("mode: nftables"))
    assert found.phase is Phase.NODES
    assert [(one.path, one.value) for one in found.evidence] == [
        ("status.nodeInfo.kernelVersion", "5.4.0-189-generic"),
        ("mode", "nftables"),
    ]


@pytest.mark.parametrize(
    ("docs", "states", "words"),
    [
        ([], {"nodes": TopicState.FORBIDDEN}, "nodes forbidden"),
        ([], {"kube-proxy-config": TopicState.FORBIDDEN}, "kube-proxy-config forbidden"),
        ([proxy("mode: [")], {}, "no YAML"),
    ],
)
def test_what_cannot_be_read_is_unknown(
    docs: list[Doc], states: dict[str, TopicState], words: str
) -> None:
    [found] = read(FOCAL, *docs, states=states)
    assert (found.rule, found.gravity) == ("UB12", Gravity.UNKNOWN)
    assert words in found.detail
    assert read(UBUNTU, states={"kube-proxy-config": TopicState.FORBIDDEN}) == []


@given(st.text(max_size=30))
def test_any_text_may_be_a_kernel(text: str) -> None:
    kernel_of(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("5.10", (5, 10)), ("5.15.0-107-generic", (5, 15)), ("6.1+", (6, 1)), ("", None),
     ("v6.1", None), ("5", None)],
)  # fmt: skip
def test_kernels(text: str, expected: tuple[int, int] | None) -> None:
    assert kernel_of(text) == expected
