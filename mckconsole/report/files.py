"""Write a file whole or not at all, for nobody's eyes but the owner's."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


class WriteError(Exception):
    """A file cannot be written; the message has its path and the reason."""


class ExistsError(WriteError):
    """There is a file of that name already, and nobody said that it may go."""


def write_file(path: Path, text: str, *, replace: bool = False) -> None:
    """Make the new file `path`, mode 0600, that holds `text`; only `replace` lets an old one go.

    The new file is complete and on disk before it takes the name, so neither a full disk nor an
    interruption leaves half a report. Symbolic links and everything that is no regular file are
    refused.

    Raises:
        ExistsError: there is one already.
        WriteError: with the path and the reason; an old file is as it was.
    """
    try:
        refuse(path, replace=replace)
        temporary = path.with_name(f".mckconsole-{os.urandom(4).hex()}.tmp")
        try:
            _create(temporary, text.encode("utf-8", "backslashreplace"))
            if replace:
                temporary.replace(path)
            else:
                _take(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(path.parent)
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror or error}") from None
    except ValueError:
        raise WriteError(f"cannot write {path}: not a usable path") from None


def check(path: Path, *, replace: bool = False) -> None:
    """Say, before there is anything to write, that `path` cannot be written to.

    Raises:
        ExistsError: there is a file already.
        WriteError: with the path and the reason.
    """
    try:
        refuse(path, replace=replace)
        where = path.parent
        if not stat.S_ISDIR(where.stat().st_mode):
            raise WriteError(f"cannot write {path}: {where} is no directory")
        if not os.access(where, os.W_OK | os.X_OK):
            raise WriteError(f"cannot write {path}: no file can be made in {where}")
    except OSError as error:
        raise WriteError(f"cannot write {path}: {error.strerror or error}") from None
    except ValueError:
        raise WriteError(f"cannot write {path}: not a usable path") from None


def refuse(path: Path, *, replace: bool = False) -> None:
    """Refuse what is no place for a file.

    Raises:
        ExistsError: there is a file already.
        WriteError: it is a link, a directory, or no regular file.
        OSError, ValueError: nobody can tell.
    """
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
    if not replace:
        raise _exists(path)


def _exists(path: Path) -> ExistsError:
    return ExistsError(f"cannot write {path}: it is already there")


def _take(temporary: Path, path: Path) -> None:
    """Give the new file its name unless something took it meanwhile."""
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise _exists(path) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        refuse(path)  # a file system without links: look once more, then take the name
        temporary.replace(path)
    else:
        temporary.unlink()


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
