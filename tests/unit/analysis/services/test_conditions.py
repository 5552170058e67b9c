"""Conditions of every generation in the MCS API's words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.services.conditions import (
    STANDARD_REASONS,
    read_conditions,
    standard_reasons,
)
from mckconsole.domain.objects import Condition


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("", ()),
        ("Valid", ("Valid",)),
        ("ServiceUnavailable", ("NoService",)),
        ("UnsupportedServiceType", ("InvalidServiceType",)),
        ("ServiceRetrievalFailed", ("Failed",)),
        ("ServiceGlobalIPUnavailable", ("Pending",)),
        ("AwaitingExport", ("Pending",)),
        ("ExportFailed", ("Failed",)),
        ("NoServiceImport", ("Pending",)),
        ("ConflictingType", ("TypeConflict",)),
        ("ConflictingPorts", ("PortConflict",)),
        ("ConflictingSessionAffinityConfig", ("SessionAffinityConfigConflict",)),
        (
            "ConflictingPorts,ConflictingSessionAffinity",
            ("PortConflict", "SessionAffinityConflict"),
        ),
        (" PortConflict , ,PortConflict", ("PortConflict",)),
        ("ConflictingPorts,PortConflict", ("PortConflict",)),
        ("NamespaceNotGlobal", ("NamespaceNotGlobal",)),
        ("NobodyKnowsThis,Valid", ("NobodyKnowsThis", "Valid")),
    ],
)
def test_reasons(written: str, meant: tuple[str, ...]) -> None:
    assert standard_reasons(written) == meant


def test_a_condition_is_kept_with_its_place_and_what_was_written() -> None:
    written = Condition(
        "Conflict", "True", "ConflictingPorts", "ports differ", 3, "2026-08-01T09:00:01Z"
    )
    first, second = read_conditions([Condition("Valid", "True"), written])
    assert (first.reasons, first.raw, first.since, first.path) == (
        (),
        "",
        None,
        "status.conditions[0]",
    )
    assert second.reasons == ("PortConflict",)
    assert second.raw == "ConflictingPorts"
    assert second.message == "ports differ"
    assert second.since == 1_785_574_801.0
    assert second.observed_generation == 3
    assert second.path == "status.conditions[1]"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Synced", "Ready"),
        ("Ready", "Ready"),
        ("ServiceApplied", "ServiceApplied"),
        ("EndpointSliceDispatched", "EndpointSliceDispatched"),
        ("", ""),
    ],
)
def test_types(written: str, meant: str) -> None:
    assert [one.type for one in read_conditions([Condition(written)])] == [meant]


@given(st.text(), st.text())
def test_anything_may_be_written(reason: str, stamp: str) -> None:
    (found,) = read_conditions([Condition("Ready", "True", reason, last_transition_time=stamp)])
    assert found.raw == reason
    assert all(one and one == one.strip() and "," not in one for one in found.reasons)
    assert bool(found.reasons) == bool(reason.replace(",", " ").strip())


def test_the_names_are_documented() -> None:
    text = (Path(__file__).parents[4] / "docs" / "services.md").read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{written}` | `{meant}` |" for written, meant in STANDARD_REASONS.items()]
