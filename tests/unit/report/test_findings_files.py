"""Findings as CSV and Markdown, and what all formats say alike of waivers and coverage."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from mckconsole.domain.findings import Evidence, Severity
from mckconsole.report import findings_csv, findings_markdown, jsonout, table
from mckconsole.report.export_findings import SUFFIXES, render
from mckconsole.report.places import places
from tests.unit.report.audit_examples import ENDS, HOSTILE, LEAK, WAIVER, audit, hostile
from tests.unit.report.examples import DOWN, NOW, document


def sheet(text: str) -> list[dict[str, str]]:
    assert text.startswith('"RECORD"')
    return list(csv.DictReader(io.StringIO(text)))


def test_a_line_for_each_finding_and_place() -> None:
    rows = sheet(findings_csv.render(audit()))
    leaks = [row for row in rows if row["RULE"] == LEAK.rule]
    assert [(row["CLUSTER"], row["KIND"], row["NAME"]) for row in leaks] == [
        ("west", "Secret", "exporter-env"),
        ("東-1", "ConfigMap", "exporter"),
    ]
    assert {row["ID"] for row in leaks} == {LEAK.id}
    assert leaks[0]["SEEN"] == "data['id'] = 20 characters; metadata.managedFields = by kubectl"
    assert leaks[0]["OBSERVED AT"] == "2026-08-01T08:59:56Z"
    assert leaks[0]["REMEDIATION"] == LEAK.remediation
    assert leaks[0]["REMEDIATION"].count("\n") == 1
    waived = [row for row in rows if row["RECORD"] == "waived"]
    assert {(row["RULE"], row["WAIVED UNTIL"], row["WAIVED BY"]) for row in waived} == {
        (ENDS.rule, "2026-12-31", "platform@example.com")
    }
    assert [(row["RECORD"], row["DETAIL"]) for row in rows if not row["ID"]] == [
        ("unknown", "gateways: forbidden")
    ]


def test_a_finding_has_its_own_place_even_where_nothing_was_seen_there() -> None:
    bare = replace(LEAK, evidence=LEAK.evidence[2:])
    assert [seen.cluster for seen in places(bare)] == ["west", "東-1"]
    assert places(bare)[0].observed_at is None
    assert places(replace(LEAK, object=None))[0].parts == ("west",)


def test_what_was_seen_without_an_object_is_about_the_findings_own() -> None:
    beside = Evidence("derived", "west", None, "what renews it", "nothing", NOW)
    there = replace(beside, cluster="東-1")
    found = places(replace(LEAK, evidence=(*LEAK.evidence, beside, there)))
    assert [seen.parts for seen in found] == [
        ("west", "billing", "Secret", "exporter-env"),
        ("東-1", "billing", "ConfigMap", "exporter"),
        ("東-1",),
    ]
    assert found[0].facts.endswith("; what renews it = nothing")
    later = replace(LEAK, evidence=(*LEAK.evidence, replace(beside, observed_at=NOW + 60)))
    assert places(later)[0].observed_at == NOW - 4
    assert places(replace(later, evidence=later.evidence[3:]))[0].observed_at == NOW + 60


def test_only_steps_have_several_lines_in_a_sheet() -> None:
    rows = sheet(findings_csv.render(hostile("a\n=b")))
    assert {row["TITLE"] for row in rows if row["ID"]} == {"a⏎=b"}
    assert {row["REMEDIATION"] for row in rows if row["ID"]} == {"a\n'=b\na\n'=b"}


@settings(max_examples=60)
@given(HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    for row in sheet(findings_csv.render(hostile(text))):
        assert None not in row.values()
        for cell in row.values():
            start = cell.lstrip()[:1]
            assert start not in tuple("=@\t\r＝＠＋－") or not start
            if start in tuple("+-"):
                assert re.fullmatch(r"\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*", cell)


MARKDOWN = MarkdownIt("gfm-like")


def kinds_of(text: str) -> list[str]:
    """Every token of the page, block and inline, without texts that stand next to each other."""
    found: list[str] = []
    for token in MARKDOWN.parse(text):
        found.append(f"{token.type} {token.tag}")
        found += [child.type for child in token.children or ()]
    return found


def shape(text: str) -> list[str]:
    """The blocks alone."""
    return [f"{one.type} {one.tag} {one.info}" for one in MARKDOWN.parse(text)]


SHAPE = shape(findings_markdown.render(hostile("plain"), title="plain", scope="plain"))


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_no_text_is_markdown(text: str) -> None:
    page = findings_markdown.render(hostile(text), title=text, scope=text)
    kinds = kinds_of(page)
    assert not [one for one in kinds if one.startswith(("link", "image", "html"))]
    assert "em_open" not in kinds
    if re.fullmatch(r"[ -~]*[!-~][ -~]*", text):
        assert shape(page) == SHAPE


def test_markdown_says_everything() -> None:
    page = findings_markdown.render(audit(), title="mckconsole", scope="contexts prod-*")
    for words in (
        "Scope: contexts prod-\\*", "metadata only", "values looked at",
        "### ✖ high · SEC-AWS-ACCESS-KEY · west → 東-1", "(waived)", "RISK-118",
        "- forbidden (secrets is forbidden): west: secrets", "## Waivers to look at",
        "```text\n1. kubectl --context west -n billing delete secret exporter-env",
        "| west | 2 | 0 | 0 | 0 | 0 | 1 | 0 | 0 | 1 | never | never |",
        "| mesh | west | \\* | gateways: forbidden |",
    ):  # fmt: skip
        assert words in page, words


def test_json_has_waivers_and_coverage() -> None:
    data = json.loads(jsonout.render(audit()))
    jsonschema.Draft202012Validator(jsonout.schema()).validate(data)
    by_id = {finding["id"]: finding["waiver"] for finding in data["findings"]}
    assert by_id[LEAK.id] is None
    assert by_id[ENDS.id] == {
        "rule": "CERT-*", "owner": "platform@example.com", "expires": "2026-12-31",
        "reason": "Taken down then.", "reference": "RISK-118", "place": "waivers.yaml:12",
    }  # fmt: skip
    assert [one["secretsMode"] for one in data["clusters"]] == ["metadata", "values"]
    first = data["coverage"][0]
    assert (first["answer"], first["objects"], first["asOf"]) == ("forbidden", None, None)
    assert data["coverage"][2]["asOf"] == "2026-08-01T08:59:55Z"
    assert len(data["notes"]) == 1


@pytest.mark.parametrize("key", [("coverage", 0), ("findings", 3, "waiver")])
def test_the_schema_knows_every_new_key(key: tuple[str | int, ...]) -> None:
    data = jsonout.as_data(audit())
    place = data
    for step in key:
        place = place[step]  # type: ignore[index]  # a path into plain data
    place["surprise"] = 1
    assert not jsonschema.Draft202012Validator(jsonout.schema()).is_valid(data)


def test_the_table_shows_waived_findings_without_weight() -> None:
    plain = table.render(audit())
    assert plain.startswith("✖ findings: 1 critical, 1 high, 1 medium · 1 waived · ")
    heading, words = plain[plain.index("CERT-EXPIRES") :].splitlines()[:2]
    assert heading == "CERT-EXPIRES  west"
    assert words == f"  {WAIVER.words}"
    assert "WAIVERS  1 to look at\n▲ waivers.yaml:20" in plain
    coloured = table.render(audit(), colour=True).splitlines()
    (line,) = [one for one in coloured if "CERT-EXPIRES" in one]
    assert re.findall(r"\x1b\[([0-9;]+)m", line) == ["2", "0"] * 3


def test_waived_findings_do_not_count() -> None:
    only = replace(document(findings=(DOWN,)), waived={DOWN.id: WAIVER})
    assert document(findings=(DOWN,)).reaches(Severity.CRITICAL)
    assert not only.reaches(Severity.INFO)
    assert "findings: none · 1 waived" in table.render(only)


@pytest.mark.parametrize("format", SUFFIXES)
def test_every_format_says_who_waived_what(format: str) -> None:
    (chosen,) = [one for one in SUFFIXES if one == format]
    text = render(chosen, audit(), title="t", scope="s")
    for words in (LEAK.rule, LEAK.title, ENDS.rule, WAIVER.until, WAIVER.owner, WAIVER.reason):
        assert words in text
    assert text.endswith("\n")


@pytest.mark.parametrize("format", sorted({*SUFFIXES} - {"csv"}))
def test_formats_say_what_was_asked_for(format: str) -> None:
    (chosen,) = [one for one in SUFFIXES if one == format]
    text = render(chosen, audit(), title="DEMO", scope="contexts west", demo=True)
    assert "contexts west" in text
    assert "DEMO" in text or '"demo": true' in text


@pytest.mark.parametrize("format", SUFFIXES)
def test_nothing_steers_a_terminal(format: str) -> None:
    (chosen,) = [one for one in SUFFIXES if one == format]
    attack = "\x1b]52;c;x\x07\x9b31m\u202e\u200b\0"
    text = render(chosen, hostile(attack), title=attack, scope=attack).replace("\r\n", "\n")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u200b]", text)
