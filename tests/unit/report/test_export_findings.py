"""What the console exports of one pane, and what a report says of waivers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import jsonschema
import pytest

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.secrets.model import AuditPolicy
from mckconsole.domain.access_log import AccessLog, LogFile
from mckconsole.domain.snapshot import FleetSnapshot, TopicView
from mckconsole.domain.states import TopicState
from mckconsole.domain.waivers import Waiver, Waivers
from mckconsole.report.document import build
from mckconsole.report.export_findings import audit_terms, pane_document, render
from mckconsole.report.jsonout import schema
from mckconsole.views.panes import PANES, find_pane
from mckconsole.views.spec import PaneSpec
from tests.unit.analysis.build import NOW, cluster
from tests.unit.report.audit_examples import ENDS, LEAK

WAIVER = Waiver("CERT-*", "jo", date(2100, 1, 1), "known", place="w.yaml:1")


def pane(name: str) -> PaneSpec:
    found = find_pane(name)
    assert found is not None
    return found


def looked_at(*waivers: Waiver) -> tuple[FleetSnapshot, Analysis]:
    """Two clusters, one of which may not be read, with findings that somebody made by hand."""
    clusters = {
        "west": cluster("west"),
        "east": cluster("east", states=dict.fromkeys(("gateways", "nodes"), TopicState.FORBIDDEN)),
    }
    fleet = FleetSnapshot(clusters, NOW)
    held = {ENDS.id: waivers[0]} if waivers else {}
    return fleet, replace(analyse(fleet), findings=(LEAK, ENDS), waived=held)


def test_only_the_findings_of_the_rows_shown() -> None:
    fleet, analysis = looked_at(WAIVER)
    spec = replace(PANES[1], name="secrets")
    shown = pane_document(fleet, analysis, spec, {ENDS.id})
    assert shown.findings == (ENDS,)
    assert shown.waived == {ENDS.id: WAIVER}
    assert shown.panes == ()
    assert {one.cluster for one in shown.coverage} == {"west", "east"}
    assert pane_document(fleet, analysis, spec, {LEAK.id}).waived == {}


def test_what_findings_depend_on_is_told_with_the_scope() -> None:
    fleet, _ = looked_at()
    files = tuple(LogFile(f"{number}.log", "audit") for number in range(12))
    logged = replace(fleet, access=AccessLog((), files))
    strict = AuditPolicy(by_name=True, strict=True)
    assert [*audit_terms(fleet, AuditPolicy(), ("fleet",))] == []
    assert [*audit_terms(logged, strict, ("mesh",))] == []
    assert [*audit_terms(logged, strict, ("mesh", "secrets"))] == [
        "credentials by name too",
        "certificates judged strictly",
        f"logs {', '.join(one.path for one in files[:10])} and 2 more",
    ]


def test_only_the_clusters_in_scope() -> None:
    fleet, analysis = looked_at()
    spec = pane("mesh")
    everywhere = pane_document(fleet, analysis, spec, ())
    here = pane_document(fleet, analysis, spec, (), clusters={"west"})
    assert {one.cluster for one in everywhere.unknowns} == {"east"}
    assert here.unknowns == ()
    assert [one.name for one in here.clusters] == ["west"]
    assert {one.cluster for one in here.coverage} == {"west"}


def test_it_fits_the_schema_of_reports() -> None:
    fleet, analysis = looked_at(WAIVER)
    shown = pane_document(fleet, analysis, pane("mesh"), {LEAK.id})
    data = json.loads(render("json", shown, title="t", scope="s"))
    jsonschema.Draft202012Validator(schema()).validate(data)
    assert data["panes"] == {}


def test_notes_are_about_the_panes_that_were_read() -> None:
    fleet, analysis = looked_at(WAIVER)
    elsewhere = replace(WAIVER, rule="MESH-DOWN", place="w.yaml:2")
    mistyped = replace(WAIVER, rule="MSH-DOWN", place="w.yaml:3")
    waivers = Waivers((elsewhere, mistyped))
    mesh = build(fleet, analysis, (pane("mesh"),), waivers).notes
    assert [note.partition(": ")[0] for note in mesh] == ["w.yaml:2", "w.yaml:3"]
    identity = build(fleet, analysis, (pane("identity"),), waivers).notes
    assert [note.partition(": ")[0] for note in identity] == ["w.yaml:3"]
    everything = build(fleet, analysis, (pane("fleet"),), waivers).notes
    assert len(everything) == 2
    assert build(fleet, analysis, (pane("fleet"),)).notes == ()


@pytest.mark.parametrize(
    ("view", "mode"),
    [
        (TopicView("secrets", TopicState.FRESH), "metadata"),
        (TopicView("secrets", TopicState.FRESH, values=True), "values"),
        (TopicView("secrets", TopicState.STALE, values=True), "values"),
        (TopicView("secrets", TopicState.FORBIDDEN, values=True), "none"),
        (TopicView("nodes", TopicState.FRESH), ""),
    ],
)
def test_what_was_looked_at_of_secrets(view: TopicView, mode: str) -> None:
    fleet = FleetSnapshot({"west": replace(cluster("west"), topics={view.topic: view})}, NOW)
    (entry,) = build(fleet, analyse(fleet), (pane("mesh"),)).clusters
    assert entry.mode == mode
