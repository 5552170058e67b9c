"""`mckconsole config show|validate|schema`."""

from __future__ import annotations

import os
from argparse import Namespace

from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.look import check_look
from mckconsole.cli.output import say, write
from mckconsole.config.load import load_config
from mckconsole.config.paths import config_file
from mckconsole.config.schema import as_yaml, config_schema
from mckconsole.report.jsonout import to_json
from mckconsole.report.spans import Span, paint


def run(arguments: Namespace) -> int:
    """Carry the action out; a bad file raises ConfigError, which lists every problem."""
    if arguments.action == "schema":
        write(to_json(config_schema()))
        return ExitCode.DONE
    loaded = load_config(arguments.config, env=os.environ)
    where = str(loaded.path) if loaded.path else f"defaults; {config_file(os.environ)} is not there"
    if arguments.action == "validate":
        check_look(loaded, os.environ, "true")
        say(f"valid: {where}")
        return ExitCode.DONE
    text = f"# {where}\n{as_yaml(loaded.config)}"
    write(paint(([Span(line)] for line in text.splitlines()), colour=False))
    return ExitCode.DONE
