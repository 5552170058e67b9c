"""The words and cells of a drift and of a comparison."""

from __future__ import annotations

from mckconsole.analysis.sameness.drift import find_drift
from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.model import Digest, Digests
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.sidebyside import Side, SideBySide, compare
from mckconsole.domain.findings import ObjectRef
from mckconsole.domain.states import TopicState
from mckconsole.views.drift import drift_columns, drift_rows, drift_words, letter_of, notes_on
from mckconsole.views.objects_compare import (
    compare_notes,
    compare_words,
    field_words,
    fits_side_by_side,
    side_by_side,
    stacked,
)
from mckconsole.views.spec import Role

REF = ObjectRef("v1", "ConfigMap", "shop", "settings")


def cluster(name: str, *marks: str, **more: object) -> Digests:
    """Objects `a`, `b` … of one namespace; an empty mark is none."""
    objects = {
        ("shop", "abcd"[n]): Digest(("image",), one.encode()) for n, one in enumerate(marks) if one
    }
    return Digests(name, TopicState.FRESH, objects=objects, **more)  # type: ignore[arg-type]


DEAD = Digests("dead", TopicState.UNREACHABLE, "no answer")


def test_rows_say_who_has_the_same() -> None:
    drift = find_drift("x", [cluster("e", "1", "1"), cluster("w", "1", "1"), cluster("n", "2", "")])
    differs, partly = drift_rows(drift)
    assert differs.cells["object"].text == "▲ shop/a"
    assert differs.cells["groups"].text == "A e, w ≠ B n"
    assert [differs.cells[name].text.strip() for name in "ewn"] == ["A", "A", "▲ B"]
    assert (differs.role, partly.role) == (Role.WARN, Role.PLAIN)
    assert partly.cells["groups"].text == "e, w · not in n"
    assert partly.cells["n"].value == "missing"


def test_every_column_has_a_cell_also_where_a_cluster_is_called_as_a_column() -> None:
    drift = find_drift("x", [cluster("object", "1"), cluster("groups", "2"), DEAD])
    (row,) = drift_rows(drift)
    columns = drift_columns(tuple(drift.clusters))
    assert {one.id for one in columns} == set(row.cells)
    assert len({one.id for one in columns}) == len(columns)


def test_many_clusters_are_counted() -> None:
    drift = find_drift("x", [cluster(f"c{n}", "1") for n in range(9)] + [cluster("z", "2")])
    assert drift_rows(drift)[0].cells["groups"].text == "A 9 clusters ≠ B z"
    assert (letter_of(25), letter_of(26)) == ("Z", "27")


def test_words_say_nothing_of_what_was_not_read() -> None:
    same = [cluster("e", "1"), cluster("w", "1")]
    assert drift_words(find_drift("x", same)) == ("none of 1 object differs", Role.OK)
    words, role = drift_words(find_drift("x", [*same, DEAD]))
    assert (words, role) == ("none of 1 object differs · not read: dead", Role.UNKNOWN)
    assert drift_words(find_drift("x", [cluster("e"), cluster("w")]))[0] == "there are no objects"
    assert list(notes_on(find_drift("x", [*same, DEAD]))) == [(Role.UNKNOWN, "dead: no answer")]


def test_other_versions_and_secrets_are_said() -> None:
    drift = find_drift(
        "x",
        [cluster("e", "1", api_version="v1"), cluster("w", "1", api_version="v1beta1",
                                                      metadata_only=True)],
    )  # fmt: skip
    notes = [text for _, text in notes_on(drift)]
    assert any("metadata" in one for one in notes)
    assert "not all clusters serve the same version: e as v1, w as v1beta1" in notes


def compared(**data: dict[str, str]) -> SideBySide:
    """ConfigMaps by cluster."""
    sides = [Side(name, fields_of({"data": one}, Names())) for name, one in data.items()]
    return compare(
        REF, [*sides, Side("gone", missing="not there"), Side("dead", unread="no answer")]
    )


def test_of_long_texts_the_lines_are_shown_that_not_all_have() -> None:
    found = compared(e={"file": "one\ntwo\nthree"}, w={"file": "one\n2\nthree"})
    (row,) = [one for one in side_by_side(found).rows if one.id == "data.file"]
    assert row.cells["e"].text == "1 of 3 lines: two"
    assert row.cells["w"].text == "▲ 1 of 3 lines: 2"
    assert row.cells["w"].value == "one\n2\nthree"


def test_a_cluster_whose_lines_all_have_is_not_shown_as_if_they_were_its_own() -> None:
    found = compared(e={"file": "one\ntwo"}, w={"file": "one\ntwo\nthree"})
    (row,) = [one for one in side_by_side(found).rows if one.id == "data.file"]
    assert row.cells["e"].text == "2 lines, and all clusters have each of them"
    assert row.cells["w"].text == "▲ 1 of 3 lines: three"


def test_both_layouts_say_the_same() -> None:
    found = compared(e={"a": "1", "b": "x"}, w={"a": "1"}, n={"a": "2"})
    across, below = side_by_side(found), stacked(found)
    assert [one.title for one in across.columns] == ["FIELD", "e", "w", "n", "dead"]
    values = {
        (row.cells["field"].value, row.cells["value"].text, row.cells["where"].text)
        for row in below.rows
    }
    assert values == {
        ("data.a", "1", "e, w"),
        ("data.a", "▲ 2", "n"),
        ("data.b", "not set", "w, n"),
        ("data.b", "▲ x", "e"),
        ("(object)", "▲ missing", "gone"),
        ("(object)", "? no answer", "dead"),
    }
    assert {row.id for row in below.rows} == {*below.clusters}
    assert all({one.id for one in across.columns} == set(row.cells) for row in across.rows)


def test_what_is_equal_in_other_words_says_which() -> None:
    def side(name: str, spec: dict[str, str]) -> Side:
        return Side(name, fields_of({"kind": "Service", "spec": spec}, Names([name])))

    found = compare(
        REF,
        [
            side("east-1", {"clusterIP": "10.0.0.1", "externalName": "db.east-1"}),
            side("west-2", {"clusterIP": "10.0.0.2", "externalName": "db.west-2",
                            "internalTrafficPolicy": "Cluster"}),
            side("north-3", {"clusterIP": "None", "externalName": "db.north-3"}),
        ],
    )  # fmt: skip
    texts = {row.id: row.cells["value"].text for row in stacked(found).rows}
    assert texts["spec.clusterIP"] == "each its own"
    assert texts["spec.clusterIP 1"] == "▲ None"
    assert texts["spec.externalName"] == "db.‹cluster›"
    assert texts["spec.internalTrafficPolicy"] == "Cluster (default)"


def test_a_comparison_in_a_line() -> None:
    assert compare_words(compared(e={"a": "1"}, w={"a": "2"})) == (
        "1 of 1 field differs · missing in gone · not read: dead",
        Role.WARN,
    )
    words, role = compare_words(compared(e={"a": "1"}, w={"a": "1"}))
    assert words.startswith("no field differs")
    assert role is Role.UNKNOWN
    assert compare_words(compared(e={"a": "1"}))[0].startswith("only in e")
    assert [text for _, text in compare_notes(compared(e={}))] == [
        "dead: no answer",
        "gone: not there",
    ]


def test_paths_are_as_short_as_they_are_understood() -> None:
    assert field_words("spec.template.spec.containers[app].env[LEVEL].value") == "app: env[LEVEL]"
    assert field_words("spec.replicas") == "spec.replicas"
    assert field_words("spec.template.spec.dnsPolicy") == "dnsPolicy"
    assert field_words("data.value") == "data.value"


def test_side_by_side_needs_room() -> None:
    assert fits_side_by_side(5, 200)
    assert not fits_side_by_side(2, 80)
