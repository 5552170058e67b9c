"""The JSON report and its schema."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.report.document import build
from mckconsole.report.jsonout import as_data, render, schema, to_json
from mckconsole.views.panes import find_pane
from tests.unit.report.examples import DOWN, document
from tests.unit.views import fleetsecrets

VALIDATOR = jsonschema.Draft202012Validator(schema())


def test_schema_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_report_fits_the_schema_and_says_what_the_document_says() -> None:
    data = json.loads(render(document()))
    VALIDATOR.validate(data)
    assert data["generatedAt"] == "2026-08-01T09:00:00Z"
    assert [cluster["asOf"] for cluster in data["clusters"]] == [None, "2026-08-01T09:00:00Z"]
    assert data["clusters"][0]["version"] is None
    finding = data["findings"][0]
    assert finding["id"] == DOWN.id
    assert finding["object"]["kind"] == "Gateway"
    assert finding["evidence"][1]["cluster"] == "east"
    assert finding["evidence"][1]["object"] is None
    fleet = data["panes"]["fleet"]
    assert fleet["columns"] == ["cluster", "state", "nodes", "note"]
    west, east = fleet["rows"]
    assert west["cells"]["state"] == "✖ unreachable: timeout"
    assert west["values"] == {
        "cluster": "west",
        "state": "unreachable",
        "nodes": None,
        "note": None,
    }
    assert west["findings"] == [DOWN.id]
    assert east["values"]["note"] is None  # it was NaN


def test_what_holds_for_one_run_alone_is_left_out() -> None:
    whole = document()
    (pane,) = whole.panes
    columns = (pane.columns[0], replace(pane.columns[1], passing=True), *pane.columns[2:])
    data = json.loads(render(replace(whole, panes=(replace(pane, columns=columns),))))
    VALIDATOR.validate(data)
    fleet = data["panes"]["fleet"]
    assert fleet["columns"] == ["cluster", "nodes", "note"]
    for row in fleet["rows"]:
        assert list(row["cells"]) == list(row["values"]) == fleet["columns"]
        assert row["id"]


@pytest.mark.parametrize("by", ["credential", "place"])
def test_a_report_has_no_fingerprints_and_groups_by_findings(by: str) -> None:
    pane = find_pane("secrets")
    grouped = pane.grouped(by) if pane else None
    assert grouped is not None
    found = fleetsecrets.some()
    data = json.loads(render(build(*fleetsecrets.seen(found), (grouped,))))
    table = data["panes"]["secrets"]
    assert "fp" not in table["columns"]
    assert found.credentials[0].fingerprint[:4] not in json.dumps(table)
    rows = [row for row in table["rows"] if row["findings"][:1] == [found.credentials[0].id]]
    assert len(rows) == (1 if by == "credential" else len(found.credentials[0].places))


def extra_key(data: dict[str, Any], *path: str | int) -> dict[str, Any]:
    place: Any = data
    for step in path:
        place = place[step]
    place["surprise"] = 1
    return data


@pytest.mark.parametrize(
    "path",
    [
        (),
        ("tool",),
        ("clusters", 0),
        ("findings", 0),
        ("findings", 0, "object"),
        ("findings", 0, "evidence", 0),
        ("unknowns", 0),
        ("panes", "fleet"),
        ("panes", "fleet", "rows", 0),
    ],
)
def test_schema_allows_no_key_that_it_does_not_name(path: tuple[str | int, ...]) -> None:
    assert not VALIDATOR.is_valid(extra_key(as_data(document()), *path))


def test_a_finding_without_evidence_does_not_fit() -> None:
    assert not VALIDATOR.is_valid(as_data(document(findings=(replace(DOWN, evidence=()),))))


@given(st.text())
def test_any_text_comes_back_and_steers_nothing(text: str) -> None:
    out = to_json({"text": text})
    assert json.loads(out) == {"text": text}
    assert not any((ord(char) < 32 and char != "\n") or 0x7F <= ord(char) <= 0x9F for char in out)


def test_lone_surrogates_are_escaped() -> None:
    assert to_json("\ud800").encode() == b'"\\ud800"\n'
