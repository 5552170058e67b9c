"""`mckconsole completion bash|zsh|fish`: scripts made from the argument parser itself.

The scripts are static: pressing Tab never starts mckconsole.
"""

from __future__ import annotations

import argparse
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mckconsole.cli.arguments import PANES, SHORTCUTS, build_parser
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.output import write

PROGRAMS = ("mckconsole", "kubectl-mck")


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its flags, and what may follow it."""

    flags: tuple[str, ...]
    help: str
    choices: tuple[str, ...]
    takes_value: bool
    takes_file: bool


@dataclass(frozen=True, slots=True)
class Command:
    """One command: the words and the options that may follow it."""

    name: str
    help: str
    words: tuple[str, ...]
    options: tuple[Option, ...]


def run(arguments: Namespace) -> int:
    """Print the script for the shell."""
    write(script(arguments.shell))
    return ExitCode.DONE


def script(shell: str) -> str:
    """The completion script; `shell` is bash, zsh or fish."""
    top, commands = describe(build_parser())
    makers = {"bash": _bash, "zsh": _zsh, "fish": _fish}
    return "\n".join(makers[shell](top, commands)) + "\n"


def describe(parser: ArgumentParser) -> tuple[Command, tuple[Command, ...]]:
    """The outer command and the inner ones."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    (actions,) = inner
    helps = {choice.dest: choice.help or "" for choice in actions._choices_actions}
    commands = tuple(_command(name, helps[name], sub) for name, sub in actions.choices.items())
    return _command("", "", parser), commands


def _command(name: str, words: str, parser: ArgumentParser) -> Command:
    values: list[str] = [*PANES, *SHORTCUTS] if name == "report" else []
    options = []
    for action in parser._actions:
        if action.option_strings:
            options.append(_option(action))
        elif action.choices:
            values += [str(choice) for choice in action.choices]
    return Command(name, words, tuple(values), tuple(options))


def _option(action: argparse.Action) -> Option:
    return Option(
        flags=tuple(action.option_strings),
        help=action.help or "",
        choices=tuple(map(str, action.choices or ())),
        takes_value=action.nargs != 0,
        takes_file=action.metavar == "FILE",
    )


def _bash(top: Command, commands: Sequence[Command]) -> Iterator[str]:
    yield "_mckconsole() {"
    yield '  local current="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"'
    yield '  local command="" word'
    yield '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do'
    names = "|".join(command.name for command in commands)
    yield f'    case "$word" in {names}) command="$word"; break ;; esac'
    yield "  done"
    yield '  case "$command $before" in'
    for command in (*commands, top):
        for option in command.options:
            if option.takes_value:
                after = "|".join(f'"{command.name} {flag}"' for flag in option.flags)
                yield f"    {after}) {_bash_value(option)}; return ;;"
    yield "  esac"
    yield '  case "$command" in'
    for command in (*commands, top):
        flags = [flag for option in command.options for flag in option.flags]
        words = " ".join((*command.words, *flags))
        yield f'    {command.name or "*"}) COMPREPLY=($(compgen -W "{words}" -- "$current")) ;;'
    yield "  esac"
    yield "}"
    yield f"complete -F _mckconsole {' '.join(PROGRAMS)}"


def _bash_value(option: Option) -> str:
    if option.takes_file:
        return 'COMPREPLY=($(compgen -f -- "$current"))'
    return f'COMPREPLY=($(compgen -W "{" ".join(option.choices)}" -- "$current"))'


def _zsh(top: Command, commands: Sequence[Command]) -> Iterator[str]:
    yield f"#compdef {' '.join(PROGRAMS)}"
    yield "_mckconsole() {"
    yield "  local context state line"
    yield "  local -a commands"
    yield "  commands=("
    yield from (f"    {_quoted(f'{one.name}:{one.help}')}" for one in commands)
    yield "  )"
    yield "  _arguments -C \\"
    yield from (f"    {spec} \\" for spec in _zsh_options(top))
    yield "    '1:command:->command' '*::argument:->argument'"
    yield '  case "$state" in'
    yield "    command) _describe command commands ;;"
    yield '    argument) case "$line[1]" in'
    for command in commands:
        specs = " ".join(_zsh_options(command))
        words = " ".join(command.words)
        yield f"      {command.name}) _arguments {specs} '*:argument:({words})' ;;"
    yield "    esac ;;"
    yield "  esac"
    yield "}"
    yield f"compdef _mckconsole {' '.join(PROGRAMS)}"


def _zsh_options(command: Command) -> Iterator[str]:
    for option in command.options:
        value = ""
        if option.takes_file:
            value = ":file:_files"
        elif option.takes_value:
            value = f":value:({' '.join(option.choices)})"
        words = re.sub(r"[\[\]:\\]", " ", option.help)
        for flag in option.flags:
            yield _quoted(f"{flag}[{words}]{value}")


def _fish(top: Command, commands: Sequence[Command]) -> Iterator[str]:
    names = " ".join(command.name for command in commands)
    for program in PROGRAMS:
        start = f"complete -c {program} -f"
        first = f"{start} -n 'not __fish_seen_subcommand_from {names}'"
        for command in commands:
            yield f"{first} -a {command.name} -d {_quoted(command.help)}"
        yield from (f"{first} {spec}" for spec in _fish_options(top))
        for command in commands:
            inside = f"{start} -n '__fish_seen_subcommand_from {command.name}'"
            if command.words:
                yield f"{inside} -a {_quoted(' '.join(command.words))}"
            yield from (f"{inside} {spec}" for spec in _fish_options(command))


def _fish_options(command: Command) -> Iterator[str]:
    for option in command.options:
        parts = [
            f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags
        ]
        if option.takes_file:
            parts.append("-r -F")
        elif option.takes_value:
            parts.append(f"-x -a {_quoted(' '.join(option.choices))}")
        yield " ".join((*parts, "-d", _quoted(option.help)))


def _quoted(text: str) -> str:
    """`text` for a shell, in single quotes, with none inside."""
    return "'" + text.replace("'", "’") + "'"
