"""SARIF: by our own strict reading of the specification, and by the official schema if given."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings

from mckconsole.analysis.rules import RULES
from mckconsole.domain.findings import Unknown
from mckconsole.report.document import Document
from mckconsole.report.sarif import message, render
from tests.unit.report.audit_examples import ATTACKS, ENDS, HOSTILE, LEAK, WAIVER, audit, hostile
from tests.unit.report.examples import DOWN, document
from tests.unit.report.sarif_shape import LOG

SHAPE = jsonschema.Draft202012Validator(LOG)
OFFICIAL = os.environ.get("SARIF_SCHEMA", "")
"""Path of sarif-schema-2.1.0.json, which is not distributed with this repository."""


def run_of(document: Document) -> dict[str, Any]:
    """The run of a document that fits the shape."""
    log = json.loads(render(document))
    SHAPE.validate(log)
    run: dict[str, Any] = log["runs"][0]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
    return run


def test_the_shape_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(LOG)


def test_results() -> None:
    run = run_of(audit())
    down, leak, slow, ends = run["results"]
    assert [one["level"] for one in run["results"]] == ["error", "error", "warning", "note"]
    assert leak["partialFingerprints"] == {"mckconsole/finding/v1": LEAK.id}
    (place,) = leak["locations"]
    assert place["logicalLocations"] == [
        {
            "name": "exporter-env",
            "fullyQualifiedName": "west/billing/Secret/exporter-env",
            "kind": "resource",
        }
    ]
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "west/billing/Secret/exporter-env"
    assert place["physicalLocation"]["region"] == {"startLine": 1}
    (copy,) = leak["relatedLocations"]
    assert copy["message"]["text"] == "data['env'] › dotenv ID = 20 characters"
    assert copy["physicalLocation"]["artifactLocation"]["uri"].startswith("%E6%9D%B1-1/billing/")
    assert leak["message"]["text"].startswith(f"{LEAK.title}\n\n{LEAK.detail}\n\nWhat to do: 1. ")
    assert slow["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == "east"
    assert [one["suppressions"] for one in (down, leak, slow)] == [[], [], []]
    (waived,) = ends["suppressions"]
    assert (waived["justification"], waived["properties"]["owner"]) == (WAIVER.reason, WAIVER.owner)
    assert waived["properties"]["expires"] == "2026-12-31"
    assert ends["partialFingerprints"] == {"mckconsole/finding/v1": ENDS.id}


def test_rules_have_help() -> None:
    rules = {rule["id"]: rule for rule in run_of(audit())["tool"]["driver"]["rules"]}
    down = rules[DOWN.rule]
    assert down["fullDescription"]["text"] == RULES[DOWN.rule].explanation
    assert "What to do: " in down["help"]["text"]
    assert RULES[DOWN.rule].source in down["help"]["text"]
    assert down["defaultConfiguration"] == {"level": "error"}


def test_what_is_unknown_is_told() -> None:
    unknowns = (
        Unknown("mesh", "west", "MESH-STALE", "gateways: forbidden"),
        Unknown("fleet", "", "*", "context x has no server"),
    )
    (told,) = run_of(replace(audit(), unknowns=unknowns))["invocations"]
    assert told["executionSuccessful"] is True
    assert told["endTimeUtc"] == "2026-08-01T09:00:00Z"
    first, second = told["toolExecutionNotifications"]
    assert first["message"]["text"] == "west: MESH-STALE: gateways: forbidden"
    assert first["associatedRule"]["id"] == "MESH-STALE"
    assert first["locations"][0]["logicalLocations"][0]["name"] == "west"
    assert second["message"]["text"].startswith("inventory: the whole fleet pane: ")
    (note,) = told["toolConfigurationNotifications"]
    assert note["message"]["text"].startswith("waivers.yaml:20")


def test_a_fleet_that_nobody_could_read_is_no_success() -> None:
    whole = document(findings=(), unknowns=())
    dead = replace(whole, clusters=whole.clusters[:1])
    assert run_of(whole)["invocations"][0]["executionSuccessful"] is True
    assert run_of(dead)["invocations"][0]["executionSuccessful"] is False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("data['a'][0]", "data['a'][0]"),
        ("[x](http://e)", "[x\\](http://e)"),
        ("[x\\](1)", "[x\\\\\\](1)"),
        ("{0} a{b}", "{{0}} a{{b}}"),
    ],
)
def test_messages_have_no_links_and_no_placeholders(text: str, shown: str) -> None:
    assert message(text) == {"text": shown}


@settings(max_examples=60)
@given(HOSTILE)
def test_no_text_breaks_it(text: str) -> None:
    run = run_of(hostile(text))
    assert len(run["results"]) == 2


@pytest.mark.skipif(not OFFICIAL, reason="SARIF_SCHEMA does not name the official schema")
@pytest.mark.parametrize("text", ["", *ATTACKS])
def test_the_official_schema(text: str) -> None:
    schema = json.loads(Path(OFFICIAL).read_text("utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    log = json.loads(render(hostile(text) if text else audit()))
    kind(schema, format_checker=kind.FORMAT_CHECKER).validate(log)
