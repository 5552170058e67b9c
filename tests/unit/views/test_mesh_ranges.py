"""Which series belong to a row of the mesh pane."""

from __future__ import annotations

from dataclasses import replace

from mckconsole.analysis.engine import analyse
from mckconsole.analysis.mesh.links import MeshProvider
from mckconsole.domain.ranges import LINK_RANGES
from mckconsole.views.mesh import find_link
from mckconsole.views.mesh_ranges import frozen_since, link_series, unmeasured
from tests.unit.analysis.build import NOW
from tests.unit.views import documents
from tests.unit.views.documents import row_id


def test_every_row_of_the_demo_names_both_ends_as_the_mesh_does() -> None:
    analysis = documents.demo_analysis()
    assert analysis.mesh.links
    for link in analysis.mesh.links:
        found = link_series(analysis, str(link.key))
        assert found is not None
        assert (found.cluster, found.remote) == (link.key.source, link.key.target)
        assert found.local in (link.key.source, "")
        measured = found.provider in {query.provider for query in LINK_RANGES}
        assert measured or "has no metric of this" in unmeasured(link, "round trip")


def test_ids_of_the_mesh_stand_for_the_fleets_names() -> None:
    analysis = analyse(documents.asymmetric())
    members = [replace(one, mesh_id=f"{one.cluster}-id") for one in analysis.mesh.members]
    renamed = replace(analysis, mesh=replace(analysis.mesh, members=tuple(members)))
    found = link_series(renamed, row_id(analysis, "east", "south"))
    assert found is not None
    assert (found.cluster, found.local, found.remote) == ("east", "east-id", "south-id")


def test_a_peer_outside_the_fleet_is_known_by_its_id() -> None:
    analysis = analyse(documents.asymmetric())
    found = link_series(analysis, row_id(analysis, "east", "north"))
    assert found is not None
    assert found.remote == "north"


def test_a_row_that_is_gone_has_no_series() -> None:
    assert link_series(documents.demo_analysis(), "submariner a b") is None


def test_round_trips_of_a_gateway_that_gets_no_answer_are_frozen() -> None:
    analysis = analyse(documents.asymmetric())
    down = find_link(analysis, row_id(analysis, "east", "south"))
    up = find_link(analysis, row_id(analysis, "east", "west"))
    assert down
    assert up
    assert frozen_since(up) is None
    assert frozen_since(down) == 0.0, "before the first look"
    assert frozen_since(replace(down, since=NOW)) == NOW
    agents = replace(down, key=replace(down.key, provider=MeshProvider.CILIUM))
    assert frozen_since(agents) is None
