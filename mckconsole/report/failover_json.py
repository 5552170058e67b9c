"""Simulations of losses as JSON, version `mckconsole.failover/v1`.

`failover-v1.schema.json` is the contract; within a version keys are only added.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mckconsole import __version__
from mckconsole.analysis.failover.model import (
    FailoverReport,
    Headroom,
    HostLoss,
    HubLoss,
    LocalLoss,
    ServiceImpact,
)
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.jsonout import evidence_data, to_json, unknown_data

FAILOVER_ID = "mckconsole.failover/v1"
FAILOVER_SCHEMA_FILE = "failover-v1.schema.json"


def render(snapshot: FleetSnapshot, reports: Sequence[FailoverReport], target: float) -> str:
    """The simulations, in the order given, as indented JSON; `target` is the share of endpoints
    under which a service is degraded."""
    return to_json(
        {
            "schema": FAILOVER_ID,
            "generatedAt": format_rfc3339(snapshot.taken_at),
            "tool": {"name": "mckconsole", "version": __version__},
            "target": target,
            "clusters": [
                {"name": one.name, "state": one.state.value, "reason": one.reason}
                for one in snapshot.clusters.values()
            ],
            "simulations": [_simulation(one) for one in reports],
        }
    )


def _simulation(report: FailoverReport) -> dict[str, Any]:
    return {
        "lost": list(report.lost),
        "impact": report.impact.value,
        "services": [_service(one) for one in report.services],
        "unaffected": report.unaffected,
        "hosts": [_host(one) for one in report.hosts],
        "hubs": [_hub(one) for one in report.hubs],
        "local": [_local(one) for one in report.local],
        "system": report.system,
        "headroom": [_headroom(one) for one in report.headroom],
        "unknowns": [unknown_data(one) for one in report.unknowns],
    }


def _service(one: ServiceImpact) -> dict[str, Any]:
    return {
        "namespace": one.key.namespace,
        "name": one.key.name,
        "impact": one.impact.value,
        "lost": one.lost,
        "left": one.left,
        "lostIn": list(one.lost_in),
        "leftIn": list(one.left_in),
        "consumers": list(one.consumers),
        "reason": one.reason,
        "absorb": one.absorb.value,
        "absorbReason": one.absorb_reason,
        "evidence": [evidence_data(found) for found in one.evidence],
    }


def _host(one: HostLoss) -> dict[str, Any]:
    return {
        "host": one.host,
        "impact": one.impact.value,
        "lostIn": list(one.lost_in),
        "leftIn": list(one.left_in),
        "unread": list(one.unread),
        "hint": one.hint,
        "evidence": [evidence_data(found) for found in one.evidence],
    }


def _hub(one: HubLoss) -> dict[str, Any]:
    return {
        "cluster": one.cluster,
        "role": one.role,
        "effect": one.effect,
        "members": list(one.members),
        "evidence": [evidence_data(found) for found in one.evidence],
    }


def _local(one: LocalLoss) -> dict[str, Any]:
    return {
        "cluster": one.cluster,
        "kind": one.kind,
        "namespace": one.namespace,
        "name": one.name,
        "ready": one.ready,
        "elsewhere": list(one.elsewhere),
        "stateful": one.stateful,
    }


def _headroom(one: Headroom) -> dict[str, Any]:
    return {
        "cluster": one.cluster,
        "cpuFree": one.cpu_free,
        "memoryFree": one.memory_free,
        "podsFree": one.pods_free,
        "cpuWanted": one.cpu_wanted,
        "memoryWanted": one.memory_wanted,
        "podsWanted": one.pods_wanted,
        "reason": one.reason,
    }
