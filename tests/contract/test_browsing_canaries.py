"""Every kind of demo clusters as it is browsed: not one planted credential in any cell."""

from __future__ import annotations

import asyncio
import os

from mckconsole.demo.access import Rule
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.resources import Query
from mckconsole.domain.states import TopicState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.live import LiveFleet
from mckconsole.store.opened import Browsing
from mckconsole.store.reader import ReadPlan
from tests.contract.needles import Needles, planted

CLUSTERS = ("aws-use1-1", "onprem-1")
"""Clusters with credentials in most kinds of places."""
ABREAST = 8
"""Kinds that are looked at together."""


async def _read(browsing: Browsing, told: asyncio.Event) -> None:
    async with asyncio.timeout(30):
        while any(one.state is TopicState.PENDING for one in browsing.tables.values()):
            told.clear()
            await told.wait()


async def test_no_cell_label_or_word_holds_a_value() -> None:
    needles = Needles(planted())
    shown, texts = 0, list[str]()
    async with EmbeddedFleet() as embedded:
        for server in embedded.clusters.values():
            server.access.rules.append(Rule(("system:authenticated",), resources=("*",)))
        inventory = load_kubeconfig(
            str(embedded.kubeconfig), env=os.environ, config=embedded.config
        )
        async with LiveFleet(inventory, ReadPlan((), ()), config=embedded.config) as fleet:
            told = asyncio.Event()
            first = fleet.browse(Query("namespaces"), CLUSTERS, told.set)
            await _read(first, told)
            catalogues = [await fleet.catalogue(name) for name in CLUSTERS]
            kinds = sorted({kind.name for one in catalogues for kind in one.kinds})
            for start in range(0, len(kinds), ABREAST):
                some = [
                    fleet.browse(Query(kind), CLUSTERS, told.set)
                    for kind in kinds[start : start + ABREAST]
                ]
                for one in some:
                    await _read(one, told)
                    for table in one.tables.values():
                        assert table.state in (TopicState.FRESH, TopicState.ABSENT), table.reason
                        texts.append(repr((table.columns, list(table), table.reason)))
                        shown += len(table.rows)
                    one.close()
    needles.assert_none("tables", "\n".join(texts).encode())
    assert shown > 1000
    assert len(kinds) > 60
    assert needles.found(next(iter(planted().values())).encode()), "a leak would be found"
