"""How often something happened lately."""

from __future__ import annotations

from mckconsole.sources.rate import WINDOW, Rate


def test_only_the_last_seconds_count() -> None:
    now = 100.5
    rate = Rate(lambda: now)
    assert rate.per_second() == 0.0
    for now in (100.5, 100.9, 104.0):  # noqa: B007 - the clock
        rate.note()
    assert rate.per_second() == 3 / WINDOW
    now = 111.0
    assert rate.per_second() == 1 / WINDOW
    now = 1000.0
    assert rate.per_second() == 0.0


def test_a_burst_costs_no_memory() -> None:
    rate = Rate(lambda: 5.0)
    for _ in range(1000):
        rate.note()
    assert rate.per_second() == 1000 / WINDOW
    assert len(rate._counts) == 1
