"""The certificates table of the HTML report, and what its rules are and where they come from."""

from __future__ import annotations

from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.rules import RULES
from mckconsole.report.document import Document
from mckconsole.report.markup import Content, Html, el, joined, table, when

_TONES = {
    Verdict.CRITICAL: "critical",
    Verdict.FAIL: "high",
    Verdict.WARN: "medium",
    Verdict.UNKNOWN: "unknown",
    Verdict.PASS: "ok",
}
_YEAR = 365.0
"""Days at which the bar of the days left is full."""
_SOON, _WELL = 30.0, 90.0


def certificates(document: Document) -> Html | None:
    """Every certificate with what is left of it; None where there are none."""
    if not document.certificates:
        return None
    heads = ("certificate", "verdict", "cluster", "where", "ends", "days left", "renewed by", "why")
    rows = [_row(one, document.generated_at) for one in document.certificates]
    return table("Worst first.", heads, rows)


def _row(one: CertificateEntry, now: float) -> tuple[Content, ...]:
    where = " · ".join(part for part in (one.place.value, str(one.object or ""), one.path) if part)
    renewed = one.automation or ("nothing" if one.automated is False else "not known")
    return (
        one.name,
        el("span", one.verdict.value, cls=f"word tone {_TONES[one.verdict]}"),
        one.cluster,
        el("span", where, cls="path"),
        "not known" if one.not_after is None else when(one.not_after),
        _left(one.days_left(now)),
        renewed,
        one.reason,
    )


def _left(days: float | None) -> Html:
    if days is None:
        return el("span", "not known", cls="tone unknown")
    words = f"{days:.0f}" if days >= 0 else f"ended {-days:.0f} days ago"
    shown = f"{min(max(days, 0.0), _YEAR):.0f}"
    bar = el("meter", min="0", max=f"{_YEAR:.0f}", low=f"{_SOON:.0f}", high=f"{_WELL:.0f}",
             optimum=f"{_YEAR:.0f}", value=shown, title=words)  # fmt: skip
    return joined(bar, f" {words}")


def rules(document: Document) -> Html | None:
    """Why the rules of these findings matter, and where each comes from."""
    named = sorted({one.rule for one in document.findings} & set(RULES))
    if not named:
        return None
    rows: list[tuple[Content, ...]] = [
        (rule.id, rule.title, rule.explanation, rule.source)
        for rule in (RULES[name] for name in named)
    ]
    return table("Rules that found something.", ("rule", "title", "why", "source"), rows)
