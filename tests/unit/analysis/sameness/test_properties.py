"""What must hold of any object: order and junk change nothing, and every change is seen."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.sameness.digest import digest_of
from mckconsole.analysis.sameness.fields import fields_of
from mckconsole.analysis.sameness.model import Standing
from mckconsole.analysis.sameness.names import Names
from mckconsole.analysis.sameness.sidebyside import Side, compare
from mckconsole.domain.findings import ObjectRef

NONE = Names()
WORDS = st.sampled_from(
    ["spec", "metadata", "labels", "containers", "env", "name", "data", "ports", "rules", "verbs",
     "status", "image", "a.b/c", "volumes", "selector", "[x]", "'", "", "to", "nodePort"]
)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-9, 999) | st.text(max_size=5) | st.floats()
TREES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
OBJECTS = st.dictionaries(WORDS, TREES, max_size=5)
REF = ObjectRef("v1", "Thing", "a", "b")


def marks(tree: dict[str, Any]) -> tuple[tuple[str, ...], bytes]:
    found = digest_of(fields_of(tree, NONE), b"k")
    return found.areas, found.marks


def turned(value: Any) -> Any:
    """The same with all mappings turned round."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in value] if isinstance(value, list) else value


@settings(max_examples=150, deadline=None)
@given(OBJECTS)
def test_anything_can_be_compared_with_itself(tree: dict[str, Any]) -> None:
    assert marks(tree) == marks(copy.deepcopy(tree)) == marks(turned(tree))
    sides = [Side(name, fields_of(tree, NONE)) for name in ("a", "b")]
    assert not compare(REF, sides).differing


@settings(max_examples=150, deadline=None)
@given(OBJECTS, OBJECTS)
def test_digests_differ_exactly_where_fields_do(one: dict[str, Any], two: dict[str, Any]) -> None:
    first, second = fields_of(one, NONE), fields_of(two, NONE)
    held = [
        {(each.path, each.same_as) for each in fields
         if each.standing not in (Standing.OWN, Standing.DEFAULT)}
        for fields in (first, second)
    ]  # fmt: skip
    if held[0] != held[1]:
        assert marks(one) != marks(two)
    found = compare(REF, [Side("a", first), Side("b", second)])
    if marks(one) == marks(two):
        assert not found.differing
    elif len({each.path for each in first}) == len(first):
        paths = {each.path for each in second}
        assert found.differing or len(paths) < len(second), "paths of hostile keys may be the same"


LISTS = st.lists(
    st.fixed_dictionaries({"name": st.text("abc", min_size=1, max_size=3), "value": SCALARS}),
    max_size=6,
    unique_by=lambda one: one["name"],
)


@settings(max_examples=100, deadline=None)
@given(LISTS, st.randoms(use_true_random=False))
def test_the_order_of_what_has_names_counts_nothing(values: list[Any], chance: Any) -> None:
    mixed = values[:]
    chance.shuffle(mixed)
    assert marks({"spec": {"env": values}}) == marks({"spec": {"env": mixed}})


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str) -> None:
    names = Names(["east-1", "prod"])
    assert names.fold(names.fold(text)) == names.fold(text)
