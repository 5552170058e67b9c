"""`mckconsole checklist` over the embedded fleet: every format, and what probes change."""

from __future__ import annotations

import json
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mckconsole.cli.arguments import build_parser
from mckconsole.cli.checklist_command import run
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.config.errors import ConfigError
from mckconsole.domain.attested import CHECKLIST
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.checklist_json import CHECKLIST_SCHEMA_FILE
from mckconsole.report.jsonout import schema
from tests.unit.report.test_html import Page, check

CLUSTERS = ("aws-use1-1", "aks-weu-1")


def arguments(output: Path, format_: str, *evidence: Path, fail_on: str | None = None) -> Namespace:
    """The command line."""
    chosen = [word for name in CLUSTERS for word in ("--context", name)]
    words = ["checklist", "--demo", *chosen, "--allow-partial", "-o", str(output), "--force"]
    words += ["--format", format_, *(word for one in evidence for word in ("--evidence", str(one)))]
    return build_parser().parse_args([*words, *(["--fail-on", fail_on] if fail_on else ())])


def checked(output: Path, *evidence: Path, fail_on: str | None = None) -> tuple[int, Any]:
    """Exit status and JSON."""
    status = run(arguments(output, "json", *evidence, fail_on=fail_on))
    data = json.loads(output.read_text())
    jsonschema.validate(data, schema(CHECKLIST_SCHEMA_FILE))
    return status, data


def results(path: Path, *found: dict[str, object]) -> Path:
    """A file of results."""
    path.write_text(json.dumps({"results": found}))
    return path


def marks(data: Any, rule: str) -> dict[str, tuple[str, str | None]]:
    """Mark, and that after a probe, by cluster."""
    return {one["cluster"]: (one["mark"], one["whenProbed"]) for one in data["answers"]
            if one["rule"] == rule}  # fmt: skip


def test_the_planted_faults_fail_with_evidence(tmp_path: Path) -> None:
    status, data = checked(tmp_path / "out.json", fail_on="fail")
    assert status == ExitCode.FINDINGS
    assert [one["rule"] for one in data["items"]] == list(CHECKLIST)
    assert {name for name, (mark, _) in marks(data, "CHK03").items() if mark == "fail"} == {
        *CLUSTERS
    }
    for one in data["answers"]:
        assert one["reason"]
        if one["mark"] != "unknown":
            assert one["evidence"], one["rule"]
            assert one["asOf"] <= min(each["observedAt"] for each in one["evidence"])
    failed = [(one["rule"], one["cluster"]) for one in data["answers"] if one["mark"] == "fail"]
    told = [(one["rule"], one["cluster"]) for one in data["findings"] if one["severity"] == "high"]
    assert sorted(failed) == sorted(told)


def test_a_passed_probe_lifts_what_only_a_probe_can_tell(tmp_path: Path) -> None:
    name = CLUSTERS[0]
    _, before = checked(tmp_path / "out.json")
    mark, probed = marks(before, "CHK01")[name]
    assert mark == "unknown"
    assert probed in ("pass", "warn")
    at = format_rfc3339(time.time())
    good = {"item": "CHK01", "cluster": name, "passed": True, "detail": "verify", "at": at}
    bad = {**good, "item": "CHK05", "passed": False, "detail": "no alert came"}
    _, after = checked(tmp_path / "out.json", results(tmp_path / "run.json", good, bad))
    assert marks(after, "CHK01")[name] == (probed, None)
    assert marks(after, "CHK05")[name] == ("fail", None)
    old = {**good, "at": "2020-01-01T00:00:00Z"}
    _, aged = checked(tmp_path / "out.json", results(tmp_path / "run.json", old))
    assert marks(aged, "CHK01")[name] == ("unknown", probed)


def test_every_format_says_the_same(tmp_path: Path) -> None:
    out = tmp_path / "out"
    texts = {}
    for format_ in ("table", "markdown", "html"):
        assert run(arguments(out, format_)) == ExitCode.DONE
        texts[format_] = out.read_text()
    check(Page(texts["html"]))
    for rule in CHECKLIST:
        assert all(rule in text for text in texts.values())
    for text in (texts["table"], texts["markdown"]):
        assert "\x1b" not in text
        assert "DEMO" in text
    assert "| Name | Role | Date | Signature |" in texts["markdown"]


def test_what_is_unclear_ends_before_anything_is_read(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    strange = {"item": "CHK01", "cluster": "aws-use1-2", "passed": True}
    with pytest.raises(UsageError, match="did you mean aws-use1-1"):
        run(arguments(out, "json", results(tmp_path / "run.json", strange)))
    nameless = results(tmp_path / "bad.json", {**strange, "item": "CHK99"})
    with pytest.raises(ConfigError, match="there is no item CHK99"):
        run(arguments(out, "json", nameless))
    assert not out.exists()
