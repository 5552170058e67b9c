"""What a pod asks for when Linkerd mirrors a service: its own cluster's mirror of the source."""

from __future__ import annotations

from mckconsole.analysis.services.judge import judge
from mckconsole.analysis.services.model import Dialect, Import, Part
from mckconsole.domain.findings import Finding
from tests.unit.analysis.services.fleetparts import (
    KEY,
    around,
    backends,
    export,
    held,
    ref,
    service,
)


def linked(*sources: str) -> Part:
    """A cluster with a mirror of the service of each source, without a ready endpoint."""
    mirrors = [
        Import(Dialect.LINKERD, ref("Service", f"{KEY.name}-{one}", "v1"), False, (one,))
        for one in sources
    ]
    remote = [held(one, dialect=Dialect.LINKERD, ready=0) for one in sources]
    return Part("north", imports=tuple(mirrors), remote=tuple(remote))


def exporting(name: str, ready: int = 2) -> Part:
    """A cluster whose Service is labelled to be mirrored."""
    return Part(name, service(name), backends(ready), (export(Dialect.LINKERD),))


def found(rule: str, parts: dict[str, Part]) -> Finding:
    (one,) = [each for each in judge(KEY, parts, around()).findings if each.rule == rule]
    return one


def test_of_several_mirrors_the_one_of_the_source_is_asked() -> None:
    parts = {"east": exporting("east"), "west": exporting("west", 0)}
    finding = found("SD02", {**parts, "north": linked("east", "west")})
    assert "asks for checkout-west.shop.svc.cluster.local " in finding.detail


def test_endpoints_of_a_mirror_are_listed_by_its_own_name() -> None:
    parts = {"east": exporting("east"), "north": linked("east", "west")}
    parts["west"] = Part("west", service("west"), backends())
    finding = found("SD08", parts)
    assert "asks for checkout-west.shop.svc.cluster.local " in finding.detail
    assert "-l kubernetes.io/service-name=checkout-west " in finding.remediation


def test_without_a_mirror_only_pods_beside_the_service_ask() -> None:
    finding = found("SD02", {"west": exporting("west", 0)})
    assert "asks for checkout.shop.svc.cluster.local " in finding.detail
