"""Coverage in the HTML report: per section and cluster in numbers, then question by question."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from mckconsole.report.coverage import Answer, Asked
from mckconsole.report.coverage_sums import Tally, missing, sections, tallies
from mckconsole.report.document import Document
from mckconsole.report.markup import Content, Html, el, joined, table, when

_TONES = {
    Answer.ANSWERED: "ok",
    Answer.ABSENT: "ok",
    Answer.PARTIAL: "medium",
    Answer.STALE: "medium",
    Answer.FORBIDDEN: "unknown",
    Answer.UNREACHABLE: "critical",
    Answer.UNSUPPORTED: "unknown",
    Answer.NOT_ASKED: "unknown",
}
_DEPTHS = {
    "fields": "the fields that rules read",
    "metadata": "metadata only",
    "values": "values too; none is kept",
    "series": "time series",
}


def coverage(document: Document) -> Html | None:
    """What was asked and what came of it, by section; None where nothing was asked."""
    if not document.coverage:
        return None
    words = (
        "That nothing was found says something only where the answer is answered, or absent: the"
        " cluster serves no such kind. Partial, stale, forbidden, unreachable, unsupported and not"
        " looked at are not OK; they are not known."
    )
    return joined(el("p", words), *_sections(document))


def _sections(document: Document) -> Iterator[Html]:
    for pane in sections(document.coverage):
        found = tallies(document.coverage, pane)
        used = [a for a in Answer if any(tally.counts[a] for tally in found)]
        heads = ("cluster", "asked", *(answer.value for answer in used), "from", "to")
        rows = [_row(tally, used) for tally in found]
        yield el("h3", pane.capitalize())
        yield table(f"Questions of the section {pane}, by answer.", heads, rows, "numbers")
        gaps = [_gap(*gap) for gap in missing(document.coverage, pane)]
        if gaps:
            yield table(
                "Not answered in full, and why.", ("answer", "why", "cluster and topics"), gaps
            )


def _row(tally: Tally, used: list[Answer]) -> tuple[Content, ...]:
    return (
        tally.cluster,
        str(tally.asked),
        *(_number(tally.counts[answer], answer) for answer in used),
        when(tally.oldest),
        when(tally.newest),
    )


def _number(number: int, answer: Answer) -> Html:
    tone = "zero" if not number else "" if answer.whole else f"tone {_TONES[answer]}"
    return el("span", str(number), cls=tone)


def _gap(answer: Answer, reason: str, where: tuple[str, ...]) -> tuple[Content, ...]:
    lines = joined(*(el("div", one) for one in where))
    return _answer(answer), reason or "no reason was given", lines


def _answer(answer: Answer) -> Html:
    return el("span", answer.value, cls=f"word tone {_TONES[answer]}")


def appendix(document: Document) -> Html | None:
    """Every question to every cluster."""
    heads = ("topic", "asked for", "how deep", "answer", "objects", "when", "why")
    parts = [
        joined(
            el("h3", cluster),
            table(f"Asked of {cluster}.", heads, [_question(one) for one in asked]),
        )
        for cluster, asked in groupby(document.coverage, key=lambda one: one.cluster)
    ]
    return joined(*parts) if parts else None


def _question(one: Asked) -> tuple[Content, ...]:
    held = "" if one.objects is None else str(one.objects)
    partly = f"{held}, {one.in_part} in part" if one.in_part else held
    return (
        one.topic,
        el("span", one.resource, cls="path"),
        _DEPTHS[one.depth],
        _answer(one.answer),
        partly,
        when(one.as_of),
        one.reason,
    )
