"""Read a text file that a person wrote, or say why it cannot be read. Never waits for a pipe."""

from __future__ import annotations

from pathlib import Path

from mckconsole.config.errors import ConfigError, ConfigProblem

MAX_BYTES = 1 << 20
"""Largest file that is read; a configuration of 5,000 clusters with settings needs about half."""


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """The text of `path`, without a byte order mark; at most `limit` bytes are read.

    Raises:
        ConfigError: no regular file, not readable, too large, or not UTF-8.
    """
    return _decode(path, _read(path, limit))


def _read(path: Path, limit: int) -> bytes:
    try:
        if path.is_dir():
            raise _error(path, None, "is a directory, not a configuration file")
        if path.exists() and not path.is_file():
            raise _error(path, None, "is not a regular file")
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except OSError as error:
        raise _error(path, None, f"cannot be read: {error.strerror or error}") from None
    except ValueError:  # a NUL in the path
        raise _error(path, None, "is not a usable path") from None
    if len(raw) > limit:
        raise _error(path, None, f"is larger than {limit // 1024} KiB")
    return raw


def _decode(path: Path, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _error(path, line, "not UTF-8 text; is this the right file?") from None


def _error(path: Path, line: int | None, message: str) -> ConfigError:
    return ConfigError([ConfigProblem(path, line, "", message)])
