"""What the matrix finds, in words: one finding for a certificate that does not pass."""

from __future__ import annotations

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.known import Known
from mckconsole.analysis.certificates.matrix import NARROW, Health, Judged
from mckconsole.analysis.certificates.model import Verdict
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.domain.findings import Finding, Severity

_SEVERITIES = {
    Verdict.CRITICAL: Severity.CRITICAL,
    Verdict.FAIL: Severity.HIGH,
    Verdict.WARN: Severity.MEDIUM,
    Verdict.UNKNOWN: Severity.MEDIUM,
}


def reason_of(known: Known, judged: Judged) -> str:
    """Why, on one line, with the date."""
    if known.dates is None:
        return known.unseen or judged.reason
    start, end = known.dates
    if judged.reason == "it has ended":
        return f"ended on {day(end)}"
    if judged.reason == "it has not begun":
        return f"not valid before {day(start)}"
    return f"ends on {day(end)}; {judged.reason}"


def matrix_finding(reading: Reading, known: Known, judged: Judged, now: float) -> Finding | None:
    """The finding of one certificate; None where there is nothing to be said."""
    rule = _rule(known, judged, now)
    if not rule:
        return None
    proof = (*known.evidence, *known.renewal.proof)
    if known.renewal.automated is False and not known.renewal.proof:
        proof = (*proof, reading.derived("what renews it", known.renewal.why or "nothing"))
    flaw = reading.flaw(
        rule,
        _SEVERITIES[judged.verdict],
        _title(known, rule, judged),
        _detail(known, judged),
        dict.fromkeys(proof),
        known.renewal.fix or known.fix or "renew it where it was made",
        about=known.about,
        subject=known.subject,
    )
    return flaw.finding


def _rule(known: Known, judged: Judged, now: float) -> str:
    verdict, dates = judged.verdict, known.dates
    if verdict is Verdict.PASS or known.fixed is not None:
        return ""
    if known.along and verdict is Verdict.WARN:
        return ""
    if dates is not None and not dates.start <= now < dates.end:
        return "CERT-EXPIRED"
    if verdict is Verdict.UNKNOWN:
        short = dates is not None and dates.end - now < NARROW
        return "CERT-EXPIRING" if short and judged.health is Health.UNKNOWN else ""
    if judged.health is Health.FAILING:
        return "CERT-ROTATION-FAILING"
    if verdict is Verdict.WARN or judged.by_rule:
        return "CERT-MANUAL" if judged.health is Health.NONE else "CERT-EXPIRING"
    return "CERT-EXPIRING" if judged.health is Health.NONE else "CERT-ROTATION-FAILING"


def _title(known: Known, rule: str, judged: Judged) -> str:
    what = f"{'CA bundle' if known.bundle else 'certificate'} of {known.name}"
    if known.dates is None:
        return f"{what} is not renewed: {judged.reason}"
    start, end = known.dates
    if rule == "CERT-EXPIRED":
        began = judged.reason == "it has not begun"
        return f"{what} is not valid before {day(start)}" if began else f"{what} has ended"
    if rule == "CERT-ROTATION-FAILING":
        return f"{what} ends on {day(end)} and its renewal fails"
    if rule == "CERT-MANUAL":
        return f"nothing renews the {what}"
    return f"{what} ends on {day(end)}"


def _detail(known: Known, judged: Judged) -> str:
    where = f"{known.object} {known.path}".strip() if known.object else known.path
    parts = [f"{known.place}: {where}, {known.name}: {reason_of(known, judged)}."]
    if known.dates is None and judged.reason:
        parts = [f"{known.place}: {where}, {known.name}: {judged.reason}."]
    if judged.verdict is Verdict.CRITICAL and judged.health is not Health.HEALTHY:
        why = known.renewal.failing or known.renewal.why
        if why and why not in parts[0]:
            parts.append(f"Renewal: {why}.")
    if known.renewal.evidence:
        parts.append(f"{known.renewal.evidence[:1].upper()}{known.renewal.evidence[1:]}.")
    if known.used_by:
        parts.append(f"Used by {', '.join(known.used_by[:10])}.")
    if known.doubt:
        parts.append(f"It may have changed since: {known.doubt}.")
    return " ".join(parts)
