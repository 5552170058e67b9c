"""The embedded fleet's script kills a cluster: what was simulated is what is then there."""

from __future__ import annotations

from fnmatch import fnmatch

from mckconsole.analysis.engine import Analysis, analyse
from mckconsole.analysis.failover.model import Impact
from mckconsole.analysis.failover.simulate import simulate
from mckconsole.analysis.failover.tallies import offers
from mckconsole.analysis.services.model import Dialect, FleetService, ServiceKey
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.store.reader import ReadPlan, read_fleet
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS

LOST = "gcp-eu-1"
SILENT = "edge-fra-1"
AFTER = 1000.0
"""Seconds after which the script has killed it and its neighbours noticed."""


async def read(fleet: EmbeddedFleet) -> tuple[FleetSnapshot, Analysis]:
    """The fleet as it is now, without the cluster that is silent from the start."""
    known = [name for name in fleet.clusters if not fnmatch(name, SILENT)]
    inventory = load_kubeconfig(
        str(fleet.kubeconfig), env={}, config=fleet.config, contexts=known
    )  # fmt: skip
    plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES, 10.0)
    store = await read_fleet(inventory, plan, config=fleet.config)
    snapshot = store.snapshot(now=fleet.now())
    return snapshot, analyse(snapshot)


def offered(service: FleetService, cluster: str) -> int:
    """Ready endpoints that a cluster offers to others."""
    part = service.parts.get(cluster)
    if part is None or part.backends is None or not any(map(offers, part.exports)):
        return 0
    return part.backends.ready


def by_key(analysis: Analysis) -> dict[ServiceKey, FleetService]:
    return {one.key: one for one in analysis.services.services}


async def test_what_was_simulated_is_what_happens() -> None:
    async with EmbeddedFleet() as fleet:
        before, judged = await read(fleet)
        report = simulate(before, judged.services, (LOST,), mesh=judged.mesh)
        fleet.advance(AFTER)
        after, then = await read(fleet)
    assert before.clusters[LOST].state is ClusterState.READY
    assert after.clusters[LOST].state is ClusterState.UNREACHABLE
    survivors = [name for name in before.clusters if name != LOST]
    assert all(after.clusters[name].state.readable for name in survivors)

    had, now = by_key(judged), by_key(then)
    foretold = {one.key: one for one in report.services}
    hit = {key for key, one in had.items() if offered(one, LOST)}
    # Every service that lost endpoints was foretold, and none besides.
    assert hit == {key for key, one in foretold.items() if one.lost}
    left = {
        key: sum(offered(now[key], name) for name in survivors) if key in now else 0 for key in hit
    }
    strange = {key for key in hit if foretold[key].impact is Impact.UNKNOWN}
    assert all("it is not in this fleet" in foretold[key].reason for key in strange)
    by_source = {key for key in hit if had[key].dialects == (Dialect.LINKERD,)}
    known = hit - strange - by_source
    outages = {key for key in known if foretold[key].impact is Impact.OUTAGE}
    assert len(outages) > 1
    assert len(known - outages) > 1
    assert outages == {key for key in known if left[key] == 0}
    for key in known - outages:
        assert foretold[key].left == left[key]
    # Who was to lose a service imports it still, and nobody else has it.
    for key in outages:
        for name in foretold[key].consumers:
            assert name in now[key].importers
