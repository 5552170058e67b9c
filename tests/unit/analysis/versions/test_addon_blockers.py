"""UB13 and UB19: which add-ons stand in the way of which minor, how heavily, and the way out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.addon_blockers import addon_blockers
from mckconsole.analysis.versions.addons import read_addons
from mckconsole.analysis.versions.model import Blocker, Gravity, Phase
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.states import TopicState
from mckconsole.domain.support import AddonRange, Confidence, SupportData
from tests.unit.analysis.build import NOW, Doc, cluster, submariner
from tests.unit.analysis.versions.addon_docs import daemon, runtime, workload

CALICO = "quay.io/calico/node:{}"
CERTS = "quay.io/jetstack/cert-manager-controller:{}"


def blockers(*docs: Doc, at: int = 34, to: int = 35, data: SupportData | None = None,
             **more: Any) -> list[Blocker]:  # fmt: skip
    one, table = cluster("west", docs, **more), data or shipped()
    reading = read_addons(one, Minor(1, at), table, NOW)
    return [*addon_blockers(one, reading, Minor(1, at), Minor(1, to), table, NOW)]


def calico(tag: str) -> Doc:
    return daemon(CALICO.format(tag), "calico-node", "calico-system")


def certs(tag: str) -> Doc:
    return workload(CERTS.format(tag), namespace="cert-manager", name="cert-manager")


def cilium(tag: str) -> Doc:
    return daemon(f"quay.io/cilium/cilium:{tag}", "cilium")


@pytest.mark.parametrize(
    ("doc", "at", "to", "gravity", "phase", "target"),
    [
        (calico("v3.31.2"), 34, 36, Gravity.BLOCK, Phase.ADDONS_FIRST, 36),
        (calico("v3.29.2"), 34, 36, Gravity.BLOCK, Phase.ADDONS_FIRST, 33),
        (calico("v3.30.2"), 36, 37, Gravity.BLOCK, Phase.ADDONS_FIRST, 36),
        (calico("v3.33.1"), 36, 38, Gravity.BLOCK, Phase.CONTROL_PLANE, 38),
        (calico("v3.33.1"), 34, 34, Gravity.WARN, Phase.ADDONS_FIRST, 34),
        (calico("v3.30.2"), 33, 34, Gravity.UNKNOWN, Phase.ADDONS_FIRST, 34),
        (certs("v1.20.0"), 35, 36, Gravity.WARN, Phase.ADDONS_FIRST, 36),
        (certs("v1.21.0"), 36, 37, Gravity.WARN, Phase.CONTROL_PLANE, 37),
        (certs("canary"), 36, 37, Gravity.UNKNOWN, Phase.ADDONS_FIRST, 37),
        (cilium("v1.18.2"), 33, 34, Gravity.WARN, Phase.ADDONS_FIRST, 34),
        (cilium("v1.20.2"), 36, 37, Gravity.WARN, Phase.CONTROL_PLANE, 37),
        (cilium("latest"), 36, 37, Gravity.UNKNOWN, Phase.ADDONS_FIRST, 37),
        (daemon("602.dkr.ecr/amazon-k8s-cni:v1.20.1", "aws-node"), 34, 35, Gravity.UNKNOWN,
         Phase.ADDONS_FIRST, 35),
    ],
)  # fmt: skip
def test_ranges(doc: Doc, at: int, to: int, gravity: Gravity, phase: Phase, target: int) -> None:
    [found] = [one for one in blockers(doc, at=at, to=to) if one.rule == "UB13"]
    assert (found.gravity, found.phase, found.target) == (gravity, phase, Minor(1, target))
    assert found.evidence
    assert found.object == found.evidence[0].object
    assert found.remediation
    assert found.detail


@pytest.mark.parametrize(
    ("doc", "at", "to"),
    [
        (calico("v3.33.1"), 36, 37),
        (calico("v3.31.2"), 34, 35),
        (cilium("v1.20.2"), 34, 36),
        (certs("v1.21.0"), 33, 36),
        (workload("registry.k8s.io/coredns/coredns:v1.8.6", name="coredns"), 34, 37),
        (workload("reg/coredns/coredns@sha256:00", name="coredns"), 34, 37),
        (submariner("west", version="0.20.1"), 34, 37),
        (workload("rancher/rancher:v2.12.1", namespace="cattle-system"), 34, 37),
        (runtime("a", "containerd://2.0.4"), 34, 38),
        (workload("nginx:1.29", namespace="shop"), 34, 37),
    ],
)
def test_healthy_twins(doc: Doc, at: int, to: int) -> None:
    assert blockers(doc, at=at, to=to) == []


def test_containerd_is_the_kubelets_matter() -> None:
    rules = {one.rule for one in blockers(runtime("a", "containerd://1.7.33"), at=37, to=38)}
    assert rules == {"UB19"}


def test_too_new_is_told_once_and_does_not_hide_the_other_end() -> None:
    rows = tuple(
        AddonRange("calico", name, Minor(1, 34), Minor(1, 35), "https://e.example", None, "",
                   Confidence.OFFICIAL)
        for name in ("3.31",)
    )  # fmt: skip
    found = blockers(calico("v3.31.0"), at=32, to=37, data=SupportData(addons=rows))
    assert [(one.gravity, one.target, one.subject) for one in found] == [
        (Gravity.WARN, Minor(1, 32), "calico, too new"),
        (Gravity.BLOCK, Minor(1, 36), "calico"),
    ]


def test_unknown_does_not_hide_what_is_out_of_range_for_sure() -> None:
    found = blockers(calico("v3.30.2"), at=34, to=37)
    assert [(one.gravity, one.target, one.subject) for one in found] == [
        (Gravity.UNKNOWN, Minor(1, 35), "calico"),
        (Gravity.BLOCK, Minor(1, 36), "calico"),
    ]


def test_what_nobody_confirmed_does_not_block() -> None:
    one = AddonRange("calico", "3.31", Minor(1, 30), Minor(1, 34), "https://e.example", None, "",
                     Confidence.MEMORY)  # fmt: skip
    [found] = blockers(calico("v3.31.0"), data=SupportData(addons=(one,)))
    assert found.gravity is Gravity.WARN
    assert "memory: 1.30 to 1.34" in found.detail


def test_the_way_out_is_a_command() -> None:
    [found] = [one for one in blockers(certs("v1.20.0"), at=35, to=36) if one.rule == "UB13"]
    assert found.remediation.splitlines() == [
        "1. read the upgrade notes up to 1.21: https://cert-manager.io/docs/releases/",
        "2. helm --kube-context ctx-west -n cert-manager upgrade cert-manager "
        "jetstack/cert-manager --version '~1.21.0' --reset-then-reuse-values",
    ]
    assert "upgrade it to 1.21 first" in found.detail


def test_the_command_is_for_the_release_that_the_later_step_needs() -> None:
    [found] = blockers(calico("v3.31.2"), at=33, to=36)
    assert found.target == Minor(1, 36)
    assert "-n tigera-operator" in found.remediation
    assert "'~3.32.0'" in found.remediation


def test_a_name_from_a_cluster_is_quoted() -> None:
    doc = workload(CERTS.format("v1.20.0"), namespace="a b; rm", name="cert-manager")
    [found] = blockers(doc, at=35, to=36)
    assert "-n 'a b; rm' " in found.remediation


def test_several_versions_are_judged_by_the_worse_for_each_minor() -> None:
    docs = [
        workload("istio/pilot:1.30.1", namespace="istio-system", name="istiod-1-30"),
        workload("istio/pilot:1.29.1", namespace="istio-system", name="istiod"),
    ]
    found = [one for one in blockers(*docs, at=35, to=36) if one.rule == "UB13"]
    assert [(one.gravity, one.target) for one in found] == [(Gravity.WARN, Minor(1, 36))]
    assert len(found[0].evidence) == 2
    assert "also running" in found[0].detail


@pytest.mark.parametrize(
    ("doc", "title"),
    [
        (workload("registry.k8s.io/ingress-nginx/controller:v1.13.0", namespace="ingress-nginx"),
         "ingress-nginx is retired"),
        (daemon("grafana/promtail@sha256:00", "promtail", "logs"), "promtail is retired"),
        (certs("v1.17.2"), "cert-manager v1.17.2 is past its end"),
        (runtime("a", "containerd://1.7.33"), "containerd 1.7.33 is past its end"),
    ],
)  # fmt: skip
def test_nobody_mends_it(doc: Doc, title: str) -> None:
    [found] = [one for one in blockers(doc, at=32, to=33) if one.rule == "UB19"]
    assert (found.title, found.gravity, found.target) == (title, Gravity.WARN, None)
    assert found.evidence


def test_on_the_last_day_it_is_still_mended() -> None:
    from datetime import UTC, date, datetime

    doc = daemon("grafana/promtail:3.5.1", "promtail", "logs")
    one, data = cluster("west", [doc]), shipped()
    for day, count in ((date(2026, 3, 2), 0), (date(2026, 3, 3), 1)):
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
        reading = read_addons(one, Minor(1, 34), data, at)
        found = addon_blockers(one, reading, Minor(1, 34), Minor(1, 35), data, at)
        assert len(found) == count


def test_what_cannot_be_read_never_passes() -> None:
    found = blockers(states={"daemonsets": TopicState.FORBIDDEN})
    assert [(one.rule, one.gravity) for one in found] == [("UB13", Gravity.UNKNOWN)]
    assert "daemonsets forbidden" in found[0].detail


tags = st.from_regex(r"v3\.(2[0-9]|3[0-9])\.[0-9]", fullmatch=True) | st.sampled_from(
    ["latest", "v3", "nightly"]
)


@given(tags, st.integers(28, 40), st.integers(0, 4))
def test_a_network_never_passes_unseen(tag: str, at: int, more: int) -> None:
    """Whatever the release: either the table has it up to the last minor, or something is said."""
    data, to = shipped(), at + more
    found = [one for one in blockers(calico(tag), at=at, to=to) if one.rule == "UB13"]
    row = next((r for r in data.ranges["calico"] if tag[1:].startswith(f"{r.addon_minor}.")), None)
    inside = row and row.least and row.most and row.least <= (1, at) and (1, to) <= row.most
    if inside:
        assert found == []
    elif row is not None:
        assert found
    else:
        assert found or tag[:6] == "v3.30."
