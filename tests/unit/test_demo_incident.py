"""The release of the script at each moment: restarts, pods, alerts; a jump shows the same."""

from __future__ import annotations

import pytest

from mckconsole.demo import alerting, render
from mckconsole.demo.crashing import back_offs, loop_at, moments
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.scenario import load_scenario
from mckconsole.demo.world import World

EPOCH = 1_790_000_000.0
CLUSTER = "aws-use1-1"
SHIPPED, TAKEN_BACK = 40.0, 780.0


def world(reached: float, *, steps: int = 1) -> World:
    made = World(load_scenario(), seed=1, epoch=EPOCH)
    for step in range(1, steps + 1):
        made.play(reached * step / steps)
    return made


def objects(at: World, kind: str) -> list[KubeObject]:
    found = render.scripted_objects(at, CLUSTER)
    return [
        one for one in found if one["kind"] == kind and "delivery" in one["metadata"]["name"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("age", "started", "running", "waiting"),
    [
        (2.9, 0, False, False),
        (3.0, 1, True, False),
        (5.0, 1, False, False),
        (6.0, 2, True, False),
        (8.0, 2, False, True),
        (18.0, 3, True, False),
        (20.0, 3, False, True),
        (40.0, 4, True, False),
        (326.0, 7, True, False),
        (627.0, 7, False, True),
        (628.0, 8, True, False),
        (930.0, 9, True, False),
    ],
)
def test_the_pauses_between_restarts_double_up_to_five_minutes(
    age: float, started: int, running: bool, waiting: bool
) -> None:
    loop = loop_at(age)
    if loop is None:
        assert started == 0
    else:
        assert (loop.started, loop.running, loop.waiting) == (started, running, waiting)


def test_every_start_and_end_is_a_moment() -> None:
    found = moments(100.0)
    assert {0.0, 3.0, 5.0, 6.0, 8.0, 18.0, 20.0, 40.0, 42.0, 60.0, 82.0, 84.0} == set(found)
    assert found == sorted(found)


def test_it_says_again_and_again_that_it_waits() -> None:
    assert [back_offs(age) for age in (7.9, 8.0, 21.0, 34.0)] == [0, 1, 2, 3]


@pytest.mark.parametrize("reached", [SHIPPED, 100.0, 400.0, TAKEN_BACK, 850.0])
def test_a_jump_shows_what_waiting_would_have_shown(reached: float) -> None:
    jumped, waited = world(reached), world(reached, steps=40)
    assert list(render.scripted_objects(jumped, CLUSTER)) == list(
        render.scripted_objects(waited, CLUSTER)
    )
    assert list(render.gone_objects(jumped, CLUSTER)) == list(render.gone_objects(waited, CLUSTER))


@pytest.mark.parametrize(
    ("reached", "healthy", "crashing"), [(0.0, 4, 0), (100.0, 3, 2), (TAKEN_BACK, 4, 0)]
)
def test_the_strategy_keeps_three_of_four(reached: float, healthy: int, crashing: int) -> None:
    at = world(reached)
    ready = [pod["status"]["containerStatuses"][0]["ready"] for pod in objects(at, "Pod")]
    assert (ready.count(True), ready.count(False)) == (healthy, crashing)
    (deployment,) = objects(at, "Deployment")
    assert deployment["spec"]["replicas"] == 4
    assert deployment["status"]["readyReplicas"] == healthy
    held = {one["metadata"]["name"]: one["spec"]["replicas"] for one in objects(at, "ReplicaSet")}
    assert sum(held.values()) == healthy + crashing
    for pod in objects(at, "Pod"):
        assert pod["metadata"]["ownerReferences"][0]["name"] in held


def test_no_pod_comes_back_under_the_name_of_one_that_went() -> None:
    at = world(TAKEN_BACK)
    now = {pod["metadata"]["name"] for pod in objects(at, "Pod")}
    assert not now & {name for _, _, name in render.gone_objects(at, CLUSTER)}


def test_the_rollout_fails_at_its_deadline() -> None:
    def progressing(reached: float) -> str:
        (deployment,) = objects(world(reached), "Deployment")
        conditions = {one["type"]: one for one in deployment["status"]["conditions"]}
        reason: str = conditions["Progressing"]["reason"]
        return reason

    told = [progressing(one) for one in (0.0, 100.0, 300.0, TAKEN_BACK)]
    assert told == [
        "NewReplicaSetAvailable",
        "ReplicaSetUpdated",
        "ProgressDeadlineExceeded",
        "NewReplicaSetAvailable",
    ]


@pytest.mark.parametrize(
    ("elapsed", "states"),
    [(50.0, []), (65.0, ["pending"] * 2), (120.0, ["firing"] * 2), (790.0, [])],
)
def test_the_alert_of_each_pod_is_pending_then_fires_then_is_gone(
    elapsed: float, states: list[str]
) -> None:
    at = world(elapsed)
    federation = at.scenario.prometheus[0]
    found = [
        one
        for one in alerting.alerts(at, federation, elapsed)
        if one["labels"]["alertname"] == "KubePodCrashLooping"
    ]
    assert [one["state"] for one in found] == states
    assert {one["labels"]["cluster"] for one in found} <= {CLUSTER}
