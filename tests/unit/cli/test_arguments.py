"""The command line's grammar."""

from __future__ import annotations

import pytest

from mckconsole.cli.arguments import DEFAULT_TIMEOUT, SEVERITIES, build_parser
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
