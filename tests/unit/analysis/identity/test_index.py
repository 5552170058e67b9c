"""Whose pods are whose: climbing owners, and keeping up with what comes and goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.identity.index import ClusterIndex, Name
from mckconsole.analysis.identity.model import Workload
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from tests.unit.analysis.build import Doc
from tests.unit.analysis.livefleet import LiveFleet

CONTROLLERS = ("deployments", "statefulsets", "daemonsets", "cronjobs", "jobs")
Owner = tuple[str, str] | None


def made(kind: str, name: str, owner: Owner = None, **body: Any) -> Doc:
    """An object of namespace shop with a controller."""
    api = {"Pod": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}.get(kind, "apps/v1")
    meta: Doc = {"namespace": "shop", "name": name, "labels": body.pop("labels", {})}
    meta["creationTimestamp"] = body.pop("created", "2026-09-21T12:00:00Z")
    if owner:
        meta["ownerReferences"] = [{"kind": owner[0], "name": owner[1], "controller": True}]
    return {"apiVersion": api, "kind": kind, "metadata": meta, **body}


def pod(name: str, owner: Owner = None, *, template: str = "", **body: Any) -> Doc:
    """A pod; `template` is its template's hash."""
    labels = {"pod-template-hash": template} if template else {}
    return made("Pod", name, owner, labels=labels, **body)


def read(*docs: Doc, states: dict[str, TopicState] | None = None) -> dict[str, Workload]:
    """The workloads of a cluster with these objects, as `kind/name`."""
    fleet = LiveFleet("east")
    fleet.put("east", *docs)
    for topic, state in (states or {}).items():
        fleet.state("east", topic, state)
    return found_by(ClusterIndex(), fleet)


def found_by(index: ClusterIndex, fleet: LiveFleet) -> dict[str, Workload]:
    cluster = fleet.snapshot().clusters["east"]
    index.update(cluster, unread_of(cluster))
    found = {name: index.workload("east", name) for name in index.names()}
    return {f"{name.kind}/{name.name}": one for name, one in found.items() if one}


def unread_of(cluster: ClusterSnapshot) -> dict[str, str]:
    views = map(cluster.topic, CONTROLLERS)
    return {one.topic: f"{one.topic} {one.state}" for one in views if not one.conclusive}


RS = ("ReplicaSet", "web-5d8c")
FORBIDDEN = {topic: TopicState.FORBIDDEN for topic in CONTROLLERS}


@pytest.mark.parametrize(
    ("docs", "states", "owner", "doubt"),
    [
        ([made("Deployment", "web"), pod("p", RS, template="5d8c")], {}, "Deployment/web", ""),
        ([pod("p", RS, template="5d8c")], {}, "ReplicaSet/web-5d8c", "no Deployment web"),
        ([pod("p", RS, template="5d8c")], FORBIDDEN, "Deployment/web", "deployments forbidden"),
        ([made("Deployment", "web"), pod("p", RS)], {}, "ReplicaSet/web-5d8c", "not read"),
        ([made("Deployment", "web"), pod("p", RS, template="x")], {}, "ReplicaSet/web-5d8c",
         "not read"),
        ([made("StatefulSet", "db"), pod("db-0", ("StatefulSet", "db"))], {}, "StatefulSet/db", ""),
        ([pod("db-0", ("StatefulSet", "db"))], {}, "StatefulSet/db", "which is not there"),
        ([pod("db-0", ("StatefulSet", "db"))], FORBIDDEN, "StatefulSet/db", "forbidden"),
        ([made("DaemonSet", "log"), pod("log-x", ("DaemonSet", "log"))], {}, "DaemonSet/log", ""),
        ([pod("alone")], {}, "Pod/alone", ""),
        ([pod("static-n1", ("Node", "n1"))], {}, "Pod/static-n1", ""),
        ([pod("run-x", ("Workflow", "run"))], {}, "Workflow/run", ""),
        ([pod("odd", ("", "x"))], {}, "Pod/odd", ""),
        ([made("CronJob", "nightly"), made("Job", "nightly-29012345", ("CronJob", "nightly")),
          pod("p", ("Job", "nightly-29012345"))], {}, "CronJob/nightly", ""),
        ([made("CronJob", "nightly"), pod("p", ("Job", "nightly-29012345"))], {},
         "CronJob/nightly", ""),
        ([pod("p", ("Job", "nightly-29012345"))], {}, "Job/nightly-29012345", "not known yet"),
        ([made("CronJob", "nightly"), made("Job", "nightly-29012345"),
          pod("p", ("Job", "nightly-29012345"))], {}, "Job/nightly-29012345", ""),
        ([made("Job", "load", ("CronJob", "gone")), pod("p", ("Job", "load"))], {},
         "CronJob/gone", "which is not there"),
        ([made("Job", "a", ("Job", "b")), made("Job", "b", ("Job", "a")), pod("p", ("Job", "a"))],
         {}, "Job/a", "lead nowhere"),
        ([made("Job", "a", ("Job", "a")), pod("p", ("Job", "a"))], {}, "Job/a", "lead nowhere"),
        ([*(made("Job", f"j{n}", ("Job", f"j{n + 1}")) for n in range(99)),
          pod("p", ("Job", "j0"))], {}, "Job/j0", "lead nowhere"),
    ],
)  # fmt: skip
def test_pods_belong_to_their_top_owner(
    docs: list[Doc], states: dict[str, TopicState], owner: str, doubt: str
) -> None:
    found = read(*docs, states=states)
    workload = found[owner]
    assert workload.pod_count == 1
    assert doubt in workload.owner_unknown
    assert bool(doubt) == bool(workload.owner_unknown)
    assert sum(one.pod_count for one in found.values()) == 1


def test_workloads_without_pods_are_there_with_their_account() -> None:
    template = {"spec": {"serviceAccountName": "shop"}}
    found = read(
        made("Deployment", "web", spec={"template": template}),
        made("CronJob", "nightly", spec={"jobTemplate": {"spec": {"template": template}}}),
        made("Job", "nightly-29012345", ("CronJob", "nightly")),
        made("Job", "load", spec={"template": template}),
        made("StatefulSet", "db"),
    )
    accounts = {name: one.account for name, one in found.items()}
    assert accounts == {
        "Deployment/web": "shop",
        "CronJob/nightly": "shop",
        "Job/load": "shop",
        "StatefulSet/db": "default",
    }
    assert not any(one.shapes for one in found.values())


def test_pods_that_are_alike_are_one_shape_and_the_newest_comes_first() -> None:
    old = {"containers": [{"name": "app", "image": "a:1"}]}
    new = {"containers": [{"name": "app", "image": "a:2"}], "serviceAccountName": "shop"}
    owner = ("StatefulSet", "db")
    found = read(
        pod("db-0", owner, created="2026-09-21T12:00:03Z", spec=new),
        pod("db-1", owner, created="2026-09-21T12:00:02Z", spec={**old, "nodeName": "n1"}),
        pod("db-2", owner, created="2026-09-21T12:00:01Z", spec={**old, "nodeName": "n2"}),
        pod("db-3", owner, created="2026-09-21T12:00:09Z", spec=new,
            status={"phase": "Succeeded"}),
    )["StatefulSet/db"]  # fmt: skip
    names = [[one.metadata.name for one in shape.pods] for shape in found.shapes]
    assert names == [["db-0"], ["db-2", "db-1"]]
    assert found.account == "shop"


def test_finished_pods_count_where_none_runs() -> None:
    over = {"phase": "Succeeded"}
    found = read(pod("p1", ("Job", "load"), status=over), made("Job", "load"))
    assert found["Job/load"].pod_count == 1


def test_the_label_of_a_webhook_tells_pods_apart() -> None:
    owner = ("StatefulSet", "db")
    use = {"azure.workload.identity/use": "true"}
    found = read(
        made("Pod", "db-0", owner, labels={**use, "statefulset.kubernetes.io/pod-name": "db-0"}),
        made("Pod", "db-1", owner, labels={**use, "statefulset.kubernetes.io/pod-name": "db-1"}),
        made("Pod", "db-2", owner, labels={"statefulset.kubernetes.io/pod-name": "db-2"}),
    )["StatefulSet/db"]
    assert sorted(len(shape.pods) for shape in found.shapes) == [1, 2]


NAMES = ("web", "db", "load-29012345", "load")
KINDS = ("Deployment", "StatefulSet", "Job", "CronJob")
OWNERS = st.one_of(
    st.none(),
    st.tuples(st.sampled_from(("Job", "CronJob", "StatefulSet")), st.sampled_from(NAMES)),
    st.just(RS),
)
DOCS = st.one_of(
    st.builds(pod, st.sampled_from(["p1", "p2", "p3"]), OWNERS, template=st.just("5d8c")),
    st.builds(made, st.sampled_from(KINDS), st.sampled_from(NAMES), OWNERS),
)
STEPS = st.one_of(
    st.tuples(st.just("put"), DOCS),
    st.tuples(st.just("put"), DOCS),
    st.tuples(st.just("drop"), DOCS),
    st.tuples(
        st.just("state"),
        st.tuples(
            st.sampled_from((*CONTROLLERS, "pods")),
            st.sampled_from([TopicState.FRESH, TopicState.FORBIDDEN, TopicState.STALE]),
        ),
    ),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=2, max_size=12))
def test_keeping_up_finds_the_same_as_starting_anew(rounds: list[list[Any]]) -> None:
    fleet, index = LiveFleet("east"), ClusterIndex()
    known: dict[Name, Workload] = {}
    for steps in rounds:
        for action, what in steps:
            if action == "state":
                fleet.state("east", *what)
            else:
                getattr(fleet, action)("east", what)
        cluster = fleet.snapshot().clusters["east"]
        touched = index.update(cluster, unread_of(cluster)).workloads
        for name in touched:
            found = index.workload("east", name)
            if found is None:
                known.pop(name, None)
            else:
                known[name] = found
        fresh = found_by(ClusterIndex(), fleet)
        assert {f"{name.kind}/{name.name}": one for name, one in known.items()} == fresh
