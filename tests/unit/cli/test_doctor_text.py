"""What doctor says about clusters in every kind of trouble, and what it advises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest

from mckconsole.cli.advice import advise
from mckconsole.cli.diagnosis import Diagnosis
from mckconsole.cli.doctor import judge
from mckconsole.cli.doctor_json import DOCTOR_SCHEMA_FILE, as_data
from mckconsole.cli.doctor_text import as_lines
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.domain.access import Answer, TopicAccess
from mckconsole.domain.states import ClusterState
from mckconsole.report.jsonout import schema, to_json
from mckconsole.report.spans import paint
from mckconsole.sources.credentials import Anonymous
from mckconsole.sources.endpoint import ClusterEndpoint, Impersonation
from mckconsole.sources.prometheus import ProbeResult
from mckconsole.store.checkup import Checkup

NOW = 1_785_574_800.0
ANSWERS = ProbeResult("thanos", True, "Thanos 0.36", 0.012)
SILENT = ProbeResult("mimir", False, reason="mimir: refused the token (401)")


def checkup(**changes: object) -> Checkup:
    endpoint = ClusterEndpoint(
        "west",
        "west-ctx",
        "https://west",
        Anonymous(),
        impersonate=Impersonation("auditor"),
        warnings=("TLS verification is off",),
    )
    found = Checkup(
        endpoint,
        "exec aws eks get-token",
        state=ClusterState.READY,
        version="v1.36.1",
        latency=0.031,
        clock_offset=0.4,
        expires_at=NOW + 600,
        username="system:serviceaccount:audit:reader",
        groups=("system:authenticated",),
        topics=[TopicAccess("nodes", Answer.YES), TopicAccess("ciliumnodes", Answer.ABSENT)],
    )
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def diagnosis(found: Checkup, probes: Sequence[ProbeResult] = (ANSWERS,)) -> Diagnosis:
    return Diagnosis(NOW, None, (Path("/home/ada/.kube/config"),), (), [found], {"west": probes})


def text(found: Checkup, probes: Sequence[ProbeResult] = (ANSWERS,)) -> list[str]:
    lines = paint(as_lines(diagnosis(found, probes), None), colour=False)
    return [" ".join(line.split()) for line in lines.splitlines()]


def test_a_healthy_cluster() -> None:
    lines = text(checkup())
    for line in (
        "1 cluster ● 1 ready",
        "kubeconfig /home/ada/.kube/config",
        "configuration defaults, no file",
        "● west ready",
        "context west-ctx",
        "server https://west v1.36.1",
        "signs in with exec aws eks get-token; expires in 10 m; acting as auditor",
        "known as system:serviceaccount:audit:reader in system:authenticated",
        "answers in 31 ms; its clock agrees with this machine's",
        "may read nodes",
        "not served ciliumnodes",
        "metrics thanos: answers (Thanos 0.36, 12 ms)",
        "warning TLS verification is off",
    ):
        assert line in lines
    assert not any(line.startswith("do ") for line in lines)
    assert judge(diagnosis(checkup())) is ExitCode.DONE


DENIED = [TopicAccess("nodes", Answer.YES), TopicAccess("gateways", Answer.NO, "no RBAC")]
UNSURE = [TopicAccess("nodes", Answer.YES), TopicAccess("gateways", Answer.UNKNOWN, "webhook")]


@pytest.mark.parametrize(
    ("changes", "probes", "line", "step"),
    [
        (
            {"topics": DENIED, "state": ClusterState.DEGRADED},
            (ANSWERS,),
            "may not read gateways: no RBAC",
            "with --serviceaccount=audit:reader",
        ),
        (
            {"topics": UNSURE, "state": ClusterState.DEGRADED},
            (ANSWERS,),
            "unknown gateways: webhook",
            "administrator",
        ),
        (
            {"clock_offset": -30.0},
            (ANSWERS,),
            "answers in 31 ms; its clock is 30 s behind this machine's",
            "NTP",
        ),
        ({}, (SILENT,), "metrics mimir: mimir: refused the token (401)", "metrics endpoint mimir"),
        ({}, (), "may read nodes", "configure a Prometheus"),
        (
            {"state": ClusterState.LOGIN_REQUIRED, "problem": "aws: expired", "hint": "aws login"},
            (ANSWERS,),
            "problem aws: expired",
            "aws login",
        ),
        ({"username": "", "who_unknown": "too old"}, (ANSWERS,), "known as not told: too old", ""),
    ],
)
def test_trouble_is_told_with_what_to_do(
    changes: dict[str, object], probes: Sequence[ProbeResult], line: str, step: str
) -> None:
    found = checkup(**changes)
    assert line in text(found, probes)
    steps = list(advise(found, probes))
    assert any(step in one for one in steps) if step else not steps


def test_exit_status() -> None:
    assert judge(diagnosis(checkup(topics=DENIED))) is ExitCode.INCOMPLETE
    assert judge(diagnosis(checkup(), (SILENT,))) is ExitCode.INCOMPLETE
    assert judge(diagnosis(checkup(state=ClusterState.FORBIDDEN))) is ExitCode.NO_CLUSTER


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"topics": DENIED, "state": ClusterState.DEGRADED},
        {"state": ClusterState.UNREACHABLE, "problem": "timeout", "topics": [], "latency": None,
         "clock_offset": None, "expires_at": None, "username": "", "version": ""},
    ],
)  # fmt: skip
@pytest.mark.parametrize("probes", [(), (ANSWERS, SILENT)])
def test_data_fits_the_shipped_schema(
    changes: dict[str, object], probes: Sequence[ProbeResult]
) -> None:
    data = as_data(diagnosis(checkup(**changes), probes))
    jsonschema.validate(data, schema(DOCTOR_SCHEMA_FILE))
    del data["clusters"][0]["state"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema(DOCTOR_SCHEMA_FILE))


def test_data_says_the_same_and_nothing_that_steers() -> None:
    data = as_data(diagnosis(checkup(topics=DENIED)))
    (cluster,) = data["clusters"]
    assert cluster["topics"]["gateways"] == {"answer": "no", "reason": "no RBAC"}
    assert cluster["expiresAt"] == "2026-08-01T09:10:00Z"
    assert cluster["metrics"][0]["ok"] is True
    assert "\x1b" not in to_json(data)
