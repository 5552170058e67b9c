"""What happens when a bug ends a command: one line on stderr and a report in a file.

The report holds the exception's type and where it came from, never local variables and never its
words, which may quote anything: a report is made to be sent on.
"""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

from mckconsole import __version__
from mckconsole.cli.errors import UsageError
from mckconsole.cli.output import write_file
from mckconsole.config.paths import state_directory

_MAX_FRAMES = 60


def save(error: BaseException) -> Path | None:
    """Write the crash report; returns where it is, or None when it cannot be written anywhere."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    directory = state_directory(os.environ)
    path = directory / f"crash-{stamp}-{os.urandom(4).hex()}.txt"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(path, describe(error))
    except (OSError, UsageError):
        return None
    return path


def describe(error: BaseException) -> str:
    """The crash report."""
    lines = [
        f"mckconsole {__version__}, Python {platform.python_version()} on {platform.platform()}",
        f"command: {_command()}",
        "",
    ]
    lines += _explained(error, set())
    return "\n".join(lines) + "\n"


def _explained(error: BaseException, seen: set[int]) -> Iterator[str]:
    """`error`, what it groups and what it came from, each once."""
    if id(error) in seen:
        return
    seen.add(id(error))
    kind = type(error)
    yield f"{kind.__module__}.{kind.__qualname__}"
    for frame in traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]:
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    parts = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for other in (*parts, error.__cause__ or error.__context__):
        if other is not None:
            yield from _explained(other, seen)


def _command() -> str:
    """The command's name and flags; their values may be names that are nobody's business."""
    return " ".join(word.partition("=")[0] for word in sys.argv[1:] if word.startswith("-")) or "-"
