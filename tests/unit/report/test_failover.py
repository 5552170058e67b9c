"""Simulations as text, Markdown and JSON: all of it, in order, and harmless."""

from __future__ import annotations

import json

import jsonschema
import pytest

from mckconsole.analysis.failover.model import FailoverReport
from mckconsole.analysis.failover.simulate import simulate_each, worst_first
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.report import failover, failover_json
from mckconsole.report.jsonout import schema
from mckconsole.report.width import cell_width
from tests.unit.analysis import build
from tests.unit.analysis.failover.build import (
    autoscaler,
    ingress,
    lose,
    node,
    part,
    plain_service,
    report,
    service,
    slices,
    workload,
)

EVIL = "a\x1b[31m|<b>‮x"


def fleet() -> FleetSnapshot:
    here = [
        workload("web"), workload("db", kind="StatefulSet", volumes=True), ingress("a.example.com"),
        plain_service("inner"), slices("inner", 1), workload("loki", image="grafana/loki:3"),
    ]  # fmt: skip
    there = [workload("checkout", cpu="1"), autoscaler("checkout", 9), node("n")]
    return build.fleet(
        build.cluster("a", here), build.cluster("b", there), build.unreachable("c", "time | out")
    )


def lost() -> FailoverReport:
    made = service(part("a", 1), part("b", 3), part("c", unknown="time | out"))
    return lose(fleet(), "a", made)


def test_everything_is_said() -> None:
    text = failover.render([("a", lost())], each=False, title="T", width=None, colour=False)
    for word in (
        "if a is lost", "SERVICES", "shop/checkout", "3 of 4", "● can absorb", "HOSTS",
        "a.example.com", "HUB ROLES", "central log sink", "LOCAL", "shop/db",
        "has volumes of its own", "ROOM", "UNKNOWN", "nothing was tried",
    ):  # fmt: skip
        assert word in text, word
    assert "\x1b" not in text


def test_several_clusters_are_lost() -> None:
    found = lose(fleet(), ("a", "b"), service(part("a", 1), part("b", 3)))
    text = failover.render([("a, b", found)], each=False, title="T", width=None, colour=False)
    assert "if a, b are lost: " in text
    assert "# If a, b are lost\n" in failover.render_markdown(
        [("a, b", found)], each=False, title="T"
    )


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_s_width_is_kept(width: int) -> None:
    for each in (False, True):
        text = failover.render([("a", lost())], each=each, title="T", width=width, colour=False)
        assert max(cell_width(line) for line in text.splitlines()) <= width


def test_each_cluster_has_a_line_and_the_worst_is_first() -> None:
    made = service(part("b", 3), part("a", 0))
    found = worst_first(simulate_each(fleet(), report(fleet(), made)))
    text = failover.render(found, each=True, title="T", width=None, colour=False)
    lines = [
        line.split()[0] for line in text.splitlines() if line[:1] in "abc" and line[1:2] == " "
    ]
    assert lines == [name for name, _ in found]
    assert set(lines) == {"a", "b", "c"}


def test_markdown_has_no_markup_of_a_cluster() -> None:
    text = failover.render_markdown([("a", lost())], each=False, title="T")
    assert "# If a is lost" in text
    assert r"time \| out" in text
    rows = [line for line in text.splitlines() if line.startswith("| shop/checkout")]
    assert len(rows) == 1
    each = failover.render_markdown([("a", lost())], each=True, title="T")
    assert "| a |" in each


def test_json_fits_its_schema_and_says_the_same() -> None:
    found = simulate_each(fleet(), report(fleet(), service(part("a", 1), part("b", 3))))
    data = json.loads(failover_json.render(fleet(), list(found.values()), 0.5))
    contract = schema(failover_json.FAILOVER_SCHEMA_FILE)
    jsonschema.Draft202012Validator.check_schema(contract)
    jsonschema.validate(data, contract)
    first = data["simulations"][0]
    assert first["lost"] == ["a"]
    assert first["services"][0]["absorb"] == "can absorb"
    assert first["hubs"][0]["role"] == "central log sink"
    assert [one["state"] for one in data["clusters"]] == ["ready", "ready", "unreachable"]


def test_nothing_of_a_cluster_steers_a_terminal() -> None:
    named = service(part("a", 1, unknown=EVIL), part("c", unknown=EVIL))
    found = lose(fleet(), "a", named)
    for text in (
        failover.render([(EVIL, found)], each=False, title=EVIL, width=80, colour=False),
        failover.render_markdown([(EVIL, found)], each=False, title=EVIL),
        failover_json.render(fleet(), [found], 0.5),
    ):
        assert "\x1b" not in text
        assert "‮" not in text
