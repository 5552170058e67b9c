"""A cluster's RBAC as it was read: kept while it is the same, and what is missing told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from mckconsole.analysis.rbac import OUTSIDE, SCOPE, TOPICS, Need, evidence, held, unread
from mckconsole.domain.objects import Key, Projection
from mckconsole.domain.rbac import ClusterRole, ClusterRoleBinding, Role, RoleBinding
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis.rbac.build import bind, read, role, rule

DOCS = (
    role("reader", rule("get", "pods"), rule("get list", "secrets", only="db cache")),
    role("shop/writer", rule("patch", "serviceaccounts")),
    bind("b", "ClusterRole/reader", "alice"),
    bind("shop/b", "Role/writer", "group:devs"),
)
KINDS: dict[str, type[Projection]] = dict(
    zip(TOPICS, (ClusterRole, Role, ClusterRoleBinding, RoleBinding), strict=True)
)


def snapshot(**changes: TopicView) -> ClusterSnapshot:
    topics = {
        topic: TopicView(
            topic,
            TopicState.FRESH,
            version="v1",
            objects=objects(topic),
            as_of=100.0 + position,
            generation=7,
        )
        for position, topic in enumerate(TOPICS)
    }
    return ClusterSnapshot(
        "east", "east", "https://east", ClusterState.READY, topics={**topics, **changes}
    )


def objects(topic: str) -> Mapping[Key, Projection]:
    return read(KINDS[topic], DOCS)


def test_the_index_is_kept_while_nothing_changed() -> None:
    before = snapshot()
    first = held(before)
    assert held(replace(before), first) is first
    newer = replace(before.topic("roles"), generation=8)
    assert held(replace(before, topics={**before.topics, "roles": newer}), first) is not first


def test_another_cluster_of_that_name_is_not_taken_for_it() -> None:
    first = held(snapshot())
    assert held(snapshot(), first) is not first


def test_a_generation_of_nought_says_nothing() -> None:
    cluster = snapshot()
    view = replace(cluster.topic("roles"), generation=0)
    cluster = replace(cluster, topics={**cluster.topics, "roles": view})
    first = held(cluster)
    assert held(cluster, first) is not first


def test_evidence_names_subject_role_and_rule() -> None:
    cluster = snapshot()
    (grant,) = held(cluster).index.who_can(Need.of("list", "secrets"), "shop")
    found = [(str(e.object), e.path, e.value, e.observed_at) for e in evidence(cluster, grant)]
    assert found == [
        ("ClusterRoleBinding b", "subjects[0]", "User alice", 102.0),
        ("ClusterRoleBinding b", "roleRef", "ClusterRole reader", 102.0),
        (
            "ClusterRole reader",
            "rules[1]",
            'apiGroups: ""; resources: secrets; resourceNames: db, cache; verbs: get, list',
            100.0,
        ),
    ]


def test_nothing_is_unread_when_all_is_there() -> None:
    assert unread(snapshot()) == ""
    assert OUTSIDE.startswith(SCOPE)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (TopicView("roles", TopicState.FORBIDDEN, "cannot list roles"), "roles: cannot list roles"),
        (TopicView("roles", TopicState.STALE, "no sign of life"), "roles: no sign of life"),
        (
            TopicView("roles", TopicState.FRESH, faults={("shop", "r"): ("rules[0]: no",)}),
            "roles: shop/r: rules[0]: no",
        ),
        (TopicView("roles", TopicState.ABSENT, "not served"), "roles: not served"),
    ],
)
def test_what_was_not_read_is_told(view: TopicView, expected: str) -> None:
    assert unread(snapshot(roles=view)) == expected


def test_topics_that_were_never_asked_for_are_told() -> None:
    empty = replace(snapshot(), topics={})
    assert unread(empty) == "; ".join(f"{topic}: not read" for topic in TOPICS)
    assert held(empty).index.who_can(Need.of("get", "secrets"), "shop") == ()
