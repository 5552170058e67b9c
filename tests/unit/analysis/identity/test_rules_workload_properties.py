"""Whatever pods say, rules on workloads answer in well-formed findings and never leak a value."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.case import WorkloadRule
from mckconsole.analysis.identity.model import ClusterFacts, IdentityPolicy
from mckconsole.analysis.identity.rules_workload import WORKLOAD_RULES
from mckconsole.analysis.identity.units import Around, Task, judge_workloads
from mckconsole.analysis.rules import RULES
from mckconsole.domain import cloudkeys
from mckconsole.domain.cloudkeys import PUBLIC_ENV, STATIC_ENV
from mckconsole.domain.findings import Severity
from mckconsole.domain.pods import API_MOUNT, Pod
from tests.unit.analysis.identity.accounts import AWS, AZURE, CLIENT, GKE, NOW, ROLE
from tests.unit.analysis.identity.workloads import (
    AFTER,
    AKS,
    BEFORE,
    EKS,
    EKS_DIR,
    GKE_FACTS,
    Doc,
    case,
    container,
    controller,
    judged,
    pod,
    token,
)

SECRET = "s3cr3t-V4lue"
NAMES = st.sampled_from(["app", "log", "azwi-proxy", "a b", "x'; reboot #", "{}", "é"])
VALUES = st.sampled_from(
    ["", "true", "False", ROLE, f" {ROLE}\n", "arn:aws:iam:x", CLIENT, f"{EKS_DIR}/token",
     f"{API_MOUNT}/token", "C:\\var\\token", "http://169.254.170.23/v1/credentials", "http://[",
     "app;log", "app,log", "eu-west-1", "{}", SECRET]
)  # fmt: skip
VARIABLES = st.sampled_from([*PUBLIC_ENV, *STATIC_ENV, "AWS_ENDPOINT_URL", "HOME"])
KEYS = st.sampled_from([
    *sorted(cloudkeys.KNOWN), "eks.amazonaws.com/role_arn", "azure.workload.identity/used",
    "example.com/x",
])  # fmt: skip
PATHS = st.sampled_from([EKS_DIR, API_MOUNT, "/", "", "/var/run/secrets/vault", "/app/.aws"])
VOLUMES = st.sampled_from(["aws-iam-token", "kube-api-access-abcde", "v", ""])
AUDIENCES = st.sampled_from(["", "sts.amazonaws.com", "api://AzureADTokenExchange", "vault", "x"])
NOTES = st.dictionaries(KEYS, VALUES, max_size=3)
TIMES = st.sampled_from([BEFORE, AFTER, "", "yesterday"])


def _variables() -> st.SearchStrategy[Doc]:
    literal = st.builds(lambda name, value: {"name": name, "value": value}, VARIABLES, VALUES)
    refs = st.sampled_from(["secretKeyRef", "configMapKeyRef"])
    referred = st.builds(
        lambda name, ref, key: {"name": name, "valueFrom": {ref: {"name": "o", "key": key}}},
        VARIABLES, refs, VARIABLES,
    )  # fmt: skip
    return literal | referred


def _containers() -> st.SearchStrategy[list[Doc]]:
    one = st.builds(
        container, NAMES, st.lists(_variables(), max_size=5),
        st.dictionaries(VOLUMES, PATHS, max_size=3),
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=3)


def _volumes() -> st.SearchStrategy[list[Doc]]:
    seconds = st.sampled_from([0, 600, 86400, 2**60])
    tokens = st.builds(token, VOLUMES, AUDIENCES, st.sampled_from(["token", "", "../t"]), seconds)
    secret = st.builds(lambda name: {"name": name, "secret": {"secretName": "s"}}, VOLUMES)
    return st.lists(tokens | secret, max_size=3)


@st.composite
def pods(draw: st.DrawFn) -> tuple[Pod, ...]:
    made = []
    runs_as = draw(st.sampled_from(["shop", "default"]))
    for number in range(draw(st.integers(0, 3))):
        made.append(
            pod(
                *draw(_containers()),
                volumes=draw(_volumes()),
                created=draw(TIMES),
                name=f"shop-{number}",
                labels=draw(NOTES),
                notes=draw(NOTES),
                node=draw(st.sampled_from(["n1", "n2", "", "gone"])),
                phase=draw(st.sampled_from(["Running", "Succeeded", ""])),
                runs_as=runs_as,
                hostNetwork=draw(st.booleans()),
            )
        )
    return tuple(made)


FACTS = st.sampled_from([EKS, AKS, GKE_FACTS, ClusterFacts("west"), replace(EKS, rbac=None),
                         replace(EKS, unread={"pods": "stale", "nodes": "gone"})])  # fmt: skip
NOTED = st.sampled_from([{}, AWS, AZURE, GKE, {**AWS, **AZURE}]) | NOTES


@settings(max_examples=300, deadline=None)
@given(pods(), NOTED, FACTS, st.sampled_from(["Deployment", "CronJob", "Pod"]), NOTES)
def test_findings_are_well_formed(
    made: tuple[Pod, ...],
    notes: dict[str, str],
    facts: ClusterFacts,
    kind: str,
    own: dict[str, str],
) -> None:
    made_by = controller(kind, labels=own, own=own) if kind != "Pod" else None
    one = case(*made, notes=notes, facts=facts, made_by=made_by)
    found = judged(one)
    assert len({finding.id for finding in found}) == len(found)
    for finding in found:
        assert finding.rule in RULES
        assert finding.evidence
        assert finding.remediation
        assert "\n" not in finding.title
        assert finding.cluster == "west"
        assert finding.object is not None
        assert {place.cluster for place in finding.evidence} == {"west"}
        assert finding.severity.at_least(Severity.LOW)
        for line in finding.remediation.splitlines():
            if line.partition(". ")[2].startswith("kubectl") or line.startswith("kubectl"):
                assert "reboot" not in shlex.split(line.partition(" (in ")[0])


@settings(max_examples=100, deadline=None)
@given(pods(), st.sampled_from([AWS, AZURE, GKE]))
def test_no_value_of_a_credential_is_ever_said(
    made: tuple[Pod, ...], notes: dict[str, str]
) -> None:
    for finding in judged(case(*made, notes=notes)):
        shown = [one.value for one in finding.evidence if ".env[" in one.path]
        assert SECRET not in " ".join(shown)


def test_every_rule_on_workloads_has_words() -> None:
    ids = [rule.__name__.upper() for rule in WORKLOAD_RULES]
    assert ids == sorted(set(ids))
    assert set(ids) <= set(RULES)


@pytest.mark.parametrize("rule", WORKLOAD_RULES, ids=lambda rule: rule.__name__)
def test_a_workload_without_pods_or_a_declaration_is_silent(rule: WorkloadRule) -> None:
    assert judged(case(made_by=controller()), rule) == []


def test_what_has_no_binding_is_judged_where_rules_look_at_it() -> None:
    """The engine leaves out what rules have nothing to look at."""
    job = case(notes=AZURE, facts=AKS, made_by=controller("CronJob"))
    host = case(pod(container(), hostNetwork=True))
    handed = case(pod(container(mounts={"tok": "/run/vault"}), volumes=[token("tok", "")]))
    for one, rule in ((job, "WI10"), (host, "WI27"), (handed, "WI33")):
        around = Around(one.facts, NOW, IdentityPolicy())
        (unit,) = judge_workloads(around, [Task(one.workload, one.account, None)], True)
        assert unit.bindings == ()
        assert {found.finding.rule for found in unit.found} == {rule}
