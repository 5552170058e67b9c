"""What people type for a moment, and label selectors."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.domain.selectors import SelectorError, parse_selector
from mckconsole.domain.times import format_rfc3339
from mckconsole.store.recording.times import parse_moment, parse_span

FIRST = 1_785_619_800.0
"""2026-08-01T21:30:00Z."""
LAST = FIRST + 4 * 3600
"""01:30 of the next day."""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start", "2026-08-01T21:30:00Z"),
        ("END", "2026-08-02T01:30:00Z"),
        ("21:45", "2026-08-01T21:45:00Z"),
        ("23:59:59", "2026-08-01T23:59:59Z"),
        ("00:10", "2026-08-02T00:10:00Z"),
        ("1:30", "2026-08-02T01:30:00Z"),
        ("2026-08-01T22:00:00Z", "2026-08-01T22:00:00Z"),
        ("2026-08-02 00:30", "2026-08-02T00:30:00Z"),
        ("2026-08-02T02:00:00+02:00", "2026-08-02T00:00:00Z"),
        ("-5m", "2026-08-02T01:25:00Z"),
        ("+1h30m", "2026-08-01T23:00:00Z"),
    ],
)
def test_moments(text: str, expected: str) -> None:
    assert format_rfc3339(parse_moment(text, FIRST, LAST)) == expected


def test_spans_count_from_what_is_shown() -> None:
    now = FIRST + 3600
    assert parse_moment("+90s", FIRST, LAST, now) == now + 90
    assert parse_moment("-10m", FIRST, LAST, now) == now - 600


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:61", "-", "+x", "2026-13-01", "١٢:٠٠x"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_moment(text, FIRST, LAST)


@pytest.mark.parametrize("text", ["12:00", "2026-08-03T00:00:00Z", "-5h", "+1d"])
def test_what_is_not_in_it(text: str) -> None:
    with pytest.raises(ValueError, match="2026-08-01T21:30:00Z to 2026-08-02T01:30:00Z"):
        parse_moment(text, FIRST, LAST)


@given(st.text(max_size=12))
def test_nothing_else_is_raised(text: str) -> None:
    with suppress(ValueError):
        assert FIRST <= parse_moment(text, FIRST, LAST) <= LAST


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("5m", 300),
        ("2h", 7200),
        ("1h30m", 5400),
        ("45", 45),
        ("x", None),
        ("5q", None),
    ],
)
def test_spans(text: str, seconds: float | None) -> None:
    assert parse_span(text) == seconds


LABELS = {"app": "web", "tier": "front", "env": "prod"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("app=web", True),
        ("app==web,tier!=back", True),
        ("app=web,tier=back", False),
        ("env in (test, prod)", True),
        ("env notin (prod)", False),
        ("other notin (a)", True),
        ("app, !legacy", True),
        ("legacy", False),
        ("!app", False),
        ("other!=x", True),
    ],
)
def test_selectors(text: str, expected: bool) -> None:
    assert parse_selector(text)(LABELS) is expected


@pytest.mark.parametrize("text", ["a=b=c", "in (a)", "a b", ",", "a in b"])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(SelectorError):
        parse_selector(text)
