"""`mckconsole plan` over the embedded fleet: every format, and an order that holds its promises."""

from __future__ import annotations

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mckconsole.analysis.rules_upgrade import UPGRADE_RULES
from mckconsole.analysis.rules_versions import VERSION_RULES
from mckconsole.cli.arguments import build_parser
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.plan_command import run
from mckconsole.config.errors import ConfigError
from mckconsole.report.jsonout import schema
from mckconsole.report.plan_json import PLAN_SCHEMA_FILE

EVERYTHING = [word for one in (*UPGRADE_RULES, *VERSION_RULES) for word in ("--waive", one.id)]


def arguments(output: Path, *words: str) -> Namespace:
    """The command line."""
    fixed = ["plan", "--demo", "--allow-partial", "-o", str(output), "--force"]
    return build_parser().parse_args([*fixed, *words])


def planned(tmp_path: Path, *words: str) -> Any:
    """The plan as JSON that keeps its contract."""
    output = tmp_path / "plan.json"
    assert run(arguments(output, "--format", "json", *words)) == ExitCode.DONE
    data = json.loads(output.read_text())
    jsonschema.validate(data, schema(PLAN_SCHEMA_FILE))
    return data


def minor(text: str) -> int:
    """34 of `1.34`."""
    return int(text.partition(".")[2])


@pytest.mark.parametrize("waive", [[], [*EVERYTHING, "--waive", "CHK09"]])
def test_the_order_holds_its_promises(tmp_path: Path, waive: list[str]) -> None:
    data = planned(tmp_path, *waive)
    clusters = {one["name"]: one for one in data["clusters"]}
    at = {name: minor(one["least"]) for name, one in clusters.items() if one["least"]}
    assert data["steps"]
    last = 0
    for number in sorted({one["turn"] for one in data["steps"]}):
        assert number == last + 1
        last = number
        together = [one for one in data["steps"] if one["turn"] == number]
        groups = [group for one in together for group in clusters[one["cluster"]]["groups"]]
        assert len(groups) == len(set(groups)), f"two of one mesh in turn {number}"
        for step in together:
            start, to = minor(step["from"]), minor(step["to"])
            assert start == at[step["cluster"]]
            assert to - start in (0, 1), "a minor is skipped"
            at[step["cluster"]] = to
            assert not [one for one in step["waived"] if one["rule"] not in " ".join(waive)]
    assert {name: minor(one["end"]) for name, one in clusters.items() if one["end"]} == at
    assert {one["cluster"] for one in data["held"]} == {
        name for name, one in clusters.items() if one["held"]
    }


def test_every_blocker_that_holds_has_evidence_or_is_of_the_order(tmp_path: Path) -> None:
    data = planned(tmp_path)
    stops = [each for one in data["held"] for each in one["blockers"] if each["gravity"] == "block"]
    assert stops
    for one in stops:
        assert one["remediation"]
        assert one["evidence"] or one["rule"] in ("CHK09", "UB13", "UB17"), one


def test_what_is_asked_for_is_what_is_planned(tmp_path: Path) -> None:
    everything = planned(tmp_path, *EVERYTHING, "--waive", "CHK09")
    name = everything["steps"][0]["cluster"]
    alone = planned(tmp_path, "--cluster", name, "--to", "1.36", *EVERYTHING, "--waive", "CHK09")
    assert {one["cluster"] for one in alone["steps"]} <= {name}
    assert alone["target"] == "1.36"
    assert f"clusters {name}" in alone["scope"]
    assert "to 1.36" in alone["scope"]
    assert len(alone["clusters"]) == len(everything["clusters"])


def test_every_format_names_every_cluster_and_prints_commands(tmp_path: Path) -> None:
    data = planned(tmp_path)
    commands = [each["command"] for one in data["steps"] for each in one["actions"]]
    texts = []
    for format_ in ("table", "markdown"):
        output = tmp_path / format_
        assert run(arguments(output, "--format", format_)) == ExitCode.DONE
        texts.append(output.read_text())
    for text in texts:
        assert "\x1b" not in text
        assert "DEMO" in text
        assert all(one["name"] in text for one in data["clusters"])
        assert all(command in text for command in commands)


def test_exit_status_follows_what_is_held(tmp_path: Path) -> None:
    output = tmp_path / "plan"
    assert run(arguments(output, "--fail-on", "held")) == ExitCode.FINDINGS


def test_tables_of_the_user_replace_those_that_are_shipped(tmp_path: Path) -> None:
    table = tmp_path / "k8s_support.csv"
    header = "provider,minor,release,standard_end,extended_end,source,maintenance_start,note"
    rows = [f"upstream,1.{n},20{n - 10}-01-01,2030-01-01,,made up,," for n in range(30, 36)]
    table.write_text("\n".join(["# as of 2026-11-01", header, *rows, ""]))
    data = planned(tmp_path, "--support-data", str(table))
    told = {one["name"]: one for one in data["tables"]}
    assert told["calendar"] == {"name": "calendar", "asOf": "2026-11-01", "origin": str(table)}
    assert told["addons"]["origin"] == "shipped"
    assert all(minor(one["to"]) <= 35 for one in data["steps"])
    with pytest.raises(UsageError):
        run(arguments(table, "--support-data", str(table)))
    assert table.read_text().startswith("# as of")


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (("--to", "latest"), UsageError, "latest is no minor release"),
        (("--cluster", "nowhere"), UsageError, "there is no cluster nowhere"),
        (("--waive", "UB99"), UsageError, "no rule UB99"),
        (("--waive", "UB03:nowhere"), UsageError, "there is no cluster nowhere"),
        (("--support-data", "/nowhere/at/all"), ConfigError, "/nowhere/at/all"),
    ],
)
def test_what_is_unclear_ends_before_anything_is_read(
    tmp_path: Path, words: tuple[str, str], error: type[Exception], said: str
) -> None:
    output = tmp_path / "plan"
    with pytest.raises(error, match=said):
        run(arguments(output, *words))
    assert not output.exists()
