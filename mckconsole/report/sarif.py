"""Findings as SARIF 2.1.0, for the programs that gather findings of many tools.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0 with errata 01.
Kubernetes objects are logical locations, `cluster/namespace/Kind/name`; the same stands as the
artifact's URI, and its first line as the region, because some programs take no result without
them. What could not be judged is a notification of the run, and a waiver is a suppression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mckconsole import __version__
from mckconsole.analysis.rules import RULES
from mckconsole.domain.findings import Finding, Rule, Severity, Unknown
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.report.document import Document
from mckconsole.report.jsonout import to_json
from mckconsole.report.places import Seen, places

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
FINGERPRINT = "mckconsole/finding/v1"
"""The finding's id: rule, clusters, object and subject, so it is the same in every run."""
_NOT_JUDGED, _WAIVER_NOTE = "NOT-JUDGED", "WAIVER-NOTE"
_LEVELS: Mapping[Severity, str] = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
_SCORES: Mapping[Severity, str] = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
    Severity.INFO: "0.0",
}
"""`security-severity`, by which GitHub orders and filters."""
_LINK = re.compile(r"(\\*)\]\(")


def render(document: Document, *, scope: str = "", demo: bool = False) -> str:
    """The document as one run, as indented JSON with a final newline.

    Args:
        scope: which clusters and panes were asked for, in words.
        demo: the clusters are simulated.
    """
    rules = _rules(document)
    order = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {
                "name": "mckconsole",
                "version": __version__,
                "rules": rules,
                "notifications": [
                    _described(_NOT_JUDGED, "Something could not be judged; it is not OK"),
                    _described(_WAIVER_NOTE, "A waiver waives nothing, or not what it could"),
                ],
            }
        },
        "invocations": [_invocation(document, order)],
        "columnKind": "unicodeCodePoints",
        "properties": {"scope": scope, "demo": demo},
        "results": [_result(one, document.waived, order) for one in document.findings],
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def message(text: str) -> dict[str, str]:
    """A plain text message in which nothing is a placeholder (3.11.5) or a link (3.11.6)."""
    text = text.replace("{", "{{").replace("}", "}}")
    return {"text": _LINK.sub(lambda found: f"{found[1] * 2}\\](", text)}


def _described(name: str, text: str) -> dict[str, Any]:
    return {"id": name, "shortDescription": message(text)}


def _rules(document: Document) -> list[dict[str, Any]]:
    """The rules that findings and unknowns name, sorted."""
    named = {one.rule for one in document.findings}
    named |= {one.rule for one in document.unknowns if one.rule in RULES}
    return [_rule(RULES[name]) if name in RULES else {"id": name} for name in sorted(named)]


def _rule(rule: Rule) -> dict[str, Any]:
    parts = (rule.explanation, f"What to do: {rule.remediation}", f"Source: {rule.source}")
    return {
        "id": rule.id,
        "shortDescription": message(rule.title),
        "fullDescription": message(rule.explanation),
        "help": message("\n\n".join(parts)),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": ["security", rule.pane],
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(
    finding: Finding, waived: Mapping[str, Waiver], order: Mapping[str, int]
) -> dict[str, Any]:
    own, *others = places(finding)
    words = [finding.title, finding.detail if finding.detail != finding.title else ""]
    words.append(f"What to do: {finding.remediation}" if finding.remediation else "")
    waiver = waived.get(finding.id)
    return {
        "ruleId": finding.rule,
        "ruleIndex": order[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": message("\n\n".join(part for part in words if part)),
        "locations": [_location(own)],
        "relatedLocations": [_location(seen) for seen in others],
        "partialFingerprints": {FINGERPRINT: finding.id},
        "suppressions": [_suppression(waiver)] if waiver else [],
        "properties": {
            "severity": finding.severity.value,
            "pane": finding.pane,
            "clusters": sorted({finding.cluster, *finding.peers}),
        },
    }


def _location(seen: Seen) -> dict[str, Any]:
    located: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": "/".join(map(_segment, seen.parts))},
            "region": {"startLine": 1},
        },
        "logicalLocations": [_logical(seen)],
    }
    if seen.facts:
        located["message"] = message(seen.facts)
    return located


def _segment(part: str) -> str:
    """A part of a path that leads nowhere else."""
    return quote(part, safe="") if part.strip(".") else "_"


def _logical(seen: Seen) -> dict[str, str]:
    name, whole = seen.parts[-1], "/".join(seen.parts)
    return {"name": name, "fullyQualifiedName": whole, "kind": "resource"}


def _suppression(waiver: Waiver) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": waiver.reason,
        "properties": {
            "owner": waiver.owner,
            "expires": waiver.until,
            "reference": waiver.reference,
            "place": waiver.place,
        },
    }


def _invocation(document: Document, order: Mapping[str, int]) -> dict[str, Any]:
    """The run succeeded where any cluster could be read; what could not be is told with it."""
    return {
        "executionSuccessful": any(ClusterState(c.state).readable for c in document.clusters),
        "endTimeUtc": format_rfc3339(document.generated_at),
        "toolExecutionNotifications": [_unknown(one, order) for one in document.unknowns],
        "toolConfigurationNotifications": _notes(document.notes),
    }


def _unknown(one: Unknown, order: Mapping[str, int]) -> dict[str, Any]:
    about = f"the whole {one.pane} pane" if one.rule == "*" else one.rule
    told: dict[str, Any] = {
        "descriptor": {"id": _NOT_JUDGED},
        "level": "warning",
        "message": message(f"{one.cluster or 'inventory'}: {about}: {one.reason}"),
    }
    if one.rule in order:
        told["associatedRule"] = {"id": one.rule, "index": order[one.rule]}
    if one.cluster:
        place = {"name": one.cluster, "fullyQualifiedName": one.cluster, "kind": "resource"}
        told["locations"] = [{"logicalLocations": [place]}]
    return told


def _notes(notes: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"descriptor": {"id": _WAIVER_NOTE}, "level": "warning", "message": message(note)}
        for note in notes
    ]
