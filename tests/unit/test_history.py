"""History: changes only, bounded, in order."""

from __future__ import annotations

from mckconsole.domain.states import Transition
from mckconsole.store.history import History


def test_only_changes_are_transitions_and_the_first_state_is_none() -> None:
    history = History("west")
    assert not history.observe("cluster", "pending", "", 1.0)
    assert not history.observe("cluster", "pending", "other words", 2.0)
    assert history.observe("cluster", "ready", "", 3.0)
    assert history.observe("cluster", "degraded", "stale: nodes", 4.0)
    assert history.entries() == (
        Transition(3.0, "west", "cluster", "pending", "ready", ""),
        Transition(4.0, "west", "cluster", "ready", "degraded", "stale: nodes"),
    )


def test_the_oldest_are_forgotten_but_not_the_present() -> None:
    history = History("west", limit=3)
    for number in range(10):
        history.observe("topic nodes", str(number), "", float(number))
    assert [entry.after for entry in history.entries()] == ["7", "8", "9"]
    assert not history.observe("topic nodes", "9", "", 11.0)
