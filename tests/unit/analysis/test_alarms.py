"""When things are looked at again: each at its time, and what has findings in turn."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.alarms import EVIDENCE_AGE, Alarms, Rounds

Key = tuple[str]
A, B, C = ("a",), ("b",), ("c",)
STEPS = st.tuples(st.sampled_from([A, B, C]), st.none() | st.integers(0, 20))


@given(st.lists(STEPS, max_size=300), st.integers(0, 25))
def test_the_last_time_set_counts(steps: list[tuple[Key, int | None]], now: int) -> None:
    alarms: Alarms[Key] = Alarms()
    expected: dict[Key, int] = {}
    for key, at in steps:
        alarms.set(key, at)
        expected.pop(key, None)
        if at is not None:
            expected[key] = at
    due = {key for key, at in expected.items() if at <= now}
    assert sorted(alarms.due(now)) == sorted(due)
    assert not alarms.due(now)
    assert set(alarms.due(100)) == expected.keys() - due


def test_times_that_do_not_hold_any_more_are_forgotten() -> None:
    alarms: Alarms[Key] = Alarms()
    for number in range(10_000):
        alarms.set(A, float(number + 1))
        alarms.set(A, None)
    assert len(alarms._heap) < 100


def test_evidence_is_dated_anew_in_turn() -> None:
    rounds: Rounds[Key] = Rounds(2)
    for number, key in enumerate((A, B, C)):
        rounds.note(key, float(number), None, True)
    assert rounds.again(EVIDENCE_AGE - 1) == []
    assert rounds.again(EVIDENCE_AGE + 1) == [A, B]
    later = EVIDENCE_AGE + 10
    rounds.note(A, later, None, True)
    rounds.note(B, later, None, False)
    assert rounds.again(later) == [C]
    rounds.forget(C)
    assert rounds.again(later) == []


def test_what_waits_takes_no_turn_of_others() -> None:
    rounds: Rounds[Key] = Rounds(1)
    rounds.note(A, 0.0, 90.0, False)
    rounds.note(B, 0.0, None, True)
    assert rounds.again(90.0) == [A, B]
