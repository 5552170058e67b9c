"""Rows in a file: cell for cell, and harmless to the program that opens it."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mckconsole.domain.text import clean
from mckconsole.report.export import FORMATS, WriteError, export_path, export_rows, write_export
from mckconsole.views.spec import Cell, Column, Role, Row
from tests.unit.report.examples import COLUMNS, NOW, ROWS

ONE = (Column("x", "X"),)
HOSTILE = st.one_of(
    st.text(max_size=30),
    st.text(alphabet="`|\\*_[]()<>#!~&:/@.w=+- a1", max_size=30),
    st.sampled_from(
        ["<script>alert(1)</script>", "[x](http://e.example)", "![x](//e.example/p)", "a|b",
         "`a`|b", "https://e.example/?a=b|c", "me@e.example", "@team", "www.e.example", "e.com",
         "a\\|b@c",
         "**bold**", "~~gone~~", "~ stale", "&lt;b&gt;", "<!-- x", ":smile:", "#1", "mailto:a@b",
         "deadbeef", "``", "` `", "\\", "\\`", "javascript:x", "$x$", "  "]
    ),
)  # fmt: skip


def row_of(text: str) -> Row:
    return Row("r", {"x": Cell(text)})


def csv_of(text: str) -> str:
    table = list(csv.reader(io.StringIO(export_rows("csv", ONE, [row_of(text)], title="t", at=0))))
    assert table[0] == ["X"]
    assert len(table) == 2
    (cell,) = table[1]
    return cell


def test_csv() -> None:
    text = export_rows("csv", COLUMNS, ROWS, title="fleet", at=NOW, filter="a", scope="b")
    assert text == (
        '"cluster","state","nodes","note"\r\n'
        '"west","✖ unreachable: timeout","–","nothing answered"\r\n'
        '"東-1","● ready","12/12",""\r\n'
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-", "'-"),
        ("-1+1", "'-1+1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("-1", "-1"),
        ("+1.5e-3", "+1.5e-3"),
        ("–", "–"),
        ("a=1", "a=1"),
        ('say "so", or\nso', 'say "so", or⏎so'),
        ("\t=1", "‹09›=1"),
        ("\r=1", "‹0D›=1"),
        ("a;=1", "a;=1"),
        ("", ""),
    ],
)
def test_no_cell_of_a_sheet_is_a_formula(text: str, cell: str) -> None:
    assert csv_of(text) == cell


def test_a_title_is_no_formula_either() -> None:
    text = export_rows("csv", [Column("x", "=X")], [], title="t", at=0)
    assert text == '"\'=X"\r\n'


@given(HOSTILE)
def test_csv_gives_back_what_was_shown(text: str) -> None:
    cell = csv_of(text)
    assert cell.removeprefix("'") == clean(text).removeprefix("'")
    assert cell[:1] not in tuple("=@\t\r")


def test_json() -> None:
    text = export_rows("json", COLUMNS, ROWS, title="fleet", at=NOW, filter="east", scope="all")
    data = json.loads(text)
    assert list(data) == ["pane", "generatedAt", "filter", "scope", "columns", "rows"]
    assert (data["pane"], data["filter"], data["scope"]) == ("fleet", "east", "all")
    assert data["generatedAt"] == "2026-08-01T09:00:00Z"
    assert data["columns"] == ["cluster", "state", "nodes", "note"]
    west, east = data["rows"]
    assert west["state"] == {
        "text": "✖ unreachable: timeout",
        "role": "critical",
        "value": "unreachable",
    }
    assert east["nodes"] == {"text": "12/12", "role": "ok", "value": 12}
    assert east["note"]["value"] is None  # it was NaN


def test_markdown() -> None:
    text = export_rows("md", COLUMNS, ROWS, title="fleet", at=NOW, filter="state:a|b", scope="all")
    assert text == (
        "# fleet\n"
        "\n"
        "2 rows · 2026-08-01T09:00:00Z · scope all · filter `state:a`\\|`b`\n"
        "\n"
        "| cluster | state | nodes | note |\n"
        "| --- | --- | ---: | --- |\n"
        "| west | ✖ unreachable: timeout | – | nothing answered |\n"
        "| 東-1 | ● ready | 12/12 |  |\n"
    )


class Reader(HTMLParser):
    """Collects the tags and the texts of the cells of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag in ("td", "h1", "p"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        if self.cells:
            self.cells[-1] += data


def rendered(text: str) -> Reader:
    reader = Reader()
    reader.feed(MarkdownIt("gfm-like").render(text))
    return reader


@given(HOSTILE)
@example("a\\|b@c")
@example("0|.AL")
def test_markdown_shows_a_cell_as_it_is_and_nothing_else(text: str) -> None:
    page = rendered(export_rows("md", ONE, [row_of(text), row_of("end")], title="t", at=0))
    assert page.tags <= {"h1", "p", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert len(page.cells) == 4
    spaces = re.compile(r"\s+")
    assert spaces.sub(" ", page.cells[2]).strip() == spaces.sub(" ", clean(text)).strip()
    assert page.cells[3].strip() == "end"


@given(HOSTILE)
def test_markdown_heads_are_inert_too(text: str) -> None:
    page = rendered(
        export_rows("md", [Column("x", text)], [], title=text, at=0, filter=text, scope=text)
    )
    assert page.tags <= {"h1", "p", "table", "thead", "tr", "th", "code"}


@pytest.mark.parametrize("text", ["@team", ":smile:", "#12", "deadbeef00", "GH.example", "a://b"])
def test_what_a_forge_would_touch_stands_in_code(text: str) -> None:
    assert f"| `{text}` |" in export_rows("md", ONE, [row_of(text)], title="t", at=0)


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_steers_a_terminal(format: str) -> None:
    (chosen,) = [one for one in FORMATS if one == format]
    hostile = "\x1b]52;c;x\x07\x9b31m\u202e\u200b\0"
    row = Row("r", {"x": Cell(hostile, Role.OK, hostile)})
    text = export_rows(
        chosen, ONE, [row], title=hostile, at=0, filter=hostile, scope=hostile
    ).replace("\r\n", "\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", text)


@pytest.mark.parametrize("format", FORMATS)
def test_no_rows_are_a_file_too(format: str) -> None:
    (chosen,) = [one for one in FORMATS if one == format]
    assert export_rows(chosen, COLUMNS, [], title="fleet", at=NOW).endswith("\n")


def test_names_of_files() -> None:
    names = {export_path(Path("d"), suffix, now=NOW).name for suffix in ("csv", ".csv")}
    assert len(names) == 2
    for name in names:
        assert re.fullmatch(r"mckconsole-20260801T090000Z-[0-9a-f]{8}\.csv", name)


def test_a_file_is_private_and_new(tmp_path: Path) -> None:
    path = export_path(tmp_path, "md", now=NOW)
    write_export(path, "text → \n")
    assert path.read_text("utf-8") == "text → \n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_line_ends_of_a_sheet_survive(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_export(path, export_rows("csv", ONE, [row_of("a")], title="t", at=0))
    assert path.read_bytes() == b'"X"\r\n"a"\r\n'


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    link = tmp_path / "x.csv"
    link.symlink_to(tmp_path / "other")
    for path in (tmp_path / "missing" / "x.csv", link):
        with pytest.raises(WriteError, match=re.escape(f"cannot write {path}: ")):
            write_export(path, "x")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.csv"]
