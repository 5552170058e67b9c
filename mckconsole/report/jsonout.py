"""A report as JSON, version `mckconsole.report/v1`; `report-v1.schema.json` is its contract.

Within a version keys are only added. The text is UTF-8; characters that could steer a terminal are
written as JSON escapes, which keeps the value and harms nobody who prints it.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any

from mckconsole import __version__
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Unknown
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.report.coverage import Asked
from mckconsole.report.document import ClusterEntry, Document, PaneTable
from mckconsole.views.spec import Value

SCHEMA_ID = "mckconsole.report/v1"
SCHEMA_FILE = "report-v1.schema.json"

_STEERING = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def render(document: Document, *, scope: str = "", demo: bool = False) -> str:
    """The document as indented JSON with a final newline; arguments as of `as_data`."""
    return to_json(as_data(document, scope=scope, demo=demo))


def to_json(data: Any) -> str:
    """`data` as indented JSON that is safe to print.

    Raises:
        ValueError: there is a NaN or an infinity in it.
    """
    text = json.dumps(data, ensure_ascii=False, indent=2, allow_nan=False)
    return _STEERING.sub(lambda match: f"\\u{ord(match.group()):04x}", text) + "\n"


def schema(name: str = SCHEMA_FILE) -> dict[str, Any]:
    """The JSON Schema that every report fits, or that of another shipped document."""
    text = resources.files("mckconsole.report").joinpath(name).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def as_data(document: Document, *, scope: str = "", demo: bool = False) -> dict[str, Any]:
    """The document as plain data, ready for `json`.

    Args:
        scope: which clusters and panes were asked for, in words.
        demo: the clusters are simulated.
    """
    return {
        "schema": SCHEMA_ID,
        "generatedAt": format_rfc3339(document.generated_at),
        "tool": {"name": "mckconsole", "version": __version__},
        "scope": scope,
        "demo": demo,
        "clusters": [_cluster(entry) for entry in document.clusters],
        "findings": [finding_data(finding, document.waived) for finding in document.findings],
        "unknowns": [unknown_data(unknown) for unknown in document.unknowns],
        "notes": list(document.notes),
        "coverage": [_asked(one) for one in document.coverage],
        "panes": {pane.name: _pane(pane) for pane in document.panes},
    }


def _cluster(entry: ClusterEntry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "context": entry.context,
        "server": entry.server,
        "state": entry.state,
        "reason": entry.reason,
        "version": entry.version or None,
        "provider": entry.provider or None,
        "asOf": _instant(entry.as_of),
        "warnings": list(entry.warnings),
        "secretsMode": entry.mode or None,
        "secretsInPart": entry.in_part,
    }


def _instant(at: float | None) -> str | None:
    return None if at is None else format_rfc3339(at)


def finding_data(finding: Finding, waived: Mapping[str, Waiver]) -> dict[str, Any]:
    """One finding, and who answers for it."""
    waiver = waived.get(finding.id)
    return {
        "id": finding.id,
        "rule": finding.rule,
        "pane": finding.pane,
        "severity": finding.severity.value,
        "cluster": finding.cluster,
        "peers": list(finding.peers),
        "object": object_data(finding.object),
        "title": finding.title,
        "detail": finding.detail,
        "evidence": [evidence_data(one) for one in finding.evidence],
        "remediation": finding.remediation,
        "waiver": waiver_data(waiver) if waiver else None,
    }


def waiver_data(waiver: Waiver) -> dict[str, str]:
    """One waiver."""
    return {
        "rule": waiver.rule,
        "owner": waiver.owner,
        "expires": waiver.until,
        "reason": waiver.reason,
        "reference": waiver.reference,
        "place": waiver.place,
    }


def _asked(one: Asked) -> dict[str, Any]:
    return {
        "cluster": one.cluster,
        "topic": one.topic,
        "panes": list(one.panes),
        "source": one.source,
        "resource": one.resource,
        "depth": one.depth,
        "answer": one.answer.value,
        "reason": one.reason,
        "objects": one.objects,
        "inPart": one.in_part,
        "asOf": _instant(one.as_of),
    }


def evidence_data(evidence: Evidence) -> dict[str, Any]:
    """One observation."""
    return {
        "source": evidence.source,
        "cluster": evidence.cluster,
        "object": object_data(evidence.object),
        "path": evidence.path,
        "value": evidence.value,
        "observedAt": format_rfc3339(evidence.observed_at),
    }


def object_data(ref: ObjectRef | None) -> dict[str, str] | None:
    """What something is about; None for nothing in particular."""
    if ref is None:
        return None
    return {
        "apiVersion": ref.api_version,
        "kind": ref.kind,
        "namespace": ref.namespace,
        "name": ref.name,
    }


def unknown_data(unknown: Unknown) -> dict[str, str]:
    """One question that could not be answered."""
    return {
        "rule": unknown.rule,
        "pane": unknown.pane,
        "cluster": unknown.cluster,
        "reason": unknown.reason,
    }


def _pane(pane: PaneTable) -> dict[str, Any]:
    columns = [column.id for column in pane.columns if not column.passing]
    return {
        **({"by": pane.by} if pane.by else {}),
        "columns": columns,
        "rows": [
            {
                "id": row.id,
                "cells": {column: row.cells[column].text for column in columns},
                "values": {column: json_value(row.cells[column].value) for column in columns},
                "findings": list(row.finding_ids),
            }
            for row in pane.rows
        ],
    }


def json_value(value: Value) -> Value:
    """`value`, with what JSON has no number for as null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
