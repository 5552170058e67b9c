"""The HTML report: whole, inert whatever clusters say, and allowed nothing by its own policy."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings

from mckconsole.domain.text import clean_block
from mckconsole.report import findings_markdown
from mckconsole.report.html import render
from mckconsole.report.html_style import CSS
from mckconsole.report.markup import Html, el, style
from tests.unit.report.audit_examples import ATTACKS, ENDS, HOSTILE, LEAK, audit, hostile
from tests.unit.report.examples import document

VOID = {"meta"}
TAGS = VOID | {
    "html", "head", "title", "style", "body", "header", "main", "footer", "section", "nav",
    "article", "h1", "h2", "h3", "h4", "p", "ol", "ul", "li", "dl", "dt", "dd", "div", "span",
    "b", "a", "pre", "code", "table", "caption", "thead", "tbody", "tr", "th", "td", "time",
    "meter",
}  # fmt: skip
ATTRIBUTES = {"class", "id", "href", "scope", "lang", "charset", "http-equiv", "content", "name",
              "datetime", "min", "max", "low", "high", "optimum", "value", "title"}  # fmt: skip


class Page(HTMLParser):
    """Reads strictly: every element is closed where it must be."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.other: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.words)


def check(page: Page) -> None:
    assert page.other == []
    assert set(page.tags) <= TAGS
    assert {name for _, name, _ in page.attributes} <= ATTRIBUTES
    for _, name, value in page.attributes:
        if name == "href":
            assert re.fullmatch(r"#(f-[0-9a-f]{16}|[a-z]+[0-9]*)", value)


def test_it_says_everything() -> None:
    page = Page(render(audit(), scope="contexts prod-*", demo=True))
    check(page)
    for words in (
        "Report on the fleet", "DEMO: simulated clusters", "contexts prod-*", "mckconsole 0.1.0",
        "2026-08-01T09:00:00Z", "metadata only in 1, values looked at in 1", "forbidden",
        "secrets is forbidden", "not looked at", "configmaps", LEAK.title,
        "data['env'] › dotenv ID",
        "waived until 2026-12-31 by platform@example.com: Taken down then. (RISK-118)",
        "matches nothing that was found", "ended 3 days ago", "gateways: forbidden", "TLS verif",
        "3, 1 in part",
    ):  # fmt: skip
        assert words in page.text, words
    anchors = {value for _, name, value in page.attributes if name == "id"}
    links = {value[1:] for _, name, value in page.attributes if name == "href"}
    assert links <= anchors
    assert f"f-{ENDS.id}" in links


def test_its_policy_allows_its_style_and_nothing_else() -> None:
    text = render(audit())
    (css,) = re.findall(r"<style>(.*?)</style>", text, re.S)
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    page = Page(text)
    assert ("meta", "content", policy) in page.attributes
    assert text.index("Content-Security-Policy") < text.index("<style>")
    assert not re.search(r"url\(|@import|expression", css)
    assert "style" not in {name for _, name, _ in page.attributes}


def test_every_finding_has_its_title_as_heading() -> None:
    text = render(audit())
    headings = re.findall(r"<h4[^>]*>(.*?)</h4>", text)
    assert len(headings) == len(audit().findings)
    assert LEAK.title in headings
    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), "no level is left out"


def test_secrets_of_some_namespaces_are_not_all() -> None:
    base = audit()
    some = replace(base, clusters=tuple(replace(one, in_part=True) for one in base.clusters))
    for text in (render(some), findings_markdown.render(some, title="t")):
        assert "values looked at (not in all namespaces)" in text.replace("\\", "")
    assert "not in all namespaces" not in render(base)


def test_tables_scroll_on_a_narrow_screen_and_paper_takes_all_of_them() -> None:
    """Cells break anywhere, so a table without a least width would be squeezed to single letters;
    paper does not scroll."""
    assert "@media screen{table{min-width:" in CSS
    assert ".table{overflow-x:auto" in CSS
    paper = CSS[CSS.index("@media print") :]
    assert ".table{overflow:visible}" in paper
    assert "min-width:4" not in paper


def luminance(colour: str) -> float:
    """Of `#rgb` or `#rrggbb`. Source: WCAG 2.2, relative luminance."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_text_can_be_read_on_every_ground() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, light, dark and on paper."""
    themes = re.findall(r":root\{(.*?)\}", CSS, re.S)
    assert len(themes) == 3
    for theme in themes:
        colours = dict(re.findall(r"--([a-z]+):(#[0-9a-f]+)", theme))
        grounds = [luminance(colours.pop(name)) for name in ("page", "sheet", "faint")]
        del colours["line"]
        for name, colour in colours.items():
            for ground in grounds:
                low, high = sorted((luminance(colour), ground))
                assert (high + 0.05) / (low + 0.05) >= 4.5, name
    assert "opacity" not in CSS


SHAPE = Page(render(hostile("plain words"), scope="all")).tags


@settings(max_examples=60)
@given(HOSTILE)
def test_no_text_is_markup(text: str) -> None:
    page = Page(render(hostile(text), scope=text))
    check(page)
    if text and clean_block(text).strip():
        assert page.tags == SHAPE
        assert clean_block(text) in "".join(page.words)


@pytest.mark.parametrize("text", ATTACKS)
def test_no_attack_is_markup(text: str) -> None:
    out = render(hostile(text), scope=text)
    check(Page(out))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\ud800]", out)


def test_a_report_without_anything_is_whole_too() -> None:
    page = Page(render(replace(document(findings=(), unknowns=()), coverage=())))
    check(page)
    assert "Nothing was found. What that is worth, the coverage says." in page.text
    assert "Every question was answered." in page.text


def test_elements() -> None:
    assert el("p", "a<b", None, el("b", "c&d")) == "<p>a&lt;b<b>c&amp;d</b></p>"
    assert el("a", "x", cls='q"', href="#'") == '<a class="q&quot;" href="#&#x27;">x</a>'
    assert el("meta", http_equiv="x") == '<meta http-equiv="x">'
    assert isinstance(el("p"), Html)
    with pytest.raises(ValueError, match="without"):
        style("</style>")
