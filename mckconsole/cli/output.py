"""Put data on stdout or into a file, whole or not at all.

Words for people go to stderr through `say`, one line each, with nothing in them that could steer a
terminal.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mckconsole.cli.errors import UsageError
from mckconsole.domain.text import clean
from mckconsole.report import files


@dataclass(frozen=True, slots=True)
class Look:
    """How text for stdout may look."""

    width: int | None
    """Terminal cells; None when it is not read on a terminal."""
    colour: bool


def on_terminal() -> bool:
    """Whether there is somebody to show something to who can press keys."""
    streams = (sys.stdin, sys.stdout)
    return all(not _closed(stream) and stream.isatty() for stream in streams)


def look(destination: str | None = None) -> Look:
    """The look of what goes to `destination` (None: stdout). Colour follows NO_COLOR and TERM."""
    if destination is not None or _closed(sys.stdout) or not sys.stdout.isatty():
        return Look(None, False)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"
    return Look(max(shutil.get_terminal_size().columns, 40), colour)


def say(text: str) -> None:
    """Words on stderr, each line cleaned; nobody listening is no reason to fail."""
    if _closed(sys.stderr):
        return
    try:
        for line in text.splitlines():
            sys.stderr.write(f"mckconsole: {clean(line)}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        pass


def write(text: str, destination: str | None = None, *, replace: bool = False) -> None:
    """Write `text` to the new file `destination`, or to stdout; `replace` lets an old file go.

    A reader that has seen enough (`| head`) is no error.

    Raises:
        UsageError: it cannot be written; an old file is as it was.
    """
    if destination is not None:
        write_file(Path(destination), text, replace=replace)
        return
    if _closed(sys.stdout):
        raise UsageError("cannot write to stdout: it is closed")
    try:
        encoding = "utf-8" if not sys.stdout.isatty() else sys.stdout.encoding or "utf-8"
        _drain(text.encode(encoding, "backslashreplace"))
    except BrokenPipeError:
        _detach_stdout()
    except OSError as error:
        _detach_stdout()
        raise UsageError(f"cannot write to stdout: {error.strerror}") from None


def _closed(stream: TextIO | None) -> bool:
    """Whether the process was started without this stream (`>&-`)."""
    return stream is None


def _drain(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _detach_stdout() -> None:
    """Let the interpreter's last flush at exit go nowhere."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def check_destination(destination: str | None, *, replace: bool) -> None:
    """Say before anything is read that the report will find no place.

    Raises:
        UsageError: with the path and the reason.
    """
    if destination is None:
        return
    try:
        if not destination:
            raise UsageError("-o: the name of the file is missing")
        files.check(Path(destination), replace=replace)
    except files.WriteError as error:
        raise _usage(error) from None


def spare(destination: str | None, inputs: Iterable[Path]) -> None:
    """See to it that the report does not replace a file from which it is made.

    Raises:
        UsageError: it would.
    """
    if destination is None:
        return
    for one in inputs:
        with contextlib.suppress(OSError):  # one of them is not there
            if os.path.samefile(one, destination):
                raise UsageError(f"cannot write {destination}: this report is made from it")


def write_file(path: Path, text: str, *, replace: bool = False) -> None:
    """Make the new file `path`, mode 0600, that holds `text`, whole or not at all.

    Raises:
        UsageError: with the path and the reason; without `replace` also that it is there already.
    """
    try:
        files.write_file(path, text, replace=replace)
    except files.WriteError as error:
        raise _usage(error) from None


def _usage(error: files.WriteError) -> UsageError:
    hint = "; --force replaces it" if isinstance(error, files.ExistsError) else ""
    return UsageError(f"{error}{hint}")
