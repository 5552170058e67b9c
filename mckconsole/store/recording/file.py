"""The file of a recording: what it is, how it is made, and why one cannot be read.

An SQLite file with a rollback journal: whatever ends the recorder, what was committed is there. A
*chain* is one map of values (the pods of a cluster, its states …). It begins with all of them, goes
on with what changed, and begins anew when that weighs as much as the beginning did, so that any
moment is read from at most twice of what was held. Nothing here knows what the values are.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from mckconsole.domain.text import clean, shorten

APPLICATION = 0x6D636B72
"""`application_id` of SQLite: `mckr`."""
SCHEMA = 1
"""`user_version`: grows when an older program could not read the file any more."""
LOCK_SECONDS = 2.0
"""Seconds for which another process may hold the file before that is an error."""

TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE moments (id INTEGER PRIMARY KEY, at REAL NOT NULL, news INTEGER NOT NULL);
CREATE TABLE chains (
    id INTEGER PRIMARY KEY, cluster TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (cluster, name));
CREATE TABLE parts (
    moment INTEGER NOT NULL, chain INTEGER NOT NULL, base INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX parts_of_chain ON parts (chain, moment);
CREATE INDEX parts_of_moment ON parts (moment);
CREATE INDEX bases ON parts (chain, moment) WHERE base = 1;
"""


class RecordingError(Exception):
    """A recording cannot be read or written; the message names the file and says why."""


def create(path: Path) -> sqlite3.Connection:
    """Make the new file `path`, for nobody's eyes but the owner's.

    Raises:
        RecordingError: there is one already, or it cannot be made.
    """
    name = _name(path)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        raise RecordingError(f"{name} is there already; a recording is a new file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", "") or "not a usable path"
        raise RecordingError(f"cannot write {name}: {why}") from None
    connection = _connect(path, "rw")
    try:
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA}")
        connection.executescript(TABLES)
    except sqlite3.Error as error:
        connection.close()
        raise trouble(path, error) from None
    return connection


def open_existing(path: Path) -> sqlite3.Connection:
    """Open a recording to read it; one that is still being made may be read, too.

    Raises:
        RecordingError: it is none, newer, damaged, locked or not there.
    """
    name = _name(path)
    try:
        regular = path.is_file()
    except (OSError, ValueError):
        regular = False
    if not regular:
        there = path.exists()
        raise RecordingError(f"{name} is no file" if there else f"there is no file {name}")
    try:
        connection = _checked(path, "ro")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            raise trouble(path, error) from None
        connection = _recovered(path)
    except sqlite3.Error as error:
        raise trouble(path, error) from None
    return connection


def _recovered(path: Path) -> sqlite3.Connection:
    """The recorder was killed while it wrote: have SQLite take the unfinished moment back."""
    try:
        _checked(path, "rw").close()
        return _checked(path, "ro")
    except sqlite3.OperationalError as error:
        raise RecordingError(
            f"{_name(path)} was cut off while it was written, and must be writable once to be"
            f" mended: {error}"
        ) from None
    except sqlite3.Error as error:
        raise trouble(path, error) from None


def _checked(path: Path, mode: str) -> sqlite3.Connection:
    connection = _connect(path, mode)
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION:
            raise RecordingError(f"{_name(path)} is no recording of mckconsole")
        if version > SCHEMA:
            raise RecordingError(
                f"{_name(path)} was made by a newer mckconsole (format {version}, this one reads"
                f" {SCHEMA}); use that one"
            )
        connection.execute("SELECT max(id) FROM moments").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    """For use by one thread after the other; transactions are begun and ended by words."""
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=LOCK_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def trouble(path: Path, error: sqlite3.Error) -> RecordingError:
    """What SQLite says, in words for a person."""
    name, code = _name(path), getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_NOTADB:
        return RecordingError(f"{name} is no recording of mckconsole")
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return RecordingError(f"{name} is locked by another process; try again when that is done")
    if code == sqlite3.SQLITE_FULL:
        return RecordingError(f"cannot write {name}: the disk is full")
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_ERROR):
        return RecordingError(f"{name} is damaged or cut off: {shorten(str(error), 200)}")
    return RecordingError(f"cannot use {name}: {shorten(str(error), 200)}")


def _name(path: Path) -> str:
    return clean(str(path))
