"""A service's objects side by side."""

from __future__ import annotations

from msgspec.structs import replace as changed

from mckconsole.analysis.services.model import CiliumSwitches, Part
from mckconsole.views.detail import ObjectTarget
from mckconsole.views.services_compare import Comparison, compare_service
from mckconsole.views.spec import Cell, Role, Row
from tests.unit.views.fleetservices import (
    broken,
    condition,
    exporter,
    fleet_service,
    importer,
    ref,
    report,
    seen,
    service,
)

ID = "shop/checkout"


def compared(*parts: Part) -> Comparison:
    found = compare_service(seen(report(fleet_service(*parts)))[1], ID)
    assert found
    return found


def row(found: Comparison, title: str) -> Row:
    (row,) = [one for one in found.rows if one.id == title]
    return row


def differing(found: Comparison) -> list[str]:
    return [row.id for row in found.rows if row.problem]


def test_equal_objects_differ_in_nothing() -> None:
    found = compared(exporter("east"), exporter("west"))
    assert differing(found) == []
    assert (found.words, found.role) == ("no field differs", Role.OK)
    assert [one.id for one in found.columns] == ["service", "east", "west"]


def test_of_what_was_not_read_it_is_not_said_that_it_is_equal() -> None:
    unread = [Part(name, unknown=("timeout",)) for name in ("north", "south")]
    found = compared(exporter("east"), exporter("west"), unread[0])
    assert (found.words, found.role) == (
        "no field differs, but north was not read", Role.UNKNOWN,
    )  # fmt: skip
    found = compared(exporter("east"), exporter("west"), *unread)
    assert found.words == "no field differs, but 2 clusters were not read"


def test_who_differs_from_the_oldest_export_is_marked() -> None:
    found = compare_service(seen(report(broken()))[1], ID)
    assert found
    assert differing(found) == ["Service ports"]
    ports = row(found, "Service ports")
    assert ports.cells["service"].text == "▲ Service ports"
    assert ports.cells["east"] == Cell("▲ http:9090/TCP", Role.WARN, "http:9090/TCP")
    assert ports.cells["west"] == Cell("http:8080/TCP", Role.PLAIN, "http:8080/TCP")
    assert ports.cells["south"].text == "–"
    assert ports.cells["north"].text == "⊘ forbidden"
    assert found.words == f"1 of {len(found.rows)} fields differ"


def test_what_is_each_clusters_own_is_not_compared() -> None:
    other = exporter("west", 1, 9, age=5, cluster_ip="10.97.0.1")
    found = compared(exporter("east"), other)
    assert differing(found) == []
    assert row(found, "Service cluster IP").cells["west"].text == "10.97.0.1"
    assert row(found, "Service ready endpoints").cells["west"].text == "1/9"


def test_a_service_derived_from_an_import_is_not_compared() -> None:
    derived = changed(importer("south", "east"), service=service(selector=()))
    found = compared(exporter("east"), exporter("west"), derived)
    assert differing(found) == []
    assert row(found, "Service selector").cells["south"] == Cell("none", Role.DIM, "")


def test_conditions_and_switches_are_compared() -> None:
    west = exporter("west", cilium=CiliumSwitches(True, False, "local", None))
    export = changed(west.exports[0], conditions=(condition("Valid", "False", "NoService"),))
    found = compared(exporter("east"), changed(west, exports=(export,)))
    assert differing(found) == ["Service Cilium annotations", "lighthouse export condition Valid"]
    valid = row(found, "lighthouse export condition Valid")
    assert valid.cells["west"].text == "▲ False NoService"
    switches = row(found, "Service Cilium annotations").cells["west"]
    assert switches.text == "▲ global, not shared, affinity local"


def test_every_row_has_every_column_and_opens_an_object() -> None:
    found = compared(exporter("east"), exporter("west"), importer("south", "west"))
    for one in found.rows:
        assert set(one.cells) == {column.id for column in found.columns}
        assert found.target(one.id, "nowhere")
    assert found.target("Service ports", "west") == ObjectTarget("west", ref("Service"))
    imports = found.target("lighthouse import ports", "east")
    assert imports == ObjectTarget("south", ref("ServiceImport"))


def test_a_service_that_is_gone() -> None:
    assert compare_service(seen(report())[1], ID) is None
