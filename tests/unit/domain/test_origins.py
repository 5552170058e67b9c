"""An error is told by where it came from, and not by what it says."""

from __future__ import annotations

from mckconsole.domain.origins import origin


def _fail(secret: str) -> None:
    raise ValueError(f"no such thing as {secret}")


def test_the_way_is_told_and_the_words_are_not() -> None:
    secret = "hunter2-hunter2"
    try:
        _fail(secret)
    except ValueError as error:
        told = origin(error)
    assert told.startswith("ValueError in _fail (test_origins.py:")
    assert "test_the_way_is_told" in told
    assert secret not in told


def test_an_error_that_was_never_raised_has_no_way() -> None:
    assert origin(KeyError("x")) == "KeyError"
