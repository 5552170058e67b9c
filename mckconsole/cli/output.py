"""Put data on stdout or into a file, whole or not at all.

Words for people go to stderr through `say`, one line each, with nothing in them that could steer a
terminal.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from mckconsole.cli.errors import UsageError
from mckconsole.domain.text import clean


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


def write(text: str, destination: str | None = None) -> None:
    """Write `text` to the file `destination`, or to stdout.

    A reader that has seen enough (`| head`) is no error.

    Raises:
        UsageError: it cannot be written; an old file is as it was.
    """
    if destination is not None:
        write_file(Path(destination), text)
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


def write_file(path: Path, text: str) -> None:
    """Replace `path` by a new file with mode 0600 that holds `text`.

    The new file is complete and on disk before it takes the name, so neither a full disk nor an
    interruption leaves half a report. Symbolic links and everything that is no regular file are
    refused.

    Raises:
        UsageError: with the path and the reason.
    """
    try:
        _refuse_special(path)
        temporary = path.with_name(f".mckconsole-{os.urandom(4).hex()}.tmp")
        try:
            _create(temporary, text.encode("utf-8", "backslashreplace"))
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from None
    except ValueError:
        raise UsageError(f"cannot write {path}: not a usable path") from None


def _refuse_special(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise UsageError(f"cannot write {path}: it is a symbolic link; name the file itself")
    if stat.S_ISDIR(mode):
        raise UsageError(f"cannot write {path}: it is a directory; name a file in it")
    if not stat.S_ISREG(mode):
        raise UsageError(f"cannot write {path}: it is not a regular file")


def _create(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o600), "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_directory(path: Path) -> None:
    """Make the new name durable where the file system can."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EROFS):
            raise
    finally:
        os.close(directory)
