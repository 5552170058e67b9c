"""The one table that every benchmark writes its rows into."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One comparison."""

    what: str
    ours: str
    beside: str
    """What it is measured against, with its figure."""
    ratio: str
    budget: str
    met: bool | None
    """None where there is no budget."""


def render(lines: list[Line]) -> str:
    """Aligned text, one line per comparison."""
    titles = ("what", "ours", "beside", "ratio", "budget", "")
    verdicts = {True: "met", False: "MISSED", None: ""}
    rows = [titles] + [
        (x.what, x.ours, x.beside, x.ratio, x.budget, verdicts[x.met]) for x in lines
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(titles))]
    text = [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([text[0], "-" * (sum(widths) + 10), *text[1:]])
