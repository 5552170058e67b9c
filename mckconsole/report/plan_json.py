"""An upgrade plan as JSON, version `mckconsole.plan/v1`.

`plan-v1.schema.json` is the contract; within a version keys are only added.
"""

from __future__ import annotations

from typing import Any

from mckconsole import __version__
from mckconsole.analysis.versions.model import Action, Blocker, Held, Step, Support
from mckconsole.domain.kubeversion import Minor
from mckconsole.report.jsonout import evidence_data, object_data, to_json, unknown_data
from mckconsole.report.plan_sheet import End, PlanSheet, apart, ends, waive_words

PLAN_ID = "mckconsole.plan/v1"
PLAN_SCHEMA_FILE = "plan-v1.schema.json"


def render(sheet: PlanSheet) -> str:
    """The plan as indented JSON with a final newline."""
    plan = sheet.plan
    return to_json(
        {
            "schema": PLAN_ID,
            "generatedAt": sheet.at,
            "tool": {"name": "mckconsole", "version": __version__},
            "scope": sheet.scope,
            "demo": sheet.demo,
            "target": _minor(plan.target),
            "tables": [_data_table(sheet, name) for name in sheet.data.origin],
            "clusters": [_cluster(sheet, one) for one in ends(sheet)],
            "steps": [_step(one) for _, steps in sheet.turns() for one in steps],
            "held": [_held(sheet, one) for one in plan.held],
            "waivers": [
                {"waiver": name, "frees": list(steps)} for name, steps in plan.freed.items()
            ],
            "apart": list(apart(sheet)),
            "unknowns": [unknown_data(one) for one in plan.unknowns],
        }
    )


def _minor(found: Minor | None) -> str | None:
    return None if found is None else str(found)


def _data_table(sheet: PlanSheet, name: str) -> dict[str, str | None]:
    day = sheet.data.as_of.get(name)
    return {
        "name": name,
        "asOf": None if day is None else day.isoformat(),
        "origin": sheet.data.origin[name],
    }


def _cluster(sheet: PlanSheet, one: End) -> dict[str, Any]:
    found = sheet.fleet.clusters[one.cluster]
    versions = sheet.versions.of(one.cluster)
    return {
        "name": one.cluster,
        "state": found.state.value,
        "reason": found.reason,
        "provider": one.provider or None,
        "region": (versions.region if versions else "") or None,
        "least": _minor(versions.least if versions else None),
        "most": _minor(versions.most if versions else None),
        "kubelets": [
            {"minor": str(minor), "nodes": count}
            for minor, count in (versions.kubelets if versions else ())
        ],
        "groups": list(versions.groups if versions else ()),
        "roles": list(versions.roles if versions else ()),
        "end": _minor(one.end),
        "held": one.held,
        "supportAtEnd": _support(one.support),
    }


def _support(one: Support) -> dict[str, Any]:
    return {
        "state": one.state.value,
        "calendar": one.provider,
        "standardEnd": one.standard_end.isoformat() if one.standard_end else None,
        "extendedEnd": one.extended_end.isoformat() if one.extended_end else None,
        "days": one.days,
        "reason": one.reason,
    }


def _step(one: Step) -> dict[str, Any]:
    return {
        "turn": one.number,
        "cluster": one.cluster,
        "from": str(one.start),
        "to": str(one.to),
        "why": one.why,
        "preconditions": list(one.preconditions),
        "actions": [_action(each) for each in one.actions],
        "mends": [_blocker(one.cluster, each) for each in one.blockers],
        "waived": [_blocker(one.cluster, each) for each in one.waived],
    }


def _action(one: Action) -> dict[str, str]:
    return {
        "phase": one.phase.value,
        "words": one.words,
        "command": one.command,
        "check": one.check,
        "back": one.back,
    }


def _held(sheet: PlanSheet, one: Held) -> dict[str, Any]:
    return {
        "cluster": one.cluster,
        "at": _minor(one.at),
        "wanted": _minor(one.wanted),
        "reason": one.reason,
        "blockers": [_blocker(one.cluster, each) for each in one.blockers],
        "ifWaived": list(sheet.if_waived.get(one.cluster, ())),
    }


def _blocker(cluster: str, one: Blocker) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "gravity": one.gravity.value,
        "phase": one.phase.value,
        "title": one.title,
        "detail": one.detail,
        "remediation": one.remediation,
        "object": object_data(one.object),
        "subject": one.subject,
        "target": _minor(one.target),
        "peers": list(one.peers),
        "waive": waive_words(cluster, one),
        "evidence": [evidence_data(each) for each in one.evidence],
    }
