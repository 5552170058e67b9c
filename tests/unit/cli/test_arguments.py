"""The command line's grammar."""

from __future__ import annotations

import pytest

from mckconsole.analysis.checklist.model import Mark
from mckconsole.cli.arguments import DEFAULT_TIMEOUT, MARKS, SEVERITIES, build_parser, contradiction
from mckconsole.domain.findings import Severity


def test_options_about_the_fleet_go_before_or_after_the_command() -> None:
    parser = build_parser()
    before = parser.parse_args(["--demo", "--timeout", "5", "--context", "a", "report", "mesh"])
    after = parser.parse_args(["report", "mesh", "--demo", "--timeout", "5", "--context", "a"])
    assert before == after
    assert (before.demo, before.timeout, before.context) == (True, 5.0, ["a"])


def test_defaults_without_a_command() -> None:
    arguments = build_parser().parse_args([])
    assert (arguments.command, arguments.demo, arguments.context) == (None, False, None)
    assert arguments.timeout == DEFAULT_TIMEOUT


def test_options_of_the_audit_go_before_or_after_the_report() -> None:
    options = "--scan-values --audit-log a.log --audit-log east=b.gz --falco f --by-name --strict"
    words = [*options.split(), "--waivers", "w.yaml"]
    before = build_parser().parse_args([*words, "report", "secrets"])
    after = build_parser().parse_args(["report", "secrets", *words])
    alone = build_parser().parse_args(words)
    assert before == after
    assert (alone.audit_log, alone.falco, alone.waivers) == (
        ["a.log", "east=b.gz"],
        ["f"],
        "w.yaml",
    )
    assert (alone.scan_values, alone.by_name, alone.strict) == (True, True, True)
    assert (contradiction(before), contradiction(alone)) == ("", "")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--scan-values failover", "--scan-values: failover has no use for it"),
        ("--falco f --strict rules", "--falco, --strict: rules has no use for it"),
        ("--waivers w doctor", "--waivers: doctor has no use for it"),
        ("--falco f checklist", "--falco: checklist has no use for it"),
        ("--support-data d failover", "--support-data: failover has no use for it"),
        ("doctor --scan-values", ""),
        ("checklist --scan-values --strict --waivers w --support-data d --support-data e", ""),
        ("report --support-data=", "--support-data: the name of the file is missing"),
        ("report --waivers=", "--waivers: the name of the file is missing"),
    ],
)
def test_options_that_a_command_has_no_use_for_are_refused(line: str, words: str) -> None:
    assert contradiction(build_parser().parse_args(line.split())) == words


@pytest.mark.parametrize(
    "line",
    [
        "report --timeout 0",
        "report --timeout -1",
        "report --timeout nan",
        "report --timeout inf",
        "report --fail-on awful",
        "report --format yaml",
        "report --read-only --write",
        "config",
        "completion tcsh",
        "nonsense",
        "--dem",
    ],
)
def test_wrong_usage_exits_2(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(line.split())
    assert caught.value.code == 2
    assert "usage: mckconsole" in capsys.readouterr().err


def test_words_repeated_for_speed_are_those_of_the_registries() -> None:
    assert tuple(Severity) == SEVERITIES
    assert (*MARKS, "pass") == tuple(Mark)


def test_the_checklist_takes_what_its_command_looks_at() -> None:
    words = "checklist --evidence a --evidence b --fail-on unknown --format html -o c --force"
    found = build_parser().parse_args(words.split())
    assert (found.evidence, found.fail_on, found.format) == (["a", "b"], "unknown", "html")
    assert (found.output, found.force, found.waivers) == ("c", True, None)
