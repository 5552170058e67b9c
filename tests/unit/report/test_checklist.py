"""The checklist as text, Markdown, HTML and JSON: all of it, to be signed, and harmless."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import date

import jsonschema
import pytest

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.report import analyse_checklist
from mckconsole.analysis.mesh.links import Verdict
from mckconsole.domain.attested import CHECKLIST, Attested
from mckconsole.domain.findings import Evidence, ObjectRef
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.waivers import Waiver, waived
from mckconsole.domain.waivers import Waivers as WaiverList
from mckconsole.report import (
    checklist_html,
    checklist_json,
    checklist_markdown,
    checklist_table,
)
from mckconsole.report.checklist_sheet import Sheet, cell_words, verdict
from mckconsole.report.jsonout import schema
from mckconsole.report.width import cell_width
from mckconsole.views.spec import Role
from tests.unit.analysis import build
from tests.unit.analysis.checklist.made import NOW, grounds, mesh, pair
from tests.unit.report.test_html import Page, check

EVIL = "a\x1b[31m|<b onload=x>‮[x](http://y)"
PROBE = Attested("CHK01", "a", False, "pod to pod", "run.xml", NOW - 60)
OLD = Attested("CHK02", "b", True, "dig", "old.json", NOW - 90 * 86400)


def logs(cluster: ClusterSnapshot) -> Answer:
    """An answer that passes."""
    ref = ObjectRef("apps/v1", "DaemonSet", "logging", "fluent-bit")
    told = Evidence("kubernetes", cluster.name, ref, "status.numberReady", "3", NOW - 5)
    return Answer("CHK06", cluster.name, Mark.PASS, "one sink", (told,), as_of=NOW - 5)


def sheet(*, evil: str = "", waive: bool = False, **changes: object) -> Sheet:
    """A checklist in which items pass, warn, fail and are unknown."""
    fleet = build.fleet(
        build.cluster("a"), build.cluster("b"), build.unreachable("c", f"time | out {evil}")
    )
    found = mesh(pair(Verdict.ASYMMETRIC))
    report = analyse_checklist(grounds(fleet, mesh=found), {"CHK06": logs}, [PROBE, OLD])
    entry = Waiver("CHK01", "jane", date(2030, 1, 1), f"known {evil}", cluster="b")
    waivers = WaiverList((entry,) if waive else ())
    return Sheet(report, fleet, waived(report.findings, waivers, NOW), **changes)  # type: ignore[arg-type]


def texts(given: Sheet, *, title: str = "T", width: int | None = None) -> dict[str, str]:
    """All formats."""
    table = checklist_table.render(given, title=title, width=width, colour=False)
    return {
        "table": table,
        "markdown": checklist_markdown.render(given),
        "html": checklist_html.render(given),
        "json": checklist_json.render(given),
    }


@pytest.mark.parametrize("format_", ["table", "markdown", "html", "json"])
def test_every_item_and_cluster_is_in_every_format(format_: str) -> None:
    text = texts(sheet())[format_]
    for rule in CHECKLIST:
        assert rule in text
    for words in ("asymmetric", "time", "pod to pod", "run.xml", "old.json"):
        assert words in text, words


def test_the_table_says_what_is_no_pass_and_which_probe_would_tell() -> None:
    text = texts(sheet())["table"]
    lines = text.splitlines()
    assert lines[0].startswith("✖ 1 fail, ")
    assert "all ten hold in 0 of 3 clusters" in lines[0]
    row = next(line for line in lines if line.startswith("CHK01"))
    assert row.split()[-6:] == ["✖", "fail", "▲", "warn", "?", "unknown"]
    assert "a probe failed: pod to pod" in text
    assert "✖ CHK01 a: failed in run.xml: pod to pod (2026-" in text
    assert "● CHK02 b: passed in old.json: dig (2026-" in text
    assert "PROBES BROUGHT  2" in text


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_terminal_s_width_is_kept(width: int) -> None:
    text = texts(sheet(), width=width)["table"]
    assert max(cell_width(line) for line in text.splitlines()) <= width


def test_the_markdown_is_whole_and_ends_with_a_signature() -> None:
    text = texts(sheet(demo=True))["markdown"]
    for part in (
        "# Go-live checklist", "**DEMO: simulated clusters", "## CHK01 Connectivity and latency",
        "### b: ▲ warn", "## Coverage", "## Not known", "## Signature",
        "| Name | Role | Date | Signature |", "it is 90 days old",
    ):  # fmt: skip
        assert part in text, part
    assert "Gateway submariner-operator/gw-1" in text
    assert text.count("| --- |") >= 4


def test_the_page_holds_everything_itself_and_is_allowed_nothing() -> None:
    page = checklist_html.render(sheet(waive=True))
    read = Page(page)
    check(read)
    for words in (
        "Go-live checklist",
        "Signature",
        "Name",
        "Role",
        "Date",
        "Coverage",
        "Evidence.",
    ):
        assert words in read.text, words
    digest = base64.b64encode(hashlib.sha256(checklist_html.STYLE.encode()).digest()).decode()
    assert f"style-src &#x27;sha256-{digest}&#x27;" in page
    assert "default-src &#x27;none&#x27;" in page
    assert "waived until 2030-01-01 by jane" in read.text


def test_json_keeps_its_contract() -> None:
    data = json.loads(checklist_json.render(sheet(waive=True)))
    contract = schema(checklist_json.CHECKLIST_SCHEMA_FILE)
    jsonschema.Draft202012Validator.check_schema(contract)
    jsonschema.validate(data, contract)
    assert len(data["answers"]) == 30
    marks = {(one["rule"], one["cluster"]): one for one in data["answers"]}
    assert marks["CHK01", "a"]["mark"] == "fail"
    assert marks["CHK01", "a"]["attested"][0]["file"] == "run.xml"
    assert marks["CHK01", "b"]["waiver"]["owner"] == "jane"
    assert marks["CHK06", "a"]["asOf"] == marks["CHK06", "a"]["evidence"][0]["observedAt"]
    assert [one["worst"] for one in data["clusters"]] == ["fail", "unknown", "unknown"]
    assert {one["waiver"] is None for one in data["findings"]} == {True, False}


def test_an_empty_checklist_is_one_too() -> None:
    empty = Sheet(analyse_checklist(grounds(build.fleet())), build.fleet())
    assert verdict(empty) == (Role.UNKNOWN, "nothing to answer · all ten hold in 0 of 0 clusters")
    made = texts(empty)
    jsonschema.validate(json.loads(made["json"]), schema(checklist_json.CHECKLIST_SCHEMA_FILE))
    check(Page(made["html"]))


def test_what_is_waived_stays_what_it_is() -> None:
    given = sheet(waive=True)
    one = given.report.of("CHK01", "b")
    assert one is not None
    assert one.mark is Mark.WARN
    assert cell_words(given, one) == "▲ warn, waived"
    assert cell_words(given, None) == "? unknown"
    assert "1 waived" in verdict(given)[1]


def test_nothing_of_a_cluster_is_markup_or_steers_a_terminal() -> None:
    given = sheet(evil=EVIL, waive=True, scope=EVIL)
    for name, text in texts(given, title=EVIL).items():
        assert "\x1b" not in text, name
        assert "‮" not in text, name
    check(Page(checklist_html.render(given)))
    assert "](http" not in re.sub(r"`[^`]*`", "", checklist_markdown.render(given))
