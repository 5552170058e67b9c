"""Waits after errors: exponential, jittered, bounded, patient where only a person can help."""

from __future__ import annotations

import pytest

from mckconsole.sources.backoff import RECHECK, Backoff, Recovery
from mckconsole.sources.errors import (
    ConnectFailed,
    Forbidden,
    NotServed,
    ServerTrouble,
    SourceError,
    Throttled,
    TLSFailed,
    Unauthorized,
)
from mckconsole.sources.pace import Pace


class Clock:
    """Time and chance in the test's hands."""

    def __init__(self) -> None:
        self.now = 0.0
        self.chance = 0.0
        self.pace = Pace(monotonic=lambda: self.now, chance=lambda: self.chance)


def test_waits_double_up_to_the_cap_and_jitter_at_most_doubles_them() -> None:
    clock = Clock()
    backoff = Backoff(pace=clock.pace)
    waits = [backoff.next() for _ in range(8)]
    assert waits == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0]
    clock.chance = 0.999
    assert 59 < backoff.next() < 60


def test_two_healthy_minutes_after_the_wait_start_anew() -> None:
    clock = Clock()
    backoff = Backoff(pace=clock.pace)
    for _ in range(3):
        clock.now += backoff.next()
    clock.now += 119
    assert backoff.next() == 6.4
    clock.now += 6.4 + 121
    assert backoff.next() == 0.8


@pytest.mark.parametrize(("asked", "least", "most"), [(7.0, 7.0, 8.0), (4000.0, 60.0, 66.0)])
def test_retry_after_is_honoured_up_to_a_minute(asked: float, least: float, most: float) -> None:
    clock = Clock()
    clock.chance = 0.5
    for error in (Throttled("429", retry_after=asked), ServerTrouble("503", retry_after=asked)):
        assert least <= Recovery(clock.pace).delay(error) <= most


@pytest.mark.parametrize("error", [Forbidden("403"), NotServed("404")])
def test_what_needs_a_person_is_rechecked_every_five_minutes(error: SourceError) -> None:
    recovery = Recovery(Clock().pace)
    assert [recovery.delay(error) for _ in range(3)] == [RECHECK] * 3


def test_a_refused_credential_is_tried_twice_a_minute_at_most_and_ever_less() -> None:
    clock = Clock()
    recovery = Recovery(clock.pace)
    waits = []
    for _ in range(6):
        waits.append(recovery.delay(Unauthorized("401")))
        clock.now += waits[-1]
    assert waits == [30, 60, 120, 240, 300, 300]


def test_a_bad_certificate_makes_no_storm() -> None:
    assert Recovery(Clock().pace).delay(TLSFailed("expired")) >= 60


def test_kinds_of_trouble_do_not_lengthen_each_others_waits() -> None:
    recovery = Recovery(Clock().pace)
    recovery.delay(Unauthorized("401"))
    assert recovery.delay(ConnectFailed("refused")) == 0.8
