"""Which changes make a frame at once, and where it is made."""

from __future__ import annotations

import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from mckconsole.analysis.outlook import REST, SOON
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.config.support_data import shipped
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.domain.waivers import NO_WAIVERS
from mckconsole.store.signals import CLUSTER, INVENTORY, METRICS
from mckconsole.ui.feed import Feed, is_news
from mckconsole.ui.frame import Frame
from tests.unit.analysis import build
from tests.unit.analysis.build import NOW


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


class _Store:
    """Clusters that never change."""

    names = ()

    def __init__(self, *moments: FleetSnapshot) -> None:
        self._moments = list(moments)

    def snapshot(self) -> FleetSnapshot:
        """The next moment."""
        return self._moments.pop(0)


async def test_what_lies_ahead_is_never_worked_out_where_keys_are_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A plan takes long, and a quick frame before it says nothing of it."""
    fleet = build.fleet(build.cluster("a"))
    moments = [replace(fleet, taken_at=NOW + after) for after in (0.0, 1.0, REST + 1.0)]
    lost = build.fleet(build.cluster("a", state=ClusterState.UNREACHABLE))
    moments.append(replace(lost, taken_at=NOW + REST + 1.0 + SOON))
    live = SimpleNamespace(store=_Store(*moments), epoch=0, status=None, names=())
    opened = SimpleNamespace(
        config=Config(), thresholds=Thresholds(), waivers=NO_WAIVERS, support=shipped()
    )
    here, threads = threading.get_ident(), []
    feed = Feed(SimpleNamespace(), lambda _: None, lambda _: None)  # type: ignore[arg-type]
    plain = feed._judged

    def noted(*given: Any) -> Frame:
        threads.append(threading.get_ident() == here)
        return plain(*given)

    monkeypatch.setattr(feed, "_judged", noted)
    for _ in range(len(moments)):
        feed._cost = 0.0
        await feed._made(live, opened)  # type: ignore[arg-type]
    assert threads == [False, True, False, False]
