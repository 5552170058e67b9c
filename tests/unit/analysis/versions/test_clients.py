"""SK07: which kubectl goes with which clusters of a fleet."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.versions.clients import Client, client_findings, clients
from mckconsole.analysis.versions.observed import Observed, observe
from mckconsole.domain.findings import Severity
from mckconsole.domain.kubeversion import Minor
from mckconsole.domain.snapshot import Builds
from tests.unit.analysis import build
from tests.unit.analysis.versions.parts import cluster


def seen(name: str, least: int, most: int | None = None) -> Observed:
    """A cluster whose API servers are from 1.`least` to 1.`most`."""
    versions = {f"v1.{least}.0": 1, f"v1.{most or least}.0": 1}
    found = cluster(name=name, version=f"v1.{least}.0", builds=Builds(tuple(versions.items()), 1.0))
    return observe(found)


@pytest.mark.parametrize(
    ("minors", "needed"),
    [
        ((34,), 1),
        ((34, 34, 35), 1),
        ((33, 35), 1),
        ((32, 35), 2),
        ((32, 33, 34, 35), 2),
        ((30, 33, 36), 3),
        ((), 0),
    ],
)
def test_how_many_kubectls_a_fleet_needs(minors: tuple[int, ...], needed: int) -> None:
    fleet = [seen(f"c{number}", minor) for number, minor in enumerate(minors)]
    assert len(clients(fleet)) == needed
    assert len(client_findings(fleet)) == (needed > 1)


def test_the_finding_says_which_goes_with_which() -> None:
    fleet = [seen("old", 32), seen("mid", 33), seen("new", 35), seen("newest", 36)]
    (finding,) = client_findings(fleet)
    assert (finding.rule, finding.pane, finding.severity) == ("SK07", "versions", Severity.INFO)
    assert finding.cluster in ("mid", "old")
    assert sorted((finding.cluster, *finding.peers)) == ["mid", "new", "newest", "old"]
    assert list(finding.peers) == sorted(finding.peers)
    assert {one.cluster for one in finding.evidence} == {"mid", "new", "newest", "old"}
    assert "1.32 or 1.33 for mid, old" in finding.detail
    assert "1.35 or 1.36 for new, newest" in finding.detail


def test_clusters_that_do_not_answer_are_left_out() -> None:
    fleet = [seen("a", 34), observe(build.unreachable("b"))]
    assert clients(fleet) == (Client(Minor(1, 35), ("a",)),)


def test_api_servers_of_one_cluster_narrow_the_choice() -> None:
    assert [one.minor for one in clients([seen("a", 34, 35)])] == [Minor(1, 35)]
    assert clients([seen("a", 33, 36)]) == ()


spans = st.tuples(st.integers(25, 37), st.integers(0, 2))


def fewest(fleet: list[tuple[int, int]]) -> int:
    """By trying all sets of minors."""
    for size in range(len(fleet) + 1):
        for chosen in combinations(range(23, 42), size):
            if all(any(most - 1 <= one <= least + 1 for one in chosen) for least, most in fleet):
                return size
    raise AssertionError("no set will do")


@given(st.lists(spans, max_size=5))
def test_they_are_the_fewest(given_spans: list[tuple[int, int]]) -> None:
    fleet = [(least, least + more) for least, more in given_spans]
    found = clients(seen(f"c{number}", *one) for number, one in enumerate(fleet))
    assert len(found) == fewest(fleet)
    for client in found:
        for name in client.clusters:
            least, most = fleet[int(name[1:])]
            assert most - 1 <= client.minor.minor <= least + 1
    assert sorted(name for one in found for name in one.clusters) == sorted(
        f"c{number}" for number in range(len(fleet))
    )
