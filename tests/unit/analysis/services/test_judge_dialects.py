"""Rules where dialects differ: what Istio joins, who wins a conflict, and who needs no id."""

from __future__ import annotations

import pytest

from mckconsole.analysis.services.model import Dialect, Export, Part
from mckconsole.domain.findings import Severity
from tests.unit.analysis.services import fleetparts as make
from tests.unit.analysis.services.fleetparts import (
    GOOD,
    LONG_AGO,
    around,
    backends,
    condition,
    export,
    exporter,
    facts,
    fleet,
    imported,
    importer,
    replace,
    service,
)
from tests.unit.analysis.services.test_judge import ALL_DOWN, judged, only, rules


def test_istio_refuses_nothing_and_compares_no_fields() -> None:
    """Its proxies go by the Service of their own cluster."""
    bare = Export(Dialect.ISTIO, make.ref("Service"), LONG_AGO)
    parts = {
        "east": Part("east", service("east", session_affinity="ClientIP"), backends(), (bare,)),
        "west": Part("west", service("west"), backends(), (bare,)),
    }
    assert rules(parts) == []
    parts["west"] = replace(parts["west"], service=service("west", headless=True))
    finding = only("SD04", parts)
    assert finding.severity is Severity.MEDIUM
    assert "refused" not in finding.detail


def test_a_conflict_that_every_exporter_reports_leaves_the_oldest_in_force() -> None:
    clash = (*GOOD, condition("Conflict", "True", "TypeConflict"))
    west = service("west", headless=True, cluster_ip="None")
    parts = fleet(
        east=exporter("east", exports=(export(conditions=clash, created=LONG_AGO - 9),),
                      imports=(imported(),), remote=()),
        west=exporter("west", exports=(export(conditions=clash),), service=west, remote=()),
        north=importer(imports=(imported("west"),), remote=()),
    )  # fmt: skip
    left_out = [one for one in judged(parts).findings if "leaves an exporter out" in one.title]
    assert ["missing east" in one.subject for one in left_out] == [True]


@pytest.mark.parametrize("dialect", [Dialect.LINKERD, Dialect.GKE])
def test_tunnels_of_other_meshes_do_not_cut_off_what_does_not_use_them(dialect: Dialect) -> None:
    parts = {
        "east": Part("east", service("east"), backends(), (export(dialect),)),
        "north": Part("north", imports=(imported("east", dialect=dialect),)),
    }
    assert "SD15" not in rules(parts, around(ALL_DOWN))


def test_a_membership_that_no_object_tells_is_unknown_not_strange() -> None:
    """GKE calls clusters by memberships of the fleet, which stand in none of their objects."""
    dialect = Dialect.GKE
    known = {
        name: facts(name, installed=frozenset({dialect}), ids=frozenset({name, f"ctx-{name}"}))
        for name in make.NAMES
    }
    taken = (imported("m-east", dialect=dialect),)
    parts = {
        "east": Part("east", service("east"), backends(), (export(dialect),), taken),
        "west": Part("west", imports=taken),
        "north": Part("north", imports=taken),
    }
    found = judged(parts, around(None, **known))
    assert found.findings == ()
    assert {one.rule for one in found.unknowns} == {"SD07"}
    named = (imported("east", "west", "north", "m-east", dialect=dialect),)
    parts = {name: replace(one, imports=named) for name, one in parts.items()}
    parts |= {name: replace(parts[name], exports=(export(dialect),), service=service(name),
                            backends=backends()) for name in ("west", "north")}  # fmt: skip
    assert rules(parts, around(None, **known)) == ["SD07"]
