"""How objects stand: kubectl's words, and nothing called well that does not say so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.standing import UNKNOWN, Standing, standing

KINDS = (
    "Pod", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "Node",
    "PersistentVolumeClaim", "EndpointSlice", "Service", "HorizontalPodAutoscaler",
    "PodDisruptionBudget", "Whatever",
)  # fmt: skip


def how(kind: str, *, api: str = "v1", **document: Any) -> Standing:
    return standing(ObjectRef(api, kind, "a", "b"), document)


def pod(phase: str, *statuses: dict[str, Any], **rest: Any) -> Standing:
    spec: dict[str, Any] = {"containers": [{}] * len(statuses)}
    status = {"phase": phase, "containerStatuses": list(statuses), **rest}
    return how("Pod", spec=spec, status=status)


def waiting(reason: str, restarts: int = 0) -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason}}, "restartCount": restarts}


def ended(code: int, reason: str = "") -> dict[str, Any]:
    return {"state": {"terminated": {"exitCode": code, "reason": reason}}}


RUNNING = {"ready": True, "state": {"running": {}}}
UNREADY = {"ready": False, "state": {"running": {}}}


@pytest.mark.parametrize(
    ("found", "words", "well"),
    [
        (pod("Running", RUNNING, RUNNING), "Running 2/2", True),
        (pod("Running", RUNNING, UNREADY), "Running 1/2", False),
        (pod("Running", waiting("CrashLoopBackOff", 7)), "CrashLoopBackOff 0/1, 7 restarts", False),
        (pod("Pending", waiting("ContainerCreating")), "ContainerCreating 0/1", None),
        (pod("Pending", waiting("ImagePullBackOff")), "ImagePullBackOff 0/1", False),
        (pod("Running", ended(137, "OOMKilled")), "OOMKilled 0/1", False),
        (pod("Failed", ended(3)), "ExitCode:3 0/1", False),
        (pod("Succeeded", ended(0, "Completed")), "Completed 0/1", True),
        (pod("Failed", reason="Evicted"), "Evicted 0/0", False),
        (pod("Pending", initContainerStatuses=[ended(1, "Error")]), "Init:Error 0/0", False),
        (
            pod("Running", RUNNING, initContainerStatuses=[ended(0, "Completed")]),
            "Running 1/1",
            True,
        ),
    ],
)
def test_pods(found: Standing, words: str, well: bool | None) -> None:
    assert found == (words, well)


def test_a_pod_that_is_to_go_is_neither_well_nor_not() -> None:
    found = how("Pod", metadata={"deletionTimestamp": "x"}, status={"phase": "Running"})
    assert found == ("Terminating, Running 0/0", None)


@pytest.mark.parametrize(
    ("kind", "document", "words", "well"),
    [
        (
            "Deployment",
            {"spec": {"replicas": 3}, "status": {"readyReplicas": 2}},
            "2/3 ready",
            False,
        ),
        ("Deployment", {"spec": {}, "status": {"readyReplicas": 1}}, "1/1 ready", True),
        ("Deployment", {"spec": {"replicas": 0}}, "scaled to 0", True),
        (
            "Deployment",
            {"metadata": {"generation": 3}, "status": {"observedGeneration": 2}},
            "0/1 ready, its newest version is not seen yet",
            None,
        ),
        (
            "Deployment",
            {
                "spec": {"replicas": 2},
                "status": {
                    "readyReplicas": 2,
                    "conditions": [
                        {
                            "type": "Progressing",
                            "status": "False",
                            "reason": "ProgressDeadlineExceeded",
                        }
                    ],
                },
            },
            "2/2 ready, ProgressDeadlineExceeded",
            False,
        ),
        (
            "Deployment",
            {"spec": {"replicas": 2}, "status": {"readyReplicas": 2, "updatedReplicas": 1}},
            "2/2 ready, 1 of the newest version",
            True,
        ),
        (
            "DaemonSet",
            {"status": {"desiredNumberScheduled": 4, "numberReady": 4}},
            "4/4 ready",
            True,
        ),
        ("DaemonSet", {}, "", None),
        (
            "Job",
            {"status": {"conditions": [{"type": "Failed", "status": "True", "reason": "R"}]}},
            "Failed: R",
            False,
        ),
        ("Job", {"status": {"active": 1}}, "1 active", None),
        (
            "CronJob",
            {"spec": {"schedule": "* * * * *", "suspend": True}},
            "* * * * *, suspended",
            None,
        ),
        (
            "Node",
            {
                "spec": {"unschedulable": True},
                "status": {"conditions": [{"type": "Ready", "status": "True"}]},
            },
            "Ready, cordoned",
            True,
        ),
        (
            "Node",
            {"status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}},
            "not heard of",
            False,
        ),
        ("PersistentVolumeClaim", {"status": {"phase": "Lost"}}, "Lost", False),
        ("EndpointSlice", {"endpoints": []}, "0 of 0 endpoints ready", False),
        (
            "EndpointSlice",
            {"endpoints": [{}, {"conditions": {"ready": False}}]},
            "1 of 2 endpoints ready",
            False,
        ),
        ("Service", {"spec": {"type": "LoadBalancer"}}, "LoadBalancer without an address", None),
        (
            "PodDisruptionBudget",
            {"status": {"disruptionsAllowed": 0, "observedGeneration": 1}},
            "0 disruptions allowed",
            None,
        ),
        (
            "Certificate",
            {"status": {"conditions": [{"type": "Ready", "status": "False", "reason": "Expired"}]}},
            "not Ready: Expired",
            False,
        ),
        ("Whatever", {"status": {"phase": "Odd"}}, "Odd", None),
    ],
)
def test_other_kinds(kind: str, document: dict[str, Any], words: str, well: bool | None) -> None:
    assert how(kind, **document) == (words, well)


def test_a_foreign_kind_of_a_known_name_is_not_taken_for_it() -> None:
    status = {"conditions": [{"type": "Ready", "status": "True"}]}
    assert how("Service", api="serving.knative.dev/v1", status=status) == ("Ready", True)
    assert how("Deployment", api="foreign.example.com/v1") == UNKNOWN


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(("status", "spec", "conditions", "type", "state", "waiting", "reason",
                         "containerStatuses", "containers", "replicas", "endpoints", "x")),
        inner,
        max_size=4,
    ),
    max_leaves=20,
)  # fmt: skip


@given(json, st.sampled_from(KINDS))
def test_no_document_is_too_odd(document: object, kind: str) -> None:
    words, well = standing(ObjectRef("v1", kind, "a", "b"), document)
    assert isinstance(words, str)
    assert well in (True, False, None)
