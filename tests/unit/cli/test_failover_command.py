"""`mckconsole failover`: names, exit statuses, and what is read for it."""

from __future__ import annotations

from argparse import Namespace

import pytest

from mckconsole.analysis.failover.model import FailoverReport, HostLoss, Impact, ServiceImpact
from mckconsole.analysis.failover.unread import TOPICS
from mckconsole.analysis.services.model import ServiceKey
from mckconsole.cli.arguments import FORMATS, IMPACTS, build_parser
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.failover_command import judge, names_of
from mckconsole.views.panes import CONSOLE_TOPICS, FAILOVER_TOPICS, PANES
from tests.unit.analysis import build
from tests.unit.cli.test_completion import bash_completes

KNOWN = ("aws-use1-1", "gcp-eu-1", "onprem-1")
GAP = {"b": ["nodes forbidden"]}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["gcp-eu-1"], ("gcp-eu-1",)),
        (["gcp-eu-1,onprem-1"], ("gcp-eu-1", "onprem-1")),
        (["gcp-eu-1,", "onprem-1", "gcp-eu-1"], ("gcp-eu-1", "onprem-1")),
    ],
)
def test_names(given: list[str], names: tuple[str, ...]) -> None:
    assert names_of(given, KNOWN) == names


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["gcp-eu-2"], "did you mean gcp-eu-1? there are aws-use1-1, gcp-eu-1, onprem-1"),
        (["gcp-eu-1,nowhere"], "there is no cluster nowhere; there are"),
        ([","], "names no cluster"),
    ],
)
def test_unknown_names_are_told_with_the_known_ones(given: list[str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        names_of(given, KNOWN)
    assert words in str(caught.value)


def simulated(*services: Impact, host: bool = False) -> FailoverReport:
    made = tuple(
        ServiceImpact(ServiceKey("s", str(n)), one, 1, 0, ("a",), (), (), "why")
        for n, one in enumerate(services)
    )
    hosts = (HostLoss("shop.example.com", ("a",), ()),) if host else ()
    return FailoverReport(("a",), build.NOW, made, hosts=hosts)


@pytest.mark.parametrize(
    ("report", "line", "gaps", "status"),
    [
        (simulated(Impact.OUTAGE), "", {}, ExitCode.DONE),
        (simulated(Impact.OUTAGE), "", GAP, ExitCode.INCOMPLETE),
        (simulated(Impact.OUTAGE), "--allow-partial", GAP, ExitCode.DONE),
        (simulated(Impact.OUTAGE), "--fail-on outage", GAP, ExitCode.FINDINGS),
        (simulated(host=True), "--fail-on outage", {}, ExitCode.FINDINGS),
        (simulated(Impact.DEGRADED), "--fail-on outage", {}, ExitCode.DONE),
        (simulated(Impact.DEGRADED), "--fail-on degraded", {}, ExitCode.FINDINGS),
        (simulated(Impact.UNKNOWN, Impact.NOTED), "--fail-on degraded", {}, ExitCode.DONE),
    ],
)
def test_exit_statuses(
    report: FailoverReport, line: str, gaps: dict[str, list[str]], status: ExitCode
) -> None:
    arguments = build_parser().parse_args(["failover", "--lose", "a", *line.split()])
    fleet = build.fleet(build.cluster("a"), build.cluster("b"))
    assert judge(fleet, [report], gaps, arguments) is status
    nothing = build.fleet(build.unreachable("a"))
    assert judge(nothing, [report], gaps, arguments) is ExitCode.NO_CLUSTER


def test_arguments() -> None:
    found = build_parser().parse_args(["failover", "--demo", "--lose", "a,b", "--lose", "c"])
    assert isinstance(found, Namespace)
    assert (found.lose, found.format, found.fail_on) == (["a,b", "c"], "table", None)
    assert set(IMPACTS) < set(Impact)


def test_completion_keeps_the_commands_formats_apart() -> None:
    formats = bash_completes("mckconsole", "failover", "--format", "")
    assert formats == {"table", "json", "markdown"}
    assert bash_completes("mckconsole", "failover", "--fail-on", "") == set(IMPACTS)
    assert bash_completes("mckconsole", "report", "--format", "") == set(FORMATS)
    assert bash_completes("mckconsole", "failover", "--lo") == {"--lose"}


def test_the_console_reads_what_the_simulation_needs() -> None:
    assert set(FAILOVER_TOPICS) == set(TOPICS)
    assert set(CONSOLE_TOPICS) == {*TOPICS, *(topic for pane in PANES for topic in pane.topics)}
