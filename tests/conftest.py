"""What holds for all tests: their order, in which the longest begin first so that nobody waits for
them at the end, and that neither a busy machine nor a shell's background makes them fail."""

from __future__ import annotations

import signal

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

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


def pytest_configure() -> None:
    """Take signals of the keyboard again, which what a shell starts in the background ignores, and
    with it all that it starts."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGQUIT) is signal.SIG_IGN:
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
