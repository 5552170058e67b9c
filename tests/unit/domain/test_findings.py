"""Identity and order of findings."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace as changed

from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity

GATEWAY = ObjectRef("submariner.io/v1", "Gateway", "submariner-operator", "gw-1")
FINDING = Finding(
    rule="MESH-DOWN",
    pane="mesh",
    severity=Severity.CRITICAL,
    cluster="east",
    object=GATEWAY,
    title="Tunnel to west is down",
    detail="d",
    evidence=(),
    remediation="r",
    peers=("west",),
    subject="submariner-cable-west-10-0-0-1",
)


def test_the_id_is_the_same_in_every_run() -> None:
    """Pinned: consumers of the JSON report track findings by it."""
    assert FINDING.id == "917858051183900b"


@pytest.mark.parametrize(
    "change",
    [
        {"severity": Severity.LOW},
        {"title": "other words"},
        {"detail": "since 14 m"},
        {"remediation": "other"},
        {"evidence": (Evidence("derived", "east", None, "p", "v", 1.0),)},
    ],
)
def test_the_id_does_not_depend_on_what_changes_between_runs(change: dict[str, object]) -> None:
    assert dataclasses.replace(FINDING, **change).id == FINDING.id  # type: ignore[arg-type]  # checked by id


@pytest.mark.parametrize(
    "change",
    [
        {"rule": "MESH-SLOW"},
        {"cluster": "west"},
        {"peers": ()},
        {"peers": ("north", "west")},
        {"object": None},
        {"object": changed(GATEWAY, name="gw-2")},
        {"object": changed(GATEWAY, namespace="")},
        {"object": changed(GATEWAY, kind="RouteAgent")},
        {"subject": "submariner-cable-west-10-0-0-2"},
        {"subject": ""},
    ],
)
def test_the_id_tells_findings_apart(change: dict[str, object]) -> None:
    assert dataclasses.replace(FINDING, **change).id != FINDING.id  # type: ignore[arg-type]  # checked by id


def test_an_upgraded_api_version_is_the_same_finding() -> None:
    newer = changed(GATEWAY, api_version="submariner.io/v2")
    assert dataclasses.replace(FINDING, object=newer).id == FINDING.id


def test_severities_sort_worst_first() -> None:
    assert sorted(Severity, key=lambda one: one.rank) == list(Severity)
    assert Severity.CRITICAL.at_least(Severity.HIGH)
    assert Severity.HIGH.at_least(Severity.HIGH)
    assert not Severity.MEDIUM.at_least(Severity.HIGH)


def test_objects_are_named_with_their_place() -> None:
    assert str(GATEWAY) == "Gateway submariner-operator/gw-1"
    assert str(ObjectRef("v1", "Node", "", "n1")) == "Node n1"
