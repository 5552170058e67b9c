"""Which objects differ, are missing, or are not known, over several clusters."""

from __future__ import annotations

from mckconsole.analysis.sameness.digest import MAX_AREAS, REST, Digester, differing_areas
from mckconsole.analysis.sameness.drift import DriftState, find_drift
from mckconsole.analysis.sameness.model import Digest, Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.sidebyside import Side, compare, groups_of
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.objects import Key
from mckconsole.domain.states import TopicState
from tests.unit.analysis.sameness.manifests import APPLIED, Doc, changed

DIGESTER = Digester(Names(), b"k")
SAME = DIGESTER.digest(APPLIED)
OTHER = DIGESTER.digest(changed(APPLIED, "spec.replicas", 9))
API: Key = ("shop", "api")


def cluster(name: str, *found: Digest, **more: object) -> Digests:
    objects = dict.fromkeys([API], found[0]) if found else {}
    return Digests(name, TopicState.FRESH, objects=objects, **more)  # type: ignore[arg-type]


def state_of(*clusters: Digests) -> DriftState:
    (row,) = find_drift("deployments.apps", clusters).rows
    return row.state


def test_equal_everywhere_and_different_somewhere() -> None:
    assert state_of(cluster("a", SAME), cluster("b", SAME)) is DriftState.EQUAL
    drift = find_drift("x", [cluster("a", OTHER), cluster("b", SAME), cluster("c", SAME)])
    (row,) = drift.rows
    assert row.state is DriftState.DIFFERS
    assert row.areas == ("replicas",)
    assert row.groups == {"a": 1, "b": 0, "c": 0}


def test_missing_is_said_only_where_it_was_read() -> None:
    refused = cluster("c", unread={"shop": "forbidden"})
    elsewhere = cluster("d", unread={"web": "forbidden"})
    drift = find_drift("x", [cluster("a", SAME), cluster("b", SAME), refused, elsewhere])
    (row,) = drift.rows
    assert (row.state, row.missing, row.unread) == (DriftState.PARTLY, ("d",), ("c",))
    assert drift.gaps == {"c": "namespace shop: forbidden", "d": "namespace web: forbidden"}


def test_a_cluster_that_was_not_read_is_unknown_and_never_missing() -> None:
    gone = Digests("b", TopicState.UNREACHABLE, "no answer")
    drift = find_drift("x", [cluster("a", SAME), cluster("c", SAME), gone])
    assert drift.rows[0].unread == ("b",)
    assert drift.rows[0].state is DriftState.EQUAL
    assert drift.gaps == {"b": "no answer"}


def test_objects_that_cannot_be_decoded_leave_absence_open() -> None:
    drift = find_drift("x", [cluster("a", SAME), cluster("b", undecodable=1)])
    assert drift.rows[0].unread == ("b",)


def test_what_one_cluster_alone_has_is_compared_with_nothing() -> None:
    assert state_of(cluster("a", SAME), cluster("b")) is DriftState.ALONE


def test_a_kind_that_is_not_served_is_missing_there() -> None:
    absent = Digests("c", TopicState.ABSENT, "not served")
    drift = find_drift("x", [cluster("a", SAME), cluster("b", SAME), absent])
    assert drift.rows[0].missing == ("c",)


def test_what_most_have_is_the_first_group() -> None:
    assert groups_of({"a": 1, "b": 2, "c": 2}) == {"a": 1, "b": 0, "c": 0}
    assert groups_of({"a": 1, "b": 2}) == {"a": 0, "b": 1}
    assert groups_of({"a": None, "b": "x", "c": None, "d": "y"}) == {"a": 0, "b": 1, "c": 0, "d": 2}


def test_areas_stay_few() -> None:
    many = DIGESTER.digest({"data": {f"k{n}": "v" for n in range(200)}})
    last = DIGESTER.digest({"data": {f"k{n}": "v" if n < 199 else "w" for n in range(200)}})
    assert len(many.areas) == MAX_AREAS
    assert REST in differing_areas([many, last]) or differing_areas([many, last])
    assert many.marks != last.marks


def test_sides_that_are_missing_or_unread_are_said_and_not_compared() -> None:
    from mckconsole.analysis.sameness.fields import fields_of

    fields = fields_of(APPLIED, Names())
    found = compare(
        ObjectRef("apps/v1", "Deployment", *API),
        [Side("a", fields), Side("b", missing="not there"), Side("c", unread="forbidden")],
    )
    assert (found.there, found.missing, found.unread) == (("a",), ("b",), ("c",))
    assert not found.differing


def test_what_is_own_in_one_cluster_and_said_in_another_differs() -> None:
    from mckconsole.analysis.sameness.fields import fields_of

    def side(name: str, **spec: object) -> Side:
        tree: Doc = {"kind": "Service", "spec": {"selector": {"app": "x"}, **spec}}
        return Side(name, fields_of(tree, Names()))

    ref = ObjectRef("v1", "Service", "shop", "web")
    addresses = [side("a", clusterIP="10.0.0.1"), side("b", clusterIP="10.9.0.1")]
    assert not compare(ref, addresses).differing
    (one,) = compare(ref, [*addresses, side("c", clusterIP="None")]).differing
    assert one.path == "spec.clusterIP"
    assert one.groups == {"a": 0, "b": 0, "c": 1}


def test_equal_texts_are_equal_though_one_holds_a_name_of_its_cluster() -> None:
    from mckconsole.analysis.sameness.fields import fields_of

    tree = {"spec": {"image": "registry/team-1/app:1"}}
    sides = [
        Side("team-1", fields_of(tree, Names(["team-1"]))),
        Side("b", fields_of(tree, Names())),
    ]
    assert not compare(ObjectRef("v1", "X", "", "x"), sides).differing
