"""How containers stand, as far as their pod tells."""

from __future__ import annotations

import msgspec
import pytest

from mckconsole.domain.decode import ProjectionDecoder
from mckconsole.domain.logpods import LoggedPod
from mckconsole.store.logpods import _terms

ENDED = {"terminated": {"reason": "Error", "exitCode": 2}}
DONE = {"terminated": {"reason": "Completed", "exitCode": 0}}


def pod(
    state: object, *, policy: str = "Always", phase: str = "Running", **spec: object
) -> LoggedPod:
    body = {
        "metadata": {"name": "web-0", "namespace": "shop"},
        "spec": {"restartPolicy": policy, "containers": [{"name": "app"}], **spec},
        "status": {"phase": phase, "containerStatuses": [{"name": "app", "state": state}]},
    }
    return ProjectionDecoder(LoggedPod).decode(msgspec.Raw(msgspec.json.encode(body))).object


@pytest.mark.parametrize(
    ("found", "ended"),
    [
        (pod({"running": {}}), ""),
        (pod(None), ""),
        (pod(ENDED), ""),
        (pod(ENDED, policy="OnFailure"), ""),
        (pod(DONE, policy="OnFailure"), "ended: Completed 0"),
        (pod(ENDED, policy="Never"), "ended: Error 2"),
        (pod(ENDED, policy="Never", phase="Failed"), "ended: Error 2"),
        (pod({"running": {}}, phase="Succeeded"), "ended"),
        (pod(DONE, initContainers=[{"name": "app"}]), "ended: Completed 0"),
        (pod(DONE, initContainers=[{"name": "app", "restartPolicy": "Always"}]), ""),
        (pod(ENDED, ephemeralContainers=[{"name": "app"}]), "ended: Error 2"),
    ],
)
def test_a_container_is_over_when_it_will_not_run_again(found: LoggedPod, ended: str) -> None:
    assert found.ended("app") == ended


@pytest.mark.parametrize(
    ("found", "waits"),
    [
        (pod({"running": {}}), ""),
        (pod({"waiting": {"reason": "CrashLoopBackOff"}}), "waits: CrashLoopBackOff"),
        (pod({"waiting": {}}), "waits: to start"),
        (pod({}, phase="Pending"), "waits: the pod has not started"),
        (pod(DONE), ""),
    ],
)
def test_what_a_container_waits_for_is_said(found: LoggedPod, waits: str) -> None:
    assert found.waits("app") == waits


def test_containers_come_in_the_order_in_which_they_start() -> None:
    found = pod({}, initContainers=[{"name": "init"}], ephemeralContainers=[{"name": "debug"}])
    assert found.containers == ("init", "app", "debug")
    assert found.status_of("nobody").name == ""


@pytest.mark.parametrize(
    ("selector", "terms"),
    [
        ({"app": "web"}, ["app=web"]),
        ({"matchLabels": {"app": "web", "tier": "front"}}, ["app=web", "tier=front"]),
        (
            {
                "matchExpressions": [
                    {"key": "a", "operator": "In", "values": ["x", "y"]},
                    {"key": "b", "operator": "NotIn", "values": ["z"]},
                    {"key": "c", "operator": "Exists"},
                    {"key": "d", "operator": "DoesNotExist"},
                ]
            },
            ["a in (x,y)", "b notin (z)", "c", "!d"],
        ),
        ({}, []),
        (None, []),
        ({"odd": {"nested": 1}}, []),
    ],
)
def test_selectors_are_written_as_in_a_query(selector: object, terms: list[str]) -> None:
    assert list(_terms(selector)) == terms  # type: ignore[arg-type]
