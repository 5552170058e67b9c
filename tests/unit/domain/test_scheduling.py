"""What is kept of what a pod asks of a node."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.domain.core import Node, Taint
from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.pods import Pod
from mckconsole.domain.scheduling import NO_AFFINITY, Toleration
from mckconsole.sources.interning import sharer


def pod(meta: dict[str, Any] | None = None, **spec: Any) -> Pod:
    document = {"metadata": {"name": "p", "namespace": "n", **(meta or {})}, "spec": spec}
    return ProjectionDecoder(Pod).decode(json.dumps(document).encode()).object


@pytest.mark.parametrize(
    ("toleration", "taint", "tolerated"),
    [
        (Toleration("a", "Equal", "1"), Taint("a", "1", "NoSchedule"), True),
        (Toleration("a", "", "1"), Taint("a", "1", "NoSchedule"), True),
        (Toleration("a", "Equal", "2"), Taint("a", "1", "NoSchedule"), False),
        (Toleration("b", "Equal", "1"), Taint("a", "1", "NoSchedule"), False),
        (Toleration("a", "Exists"), Taint("a", "1", "NoExecute"), True),
        (Toleration("", "Exists"), Taint("a", "1", "NoExecute"), True),
        (Toleration("", "Equal"), Taint("a", "", "NoExecute"), False),
        (Toleration("a", "Exists", "", "NoSchedule"), Taint("a", "", "NoExecute"), False),
        (Toleration("a", "Lt", "5"), Taint("a", "1", "NoSchedule"), False),
    ],
)
def test_what_a_toleration_covers(toleration: Toleration, taint: Taint, tolerated: bool) -> None:
    assert toleration.tolerates(taint) is tolerated


def test_the_two_tolerations_of_every_pod_are_not_kept() -> None:
    two = [
        {"key": f"node.kubernetes.io/{key}", "operator": "Exists", "effect": "NoExecute"}
        for key in ("not-ready", "unreachable")
    ]
    assert pod(tolerations=two).spec.tolerations == ()
    kept = pod(tolerations=[*two, {"key": "gpu", "operator": "Exists"}]).spec.tolerations
    assert kept == (Toleration("gpu", "Exists"),)


def test_an_affinity_that_requires_nothing_is_not_kept() -> None:
    term = {"preference": {"matchExpressions": []}, "weight": 1}
    preferred = {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [term]}}
    assert pod(affinity=preferred).spec.affinity is NO_AFFINITY
    terms = {"nodeSelectorTerms": [{"matchExpressions": [{"key": "gpu", "operator": "Exists"}]}]}
    required = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}}
    found = pod(affinity=required).spec.affinity.node_affinity.required
    assert found is not None
    assert found.node_selector_terms[0].match_expressions[0].key == "gpu"


def test_requests_claims_and_the_wish_not_to_be_moved() -> None:
    found = pod(
        {"annotations": {"karpenter.sh/do-not-disrupt": "true"}, "held": "nothing"},
        containers=[
            {"name": "a", "resources": {"requests": {"cpu": "1", "nvidia.com/gpu": 2}}},
        ],
        volumes=[
            {"name": "d", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "g", "gitRepo": {"repository": "https://user:canary@example.com"}},
        ],
        terminationGracePeriodSeconds=1200,
    )
    asked = found.spec.containers[0].resources.requests
    assert (asked.cpu, asked.nvidia, asked.memory) == ("1", 2, "")
    claim, repository = found.spec.volumes
    assert claim.persistent_volume_claim is not None
    assert claim.persistent_volume_claim.claim_name == "data"
    assert repository.git_repo is not None
    assert "canary" not in str(found)
    assert found.metadata.held == "karpenter.sh/do-not-disrupt: true"
    assert found.spec.termination_grace_period_seconds == 1200
    assert pod({"held": "nothing"}).metadata.held == ""


def test_flags_are_kept_of_the_control_plane_only_and_without_values() -> None:
    words = ["kube-apiserver", "--feature-gates=A=true", "--oidc-client-id=canary"]
    own = pod(containers=[{"name": "kube-apiserver", "command": words, "args": ["--v=2"]}])
    assert own.spec.containers[0].command == ("--feature-gates=A=true", "--oidc-client-id", "--v")
    assert own.spec.containers[0].args == ()
    other = pod(containers=[{"name": "app", "command": words, "args": ["--password=canary"]}])
    assert (other.spec.containers[0].command, other.spec.containers[0].args) == ((), ())
    assert "canary" not in str((own, other))


def test_pods_of_one_workload_share_what_they_ask_for() -> None:
    share = sharer(Pod)
    spec: dict[str, Any] = {
        "containers": [{"name": "a", "resources": {"requests": {"cpu": "1"}}}],
        "nodeSelector": {"pool": "gpu"},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
    }
    first, second = pod(**spec), pod(**spec)
    share(first)
    share(second)
    assert first.spec.containers is second.spec.containers
    assert first.spec.node_selector is second.spec.node_selector
    assert first.spec.tolerations is second.spec.tolerations


def test_a_nodes_taints_and_what_it_can_allocate() -> None:
    document = {
        "metadata": {"name": "n"},
        "spec": {"taints": [{"key": "gpu", "effect": "NoSchedule"}]},
        "status": {"allocatable": {"cpu": "4", "nvidia.com/gpu": "1", "ephemeral-storage": "9"}},
    }
    node = ProjectionDecoder(Node).decode(json.dumps(document).encode()).object
    assert node.spec.taints == (Taint("gpu", "", "NoSchedule"),)
    found = node.status.allocatable
    assert (found.cpu, found.nvidia, found.storage) == ("4", "1", "9")


def apart(app: str, topology: str = "kubernetes.io/hostname") -> dict[str, Any]:
    term = {"labelSelector": {"matchLabels": {"app": app}}, "topologyKey": topology}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}


def test_affinities_that_say_the_same_are_one() -> None:
    first = pod(affinity=apart("web")).spec.affinity
    assert pod(affinity=apart("web")).spec.affinity is first
    others = [apart("api"), apart("web", "zone"), {"podAffinity": apart("web")["podAntiAffinity"]}]
    for other in others:
        found = pod(affinity=other).spec.affinity
        assert found is not first
        assert found != first
