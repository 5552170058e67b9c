"""The go-live checklist as JSON, version `mckconsole.checklist/v1`.

`checklist-v1.schema.json` is the contract; within a version keys are only added.
"""

from __future__ import annotations

from typing import Any

from mckconsole import __version__
from mckconsole.analysis.checklist.model import Answer, Attested, Item
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.checklist_sheet import Sheet
from mckconsole.report.jsonout import (
    evidence_data,
    finding_data,
    to_json,
    unknown_data,
    waiver_data,
)

CHECKLIST_ID = "mckconsole.checklist/v1"
CHECKLIST_SCHEMA_FILE = "checklist-v1.schema.json"


def render(sheet: Sheet) -> str:
    """The checklist as indented JSON with a final newline."""
    report = sheet.report
    return to_json(
        {
            "schema": CHECKLIST_ID,
            "generatedAt": sheet.at,
            "tool": {"name": "mckconsole", "version": __version__},
            "scope": sheet.scope,
            "demo": sheet.demo,
            "clusters": [
                {
                    "name": one.name,
                    "state": one.state.value,
                    "reason": one.reason,
                    "worst": report.worst(one.name).value,
                }
                for one in sheet.fleet.clusters.values()
            ],
            "items": [_item(one) for one in report.items],
            "answers": [_answer(sheet, one) for one in report.answers],
            "findings": [finding_data(one, sheet.waived) for one in report.findings],
            "unknowns": [unknown_data(one) for one in report.unknowns],
        }
    )


def _item(one: Item) -> dict[str, str]:
    return {
        "rule": one.rule,
        "title": one.title,
        "question": one.question,
        "proves": one.proves,
        "probe": one.probe,
        "source": one.source,
    }


def _answer(sheet: Sheet, one: Answer) -> dict[str, Any]:
    waiver = sheet.waiver(one)
    return {
        "rule": one.rule,
        "cluster": one.cluster,
        "mark": one.mark.value,
        "reason": one.reason,
        "asOf": _instant(one.as_of),
        "evidence": [evidence_data(each) for each in one.evidence],
        "attested": [_attested(each) for each in one.attested],
        "missing": list(one.missing),
        "probe": one.probe,
        "whenProbed": one.lifted.value if one.lifted else None,
        "fix": one.fix,
        "waiver": waiver_data(waiver) if waiver else None,
    }


def _attested(one: Attested) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "cluster": one.cluster,
        "passed": one.passed,
        "detail": one.words,
        "file": one.file,
        "at": _instant(one.at),
    }


def _instant(at: float | None) -> str | None:
    return None if at is None else format_rfc3339(at)
