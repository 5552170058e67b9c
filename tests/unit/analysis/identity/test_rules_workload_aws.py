"""WI06, WI08, WI09, WI27: what a pod says of AWS."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.identity.model import Cloud, NodeFacts
from mckconsole.analysis.identity.nodes import read_node
from mckconsole.analysis.identity.rules_workload_aws import wi06, wi08, wi09, wi27
from mckconsole.domain.core import Node
from mckconsole.domain.findings import Severity
from tests.unit.analysis.identity.accounts import AWS, ROLE, decoded
from tests.unit.analysis.identity.workloads import (
    AGENT_VOLUME,
    AKS,
    EKS,
    IRSA,
    Doc,
    agent,
    case,
    container,
    controller,
    env,
    ids,
    irsa,
    judged,
    pod,
    shown,
    token,
    unknowns,
)

URI = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"


@pytest.mark.parametrize(
    ("there", "lacking"),
    [
        ({"AWS_ROLE_ARN": ROLE}, "AWS_WEB_IDENTITY_TOKEN_FILE"),
        ({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t/token"}, "AWS_ROLE_ARN"),
        ({URI: "http://169.254.170.23/v1/credentials"}, TOKEN),
        ({TOKEN: "/t/token"}, URI),
    ],
)
def test_half_a_pair(there: dict[str, str], lacking: str) -> None:
    one = case(pod(container(variables=env(there), mounts={"aws-iam-token": "/t"}),
                   volumes=[token()]), notes=AWS, made_by=controller(wrote=there))  # fmt: skip
    (found,) = judged(one, wi06)
    (name,) = there
    assert found.severity is Severity.HIGH
    assert (f"spec.containers[name=app].env[name={name}].value", there[name]) in shown(found)
    assert (f"spec.containers[name=app].env[name={lacking}]", "(not set)") in shown(found)
    assert f"set env deployment/shop -c app {name}-" in found.remediation
    assert f"{name} by helm" in str(found.evidence)


def test_whole_pairs_are_silent_wherever_they_come_from() -> None:
    assert judged(case(pod(irsa(), volumes=[token()]), notes=AWS), wi06) == []
    assert judged(case(pod(agent(), volumes=[AGENT_VOLUME])), wi06) == []
    referred = container(
        variables=env({"AWS_WEB_IDENTITY_TOKEN_FILE": "/t/token"}, AWS_ROLE_ARN="roles/arn")
    )
    assert judged(case(pod(referred)), wi06) == []


def test_what_may_come_from_a_whole_object_is_unknown() -> None:
    more = container(variables=env({"AWS_ROLE_ARN": ROLE}),
                     envFrom=[{"configMapRef": {"name": "settings"}}])  # fmt: skip
    one = case(pod(more))
    assert judged(one, wi06) == []
    assert "envFrom" in unknowns(one)["WI06"]


def test_a_role_to_assume_with_keys_is_a_programs_own() -> None:
    own = container(variables=env({"AWS_ROLE_ARN": ROLE}, AWS_ACCESS_KEY_ID="s/id",
                                  AWS_SECRET_ACCESS_KEY="s/key"))  # fmt: skip
    assert judged(case(pod(own)), wi06) == []
    assert len(judged(case(pod(own), notes=AWS), wi06)) == 1


def test_another_server_of_credentials_needs_no_token_file() -> None:
    own = container(variables=env({URI: "http://127.0.0.1:9911/creds"}))
    assert judged(case(pod(own)), wi06) == []


def test_two_containers_are_one_finding() -> None:
    half = env({"AWS_ROLE_ARN": ROLE})
    (found,) = judged(case(pod(container("b", half), container("a", half))), wi06)
    assert found.subject == "aws: a, b"


def test_irsa_and_pod_identity_at_once() -> None:
    both = agent(variables=env(IRSA))
    (found,) = judged(case(pod(both, volumes=[AGENT_VOLUME]), notes=AWS), wi08)
    assert found.severity is Severity.MEDIUM
    assert ROLE in found.detail
    assert judged(case(pod(irsa(), agent("b"), volumes=[token(), AGENT_VOLUME])), wi08) == []


def test_pod_identity_on_nodes_without_the_agent() -> None:
    pods = [pod(agent(), volumes=[AGENT_VOLUME], name=f"shop-{n}", node=n) for n in ("n1", "n2")]
    (found,) = judged(case(*pods), wi09)
    assert "1 node" in found.title
    assert ("spec.nodeName", "n2") in shown(found)
    assert "eks-pod-identity-agent" in found.remediation
    assert judged(case(pods[0]), wi09) == []
    assert judged(case(pod(irsa(), volumes=[token()], node="n2")), wi09) == []


def test_the_agent_cannot_run_on_fargate() -> None:
    facts = replace(EKS, nodes={"n2": NodeFacts(virtual=True)}, unread={"pods": "stale"})
    (found,) = judged(case(pod(agent(), volumes=[AGENT_VOLUME], node="n2"), facts=facts), wi09)
    assert "cannot run on a Fargate node" in found.detail
    assert "IRSA" in found.remediation


@pytest.mark.parametrize(("compute", "found"), [("auto", False), ("ec2", True), ("fargate", True)])
def test_nodes_of_auto_mode_have_the_agent_built_in(compute: str, found: bool) -> None:
    labels = {"eks.amazonaws.com/compute-type": compute}
    node = read_node(decoded(Node, {"metadata": {"name": "n2", "labels": labels}}))
    made = pod(agent(), volumes=[AGENT_VOLUME], node="n2")
    one = case(made, facts=replace(EKS, nodes={"n2": node}))
    assert bool(judged(one, wi09)) is found


@pytest.mark.parametrize("topic", ["pods", "nodes"])
def test_an_agent_that_could_not_be_seen_is_not_missing(topic: str) -> None:
    one = case(pod(agent(), volumes=[AGENT_VOLUME], node="n2"),
               facts=replace(EKS, unread={topic: "forbidden"}))  # fmt: skip
    assert judged(one, wi09) == []
    assert unknowns(one)["WI09"] == "forbidden"


def test_a_node_that_is_not_known_is_unknown() -> None:
    one = case(pod(agent(), volumes=[AGENT_VOLUME], node="n9"))
    assert judged(one, wi09) == []
    assert "WI09" in unknowns(one)


def test_the_hosts_network_reaches_the_metadata_service() -> None:
    host: Doc = {"hostNetwork": True}
    (found,) = judged(case(pod(container(), **host)), wi27)
    assert found.severity is Severity.LOW
    assert ("spec.hostNetwork", "true") in shown(found)
    off = container(variables=env({"AWS_EC2_METADATA_DISABLED": "True"}))
    assert judged(case(pod(off, **host)), wi27) == []
    assert judged(case(pod(container())), wi27) == []
    assert judged(case(pod(container(), namespace="kube-system", **host)), wi27) == []
    for facts in (AKS, replace(EKS, cloud=None)):
        assert judged(case(pod(container(), **host), facts=facts), wi27) == []


def test_findings_are_about_their_cloud() -> None:
    one = case(pod(container(variables=env({"AWS_ROLE_ARN": ROLE}))), notes=AWS)
    assert [found.cloud for found in wi06(one)] == [Cloud.AWS]
    assert "WI06" in ids(one)
