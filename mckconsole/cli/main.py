"""The entry point: parse, run one command, turn every outcome into words and an exit status.

Commands are imported when they run: `--version`, `--help` and `completion` pay for argparse only.
"""

from __future__ import annotations

import logging
import sys
import warnings
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from mckconsole.cli.arguments import build_parser, contradiction
from mckconsole.cli.exit_codes import ExitCode


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and return its exit status.

    Raises:
        SystemExit: only argparse's own, for `--help`, `--version` (0) and wrong usage (2).
    """
    arguments = build_parser(_program()).parse_args(argv)
    return _guarded(arguments)


def _program() -> str:
    """`kubectl mck` when kubectl runs us as its plugin."""
    return "kubectl mck" if Path(sys.argv[0]).name.startswith("kubectl-") else "mckconsole"


def _guarded(arguments: Namespace) -> int:
    from mckconsole.cli import dumps
    from mckconsole.cli.errors import Terminated, UsageError
    from mckconsole.cli.output import say
    from mckconsole.config.errors import ConfigError

    dumps.forbid()
    _silence_libraries()
    try:
        if words := contradiction(arguments):
            raise UsageError(words)
        return _run(arguments)
    except (UsageError, ConfigError) as error:
        say(str(error))
        return ExitCode.USAGE
    except KeyboardInterrupt:
        say("interrupted")
        return ExitCode.INTERRUPTED
    except Terminated as error:
        say(f"ended by {error}")
        return 128 + error.signal_number
    except Exception as error:  # the last line of defence: a report instead of a traceback
        return _crashed(error)


def _run(arguments: Namespace) -> int:
    from mckconsole.cli.output import on_terminal

    match arguments.command:
        case None if on_terminal():
            from mckconsole.cli.console_command import run

            return run(arguments)
        case "completion":
            from mckconsole.cli.completion import run

            return run(arguments)
        case "rules":
            from mckconsole.cli.rules_command import run

            return run(arguments)
        case "config":
            from mckconsole.cli.config_command import run

            return run(arguments)
        case "get":
            from mckconsole.cli.get_command import run

            return run(arguments)
        case "failover":
            from mckconsole.cli.failover_command import run

            return run(arguments)
        case "checklist":
            from mckconsole.cli.checklist_command import run

            return run(arguments)
        case "plan":
            from mckconsole.cli.plan_command import run

            return run(arguments)
        case "drift" | "diff":
            from mckconsole.cli.compare_command import run

            return run(arguments)
        case "record":
            from mckconsole.cli.record_command import run

            return run(arguments)
        case "replay":
            from mckconsole.cli.replay_command import run

            return run(arguments)
        case "doctor":
            from mckconsole.cli.doctor import run

            return run(arguments)
        case _:
            from mckconsole.cli.report_command import run

            return run(arguments)


def _silence_libraries() -> None:
    """Libraries speak through exceptions here; their warnings and logs are not for stderr."""
    logging.getLogger().addHandler(logging.NullHandler())
    if not sys.warnoptions:
        warnings.simplefilter("ignore")


def _crashed(error: Exception) -> int:
    from mckconsole.cli.crash import save
    from mckconsole.cli.output import say

    path = save(error)
    where = f"; details without any secret are in {path}" if path else ""
    say(f"internal error: {type(error).__name__}{where}")
    return ExitCode.CRASH


if __name__ == "__main__":
    sys.exit(main())
