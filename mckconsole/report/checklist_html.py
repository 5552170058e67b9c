"""The go-live checklist as one HTML file that holds everything itself, to be printed and signed.

As the report for auditors it runs nothing, loads nothing and sends nothing (see `html`).
"""

from __future__ import annotations

from collections.abc import Iterator

from mckconsole import __version__
from mckconsole.analysis.checklist.model import Answer, Item, Mark
from mckconsole.report.checklist_sheet import (
    CAVEAT,
    COVERAGE_HEADS,
    SIGNATURE,
    Sheet,
    cell_words,
    coverage,
    missing,
    probes,
    result_words,
    verdict,
)
from mckconsole.report.html import TONES, head
from mckconsole.report.html_style import CSS
from mckconsole.report.markup import Content, Html, el, joined, table, when
from mckconsole.views.spec import GLYPHS

_TONES = {
    Mark.FAIL: "critical",
    Mark.UNKNOWN: "unknown",
    Mark.WARN: "medium",
    Mark.PASS: "ok",
}
_SIGNED = """
.sign{display:grid;grid-template-columns:2fr 2fr 1fr 3fr;gap:1.5rem;margin:3.5rem 0 1rem}
.sign div{padding-top:.3rem;border-top:1px solid var(--ink);color:var(--soft);font-size:.85rem}
@media screen and (max-width:40rem){.sign{grid-template-columns:1fr;gap:3rem}}
@media print{.sign{break-inside:avoid;margin-top:22mm}}
"""
STYLE = CSS + _SIGNED


def render(sheet: Sheet) -> str:
    """The whole page."""
    items = sheet.report.items
    parts = [
        ("items", "Items by cluster", _matrix(sheet)),
        *((one.rule.lower(), f"{one.rule} {one.title}", _item(sheet, one)) for one in items),
        ("coverage", "Coverage", table("What answers rest on.", COVERAGE_HEADS,
                                       [tuple(row) for row in coverage(sheet)])),
        ("unknown", "Not known", _unknown(sheet)),
        ("probes", "Probes", _probes(sheet)),
        ("signature", "Signature", _signature(sheet)),
    ]  # fmt: skip
    shown = [(anchor, title, body) for anchor, title, body in parts if body is not None]
    main = [el("section", el("h2", title, id=anchor), body) for anchor, title, body in shown]
    contents = [el("li", el("a", title, href=f"#{anchor}")) for anchor, title, _ in shown]
    body = el(
        "body",
        el("header", *_cover(sheet), el("nav", el("ol", *contents)), cls="cover"),
        el("main", *main),
        el("footer", el("p", CAVEAT)),
    )
    title = f"mckconsole checklist, {sheet.at}"
    page = el("html", el("head", *head(title, STYLE)), body, lang="en")
    return f"<!doctype html>\n{page}\n"


def _cover(sheet: Sheet) -> Iterator[Html]:
    role, words = verdict(sheet)
    yield el("p", "mckconsole · read-only", cls="eyebrow")
    yield el("h1", "Go-live checklist")
    yield el("p", f"{GLYPHS[role]} {words}", cls=f"verdict tone {TONES[role]}")
    if sheet.demo:
        yield el("p", "DEMO: simulated clusters on this machine", cls="demo")
    readable = sum(one.state.readable for one in sheet.fleet.clusters.values())
    facts = (
        ("Generated", when(sheet.fleet.taken_at)),
        ("Tool", f"mckconsole {__version__}"),
        ("Scope", sheet.scope),
        ("Clusters", f"{readable} of {len(sheet.fleet.clusters)} read"),
    )
    pairs = (joined(el("dt", name), el("dd", value)) for name, value in facts if value)
    yield el("dl", *pairs, cls="facts")


def _mark(sheet: Sheet, one: Answer | None) -> Html:
    mark = one.mark if one else Mark.UNKNOWN
    return el("span", cell_words(sheet, one), cls=f"word tone {_TONES[mark]}")


def _matrix(sheet: Sheet) -> Html:
    names = tuple(sheet.fleet.clusters)
    rows: list[tuple[Content, ...]] = []
    for item in sheet.report.items:
        found = {one.cluster: one for one in sheet.answers(item.rule)}
        named = el("a", f"{item.rule} {item.title}", href=f"#{item.rule.lower()}")
        rows.append((named, *(_mark(sheet, found.get(name)) for name in names)))
    return table("Unknown is no pass.", ("item", *names), rows)


def _item(sheet: Sheet, item: Item) -> Html:
    answers = [_answer(sheet, one) for one in sheet.answers(item.rule)]
    proves = el("p", f"Reading does not prove {item.proves}.")
    return joined(el("p", item.question), proves, *answers)


def _answer(sheet: Sheet, one: Answer) -> Html:
    """One cluster: the mark, why, by what."""
    waiver = sheet.waiver(one)
    as_of = None if one.as_of is None else el("span", "as of ", when(one.as_of), cls="place")
    return el(
        "article",
        el("header", _mark(sheet, one), el("span", one.cluster, cls="rule"), as_of),
        el("p", one.reason, cls="lead"),
        el("p", waiver.words, cls="waiver") if waiver else None,
        *_evidence(one),
        *([el("ul", *(el("li", result_words(sheet, each)) for each in one.attested))]
          if one.attested else ()),
        cls=_TONES[one.mark] + (" is-waived" if waiver else ""),
    )  # fmt: skip


def _evidence(one: Answer) -> Iterator[Html]:
    if not one.evidence:
        return
    rows: list[tuple[Content, ...]] = [
        (
            each.cluster,
            str(each.object) if each.object else each.source,
            el("span", each.path, cls="path"),
            el("span", each.value, cls="path"),
            when(each.observed_at),
        )
        for each in one.evidence
    ]
    yield table("Evidence.", ("cluster", "object", "path", "value", "observed"), rows)


def _unknown(sheet: Sheet) -> Html | None:
    rows: list[tuple[Content, ...]] = [*missing(sheet)]
    if not rows:
        return None
    return table("Not OK, but not known.", ("rule", "cluster", "what"), rows)


def _probes(sheet: Sheet) -> Html | None:
    """Commands that would tell, to be run by hand."""
    found = [
        joined(el("h3", f"{one.rule} {one.cluster}"), el("p", item.proves), el("pre", one.probe))
        for item, one in probes(sheet)
    ]
    words = el("p", "Never run from here; --evidence FILE takes the result.")
    return joined(words, *found) if found else None


def _signature(sheet: Sheet) -> Html:
    words = f"This checklist is of {sheet.at} and says nothing of what changed since."
    lines = [el("div", name) for name in SIGNATURE]
    return joined(el("p", words), el("div", *lines, cls="sign"))
