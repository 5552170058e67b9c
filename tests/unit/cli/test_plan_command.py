"""`mckconsole plan`: what its options name, and exit statuses."""

from __future__ import annotations

from argparse import Namespace

import pytest

from mckconsole.analysis.versions.exemption import Exemption
from mckconsole.analysis.versions.model import Held, Plan, Step
from mckconsole.analysis.versions.waive import plan_with_waivers
from mckconsole.cli.arguments import PLAN_ENDS, build_parser, contradiction
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.plan_command import chosen, exemptions, idle, judge, minor_of
from mckconsole.domain.findings import Unknown
from tests.unit.analysis import build
from tests.unit.analysis.versions.planning import AT, blocker, cluster, minor, question
from tests.unit.cli.test_completion import bash_completes

KNOWN = ("aws-use1-1", "gcp-eu-1", "onprem-1", "odd[1]")
GAP = {"b": ["nodes forbidden"]}


def test_minors() -> None:
    assert minor_of(None) is None
    assert minor_of("1.36") == minor(36)
    for text in ("", "36", "v1", "latest"):
        with pytest.raises(UsageError, match="is no minor release"):
            minor_of(text)


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        ([], ()),
        (["gcp-eu-1"], ("gcp-eu-1",)),
        (["onprem-1", "aws-*"], ("aws-use1-1", "onprem-1")),
        (["*-1", "gcp-eu-1"], ("aws-use1-1", "gcp-eu-1", "onprem-1")),
        (["odd[1]"], ("odd[1]",)),
    ],
)
def test_clusters(globs: list[str], found: tuple[str, ...]) -> None:
    assert chosen(globs, KNOWN) == found


@pytest.mark.parametrize(
    ("globs", "words"),
    [
        (["gcp-eu-2"], "did you mean gcp-eu-1"),
        (["gcp-*", "zzz*"], "no cluster zzz*; there are aws-use1-1, gcp-eu-1"),
        ([""], "there is no cluster ; there are"),
    ],
)
def test_clusters_that_are_not_there(globs: list[str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(globs, KNOWN)
    assert words in str(caught.value)
    with pytest.raises(UsageError, match="there is none"):
        chosen(globs, ())


def test_exemptions_name_rules_and_clusters_that_there_are() -> None:
    found = exemptions(["ub03", "UB03", "SK02:onprem-1", "CHK09:gcp-eu-1"], KNOWN)
    assert found == (
        Exemption("UB03"), Exemption("SK02", "onprem-1"), Exemption("CHK09", "gcp-eu-1"),
    )  # fmt: skip
    for text, words in (
        ("UB30", "no rule UB30 stands in the way of upgrades; did you mean UB"),
        ("MESH-DOWN", "no rule MESH-DOWN stands"),
        ("UB03:west", "there is no cluster west"),
        ("UB03:", "it is written RULE"),
    ):
        with pytest.raises(UsageError) as caught:
            exemptions([text], KNOWN)
        assert words in str(caught.value)


def test_exemptions_that_nothing_needs_are_told() -> None:
    waive = [Exemption("UB03", "a"), Exemption("UB05", "a"), Exemption("UB03", "b")]
    asked = question(cluster("a", 35, blockers=[blocker()]), cluster("b", 35), waive=waive)
    assert [*idle(plan_with_waivers(asked), asked.waive)] == waive[1:]


HELD = Plan(AT, None, held=(Held("a", minor(35), minor(36), "x"),))
UNKNOWN = Plan(AT, None, unknowns=(Unknown("versions", "a", "UB13", "x"),))
WAIVED = Plan(AT, None, (Step(1, "a", minor(35), minor(36), (), "x", waived=(blocker(),)),))


@pytest.mark.parametrize(
    ("plan", "fail_on", "partial", "gaps", "status"),
    [
        (HELD, None, False, {}, ExitCode.DONE),
        (HELD, None, False, GAP, ExitCode.INCOMPLETE),
        (HELD, None, True, GAP, ExitCode.DONE),
        (HELD, "held", False, GAP, ExitCode.FINDINGS),
        (HELD, "waived", False, {}, ExitCode.FINDINGS),
        (UNKNOWN, "held", False, {}, ExitCode.DONE),
        (UNKNOWN, "unknown", False, {}, ExitCode.FINDINGS),
        (WAIVED, "unknown", False, {}, ExitCode.DONE),
        (WAIVED, "waived", False, {}, ExitCode.FINDINGS),
    ],
)
def test_exit_statuses(
    plan: Plan, fail_on: str | None, partial: bool, gaps: dict[str, list[str]], status: ExitCode
) -> None:
    arguments = Namespace(fail_on=fail_on, allow_partial=partial)
    fleet = build.fleet(build.cluster("a"), build.cluster("b"))
    assert judge(plan, fleet, gaps, arguments) is status


def test_the_command_line() -> None:
    words = "plan --to 1.36 --cluster a --cluster b* --waive UB03 --waive UB05:a --format markdown"
    found = build_parser().parse_args([*words.split(), "--support-data", "d"])
    assert (found.to, found.cluster, found.waive) == ("1.36", ["a", "b*"], ["UB03", "UB05:a"])
    assert (found.format, found.fail_on, contradiction(found)) == ("markdown", None, "")
    strict = build_parser().parse_args(["--strict", "plan"])
    assert contradiction(strict) == "--strict: plan has no use for it"


def test_completion_knows_it() -> None:
    assert {"--to", "--waive", "--support-data"} <= bash_completes("mckconsole", "plan", "--")
    assert bash_completes("mckconsole", "plan", "--fail-on", "") == set(PLAN_ENDS)
    assert bash_completes("mckconsole", "plan", "--format", "") == {"table", "json", "markdown"}
