"""The secrets pane over a fleet that is read: Secrets are polled seldom, and at once when asked."""

from __future__ import annotations

from pathlib import Path

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster
from tests.ui.console import console, settings_for

LEFT_BEHIND = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {
        "name": "left-behind",
        "namespace": "default",
        "annotations": {"kubernetes.io/service-account.name": "default"},
    },
    "type": "kubernetes.io/service-account-token",
    "data": {"token": "eA=="},
}


def looks(cluster: EmbeddedCluster) -> int:
    """How often the Secrets of a cluster were listed for the audit."""
    return sum(
        (one.path, one.query.get("includeObject")) == ("/api/v1/secrets", "Metadata")
        for one in cluster.requests
    )


async def test_r_reads_secrets_again(tmp_path: Path) -> None:
    async with EmbeddedFleet.many(2) as fleet:
        clusters = list(fleet.clusters.values())
        async with console(settings_for(fleet, tmp_path, pane="secrets")) as running:
            await running.until(lambda: "IPsec pre-shared key" in running.text())
            await running.until(lambda: [looks(one) for one in clusters] == [1, 1])
            clusters[1].create(LEFT_BEHIND)
            await running.press("r")
            await running.until(lambda: "Secret default/left-behind" in running.text())
            assert [looks(one) for one in clusters] == [2, 2], "every cluster in scope, once"
