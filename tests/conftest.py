"""The order of all tests: the longest begin first, so that nobody waits for them at the end."""

from __future__ import annotations

import pytest

LONGEST = ("test_hostile_screen.py", "test_monkey.py", "test_secret_screens.py")
"""Each of these takes a minute or more, most of it waiting for a screen."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread them: of four processes each begins with a quarter of the tests, in order."""
    first = [item for item in items if item.path.name in LONGEST]
    others = [item for item in items if item.path.name not in LONGEST]
    share = -(-len(others) // max(len(first), 1))
    items[:] = []
    for number in range(max(len(first), 1)):
        items += first[number : number + 1]
        items += others[number * share : (number + 1) * share]
