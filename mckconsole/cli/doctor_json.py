"""A diagnosis as JSON, version `mckconsole.doctor/v1`; `doctor-v1.schema.json` is its contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mckconsole import __version__
from mckconsole.cli.advice import advise
from mckconsole.cli.diagnosis import Diagnosis
from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.prometheus import ProbeResult
from mckconsole.store.checkup import Checkup

DOCTOR_ID = "mckconsole.doctor/v1"
DOCTOR_SCHEMA_FILE = "doctor-v1.schema.json"
"""Shipped beside the report's schema, in `mckconsole.report`."""


def as_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as plain data, ready for `json`."""
    config_file = diagnosis.config_file
    return {
        "schema": DOCTOR_ID,
        "generatedAt": format_rfc3339(diagnosis.at),
        "tool": {"name": "mckconsole", "version": __version__},
        "kubeconfigs": [str(path) for path in diagnosis.kubeconfigs],
        "configuration": str(config_file) if config_file else None,
        "notes": list(diagnosis.problems),
        "clusters": [
            _cluster_data(found, diagnosis.probes.get(found.endpoint.name, ()))
            for found in diagnosis.checkups
        ],
    }


def _cluster_data(found: Checkup, probes: Sequence[ProbeResult]) -> dict[str, Any]:
    endpoint = found.endpoint
    return {
        "name": endpoint.name,
        "context": endpoint.context,
        "server": endpoint.base_url,
        "state": found.state.value,
        "problem": found.problem or None,
        "version": found.version or None,
        "credential": found.credential,
        "expiresAt": None if found.expires_at is None else format_rfc3339(found.expires_at),
        "impersonates": endpoint.impersonate.user if endpoint.impersonate else None,
        "username": found.username or None,
        "groups": list(found.groups),
        "latencySeconds": _rounded(found.latency),
        "clockOffsetSeconds": _rounded(found.clock_offset),
        "topics": {
            one.topic: {"answer": one.answer.value, "reason": one.reason} for one in found.topics
        },
        "metrics": [
            {
                "endpoint": probe.endpoint,
                "ok": probe.ok,
                "version": probe.version or None,
                "latencySeconds": _rounded(probe.latency) if probe.ok else None,
                "reason": probe.reason or None,
                "warnings": list(probe.warnings),
            }
            for probe in probes
        ],
        "warnings": list(endpoint.warnings),
        "advice": list(advise(found, probes)),
    }


def _rounded(seconds: float | None) -> float | None:
    """To microseconds: the digits behind them mean nothing."""
    return None if seconds is None else round(seconds, 6)
