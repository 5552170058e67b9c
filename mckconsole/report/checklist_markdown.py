"""The go-live checklist as Markdown, to be put beside a change request and signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mckconsole import __version__
from mckconsole.analysis.checklist.model import Answer, Item
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.checklist_sheet import (
    CAVEAT,
    COVERAGE_HEADS,
    SIGNATURE,
    Sheet,
    cell_words,
    coverage,
    missing,
    place,
    probes,
    result_words,
    verdict,
)
from mckconsole.report.export_markdown import literal, verbatim


def render(sheet: Sheet) -> str:
    """The whole document, in which nothing that a cluster said is markup."""
    return "".join(f"{line}\n" for line in _lines(sheet))


def _lines(sheet: Sheet) -> Iterator[str]:
    yield "# Go-live checklist"
    yield ""
    yield f"**{literal(verdict(sheet)[1])}**"
    yield ""
    yield f"mckconsole {__version__}, read-only, {sheet.at}"
    if sheet.demo:
        yield from ("", "**DEMO: simulated clusters on this machine**")
    if sheet.scope:
        yield from ("", f"Scope: {literal(sheet.scope)}")
    yield ""
    yield from _matrix(sheet)
    for item in sheet.report.items:
        yield from _item(sheet, item)
    yield from ("", "## Coverage", "")
    yield from _table(COVERAGE_HEADS, [[literal(cell) for cell in row] for row in coverage(sheet)])
    yield from _unknown(sheet)
    yield from _probes(sheet)
    yield from ("", "## Signature", "")
    yield from _table(SIGNATURE, [[" "] * len(SIGNATURE)])
    yield from ("", CAVEAT)


def _matrix(sheet: Sheet) -> Iterator[str]:
    names = list(sheet.fleet.clusters)
    rows = []
    for item in sheet.report.items:
        found = {one.cluster: one for one in sheet.answers(item.rule)}
        cells = (literal(cell_words(sheet, found.get(name))) for name in names)
        rows.append([item.rule, item.title, *cells])
    yield from _table(("rule", "item", *map(literal, names)), rows)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _item(sheet: Sheet, item: Item) -> Iterator[str]:
    yield from ("", f"## {item.rule} {item.title}", "", item.question, "")
    yield f"Reading does not prove {item.proves}."
    for one in sheet.answers(item.rule):
        yield from ("", f"### {literal(one.cluster)}: {literal(cell_words(sheet, one))}", "")
        yield from _answer(sheet, one)


def _answer(sheet: Sheet, one: Answer) -> Iterator[str]:
    age = "" if one.as_of is None else f", as of {format_rfc3339(one.as_of)}"
    yield f"{literal(one.reason)}{age}"
    waiver = sheet.waiver(one)
    if waiver:
        yield from ("", f"_{literal(waiver.words)}_")
    if one.evidence:
        yield ""
    for each in one.evidence:
        at = format_rfc3339(each.observed_at)
        value = verbatim(each.value) if each.value.strip() else "(empty)"
        yield f"- {literal(each.cluster)}: {literal(place(each))} = {value}, {at}"
    if one.attested:
        yield ""
    yield from (f"- probe {literal(result_words(sheet, each))}" for each in one.attested)


def _unknown(sheet: Sheet) -> Iterator[str]:
    found = [[rule, literal(name), literal(words)] for rule, name, words in missing(sheet)]
    if found:
        yield from ("", "## Not known", "")
        yield from _table(("rule", "cluster", "what"), found)


def _probes(sheet: Sheet) -> Iterator[str]:
    found = [*probes(sheet)]
    if found:
        yield from ("", "## Probes", "", "To be run by hand; `--evidence FILE` takes the result.")
    for item, one in found:
        yield from ("", f"{one.rule} {literal(one.cluster)}: {item.proves}", "")
        yield verbatim(one.probe)
