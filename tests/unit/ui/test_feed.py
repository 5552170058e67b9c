"""Which changes make a frame at once."""

from __future__ import annotations

import pytest

from mckconsole.store.signals import CLUSTER, INVENTORY, METRICS
from mckconsole.ui.feed import is_news


@pytest.mark.parametrize(
    ("topic", "news"),
    [
        ("nodes", True),
        ("routeagents", True),
        (CLUSTER, True),
        (INVENTORY, True),
        (METRICS, False),
        ("gateways", False),
        ("kube-system", False),
    ],
)
def test_what_is_polled_waits_for_the_next_regular_frame(topic: str, news: bool) -> None:
    assert is_news(("west", topic)) is news
