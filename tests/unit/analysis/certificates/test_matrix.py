"""Every cell of both matrices, and where one ends and the next begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.certificates.matrix import (
    DAY,
    Dates,
    Health,
    Renewal,
    judge,
    next_change,
    rank,
)
from mckconsole.analysis.certificates.model import Verdict

NOW = 1_790_000_000.0
P, W, F, C, U = (
    Verdict.PASS,
    Verdict.WARN,
    Verdict.FAIL,
    Verdict.CRITICAL,
    Verdict.UNKNOWN,
)
HEALTHY = Renewal(True, "it does", at=NOW + 5 * DAY)
FAILING = Renewal(True, "it does", at=NOW + 5 * DAY, failing="not ready")
NONE = Renewal(False)
UNKNOWN = Renewal(None, why="issuers forbidden")


def lasting(left: float, life: float = 100) -> Dates:
    """So many days left of a life of so many days."""
    end = NOW + left * DAY
    return Dates(end - life * DAY, end)


WIDE, MIDDLE, SHORT, SIXTH = lasting(95), lasting(60), lasting(20), lasting(50, 365)
ENDED, AHEAD = lasting(-1), Dates(NOW + DAY, NOW + 99 * DAY)


@pytest.mark.parametrize(
    ("dates", "by_matrix", "by_rule"),
    [
        # healthy, failing, none, unknown
        (WIDE, (P, W, W, U), (P, F, F, U)),
        (MIDDLE, (P, F, F, U), (F, F, F, F)),
        (SHORT, (P, F, C, U), (F, F, C, F)),
        (SIXTH, (P, F, C, U), (F, F, C, F)),
        (ENDED, (C, C, C, C), (C, C, C, C)),
        (AHEAD, (C, C, C, C), (C, C, C, C)),
        (None, (U, F, U, U), (U, F, U, U)),
    ],
)
def test_every_cell(
    dates: Dates | None, by_matrix: tuple[Verdict, ...], by_rule: tuple[Verdict, ...]
) -> None:
    renewals = (HEALTHY, FAILING, NONE, UNKNOWN)
    assert tuple(judge(dates, one, NOW).verdict for one in renewals) == by_matrix
    assert tuple(judge(dates, one, NOW, strict=True).verdict for one in renewals) == by_rule


@pytest.mark.parametrize(
    ("left", "life", "verdict"),
    [
        (90, 365, W),
        (90 - 1e-6, 365, F),
        (30, 120, F),
        (30 - 1e-6, 120, C),
        (365 / 6, 365, F),
        (365 / 6 - 1e-6, 365, C),
        (100, 3650, W),  # a sixth of its life counts below 90 days only
        (0, 365, C),
    ],
)
def test_where_a_row_ends_without_renewal(left: float, life: float, verdict: Verdict) -> None:
    assert judge(lasting(left, life), NONE, NOW).verdict is verdict


@pytest.mark.parametrize(
    ("left", "life", "due", "verdict"),
    [
        (60, 100, -4.999, P),  # 5 % of its life late, and no more
        (60, 100, -5.001, F),
        (60, 100, 1, P),
        (20, 100, 0.001, P),
        (20, 100, -0.001, F),  # no grace when time is short
        (50, 365, -0.001, F),
        (0.02, 0.0417, 0.001, P),  # lives for an hour
        (95, 200, -9.999, P),
        (95, 200, -10.001, W),
    ],
)
def test_when_a_renewal_is_late(left: float, life: float, due: float, verdict: Verdict) -> None:
    renewal = Renewal(True, "it does", at=NOW + due * DAY)
    assert judge(lasting(left, life), renewal, NOW).verdict is verdict


@pytest.mark.parametrize(
    ("left", "life", "verdict"), [(95, 400, P), (60, 100, P), (34, 100, P), (33, 100, U), (5, 6, P)]
)
def test_what_says_no_time_is_not_taken_at_its_word_for_ever(
    left: float, life: float, verdict: Verdict
) -> None:
    assert judge(lasting(left, life), Renewal(True, "it does"), NOW).verdict is verdict


def test_what_will_fail_fails_from_then_on() -> None:
    renewal = Renewal(True, "it does", fails_from=NOW, late="did not run")
    assert judge(WIDE, renewal, NOW).verdict is P
    late = judge(WIDE, renewal, NOW + 1)
    assert (late.verdict, late.health, late.reason) == (W, Health.FAILING, "did not run")


_DAYS = st.floats(-400, 4000, allow_nan=False)
_RENEWALS = st.builds(
    Renewal,
    automated=st.sampled_from([True, False, None]),
    at=st.none() | _DAYS.map(lambda days: NOW + days * DAY),
    failing=st.sampled_from(["", "not ready"]),
    fails_from=st.none() | _DAYS.map(lambda days: NOW + days * DAY),
)
_DATES = st.tuples(_DAYS, st.floats(0, 4000)).map(lambda one: lasting(*one))


@given(_DATES, _RENEWALS)
def test_the_literal_rule_is_never_milder(dates: Dates, renewal: Renewal) -> None:
    by_matrix = judge(dates, renewal, NOW).verdict
    by_rule = judge(dates, renewal, NOW, strict=True).verdict
    assert rank(by_rule) <= rank(by_matrix)
    if by_rule is P:
        assert dates.end - NOW >= 90 * DAY
        assert renewal.automated


@given(_DATES, _RENEWALS)
def test_what_is_not_known_never_passes(dates: Dates, renewal: Renewal) -> None:
    if judge(dates, renewal, NOW).verdict is P:
        assert renewal.automated
        assert not renewal.failing


@given(_DATES, _RENEWALS, st.booleans(), st.floats(0, 1))
def test_nothing_changes_before_it_is_said_to(
    dates: Dates, renewal: Renewal, strict: bool, share: float
) -> None:
    change = next_change(dates, renewal, NOW)
    until = NOW + 5000 * DAY if change is None else change - 1.001
    at = NOW + max(until - NOW, 0) * share
    before, after = (judge(dates, renewal, one, strict=strict) for one in (NOW, at))
    assert before.verdict is after.verdict


def test_an_authority_is_looked_at_again_when_its_last_year_begins() -> None:
    assert next_change(lasting(400, 4000), NONE, NOW) == NOW + 35 * DAY + 1
