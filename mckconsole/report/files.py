"""Write a file whole or not at all, for nobody's eyes but the owner's."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class WriteError(Exception):
    """A file cannot be written; the message has its path and the reason."""


def write_file(path: Path, text: str) -> None:
    """Replace `path` by a new file with mode 0600 that holds `text`.

    The new file is complete and on disk before it takes the name, so neither a full disk nor an
    interruption leaves half a report. Symbolic links and everything that is no regular file are
    refused.

    Raises:
        WriteError: with the path and the reason; an old file is as it was.
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
        raise WriteError(f"cannot write {path}: {error.strerror or error}") from None
    except ValueError:
        raise WriteError(f"cannot write {path}: not a usable path") from None


def _refuse_special(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISLNK(mode):
        raise WriteError(f"cannot write {path}: it is a symbolic link; name the file itself")
    if stat.S_ISDIR(mode):
        raise WriteError(f"cannot write {path}: it is a directory; name a file in it")
    if not stat.S_ISREG(mode):
        raise WriteError(f"cannot write {path}: it is not a regular file")


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
