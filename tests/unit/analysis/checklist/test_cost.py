"""CHK07: exporters, egress, and budgets of the cluster's cloud."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mckconsole.analysis.checklist.model import Mark
from mckconsole.domain.metrics import MetricState, MetricVector
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis import build
from tests.unit.analysis.build import Doc
from tests.unit.analysis.checklist.telemetry import answered, counter, daemonset, deployment

RULE = "CHK07"
NODE = build.node("n1", provider_id="aws:///eu-west-1a/i-1")
OPENCOST = deployment("opencost", "ghcr.io/opencost/opencost:1.115")
DATA = {"node-cost": counter(), "pod-egress": counter()}
ASKED_NOBODY: dict[str, MetricVector] = {}


def budget(ready: str | None = "True", *, google: bool = False) -> Doc:
    """A budget as an object."""
    group = "billingbudgets.cnrm.cloud.google.com/v1beta1" if google else (
        "budgets.aws.upbound.io/v1beta2")  # fmt: skip
    conditions = [] if ready is None else [{"type": "Ready", "status": ready}]
    return {
        "apiVersion": group,
        "kind": "BillingBudgetsBudget" if google else "Budget",
        "metadata": {"name": "monthly"},
        "status": {"conditions": conditions},
    }


def costing(
    name: str, *docs: Doc, metrics: Mapping[str, MetricVector] = DATA, node: Doc = NODE, **more: Any
) -> ClusterSnapshot:
    """A cluster with a node in a cloud."""
    return build.cluster(name, [node, *docs], metrics=metrics, **more)


def test_costs_egress_and_a_budget_pass() -> None:
    found = answered(RULE, costing("a", OPENCOST, budget()))
    assert found.mark is Mark.PASS
    assert found.reason == "OpenCost with costs and egress, a budget of AWS"
    assert found.missing == ("what the clouds bill is not read: it is not in a cluster",)
    assert {one.object.kind for one in found.evidence if one.object} == {"Deployment", "Budget"}


def test_a_budget_counts_wherever_it_is_kept() -> None:
    found = answered(RULE, costing("a", OPENCOST), costing("hub", budget()))
    assert found.mark is Mark.PASS
    assert any(one.cluster == "hub" for one in found.evidence)
    other = answered(RULE, costing("a", OPENCOST), costing("hub", budget(google=True)))
    assert (other.mark, other.lifted) == (Mark.UNKNOWN, Mark.WARN)


NONE = {"node-cost": counter(None), "pod-egress": counter(None)}
AZURE = build.node("n1", provider_id="azure:///subscriptions/1")
BARE = build.node("n1")


@pytest.mark.parametrize(
    ("docs", "more", "mark", "words"),
    [
        ([], {"metrics": NONE}, Mark.FAIL, "no cost exporter runs in it"),
        ([], {"metrics": NONE, "node": BARE}, Mark.UNKNOWN, "no object says"),
        ([], {}, Mark.PASS, "an exporter that is not known with costs and egress"),
        ([], {"metrics": ASKED_NOBODY}, Mark.UNKNOWN, "no cost exporter that is known runs in it"),
        ([OPENCOST], {"metrics": {**DATA, "pod-egress": counter(None)}}, Mark.WARN, "egress of"),
        ([OPENCOST], {"metrics": {**DATA, "node-cost": counter(None)}}, Mark.WARN, "costs of its"),
        ([OPENCOST], {"metrics": {**DATA, "node-cost": counter(age=4000)}}, Mark.WARN, "lately"),
        ([OPENCOST], {"metrics": ASKED_NOBODY}, Mark.UNKNOWN, "no Prometheus endpoint"),
        ([OPENCOST], {"metrics": {**DATA, "pod-egress": MetricVector(
            MetricState.PARTIAL, "a store is down")}}, Mark.UNKNOWN, "a store is down"),
        ([deployment("opencost", "ghcr.io/opencost/opencost:1", ready=0)], {}, Mark.WARN,
         "OpenCost is ready on 0 of 1"),
        ([deployment("k", "gcr.io/kubecost1/cost-model:2")], {}, Mark.PASS, "Kubecost"),
        ([daemonset("nc", "gcr.io/kubecost1/kubecost-network-costs:v1")], {"metrics": NONE},
         Mark.FAIL, "no cost exporter"),
        ([OPENCOST], {"states": {"deployments": TopicState.FORBIDDEN}, "metrics": NONE},
         Mark.UNKNOWN, "deployments forbidden"),
        ([OPENCOST], {"states": {"nodes": TopicState.FORBIDDEN}}, Mark.UNKNOWN, "nodes forbidden"),
        ([OPENCOST], {"node": AZURE}, Mark.UNKNOWN, "no object says that Azure has a budget"),
        ([OPENCOST], {"node": BARE}, Mark.UNKNOWN, "its cloud is not known"),
    ],
)  # fmt: skip
def test_marks(docs: list[Doc], more: dict[str, Any], mark: Mark, words: str) -> None:
    found = answered(RULE, costing("a", *docs, budget(), **more))
    assert found.mark is mark
    assert words in found.reason


@pytest.mark.parametrize(
    ("ready", "mark", "words"),
    [("False", Mark.WARN, "AWS has not taken over monthly"), (None, Mark.UNKNOWN, "is not said")],
)
def test_a_budget_that_the_cloud_does_not_have(ready: str | None, mark: Mark, words: str) -> None:
    found = answered(RULE, costing("a", OPENCOST, budget(ready)))
    assert found.mark is mark
    assert words in found.reason


def test_budgets_that_were_not_read_may_be_there() -> None:
    shut = {"aws-budgets": TopicState.FORBIDDEN}
    found = answered(RULE, costing("a", OPENCOST, states=shut))
    assert (found.mark, found.lifted) == (Mark.UNKNOWN, None)
    assert "whether a budget of AWS is kept in a" in found.reason
