"""No value of a credential in an object that is opened: every holder of one in the demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple

from mckconsole.demo.fleet import EmbeddedFleet
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.findings import ObjectRef
from mckconsole.sources.client import ClusterClient
from mckconsole.sources.errors import Forbidden
from mckconsole.sources.inspect import inspect_object
from mckconsole.sources.kubeconfig import load_kubeconfig
from mckconsole.sources.related import find_related
from tests.contract.needles import Needles, planted

NEEDLES = Needles(planted())
RELATED_OF_EACH = 1
"""Objects of each kind and cluster whose relations are looked for too: many requests for each."""


def holders(cluster: EmbeddedCluster) -> Iterator[ObjectRef]:
    """Every object with a credential in it, as it is stored."""
    for type_ in cluster.types.values():
        for one in cluster.objects(type_.id):
            if NEEDLES.found(str(one).encode()):
                meta = one["metadata"]
                where = meta.get("namespace", "")
                yield ObjectRef(one["apiVersion"], one["kind"], where, meta["name"])


async def said_of(client: ClusterClient, cluster: str, ref: ObjectRef, *, related: bool) -> str:
    """All that leaves the sources when an object is opened."""
    try:
        said = repr(astuple(await inspect_object(client, cluster, ref)))
        return said + repr(astuple(await find_related(client, ref))) if related else said
    except Forbidden as error:
        return str(error)


async def test_no_value_is_in_what_is_read_of_an_object() -> None:
    counts: Counter[tuple[str, str]] = Counter()
    async with EmbeddedFleet() as fleet:
        inventory = load_kubeconfig(str(fleet.kubeconfig), env={}, config=fleet.config)
        for endpoint in inventory.endpoints:
            name = endpoint.name
            client = ClusterClient(endpoint)
            try:
                for ref in holders(fleet.clusters[name]):
                    counts[name, ref.kind] += 1
                    related = counts[name, ref.kind] <= RELATED_OF_EACH
                    said = await said_of(client, name, ref, related=related)
                    NEEDLES.assert_none(f"{ref} of {name}", said.encode())
            finally:
                await client.close()
    assert counts.total() > 40
    assert {kind for _, kind in counts} >= {"Secret", "ConfigMap", "Pod", "Deployment"}
