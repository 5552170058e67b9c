"""What if clusters were lost, as a document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.failover.model import FailoverReport, HubLoss, Impact
from mckconsole.analysis.services.model import FleetService, ServiceKey
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views import failover
from mckconsole.views.detail import (
    ClusterTarget,
    FailoverTarget,
    ObjectTarget,
    ServiceTarget,
)
from mckconsole.views.failover_detail import MOST, failover_detail, service_losses, title
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.analysis.failover import build as made
from tests.unit.views.documents import assert_sound, lines_of, text_of

KEY = "shop/checkout"


def fleet() -> FleetSnapshot:
    here = [
        made.workload("web"),
        made.workload("db", kind="StatefulSet", volumes=True),
        made.workload("x", namespace="kube-system"),
        made.ingress("a.example.com"),
        made.workload("loki", image="grafana/loki:3"),
    ]
    there = [
        made.workload("checkout", cpu="1"),
        made.autoscaler("checkout", 9),
        made.node("n"),
    ]
    return build.fleet(
        build.cluster("a", here), build.cluster("b", there), build.unreachable("c")
    )  # fmt: skip


def judged(snapshot: FleetSnapshot, *services: FleetService) -> Analysis:
    return replace(analyse(snapshot), services=made.report(snapshot, *services))


def checkout() -> FleetService:
    return made.service(
        made.part("a", 1), made.part("b", 3, sources=("a", "b")), made.part("c", unknown="timeout")
    )


def test_everything_is_in_the_document_and_leads_on() -> None:
    snapshot, analysis = fleet(), judged(fleet(), checkout())
    detail = failover_detail(snapshot, analysis, ("a",))
    assert detail
    assert_sound(snapshot, analysis, detail)
    assert detail.title == "what if a is lost"
    text = text_of(detail)
    for word in (
        KEY, "3 of 4 left", "can absorb: 1 more needed: b may grow by 6", "a.example.com",
        "central log sink", "grafana/loki:3", "StatefulSet shop/db", "has volumes of its own",
        "and 1 in namespaces of the cluster", "b  5 cores", "wanted: 1 pod, 1 core",
        "? c: what would be left there is not known", "nothing is tried",
    ):  # fmt: skip
        assert word in text, word
    targets = {line.target for line in lines_of(detail)}
    db = ObjectRef("apps/v1", "StatefulSet", "shop", "db")
    assert {ServiceTarget(KEY), ClusterTarget("a"), ObjectTarget("a", db)} <= targets


def test_nothing_found_is_not_said_to_be_so_where_something_was_not_read() -> None:
    read = build.fleet(build.cluster("a"), build.cluster("b"))
    partly = build.fleet(build.unreachable("a"), build.cluster("b"))
    none = ("no service changes", "no host is served there", "none is known", "nothing")
    for snapshot, end in ((read, ""), (partly, ", as far as was read; not all of a was")):
        detail = failover_detail(snapshot, judged(snapshot), ("a",))
        assert detail
        texts = [line.text for line in lines_of(detail)]
        for words in none:
            marked = f"? {words}{end}" if end else words
            assert marked in texts, texts


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (("a",), "what if a is lost"),
        (("a", "b"), "what if a, b are lost"),
        (tuple("abcd"), "what if 4 clusters are lost"),
    ],
)
def test_titles(lost: tuple[str, ...], words: str) -> None:
    assert title(lost) == words


def test_a_loss_without_any_consequence_says_so() -> None:
    snapshot = build.fleet(build.cluster("a"), build.cluster("b"))
    detail = failover_detail(snapshot, judged(snapshot), ("b",))
    assert detail
    assert detail.words == "● none"
    assert "nothing is lost that others need" in text_of(detail)


def test_clusters_and_services_that_are_gone_have_no_document() -> None:
    assert failover_detail(fleet(), judged(fleet()), ("a", "z")) is None
    assert service_losses(fleet(), judged(fleet()), KEY) is None


def test_long_lists_are_cut_and_say_so() -> None:
    snapshot = build.fleet(build.cluster("a"), build.cluster("b"))
    many = [
        made.service(made.part("a", 1), key=ServiceKey("shop", f"s{number:03}"))
        for number in range(MOST + 5)
    ]
    detail = failover_detail(snapshot, judged(snapshot, *many), ("a",))
    assert detail
    assert "and 5 more: `mckconsole failover --lose` prints all" in text_of(detail)
    assert "205 outages" in text_of(detail)


def test_each_cluster_s_loss_for_one_service_worst_first() -> None:
    snapshot = build.fleet(*(build.cluster(name) for name in "abc"))
    service = made.service(
        made.part("c", dialect=None, sources=("a", "b")), made.part("a", 1), made.part("b", 3)
    )
    detail = service_losses(snapshot, judged(snapshot, service), KEY)
    assert detail
    lines = detail.blocks[0].lines
    found = [line.target for line in lines]
    assert found == [FailoverTarget((name,)) for name in ("b", "a", "c")]
    assert lines[0].text.startswith("▲ degraded  b  1 of 4 left")
    assert lines[1].text.startswith("noted     a  3 of 4 left")
    assert lines[2].text == "● none      c  nothing changes"
    assert detail.words == "▲ degraded at worst"


def test_verdicts() -> None:
    nothing = FailoverReport(("a",), build.NOW)
    assert failover.verdict_role(nothing) is Role.OK
    hub = HubLoss("a", "Submariner broker", "effect", ())
    assert failover.verdict_role(replace(nothing, hubs=(hub,))) is Role.WARN
    assert failover.verdict(replace(nothing, hubs=(hub,))) == "1 hub role"
    assert set(failover.IMPACT_ROLES) == set(Impact)
