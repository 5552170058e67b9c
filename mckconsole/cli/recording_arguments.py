"""Arguments about recordings. Imports argparse and nothing of ours that costs time."""

from __future__ import annotations

import argparse
import math

EVERY = 5.0
"""Seconds between two looks of a recorder."""
MAX_FOR = 30 * 86_400.0
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}


def add_record(parser: argparse.ArgumentParser) -> None:
    """`mckconsole record FILE`."""
    parser.add_argument("file", metavar="FILE", help="the recording to make: a new file, mode 0600")
    parser.add_argument(
        "--for",
        dest="duration",
        metavar="TIME",
        type=span,
        help="how long: 90s, 30m, 2h, 1d; until it is ended (Ctrl-C, SIGTERM) by default",
    )
    parser.add_argument(
        "--every",
        metavar="TIME",
        type=_every,
        default=EVERY,
        help=f"how often to look at what changed; default {EVERY:g}s",
    )


def add_replay(parser: argparse.ArgumentParser) -> None:
    """`mckconsole replay FILE`."""
    parser.add_argument("file", metavar="FILE", help="the recording to play")
    _add_at(parser, "where to begin")
    parser.add_argument(
        "--speed",
        metavar="N",
        type=_speed,
        help="play at once, N seconds of the recording in a second",
    )


def add_from(parser: argparse.ArgumentParser) -> None:
    """`--from FILE [--at TIME]` of commands that read a fleet once."""
    group = parser.add_argument_group("a recording instead of a fleet")
    group.add_argument(
        "--from",
        dest="recording",
        metavar="FILE",
        help="what `mckconsole record` wrote; nobody is asked",
    )
    _add_at(group, "the moment to report; the last one by default")


def contradiction(arguments: argparse.Namespace) -> str:
    """What cannot be meant together with a recording, or nothing."""
    named = getattr(arguments, "recording", None)
    if named is None and getattr(arguments, "at", None) and arguments.command != "replay":
        return "--at: only with --from"
    if named is None and arguments.command != "replay":
        return ""
    if named == "":
        return "--from: the name of the file is missing"
    useless = ("demo", "kubeconfig", "context", "scan_values", "audit_log", "falco")
    given = [f"--{name.replace('_', '-')}" for name in useless if getattr(arguments, name, None)]
    return f"{', '.join(given)}: a recording is played, and nobody is asked" if given else ""


def span(text: str) -> float:
    """Seconds of `90s`, `30m`, `2h`, `1d` or plain seconds."""
    unit = _UNITS.get(text[-1:].lower())
    try:
        seconds = float(text[:-1] if unit else text) * (unit or 1.0)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= MAX_FOR:
        raise argparse.ArgumentTypeError(f"{text!r} is no time up to 30d: 90s, 30m and 2h are")
    return seconds


def _every(text: str) -> float:
    seconds = span(text)
    if not 1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not from 1s to 1h")
    return seconds


def _speed(text: str) -> float:
    try:
        speed = float(text.lower().rstrip("x"))
    except ValueError:
        speed = math.nan
    if not 0.1 <= speed <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed from 0.1 to 1000")
    return speed


def _add_at(parser: argparse._ActionsContainer, what: str) -> None:
    parser.add_argument(
        "--at",
        metavar="TIME",
        help=f"{what}: 14:03, 14:03:20 or 2026-11-23T14:03:20Z (UTC), -5m (before the end), start,"
        " end",
    )
