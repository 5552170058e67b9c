"""The server's clock from headers of whole seconds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.sources.clock import ServerClock


@given(
    skew=st.floats(-1e6, 1e6),
    replies=st.lists(
        st.tuples(st.floats(0, 1e5), st.floats(0, 5), st.floats(0, 5)), min_size=1, max_size=30
    ),
)
def test_the_truth_is_never_further_away_than_one_reply_allows(
    skew: float, replies: list[tuple[float, float, float]]
) -> None:
    """Whatever the delays on the way there and back are, and however few replies there were."""
    clock = ServerClock()
    widest = 0.0
    for sent, there, back in replies:
        clock.observe(math.floor(sent + there + skew), sent, sent + there + back)
        widest = max(widest, there + back + 1)
    assert abs(clock.offset - skew) <= widest


def test_many_replies_tell_more_than_a_second_does() -> None:
    clock = ServerClock()
    for step in range(10):
        sent = 1000 + step * 0.1
        clock.observe(math.floor(sent + 12.34), sent, sent + 0.01)
    assert clock.offset == pytest.approx(12.34, abs=0.1)


def test_a_clock_that_is_set_starts_anew() -> None:
    clock = ServerClock()
    clock.observe(1000, 1000.2, 1000.3)
    clock.observe(5000, 1001.2, 1001.3)
    assert clock.offset == pytest.approx(3999, abs=1)


def test_dates_are_parsed_or_not_known() -> None:
    clock = ServerClock()
    assert clock.offset == 0.0
    assert clock.parse("Sun, 02 Aug 2026 10:00:00 GMT") == 1785664800.0
    assert clock.parse("yesterday") is None
    assert clock.parse("yesterday") is None
    assert clock.parse(None) is None
    clock.observe(10, 100.0, 50.0)  # the local clock was set back while we waited
    assert clock.offset == 0.0
