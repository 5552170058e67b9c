"""The text report: alignment, widths, colour, order, and no way through for control characters."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.findings import Severity, Unknown
from mckconsole.report.grid import NARROWEST, grid
from mckconsole.report.spans import Span, paint
from mckconsole.report.table import render
from mckconsole.report.width import cell_width, cut, pad, wrap
from mckconsole.views.spec import BLANK, Cell, Role, Row
from tests.unit.report.examples import COLUMNS, DOWN, ROWS, document

SGR = re.compile(r"\x1b\[[0-9;]*m")


def painted(width: int | None) -> list[str]:
    return paint(grid(COLUMNS, ROWS, width=width), colour=False).splitlines()


class TestGrid:
    def test_columns_line_up_by_cells_not_by_characters(self) -> None:
        header, west, east = painted(None)
        assert header == "CLUSTER  STATE                   NODES  NOTE"
        assert west == "west     ✖ unreachable: timeout      –  nothing answered"
        assert east == "東-1     ● ready                 12/12"
        assert cell_width(west[: west.index("✖")]) == cell_width(east[: east.index("●")])

    def test_columns_drop_by_priority_then_long_cells_are_cut(self) -> None:
        assert painted(60)[0].split() == ["CLUSTER", "STATE", "NODES", "NOTE"]
        assert painted(45)[0].split() == ["CLUSTER", "STATE", "NODES"]
        assert painted(36)[0].split() == ["CLUSTER", "STATE"]
        assert painted(20)[1] == "west     ✖ unreacha…"

    def test_a_column_that_says_nothing_goes_first(self) -> None:
        rows = [Row(row.id, {**row.cells, "nodes": BLANK}) for row in ROWS]
        header = paint(grid(COLUMNS, rows, width=200), colour=False).splitlines()[0]
        assert header.split() == ["CLUSTER", "STATE", "NOTE"]
        whole = paint(grid(COLUMNS, rows, width=None), colour=False).splitlines()[0]
        assert whole.split() == ["CLUSTER", "STATE", "NODES", "NOTE"]

    @pytest.mark.parametrize("width", range(2 * NARROWEST + 2, 80))
    def test_no_line_is_wider_than_the_terminal(self, width: int) -> None:
        assert all(cell_width(line) <= width for line in painted(width))

    def test_a_table_without_rows_has_its_header(self) -> None:
        assert paint(grid(COLUMNS, (), width=80), colour=False) == "CLUSTER  STATE  NODES  NOTE\n"


class TestReport:
    def test_everything_is_said_in_order(self) -> None:
        text = render(document(), title="mckconsole · DEMO")
        wanted = (
            "✖ findings: 1 critical, 1 medium · 1 of 2 clusters read · 1 question not answered"
            " · data ≤ 0 s old",
            "mckconsole · DEMO",
            "FLEET  2 clusters, 1 unreachable",
            "FINDINGS  1 critical, 1 medium",
            "✖ critical  MESH-DOWN  west → east",
            "  The tunnel to east is down",
            "  The gateway cannot ping 10.1.2.1.",
            "  seen  west · Gateway submariner-operator/gw-a · status.connections[0].status = error"
            " · at 2026-08-01T08:59:56Z",
            "        east · prometheus · submariner_connections = 1 · at 2026-08-01T08:59:49Z",
            "  do    Open UDP 4500 between the gateways.",
            "▲ medium    MESH-SLOW  east",
            "UNKNOWN  1 not answered",
            "? west · the whole mesh pane: gateways: forbidden",
        )
        lines = text.splitlines()
        assert [line for line in lines if line in wanted] == list(wanted)

    def test_connections_are_told_where_the_overview_does_not(self) -> None:
        whole = document()
        mesh = replace(whole, panes=(replace(whole.panes[0], name="mesh"),))
        assert "▲ west: TLS verification is off" in render(mesh).splitlines()
        assert "CONNECTIONS" not in render(whole)

    def test_every_step_of_a_remediation_has_its_line(self) -> None:
        text = render(document(findings=(replace(DOWN, remediation="1. look\n2. act"),)))
        assert "  do    1. look\n        2. act\n" in text

    def test_a_command_that_is_broken_can_be_pasted(self) -> None:
        steps = "1. kubectl --context west -n submariner-operator get gateways\n2. look at the node"
        text = render(document(findings=(replace(DOWN, remediation=steps),)), width=48)
        start = text.index("1. kubectl")
        assert text[start : text.index("\n\n", start)].splitlines() == [
            "1. kubectl --context west -n \\",
            "        submariner-operator get gateways",
            "        2. look at the node",
        ]

    def test_equal_steps_are_told_once(self) -> None:
        first = replace(DOWN, remediation="1. look\n2. act")
        text = render(document(findings=(first, replace(first, peers=("north",)))))
        assert text.count("1. look") == 1
        assert "  do    as for MESH-DOWN west → east above\n" in text

    def test_observations_of_one_object_stand_under_it(self) -> None:
        one = DOWN.evidence[0]
        other = replace(one, path="status.connections[0].statusMessage", value="no route")
        lines = render(document(findings=(replace(DOWN, evidence=(one, other)),))).splitlines()
        start = lines.index(
            "  seen  west · Gateway submariner-operator/gw-a · at 2026-08-01T08:59:56Z"
        )
        assert lines[start + 1 : start + 3] == [
            "          status.connections[0].status = error",
            "          status.connections[0].statusMessage = no route",
        ]

    def test_equal_reasons_are_told_together_and_whole_panes_first(self) -> None:
        unknowns = (
            Unknown("mesh", "a", "MESH-CA-MISMATCH", "a Secret"),
            Unknown("mesh", "b", "MESH-CA-MISMATCH", "a Secret"),
            Unknown("mesh", "b", "MESH-DEGRADED", "forbidden"),
            Unknown("mesh", "b", "MESH-STALE", "forbidden"),
            Unknown("mesh", "c", "*", "unreachable"),
        )
        lines = render(document(unknowns=unknowns)).splitlines()
        assert lines[lines.index("UNKNOWN  5 not answered") + 1 :] == [
            "? c · the whole mesh pane: unreachable",
            "? a, b · MESH-CA-MISMATCH: a Secret",
            "? b · MESH-DEGRADED, MESH-STALE: forbidden",
        ]

    def test_what_was_not_read_is_never_well(self) -> None:
        unread = document(findings=(), unknowns=())
        assert render(unread).startswith("? findings: none · 1 of 2 clusters read · data")
        well = replace(unread, clusters=unread.clusters[1:])
        assert render(well).startswith("● findings: none · 1 of 1 cluster read · data")

    def test_nothing_found_and_nothing_there_are_said(self) -> None:
        text = render(document(findings=(), rows=(), unknowns=(), warnings=()))
        assert "FINDINGS  none" in text
        assert "No cluster: name a kubeconfig." in text
        assert "UNKNOWN" not in text

    def test_narrow_terminal_wraps_words_and_loses_none(self) -> None:
        wide, narrow = render(document()), render(document(), width=40)
        assert all(cell_width(line) <= 40 for line in narrow.splitlines())
        verdict = wide.splitlines()[0]
        tail = (wide[wide.index("FINDINGS") :] + verdict).split()
        assert "".join(narrow[narrow.index("FINDINGS") :].split()) == "".join(tail)

    @pytest.mark.parametrize("width", [40, 41, 60, 80, 119, 200])
    def test_no_line_of_a_report_is_wider_than_the_terminal(self, width: int) -> None:
        name = "arn:aws:eks:us-east-1:000000000000:cluster/production-use1"
        rows = tuple(
            Row(row.id, {**row.cells, "cluster": Cell(f"{name}-{row.id}")}) for row in ROWS
        )
        many = tuple(
            replace(DOWN, severity=severity, cluster=name, peers=(name, f"{name}-2"))
            for severity in Severity
        )
        text = render(document(findings=many, rows=rows), title="a title " * 9, width=width)
        assert [line for line in text.splitlines() if cell_width(line) > width] == []

    def test_colour_only_adds_sgr(self) -> None:
        plain, coloured = render(document()), render(document(), colour=True)
        assert "\x1b" not in plain
        assert "\x1b[1;31m" in coloured
        assert SGR.sub("", coloured) == plain


EVIL = "a\x1b[31m\x1b]52;c;AAAA\x07\r\nb\x9b2J\u202ec\x00"


class TestHostileText:
    def test_control_characters_of_others_never_get_through(self) -> None:
        rows = (Row("x", {column.id: Cell(EVIL, Role.OK) for column in COLUMNS}),)
        evil = document(findings=(replace(DOWN, title=EVIL, cluster=EVIL),), rows=rows)
        for width in (None, 60):
            left = SGR.sub("", render(evil, width=width, colour=True))
            assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", left)
            assert "‹1B›" in left

    @given(st.text(max_size=60))
    def test_paint_leaves_nothing_but_text_and_line_feeds(self, text: str) -> None:
        out = paint([[Span(text, Role.OK), Span(text)]], colour=False)
        assert out.endswith("\n")
        assert "\n" not in out[:-1]
        assert not re.search(r"[\x00-\x1f\x7f-\x9f]", out[:-1])


class TestWidth:
    def test_wide_narrow_and_combining(self) -> None:
        assert [cell_width(text) for text in ("abc", "東京", "e\u0301", "●", "")] == [3, 4, 1, 1, 0]

    def test_a_number_stays_with_its_unit_and_a_long_word_breaks_behind_punctuation(self) -> None:
        assert list(wrap("older than 90 s now", 13)) == ["older than", "90 s now"]
        assert list(wrap("series{a=b,cluster=west}", 14)) == ["series{a=b,", "cluster=west}"]

    def test_a_name_is_cut_in_its_middle(self) -> None:
        assert cut("arn:aws:eks:cluster/prod-1", 13, middle=True) == "arn:aw…prod-1"
        assert cut("arn:aws:eks:cluster/prod-1", 13) == "arn:aws:eks:…"

    @given(st.text(), st.integers(0, 20), st.booleans())
    def test_cut_never_exceeds_and_pad_always_fills(
        self, text: str, cells: int, middle: bool
    ) -> None:
        assert cell_width(cut(text, cells, middle=middle)) <= cells
        assert cell_width(pad(cut(text, cells), cells)) == cells

    @given(st.text(), st.integers(2, 20))
    def test_wrap_keeps_every_character_that_is_no_space(self, text: str, cells: int) -> None:
        lines = list(wrap(text, cells))
        assert "".join("".join(lines).split()) == "".join(text.split())
        assert all(cell_width(line) <= cells for line in lines)
