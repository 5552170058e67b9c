"""Files that are no recordings, and recordings that were cut off, locked or spoiled."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from mckconsole.store.recording import file as files
from mckconsole.store.recording.codec import DecodingError, codec
from mckconsole.store.recording.file import SCHEMA, RecordingError
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.state import State, decode
from mckconsole.store.recording.values import Member
from mckconsole.store.recording.writer import Change, Writer


def change(name: str) -> Change:
    members = {name: Member(0, "ctx", "https://here")}
    return Change("", "inventory", members, (), lambda: members)


def recorded(path: Path, moments: int = 3) -> Path:
    with Writer(path, {"tool": "test"}) as file:
        for n in range(moments):
            file.write(float(n), [change("west" * 200 + str(n))])
    return path


def read_all(path: Path) -> None:
    with Recording(path) as recording:
        for moment in recording.moments:
            State().begin(decode(recording.leading_to(moment)))


def refused(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        Recording(path)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_it_is_for_its_owner_only_and_never_replaces_anything(tmp_path: Path) -> None:
    path = recorded(tmp_path / "it")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = path.read_bytes()
    with pytest.raises(RecordingError, match="is there already"):
        Writer(path, {})
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordingError, match="is there already"):
        Writer(tmp_path / "link", {})
    with pytest.raises(RecordingError, match="cannot write"):
        Writer(tmp_path / "no" / "such" / "folder", {})
    assert path.read_bytes() == before


def test_what_is_no_recording(tmp_path: Path) -> None:
    assert "there is no file" in refused(tmp_path / "nothing")
    assert "is no file" in refused(tmp_path)
    (tmp_path / "text").write_text("hello, I am a log file and no database at all\n" * 200)
    assert "no recording of mckconsole" in refused(tmp_path / "text")
    (tmp_path / "empty").write_bytes(b"")
    assert "no recording of mckconsole" in refused(tmp_path / "empty")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE moments (id INTEGER)")
    other.close()
    assert "no recording of mckconsole" in refused(tmp_path / "other")
    assert "holds nothing" in refused(recorded(tmp_path / "bare", 0))


def test_a_newer_one_says_so(tmp_path: Path) -> None:
    path = recorded(tmp_path / "it")
    newer = sqlite3.connect(path)
    newer.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    newer.close()
    assert f"newer mckconsole (format {SCHEMA + 1}" in refused(path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_truncated_one(tmp_path: Path, share: float) -> None:
    path = recorded(tmp_path / "it", 40)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(RecordingError) as caught:
        read_all(path)
    assert str(path) in str(caught.value)


def test_one_that_somebody_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LOCK_SECONDS", 0.05)
    path = recorded(tmp_path / "it")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert "locked by another process" in refused(path)
    other.close()
    Recording(path).close()


def test_it_is_read_while_it_grows(tmp_path: Path) -> None:
    with Writer(tmp_path / "it", {}) as file:
        file.write(1.0, [change("west")])
        with Recording(tmp_path / "it") as recording:
            assert not recording.refresh()
            file.write(2.0, [change("east")])
            assert recording.refresh()
            assert [one.at for one in recording.moments] == [1.0, 2.0]


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.unit.recording.test_files import change
from mckconsole.store.recording.writer import Writer
file = Writer(Path(sys.argv[1]), {})
for n in range(3):
    file.write(float(n), [change(f"c{n}")])
if sys.argv[2] == "within":  # with a rollback journal that is in the file already
    file._connection.execute("PRAGMA cache_size = 1")
    file._connection.execute("BEGIN IMMEDIATE")
    for n in range(400):
        row = (4, 1, 0, os.urandom(9000))
        file._connection.execute("INSERT INTO parts VALUES (?, ?, ?, ?)", row)
    file._connection.execute("INSERT INTO moments (at, news) VALUES (9.0, 1)")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("when", ["between", "within"])
def test_a_recorder_that_was_killed_leaves_what_it_committed(tmp_path: Path, when: str) -> None:
    path = tmp_path / "it"
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), when], cwd=root, env=dict(os.environ), check=False
    )
    assert done.returncode == -signal.SIGKILL
    with Recording(path) as recording:
        assert [one.at for one in recording.moments] == [0.0, 1.0, 2.0]
        state = State()
        state.begin(decode(recording.leading_to(recording.last)))
        assert list(state.snapshot(2.0).clusters) == ["c0", "c1", "c2"]


def test_parts_that_are_none() -> None:
    reading = codec("inventory")
    assert reading is not None
    good = reading.encode({"a": Member(0, "c", "s")}, [])
    spoiled = {
        "damaged": b"nothing deflated",
        "cut off": good[:-6],
        "does not fit": zlib.compress(b'[{"a": 1}, []]'),
        "Error": zlib.compress(b"[" * 100_000),
    }
    for words, data in spoiled.items():
        with pytest.raises(DecodingError, match=words):
            reading.decode(data)


def test_text_is_cleaned_again() -> None:
    """A recording may be anybody's file."""
    reading = codec("inventory")
    assert reading is not None
    hostile = zlib.compress(b'[{"a\\u001b[2J": {"place": 0, "context": "x\\u0007", "server": "s",'
                            b' "groups": ["\\u202ev"]}}, []]')  # fmt: skip
    put, _ = reading.decode(hostile)
    ((name, member),) = put.items()
    assert "\x1b" not in name
    assert "\x07" not in member.context
    assert "\u202e" not in member.groups[0]


def test_chains_of_later_versions_are_left_out(tmp_path: Path) -> None:
    path = recorded(tmp_path / "it")
    newer = sqlite3.connect(path)
    newer.execute("INSERT INTO chains VALUES (99, 'west', 'topic/of-tomorrow')")
    newer.execute("INSERT INTO parts VALUES (1, 99, 1, x'00')")
    newer.commit()
    newer.close()
    with Recording(path) as recording:
        state = State()
        state.begin(decode(recording.leading_to(recording.first)))
        assert len(state.snapshot(0.0).clusters) == 1
