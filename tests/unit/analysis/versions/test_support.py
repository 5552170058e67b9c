"""How minors stand in calendars, on the days around their ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.model import SupportState
from mckconsole.analysis.versions.support import support_of
from mckconsole.config.support_data import shipped
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.support import NO_SUPPORT_DATA

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("provider", "minor", "state", "days"),
    [
        ("eks", 36, SupportState.SUPPORTED, 253),
        ("eks", 34, SupportState.ENDING, 10),
        ("eks", 33, SupportState.EXTENDED, 249),
        ("eks", 31, SupportState.EXTENDED, 4),
        ("eks", 30, SupportState.ENDED, -122),
        ("aks", 34, SupportState.ENDING, 8),
        ("gke", 34, SupportState.EXTENDED, 312),
        ("openshift", 32, SupportState.ENDING, 25),
        ("openshift", 30, SupportState.ENDED, -235),
        ("upstream", 38, SupportState.PLANNED, None),
        ("upstream", 34, SupportState.ENDED, -26),
        ("upstream", 35, SupportState.SUPPORTED, 98),
    ],
)
def test_the_shipped_calendar(
    provider: str, minor: int, state: SupportState, days: int | None
) -> None:
    found = support_of(provider, Minor(1, minor), TODAY, shipped())
    assert (found.state, found.days, found.provider) == (state, days, provider)
    assert found.source


@pytest.mark.parametrize(
    ("provider", "words"),
    [
        ("", "upstream date, provider unknown"),
        ("eks/gce", "upstream date, provider unclear (eks/gce)"),
        ("rke2", "upstream date: rke2 follows Kubernetes"),
        ("hetzner", "upstream date, no calendar of hetzner is known"),
        ("eks", "upstream date, eks does not list this minor"),
    ],
)
def test_what_has_no_calendar_is_judged_by_upstream(provider: str, words: str) -> None:
    found = support_of(provider, Minor(1, 37), TODAY, shipped())
    assert found.provider == "upstream"
    assert words in found.reason
    assert found.state is SupportState.SUPPORTED


def test_what_is_not_known() -> None:
    assert support_of("eks", None, TODAY, shipped()).state is SupportState.UNKNOWN
    newer = support_of("eks", Minor(1, 99), TODAY, shipped())
    assert (newer.state, newer.reason) == (SupportState.UNKNOWN, "1.99 is not in the table")
    nothing = support_of("eks", Minor(1, 36), TODAY, NO_SUPPORT_DATA)
    assert nothing.state is SupportState.UNKNOWN


def test_older_than_the_table_is_over() -> None:
    found = support_of("kind", Minor(1, 9), TODAY, shipped())
    assert found.state is SupportState.ENDED
    assert "the oldest in the table" in found.reason


def test_paid_support_says_so() -> None:
    assert "costs money" in support_of("eks", Minor(1, 33), TODAY, shipped()).reason
    assert "opted into" in support_of("aks", Minor(1, 33), TODAY, shipped()).reason
    assert "without notice" in support_of("eks", Minor(1, 30), TODAY, shipped()).reason


@given(st.sampled_from(shipped().calendar), st.integers(-4000, 4000))
def test_a_minor_only_gets_worse(row: object, offset: int) -> None:
    """From day to day no state improves, but for the release itself."""
    release = next(one for one in shipped().calendar if one is row)
    day = TODAY + timedelta(offset)
    now, then = (support_of(release.provider, release.minor, one, shipped())
                 for one in (day, day + timedelta(1)))  # fmt: skip
    if now.state is SupportState.PLANNED:
        assert then.state is not SupportState.ENDED
    elif now.state is not SupportState.UNKNOWN:
        assert then.state.rank <= now.state.rank
