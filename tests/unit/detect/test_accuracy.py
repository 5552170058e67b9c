"""Floors of what is found in the generated corpus; `python -m tests.accuracy` prints the whole."""

from __future__ import annotations

import pytest

from tests.accuracy.corpus import corpus
from tests.accuracy.score import Score, judge


@pytest.fixture(scope="module")
def score() -> Score:
    return judge(corpus(seed=7, rounds=3, quiet=300))


def test_what_structure_proves_is_right_and_complete(score: Score) -> None:
    assert score.labels["A"] >= 60
    assert score.precision("A") >= 0.99, score.mistaken
    assert score.recall("A") >= 0.95, score.missed


def test_what_is_shaped_like_one_mostly_is(score: Score) -> None:
    assert score.labels["B"] >= 300
    assert score.precision("A", "B") >= 0.90, score.mistaken
    assert score.recall("A", "B") >= 0.95, score.missed


def test_benign_objects_are_left_alone(score: Score) -> None:
    assert score.benign >= 300
    assert score.disturbed * 100 <= score.benign, score.mistaken
    assert not score.troubled
