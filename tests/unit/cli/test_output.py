"""Files appear whole or not at all; terminals get what they can show."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from mckconsole.cli import output
from mckconsole.cli.errors import UsageError
from mckconsole.cli.output import check_destination, look, say, spare, write_file


def names(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir())


def test_file_is_new_complete_and_private(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o644)
    write_file(path, "new → text\n", replace=True)
    assert path.read_text("utf-8") == "new → text\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert names(tmp_path) == ["report.json"]


def test_full_disk_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left on device"):
        write_file(path, "new", replace=True)
    assert path.read_text() == "old"
    assert names(tmp_path) == ["report.json"]


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    words = re.escape(f"cannot write {path}: it is already there; --force replaces it")
    with pytest.raises(UsageError, match=words):
        check_destination(str(path), replace=False)
    with pytest.raises(UsageError, match=words):
        write_file(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["report.json"]
    check_destination(str(path), replace=True)
    check_destination(str(tmp_path / "other"), replace=False)
    check_destination(None, replace=False)


def test_a_place_that_cannot_be_written_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("old")
    for name, words in {
        "missing/report": "No such file or directory",
        "file/report": "Not a directory",
        "x" * 300: "File name too long",
        "nul\x00": "not a usable path",
    }.items():
        with pytest.raises(UsageError, match=f"^cannot write .*: {words}$"):
            check_destination(str(tmp_path / name), replace=True)
    with pytest.raises(UsageError, match="-o: the name of the file is missing"):
        check_destination("", replace=True)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match=f"no file can be made in {tmp_path}"):
        check_destination(str(tmp_path / "report"), replace=False)


def test_a_report_does_not_replace_what_it_is_made_from(tmp_path: Path) -> None:
    log, other = tmp_path / "audit.log", tmp_path / "other"
    log.write_text("kept")
    other.hardlink_to(log)
    for name in (log, other):
        with pytest.raises(UsageError, match=f"cannot write {name}: this report is made from it"):
            spare(str(name), [tmp_path / "gone", log])
    spare(str(tmp_path / "new"), [log])
    spare(None, [log])


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_appears_meanwhile_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    path, sync = tmp_path / "report.json", os.fsync

    def slowly(descriptor: int) -> None:
        path.write_text("theirs")
        sync(descriptor)

    def none(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fsync", slowly)
    if not links:
        monkeypatch.setattr(os, "link", none)
    with pytest.raises(UsageError, match="already there"):
        write_file(path, "new")
    assert path.read_text() == "theirs"
    assert names(tmp_path) == ["report.json"]


def test_a_file_system_without_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    write_file(tmp_path / "report.json", "new")
    assert (tmp_path / "report.json").read_text() == "new"
    assert names(tmp_path) == ["report.json"]


def test_interruption_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_file(tmp_path / "report.json", "new")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.mkdir(), "is a directory"),
        (lambda path: path.symlink_to("/etc/passwd"), "is a symbolic link"),
        (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
        (lambda path: os.mkfifo(path), "not a regular file"),
    ],
)
def test_special_targets_are_refused(tmp_path: Path, make: object, words: str) -> None:
    path = tmp_path / "target"
    assert callable(make)
    make(path)
    with pytest.raises(UsageError, match=words):
        write_file(path, "x")
    assert names(tmp_path) == ["target"]


@pytest.mark.parametrize("name", ["missing/report", "nul\x00", "x" * 300])
def test_unusable_paths_are_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        write_file(tmp_path / name, "x")


class Terminal:
    """A stdout that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_look_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert look() == output.Look(120, True)
    assert look("file") == output.Look(None, False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert look() == output.Look(120, False)
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert look() == output.Look(120, False)


def test_look_of_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    assert look() == output.Look(None, False)


def test_words_are_one_clean_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    say("one\ntwo \x1b[31m")
    assert capsys.readouterr().err == "mckconsole: one\nmckconsole: two ‹1B›[31m\n"
