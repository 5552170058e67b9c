"""What stands behind a cluster: trouble first, then how it is reached and what is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import analyse
from mckconsole.domain.access import AccessReport, Answer, MetricsEndpoint, TopicAccess
from mckconsole.domain.findings import Severity
from mckconsole.domain.kinds import KINDS
from mckconsole.domain.metrics import MetricState
from mckconsole.domain.snapshot import ClusterSnapshot, FleetSnapshot
from mckconsole.domain.states import ClusterState, TopicState, Transition
from mckconsole.views.cluster_detail import cluster_detail
from mckconsole.views.cluster_detail_parts import MAX_CHANGES, MAX_FAULTS, MAX_NODES
from mckconsole.views.detail import Block, Card, Detail, FindingTarget, LinkTarget, ObjectTarget
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW, vector
from tests.unit.views.documents import (
    assert_sound,
    asymmetric,
    demo,
    demo_analysis,
    lines_of,
    text_of,
)

ACCESS = AccessReport(
    credential="bearer token from a file",
    checked_at=NOW - 5,
    expires_at=NOW + 7200,
    username="demo-reader",
    groups=("readers", "system:authenticated"),
    topics=(
        TopicAccess("nodes", Answer.YES),
        TopicAccess("services", Answer.YES),
        TopicAccess("routeagents", Answer.NO, "RBAC grants no list"),
        TopicAccess("ciliumnodes", Answer.ABSENT, "not served"),
        TopicAccess("pods", Answer.UNKNOWN, "timeout"),
    ),
    metrics=(
        MetricsEndpoint("federation", "https://prom.example", "ready", version="3.5.0"),
        MetricsEndpoint("local", "https://down.example", "unreachable", "connection refused"),
    ),
)


def document(
    fleet: FleetSnapshot, name: str, access: AccessReport | None = None
) -> Detail:  # fmt: skip
    analysis = analyse(fleet)
    found = cluster_detail(fleet, analysis, name, access)
    assert found
    assert_sound(fleet, analysis, found)
    return found


def of(cluster: ClusterSnapshot, access: AccessReport | None = None) -> Detail:
    return document(build.fleet(cluster), cluster.name, access)


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def texts(detail: Detail, heading: str) -> list[str]:
    return [line.text for line in block(detail, heading).lines]


def card(detail: Detail, title: str) -> Card:
    (found,) = [one for part in detail.blocks for one in part.cards if one.title == title]
    return found


def facts(detail: Detail, title: str) -> dict[str, str]:
    return {line.spans[0].text.strip(): line.text[10:] for line in card(detail, title).lines}


@pytest.mark.parametrize("access", [None, ACCESS])
@pytest.mark.parametrize("name", tuple(demo().clusters))
def test_every_cluster_of_the_demo_has_a_sound_document(
    name: str, access: AccessReport | None
) -> None:
    detail = cluster_detail(demo(), demo_analysis(), name, access)
    assert detail
    assert_sound(demo(), demo_analysis(), detail)
    first = ["Findings", "Tunnels from here", ""]
    lost = not demo().clusters[name].state.readable  # then how it is reached comes first
    assert [one.heading for one in detail.blocks] == [
        *(["", *first[:2]] if lost else first), "Permissions", "Topics", "Nodes", "Prometheus",
        "Not judged", "History",
    ]  # fmt: skip
    targets = [line.target for line in lines_of(detail)]
    for finding in demo_analysis().findings:
        concerned = name in (finding.cluster, *finding.peers)
        assert (FindingTarget(finding.id) in targets) is concerned
    for link in demo_analysis().mesh.links:
        assert (LinkTarget(str(link.key)) in targets) is (link.key.source == name)
    for topic in demo().clusters[name].topics:
        assert topic in text_of(detail)


def test_findings_are_worst_first_and_those_elsewhere_last() -> None:
    detail = cluster_detail(demo(), demo_analysis(), "aws-usw2-1", None)
    assert detail
    words = texts(detail, "Findings")
    middle = words.index("found elsewhere, and concerning it:")
    assert "▲ medium    Cilium tunnel to edge-fra-1: degraded  MESH-DEGRADED" in words[:middle]
    down = "✖ critical  onprem-1: Submariner tunnel to aws-usw2-1: down  MESH-DOWN"
    assert down in words[middle + 1 :]
    for lines in (words[:middle], words[middle + 1 :]):
        ranks = [Severity(line.split()[1]).rank for line in lines]
        assert ranks == sorted(ranks)
    assert block(detail, "Findings").note == f"{middle} here, {len(words) - middle - 1} elsewhere"


def test_the_headline_says_state_findings_and_reason() -> None:
    quiet = of(build.cluster("a"))
    assert (quiet.words, quiet.role) == ("● ready", Role.OK)
    east = document(asymmetric(), "east")
    assert (east.words, east.role) == ("● ready  findings ✖1 ▲1", Role.CRITICAL)
    dead = document(asymmetric(), "dead")
    assert (dead.words, dead.role) == ("✖ unreachable  timeout", Role.CRITICAL)
    history = (Transition(NOW - 192, "a", "cluster", "ready", "unreachable", "x"),)
    lost = build.cluster("a", state=ClusterState.UNREACHABLE, reason="timeout", history=history)
    assert of(lost).words == "✖ unreachable since 14:10:08Z (3 m 12 s)  timeout"


def test_a_state_that_did_not_begin_with_the_last_change_has_no_beginning() -> None:
    history = (Transition(NOW - 192, "a", "cluster", "connecting", "degraded", "x"),)
    assert of(build.cluster("a", history=history)).words == "● ready"


def test_a_dead_cluster_is_unknown_everywhere_and_says_why() -> None:
    detail = document(asymmetric(), "dead")
    assert texts(detail, "Findings") == ["? not judged: unreachable"]
    assert texts(detail, "Tunnels from here") == ["? not known: unreachable"]
    assert texts(detail, "Nodes")[0].startswith("? unreachable: nodes is unreachable")
    assert texts(detail, "Not judged") == [
        "? the whole identity pane, the whole mesh pane, the whole services pane"
        "  unreachable: timeout"
    ]
    connection = facts(detail, "Connection")
    assert connection["reason"] == "timeout"
    assert connection["version"] == "? the server has not said"
    assert connection["latency"] == "? not measured"
    assert connection["answered"] == "? never"
    assert card(detail, "Connection").note == "✖ unreachable"


def test_a_quiet_cluster_has_no_empty_part() -> None:
    detail = of(build.cluster("a"))
    assert texts(detail, "Findings") == ["none"]
    assert texts(detail, "Tunnels from here") == ["none: it is in no mesh"]
    assert texts(detail, "Nodes") == ["none: the cluster has no nodes"]
    assert texts(detail, "Prometheus") == ["no Prometheus endpoint covers this cluster"]
    assert texts(detail, "Not judged") == ["nothing: every rule could be judged"]
    assert texts(detail, "History") == ["no change was seen since the console started"]


def test_a_mesh_that_may_not_be_read_is_not_no_mesh() -> None:
    detail = of(build.cluster("a", states={"gateways": TopicState.FORBIDDEN}))
    assert texts(detail, "Tunnels from here") == ["? not known: gateways is forbidden in this test"]


def test_tunnels_are_worst_first_with_state_round_trip_and_reason() -> None:
    detail = document(asymmetric(), "east")
    words = texts(detail, "Tunnels from here")
    assert words[0].startswith("✖ down        → south  last 22 ms  submariner  Failed to")
    assert words[1].startswith("▲ unverified  → north           –  submariner")
    assert words[2].startswith("● up          → west        22 ms  submariner  connected")
    assert block(detail, "Tunnels from here").note == "1 of 3 measured to work"


def test_the_connection() -> None:
    one = replace(
        build.cluster("a", [build.node("n", provider_id="kind://x")], warnings=("TLS off",)),
        clock_offset=-42.0,
        as_of=NOW - 3,
    )
    connection = facts(of(one), "Connection")
    assert connection == {
        "server": "https://a.example:6443",
        "context": "ctx-a",
        "version": "v1.34.2",
        "provider": "kind  from the nodes",
        "latency": "31 ms  ▁▂",
        "its clock": "▲ 42 s behind this machine's",
        "answered": "3 s ago",
        "warning": "▲ TLS off",
    }
    assert "its clock" not in facts(of(replace(one, clock_offset=1.5)), "Connection")


def test_what_was_not_asked_yet_is_unknown() -> None:
    detail = of(build.cluster("a"))
    assert [line.text for line in card(detail, "Credentials").lines] == ["? not asked yet"]
    assert texts(detail, "Permissions") == ["? not asked yet"]


def test_the_credential_and_who_we_are() -> None:
    assert facts(of(build.cluster("a"), ACCESS), "Credentials") == {
        "signs in": "bearer token from a file",
        "expires": "in 2 h, 16:13:20Z",
        "known as": "demo-reader",
        "groups": "readers, system:authenticated",
        "asked": "5 s ago",
    }
    unknown = replace(ACCESS, username="", who_unknown="from Kubernetes 1.28 on", problem="timeout")
    told = facts(of(build.cluster("a"), unknown), "Credentials")
    assert told["known as"] == "? from Kubernetes 1.28 on"
    assert told["problem"] == "▲ timeout"


@pytest.mark.parametrize(
    ("left", "words", "role"),
    [
        (None, "the credential does not say", Role.PLAIN),
        (3601, "in 1 h, 15:13:21Z", Role.PLAIN),
        (3599, "▲ in 59 m 59 s, 15:13:19Z", Role.WARN),
        (0, "✖ expired 0 s ago", Role.CRITICAL),
        (-90, "✖ expired 1 m 30 s ago", Role.CRITICAL),
    ],
)
def test_a_credential_that_ends_soon(left: float | None, words: str, role: Role) -> None:
    report = replace(ACCESS, expires_at=None if left is None else NOW + left)
    detail = of(build.cluster("a"), report)
    assert facts(detail, "Credentials")["expires"] == words
    assert card(detail, "Credentials").role is role


def test_permissions_are_grouped_by_answer_and_reason() -> None:
    detail = of(build.cluster("a"), ACCESS)
    assert block(detail, "Permissions").note == "2 of 5 may be read"
    assert texts(detail, "Permissions") == [
        "● may read 2: nodes, services",
        "⊘ may not read: routeagents (RBAC grants no list)",
        "? not known: pods (timeout)",
        "– not served: ciliumnodes (not served)",
    ]
    nothing = AccessReport("token", NOW, problem="cannot be reached")
    assert texts(of(build.cluster("a"), nothing), "Permissions") == ["? cannot be reached"]


def test_metrics_endpoints_and_what_their_answers_lack() -> None:
    metrics = {
        "submariner-connections": vector(),
        "submariner-latency": vector(),
        "cilium-readiness": vector(state=MetricState.FAILED, reason="502"),
        "cilium-last-failure": vector(state=MetricState.FAILED, reason="502"),
    }
    detail = of(build.cluster("a", metrics=metrics), ACCESS)
    assert texts(detail, "Prometheus") == [
        "● ready  federation  https://prom.example  3.5.0",
        "▲ unreachable  local  https://down.example  connection refused",
        "● 2 queries answered by prom-test  0 s ago",
        "▲ failed: cilium-readiness, cilium-last-failure  502",
    ]


def test_topics_tell_version_count_age_and_faults() -> None:
    broken = {"metadata": {"name": "bad"}, "apiVersion": "v1", "kind": "Node", "spec": 7}
    docs = [build.node("good"), broken]
    states = {"pods": TopicState.FORBIDDEN, "services": TopicState.STALE}
    one = replace(build.cluster("a", docs, states=states, as_of=NOW - 9), clock_offset=2.0)
    words = texts(of(one), "Topics")
    assert words[0].split() == ["▲", "in", "part", "nodes", "v1", "2", "objects"]
    assert block(of(one), "Topics").lines[0].note == "11 s ago"
    assert words[1].startswith("    ▲ bad: spec")
    stale = next(text for text in words if "services" in text)
    assert stale.startswith("~ stale")
    assert stale.endswith("services is stale in this test")
    assert words[-1] == "⊘ forbidden    pods  pods is forbidden in this test"


def test_topics_that_share_a_reason_are_told_together() -> None:
    dead = build.unreachable("a")
    topics = {name: replace(held, reason="timeout") for name, held in dead.topics.items()}
    (line,) = texts(of(replace(dead, topics=topics, reason="refused")), "Topics")
    assert line.startswith("✖ unreachable  nodes, kube-system, ")
    assert line.endswith("  timeout")
    (line,) = texts(of(replace(dead, topics=topics)), "Topics")
    assert line.endswith(f", {KINDS[-1].topic}")  # that stands with the connection


def test_only_some_of_many_faults_are_listed() -> None:
    one = build.cluster("a")
    faults = {("ns", f"n{number:02}"): ("spec: odd",) for number in range(20)}
    topics = {"services": replace(one.topic("services"), faults=faults)}
    words = texts(of(replace(one, topics=topics)), "Topics")
    assert len(words) == 1 + MAX_FAULTS + 1
    assert words[-1] == f"    and {20 - MAX_FAULTS} more"


def test_nodes_that_are_not_ready_come_first() -> None:
    docs = [build.node("a"), build.node("b", ready="False"), build.node("c", ready="Unknown")]
    labelled = build.node("d", labels={"node-role.kubernetes.io/control-plane": ""})
    detail = of(build.cluster("x", [*docs, labelled]))
    words = texts(detail, "Nodes")
    assert [text.split()[:3] for text in words] == [
        ["✖", "not", "ready"], ["?", "unknown", "c"], ["●", "ready", "a"], ["●", "ready", "d"],
    ]  # fmt: skip
    assert words[3].endswith("  d  control-plane")
    assert block(detail, "Nodes").note == "2 of 4 ready, all v1.34.2"
    target = block(detail, "Nodes").lines[0].target
    assert isinstance(target, ObjectTarget)
    assert (target.cluster, str(target.ref)) == ("x", "Node b")


def test_of_many_nodes_the_bad_ones_are_shown() -> None:
    docs = [build.node(f"n{number:03}") for number in range(80)]
    docs[70] = build.node("n070", ready="False")
    words = texts(of(build.cluster("a", docs)), "Nodes")
    assert len(words) == MAX_NODES + 1
    assert "n070" in words[0]
    assert words[-1] == "and 30 more, all of them ready"
    down = [build.node(f"n{number:03}", ready="False") for number in range(80)]
    assert texts(of(build.cluster("a", down)), "Nodes")[-1] == "and 30 more"


def test_the_age_of_a_node_is_told_by_the_servers_clock() -> None:
    node = build.node("n")
    meta = node["metadata"]
    assert isinstance(meta, dict)
    meta["creationTimestamp"] = "2026-09-20T14:13:20Z"
    late = replace(build.cluster("a", [node]), clock_offset=86_400.0)
    assert block(of(late), "Nodes").lines[0].note == "2 d old"


def test_the_history_is_newest_first_and_bounded() -> None:
    changes = [
        Transition(NOW - 1000 + number, "a", "cluster", *states, "x")
        for number, states in enumerate([("ready", "unreachable"), ("unreachable", "ready")] * 20)
    ]
    first = Transition(NOW - 2000, "a", "topic nodes", "pending", "fresh", "")
    detail = of(build.cluster("a", history=(first, *changes)))
    words = texts(detail, "History")
    assert len(words) == MAX_CHANGES
    assert block(detail, "History").note == f"last {MAX_CHANGES} of 40"
    assert words == sorted(words, reverse=True)
    assert words[0].startswith("13:57:19Z  cluster  ✖ unreachable → ● ready  for 16 m 1 s")


def test_what_could_not_be_judged_is_told_by_reason() -> None:
    states = {"routeagents": TopicState.FORBIDDEN}
    one = build.cluster("a", build.member("a", "b"), states=states)
    (line,) = texts(of(one), "Not judged")
    assert line.startswith("? MESH-DEGRADED  routeagents forbidden: ")


def test_a_cluster_that_is_gone_has_no_document() -> None:
    assert cluster_detail(demo(), demo_analysis(), "gone", None) is None


def test_a_dead_cluster_that_was_never_asked_about_topics_says_so() -> None:
    bare = replace(build.unreachable("a"), topics={})
    assert texts(of(bare), "Topics") == ["? nothing was asked for"]
