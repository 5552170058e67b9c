"""A crash report helps to find the bug and gives nothing away."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mckconsole.cli.crash import describe, save

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


def fail(secret: str) -> None:
    hidden = secret * 2
    try:
        raise ValueError(f"Authorization: Bearer {secret}")
    except ValueError as error:
        raise RuntimeError(f"cannot use {hidden[:0]}https://ada:{secret}@host/") from error


def crashed() -> RuntimeError:
    with pytest.raises(RuntimeError) as caught:
        fail(TOKEN)
    return caught.value


def test_report_names_places_and_causes_without_values() -> None:
    text = describe(crashed())
    assert "builtins.RuntimeError\n" in text
    assert "builtins.ValueError\n" in text
    assert "cannot use" not in text
    assert "test_crash.py:" in text
    assert "in fail" in text
    assert TOKEN not in text
    assert "hidden" not in text


def test_grouped_errors_are_all_named() -> None:
    group = ExceptionGroup("tasks", [ValueError("one"), KeyError("two")])
    text = describe(group)
    for kind in ("ExceptionGroup", "ValueError", "KeyError"):
        assert f"builtins.{kind}\n" in text


def test_saved_private_and_only_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    path = save(crashed())
    assert path is not None
    assert path.parent == tmp_path / "mckconsole"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nowhere_to_save_is_no_second_crash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mckconsole").write_text("a file where the directory should be")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert save(crashed()) is None
