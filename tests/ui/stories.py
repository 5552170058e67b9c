"""What the stories have in common: waiting for the fleet, and reading what is shown of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from mckconsole.analysis.mesh.links import Link
from mckconsole.analysis.thresholds import Thresholds
from mckconsole.config.model import Config
from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.ui.frame import Frame
from mckconsole.ui.matrix_view import MatrixView
from mckconsole.ui.settings import OpenFleet
from mckconsole.ui.table_view import TableView
from tests.ui.console import Console

LIVE = ("aws-use1-1", "aws-usw2-1", "gcp-eu-1", "aks-weu-1", "onprem-1")
"""Production clusters of the demo that answer; one more is given up after four seconds."""
ALONE = ("stage-neu-1", "stage-sdc-1", "lab-fra-1")
"""Those that answer and have no part in the meshes of these."""
INCIDENT = ("aws-use1-1", "aks-weu-1")
"""The tunnel of the script: it slows at 60 s, flaps from 120 s on and is dead at 180 s."""


def opening(
    kubeconfig: Path, config: Config, *, follow: bool = False
) -> Callable[[], AbstractAsyncContextManager[OpenFleet]]:
    """For `Settings.open_fleet`: the clusters of a kubeconfig; with `follow`, also when it is
    edited."""

    @asynccontextmanager
    async def open_fleet() -> AsyncIterator[OpenFleet]:
        reader = partial(load_kubeconfig, str(kubeconfig), env={}, config=config)
        yield OpenFleet(reader(), config, Thresholds(), reader if follow else None)

    return open_fleet


def frame(running: Console) -> Frame:
    """What is shown."""
    found = running.shell.frame
    assert found is not None, "nothing is shown yet"
    return found


def cluster(running: Console, name: str) -> ClusterSnapshot:
    """One cluster of what is shown."""
    return frame(running).snapshot.clusters[name]


async def read(running: Console) -> None:
    """Wait until all that answer are read whole; does not wait for the dead one."""

    def whole() -> bool:
        if running.shell.frame is None:
            return False
        clusters = running.shell.frame.snapshot.clusters
        return all(name in clusters and clusters[name].state.readable for name in (*LIVE, *ALONE))

    await running.until(whole)


async def measured(running: Console) -> None:
    """Wait until all that answer are read whole, their metrics too."""
    await read(running)

    def known() -> bool:
        clusters = frame(running).snapshot.clusters
        return all(clusters[name].metrics.get("istio-sync-status").asked_at for name in LIVE)

    await running.until(known)


async def playing(running: Console, fleet: EmbeddedFleet, seconds: float) -> None:
    """Move the script on and have everything read again: gateways are polled."""
    fleet.advance(seconds - 1.0)
    await read_again(running, fleet)


async def read_again(running: Console, fleet: EmbeddedFleet) -> None:
    """Have every cluster that answers asked again a second later, and wait until that is shown."""
    live = running.shell.live
    assert live is not None
    before = {name: gateways_read(running, name) for name in LIVE}
    fleet.advance(1.0)
    live.refresh()
    await running.until(lambda: all(gateways_read(running, name) > before[name] for name in LIVE))


def gateways_read(running: Console, name: str) -> float:
    """When the gateways of a cluster were read, by the cluster's clock; also while frozen."""
    newest = running.shell._newest
    assert newest is not None
    return newest.snapshot.clusters[name].topics["gateways"].as_of or 0.0


def link(running: Console, source: str, target: str) -> Link:
    """One direction of a Submariner tunnel as it is shown."""
    return next(
        one
        for one in frame(running).analysis.mesh.links
        if (one.key.source, one.key.target, one.key.provider.value)
        == (source, target, "submariner")
    )


def table(running: Console) -> TableView:
    """The view on the screen, which is a table."""
    view = running.shell.view
    assert isinstance(view, TableView), view
    return view


def matrix(running: Console) -> MatrixView:
    """The view on the screen, which is the matrix."""
    view = running.shell.view
    assert isinstance(view, MatrixView), view
    return view


def shown(running: Console) -> list[str]:
    """Ids of the rows that the table on the screen leaves."""
    return [row.id for row in table(running).rows]


def prompt(running: Console) -> str:
    """The lines in which one types, with what is said there, as one."""
    assert running.shell.typing
    region = running.shell.prompting.line.prompt.region
    return " ".join(" ".join(running.text().split("\n")[region.y : region.bottom]).split())


def messages(running: Console) -> list[str]:
    """What the console has just said beside the screen."""
    return [notice.message for notice in running.app._notifications]
