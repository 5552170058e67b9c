"""The arguments of every command. Imports argparse and nothing of ours that costs time.

`PANES` and `SHORTCUTS` repeat the names of the pane registry, so that help and completion need not
import it; a test keeps the two equal.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Mapping

from mckconsole import __version__
from mckconsole.cli import get_arguments, recording_arguments
from mckconsole.cli.compare_arguments import add_diff, add_drift

PANES: Mapping[str, str] = {
    "fleet": "one row per cluster",
    "mesh": "one row per directed tunnel",
    "services": "one row per service that crosses clusters",
    "identity": "one row per workload and the cloud that it has to do with",
    "secrets": "one row per credential, wherever it lies, or per certificate",
    "versions": "one row per cluster and what stands in the way of its upgrade",
    "checklist": "one row per go-live item and cluster",
    "timeline": "one row per event, change, rollout or alert",
}
"""Panes that a report has."""
ASKED = ("resources",)
"""Panes that only the console has: their rows are asked for."""
SHORTCUTS = ("certs", "certificates", "plan")
"""Groupings that have a name of their own, where a pane is named."""
IDENTITY_GROUPINGS = ("workload", "cloud-identity", "service-account", "account")
SECRETS_GROUPINGS = ("credential", "place", "cluster", "namespace", "owner", "certificate")
VERSIONS_GROUPINGS = ("cluster", "step", "pool", "addon", "api", "blocker")
CHECKLIST_GROUPINGS = ("answer", "item", "cluster")
GROUPINGS = tuple(
    dict.fromkeys(
        (*IDENTITY_GROUPINGS, *SECRETS_GROUPINGS, *VERSIONS_GROUPINGS, *CHECKLIST_GROUPINGS)
    )
)
"""What `report --by` takes: what one row of a pane is that can be grouped in several ways."""
FORMATS = ("table", "json", "csv", "markdown", "sarif", "html")
"""What `report --format` takes."""
SEVERITIES = ("critical", "high", "medium", "low", "info")
IMPACTS = ("outage", "degraded")
"""What `failover --fail-on` takes, worst first."""
MARKS = ("fail", "unknown", "warn")
"""What `checklist --fail-on` takes, worst first."""
PLAN_ENDS = ("held", "unknown", "waived")
"""What `plan --fail-on` takes, worst first."""
SHELLS = ("bash", "zsh", "fish")
DEFAULT_TIMEOUT = 60.0
"""Seconds that reading the whole fleet may take."""

_EPILOG = """\
exit status: 0 done, 1 findings or impacts at or above --fail-on, 2 usage or configuration,
3 no cluster could be read, 4 some clusters or topics could not be read (unless --allow-partial),
70 internal error, 130 interrupted"""


def build_parser(prog: str = "mckconsole") -> argparse.ArgumentParser:
    """The parser of the whole command line; `command` is None when none is named."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="The incident and audit console for Kubernetes fleets. Without a command it"
        " opens the console on a terminal, and prints the report of every pane elsewhere.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mckconsole {__version__}")
    _add_access(parser, defaults=True)
    _add_audit(parser, defaults=True)
    _add_support(parser, default=None)
    _add_console(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_report(_command(commands, "report", "print what the panes show, as a table or as JSON"))
    _add_get(_command(commands, "get", "list objects of any kind, of all clusters in one table"))
    _add_failover(_command(commands, "failover", "say what the loss of clusters would mean"))
    _add_checklist(_command(commands, "checklist", "say which go-live items hold, with evidence"))
    _add_plan(_command(commands, "plan", "say in which order clusters may be upgraded"))
    _add_comparison(_command(commands, "drift", "say what differs between clusters"), add_drift)
    _add_comparison(_command(commands, "diff", "compare one object between clusters"), add_diff)
    record = _command(commands, "record", "write what happens in the fleet into a recording")
    recording_arguments.add_record(record)
    _add_access(record, defaults=False)
    recording_arguments.add_replay(_command(commands, "replay", "play a recording in the console"))
    _add_doctor(_command(commands, "doctor", "say what can be read of each cluster, and what not"))
    _add_rules(_command(commands, "rules", "explain the rules behind the findings"))
    _add_config(_command(commands, "config", "show, validate or describe the configuration"))
    completion = _command(commands, "completion", "print a completion script for a shell")
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    return parser


Commands = argparse._SubParsersAction
"""argparse exports no public name for it."""


def _command(commands: Commands[argparse.ArgumentParser], name: str, words: str) -> (
    argparse.ArgumentParser
):  # fmt: skip
    return commands.add_parser(
        name, help=words, description=f"{words[:1].upper()}{words[1:]}.", allow_abbrev=False
    )


def contradiction(arguments: argparse.Namespace) -> str:
    """What cannot be meant by options that argparse takes together, or nothing."""
    if arguments.demo and (arguments.kubeconfig or arguments.config):
        return "--demo brings its own kubeconfig and configuration; leave the others out"
    if arguments.waivers == "":
        return "--waivers: the name of the file is missing"
    if "" in (arguments.support_data or ()):
        return "--support-data: the name of the file is missing"
    if words := recording_arguments.contradiction(arguments):
        return words
    if arguments.command not in (None, "replay"):
        given = [f"--{name}" for name in ("theme", "keymap", "pane") if getattr(arguments, name)]
        given += [] if arguments.mouse else ["--no-mouse"]
        if given:
            return f"{', '.join(given)}: only without a command, for the console"
    useful = _USEFUL.get(arguments.command, ())
    unused = [name for name in _ANALYSIS if name not in useful and getattr(arguments, name)]
    given = [f"--{name.replace('_', '-')}" for name in unused]
    return f"{', '.join(given)}: {arguments.command} has no use for it" if given else ""


def _add_console(parser: argparse.ArgumentParser) -> None:
    """Options that make no sense with a command."""
    group = parser.add_argument_group("the console")
    group.add_argument("--theme", metavar="NAME", help="colour theme; default: one that suits")
    group.add_argument("--keymap", metavar="FILE", help="other keys: see docs/keymap.md")
    group.add_argument(
        "--pane",
        choices=(*PANES, *ASKED, *SHORTCUTS),
        metavar="NAME",
        help=f"where to start: {', '.join((*PANES, *ASKED))}, {SHORTCUTS[0]}",
    )
    group.add_argument(
        "--no-mouse", dest="mouse", action="store_false", help="leave the mouse to the terminal"
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "panes",
        nargs="*",
        metavar="PANE",
        help=f"{', '.join(PANES)}, {SHORTCUTS[0]}; all when none is named",
    )
    parser.add_argument(
        "--by",
        choices=GROUPINGS,
        metavar="WHAT",
        help=f"what one row of the identity pane is: {', '.join(IDENTITY_GROUPINGS)}; of the"
        f" secrets pane: {', '.join(SECRETS_GROUPINGS)}; of the versions pane:"
        f" {', '.join(VERSIONS_GROUPINGS)}; of the checklist: {', '.join(CHECKLIST_GROUPINGS)}",
    )
    _add_access(parser, defaults=False)
    recording_arguments.add_from(parser)
    _add_audit(parser, defaults=False)
    _add_support(parser)
    _add_format(parser, *FORMATS)
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        metavar="SEVERITY",
        help=f"exit 1 when a finding is this bad or worse: {', '.join(SEVERITIES)}",
    )
    _add_outcome(parser)


def _add_outcome(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allow-partial",
        action="store_true",
        help="exit 0, not 4, when part of the fleet could not be read",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to FILE (new, mode 0600) instead of stdout"
    )
    parser.add_argument(
        "--force", action="store_true", help="let -o replace a file that is already there"
    )


def _add_get(parser: argparse.ArgumentParser) -> None:
    get_arguments.add_get(parser)
    _add_access(parser, defaults=False)
    recording_arguments.add_from(parser)
    _add_format(parser, *get_arguments.FORMATS)
    _add_outcome(parser)


def _add_failover(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lose",
        metavar="NAME[,NAME]",
        action="append",
        help="clusters that are lost together; may be given several times. Without it each cluster"
        " is lost alone, one line for each, worst first",
    )
    _add_access(parser, defaults=False)
    recording_arguments.add_from(parser)
    _add_format(parser, "table", "json", "markdown")
    parser.add_argument(
        "--fail-on",
        choices=IMPACTS,
        metavar="IMPACT",
        help="exit 1 when a service or a host would be hit this badly or worse: "
        + ", ".join(IMPACTS),
    )
    _add_outcome(parser)


def _add_comparison(
    parser: argparse.ArgumentParser, add: Callable[[argparse.ArgumentParser], None]
) -> None:
    add(parser)
    _add_access(parser, defaults=False)
    _add_format(parser, "table", "json", "markdown")
    _add_outcome(parser)


def _add_checklist(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--evidence",
        metavar="FILE",
        action="append",
        help="what a probe found, as JUnit XML or JSON; may be given several times",
    )
    _add_access(parser, defaults=False)
    recording_arguments.add_from(parser)
    _add_scan_values(parser, default=argparse.SUPPRESS)
    _add_strict(parser, default=argparse.SUPPRESS)
    _add_waivers(parser, default=argparse.SUPPRESS)
    _add_support(parser)
    _add_format(parser, "table", "json", "markdown", "html")
    parser.add_argument(
        "--fail-on",
        choices=MARKS,
        metavar="MARK",
        help=f"exit 1 when an item is this bad or worse: {', '.join(MARKS)}",
    )
    _add_outcome(parser)


def _add_plan(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--to",
        metavar="MINOR",
        help="the minor to upgrade to, as 1.36; default: for each cluster the newest that its"
        " provider has had for thirty days and that all of its add-ons go with",
    )
    parser.add_argument(
        "--cluster",
        metavar="GLOB",
        action="append",
        help="plan for clusters that match, the others count as peers; may be given several times",
    )
    parser.add_argument(
        "--waive",
        metavar="RULE[:CLUSTER[:OBJECT]]",
        action="append",
        help="go past what blocks, and say what that lets go on; may be given several times",
    )
    _add_access(parser, defaults=False)
    recording_arguments.add_from(parser)
    _add_support(parser)
    _add_format(parser, "table", "json", "markdown")
    parser.add_argument(
        "--fail-on",
        choices=PLAN_ENDS,
        metavar="WHAT",
        help="exit 1 when a cluster is held, with unknown also when something could not be judged,"
        f" with waived also when a step goes past a blocker: {', '.join(PLAN_ENDS)}",
    )
    _add_outcome(parser)


def _add_support(
    parser: argparse._ActionsContainer, *, default: object = argparse.SUPPRESS
) -> None:
    parser.add_argument(
        "--support-data",
        metavar="FILE",
        action="append",
        default=default,
        help="newer tables of releases, removed APIs or add-ons, as CSV or a directory of them,"
        " instead of those that are shipped; may be given several times",
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    _add_access(parser, defaults=False)
    _add_scan_values(parser, default=argparse.SUPPRESS)
    _add_format(parser)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", nargs="?", metavar="ID", help="one rule, in full")
    _add_format(parser)


def _add_config(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, words in (
        ("show", "print the configuration in force, defaults included"),
        ("validate", "check the configuration and say what is wrong with it"),
        ("schema", "print the JSON Schema of the configuration, for editors"),
    ):
        action = actions.add_parser(name, help=words, allow_abbrev=False)
        _add_config_file(action, default=argparse.SUPPRESS)


def _add_access(parser: argparse.ArgumentParser, *, defaults: bool) -> None:
    """Options about which fleet to read; valid before and after the command's name.

    Only the outer parser sets defaults: an inner one would overwrite what came before the name.
    """

    def default(value: object) -> object:
        return value if defaults else argparse.SUPPRESS

    group = parser.add_argument_group("which fleet")
    group.add_argument(
        "--demo",
        action="store_true",
        default=default(False),
        help="the embedded fleet: nine simulated clusters on this machine, with planted faults",
    )
    group.add_argument(
        "--kubeconfig",
        metavar="FILE",
        default=default(None),
        help="kubeconfig to read instead of KUBECONFIG and ~/.kube/config",
    )
    group.add_argument(
        "--context",
        metavar="GLOB",
        action="append",
        default=default(None),
        help="only contexts that match; may be given several times",
    )
    _add_config_file(group, default=default(None))
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=default(DEFAULT_TIMEOUT),
        help=f"how long reading the fleet may take (default {DEFAULT_TIMEOUT:g})",
    )
    _add_writing(group.add_mutually_exclusive_group(), default=default(False))


AUDIT_ONLY = ("scan_values", "audit_log", "falco", "by_name", "strict")
"""Of what `_add_audit` adds what says nothing of other panes; the first is for `doctor` too."""
_AUDIT = (*AUDIT_ONLY, "waivers")
_ANALYSIS = (*_AUDIT, "support_data")
_USEFUL: Mapping[str | None, tuple[str, ...]] = {
    None: _ANALYSIS,
    "report": _ANALYSIS,
    "checklist": ("scan_values", "strict", "waivers", "support_data"),
    "plan": ("support_data",),
    "replay": ("by_name", "strict", "waivers", "support_data"),
    "doctor": ("scan_values",),
}
"""By command: which of them it looks at."""


def _add_audit(parser: argparse.ArgumentParser, *, defaults: bool) -> None:
    """Options of the audit of secrets and certificates; valid before and after `report`."""

    def default(value: object) -> object:
        return value if defaults else argparse.SUPPRESS

    group = parser.add_argument_group("the audit of secrets and certificates")
    _add_scan_values(group, default=default(False))
    for name, what in (("audit-log", "audit log"), ("falco", "JSON output of Falco")):
        group.add_argument(
            f"--{name}",
            metavar="FILE",
            action="append",
            default=default(None),
            help=f"say who read Secrets by this {what}, plain or gzip; as CLUSTER=FILE where the"
            " file does not name the cluster; may be given several times",
        )
    group.add_argument(
        "--by-name",
        action="store_true",
        default=default(False),
        help="report also what only its name makes a credential (tier C)",
    )
    _add_strict(group, default=default(False))
    _add_waivers(group, default=default(None))


def _add_strict(parser: argparse._ActionsContainer, *, default: object) -> None:
    parser.add_argument(
        "--strict",
        action="store_true",
        default=default,
        help="pass a certificate only with 90 days left and something that renews it",
    )


def _add_waivers(parser: argparse._ActionsContainer, *, default: object) -> None:
    parser.add_argument(
        "--waivers",
        metavar="FILE",
        default=default,
        help="YAML file of findings that somebody answers for: shown as waived, never hidden",
    )


def _add_scan_values(parser: argparse._ActionsContainer, *, default: object) -> None:
    parser.add_argument(
        "--scan-values",
        action="store_true",
        default=default,
        help="look at the values of Secrets and ConfigMaps in every cluster: what was found is"
        " kept, no value is kept, shown or written. Without it only metadata is asked for",
    )


def _add_writing(access: argparse._MutuallyExclusiveGroup, *, default: object) -> None:
    access.add_argument(
        "--read-only",
        action="store_true",
        default=default,
        help="refuse everything that is not a read (the default)",
    )
    access.add_argument(
        "--write",
        action="store_true",
        default=default,
        help="accepted, but enables nothing yet: there are no operator actions",
    )


def _add_config_file(parser: argparse._ActionsContainer, *, default: object) -> None:
    parser.add_argument(
        "--config",
        metavar="FILE",
        default=default,
        help="configuration file, instead of MCKCONSOLE_CONFIG and the one in ~/.config/mckconsole",
    )


def _add_format(parser: argparse.ArgumentParser, *formats: str) -> None:
    choices = formats or ("table", "json")
    parser.add_argument(
        "--format", choices=choices, default=choices[0], help=f"{', '.join(choices)}; default table"
    )


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds up to 86400")
    return value
