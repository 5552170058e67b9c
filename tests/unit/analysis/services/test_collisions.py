"""SD19, and that every rule on services is judged somewhere."""

from __future__ import annotations

from mckconsole.analysis.rules import RULES
from mckconsole.analysis.services.model import Dialect, Export, Part, ServiceKey
from mckconsole.analysis.services.rules_collisions import collisions, joined_name
from tests.unit.analysis.services.fleetparts import around, exporter, replace
from tests.unit.analysis.services.test_judge import BROKEN

ONE, TWO = ServiceKey("search", "api-v2"), ServiceKey("v2-search", "api")
ELSEWHERE = {"SD12", "SD14", "SD16"}
"""Rules on clusters, with tests of their own."""


def named(key: ServiceKey, dialect: Dialect = Dialect.LIGHTHOUSE) -> dict[str, Part]:
    """Exported by east under the key's name."""
    part = exporter("east")
    export: Export = part.exports[0]
    ref = replace(export.ref, namespace=key.namespace, name=key.name)
    return {"east": replace(part, exports=(replace(export, ref=ref, dialect=dialect),))}


def test_names_that_join_to_one_collide() -> None:
    assert joined_name(ONE) == joined_name(TWO) == "api-v2-search"
    found = collisions([(ONE, named(ONE)), (TWO, named(TWO))], around())
    assert set(found) == {ONE, TWO}
    ((first,), (second,)) = found.values()
    assert first.rule == second.rule == "SD19"
    assert first.id != second.id
    for finding in (first, second):
        names = {str(one.object) for one in finding.evidence if one.object}
        assert names == {"ServiceExport search/api-v2", "ServiceExport v2-search/api"}


def test_names_that_do_not_join_or_are_not_lighthouse_s_do_not() -> None:
    other = ServiceKey("v3-search", "api")
    assert collisions([(ONE, named(ONE)), (other, named(other))], around()) == {}
    cilium = named(TWO, Dialect.CILIUM_MCS)
    assert collisions([(ONE, named(ONE)), (TWO, cilium)], around()) == {}


def test_every_rule_is_judged_somewhere() -> None:
    here = {rule for rule, _, _ in BROKEN} | {"SD04", "SD19"}
    assert here | ELSEWHERE == {rule for rule in RULES if rule.startswith("SD")}
