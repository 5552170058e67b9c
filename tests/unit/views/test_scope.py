"""The scope: names, globs and groups, and what they may not leave out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.views.scope import (
    ALL,
    Scope,
    ScopeError,
    complete_scope,
    in_scope,
    one_word,
    picked_scope,
    scope_of,
)
from mckconsole.views.spec import Row

CLUSTERS = {
    "prod-eu-1": ("prod", "eu"),
    "prod-eu-2": ("prod", "eu"),
    "prod-us-1": ("prod",),
    "dev": ("eu",),
    "arn:aws:eks:eu-west-1:000000000000:cluster/shop": (),
    "kind, local": (),
}
ARN = "arn:aws:eks:eu-west-1:000000000000:cluster/shop"
PROD = {"prod-eu-1", "prod-eu-2", "prod-us-1"}


@pytest.mark.parametrize("text", ["", " ", "all", "ALL", "*", ","])
def test_all_of_them(text: str) -> None:
    assert scope_of(text, CLUSTERS) is ALL
    assert ALL.names is None
    assert ALL.words == "all"


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("dev", {"dev"}, "dev"),
        ("DEV", {"dev"}, "dev"),
        (ARN, {ARN}, ARN),
        ("kind, local", {"kind, local"}, "kind, local"),
        ("prod-*", PROD, "prod-* (3)"),
        ("Prod-*", PROD, "Prod-* (3)"),
        ("prod-[eu]?-1", {"prod-eu-1", "prod-us-1"}, "prod-[eu]?-1 (2)"),
        ("*west*", {ARN}, "*west* (1)"),
        ("@prod", PROD, "@prod (3)"),
        ("prod", PROD, "prod (3)"),
        ("@p*", PROD, "@p* (3)"),
        ("dev prod-us-1", {"dev", "prod-us-1"}, "2 of 6"),
        ("dev,prod-us-1", {"dev", "prod-us-1"}, "2 of 6"),
        ("dev, @prod", PROD | {"dev"}, "4 of 6"),
        ("@prod !*-us-*", {"prod-eu-1", "prod-eu-2"}, "2 of 6"),
        ("!*-us-* @prod", {"prod-eu-1", "prod-eu-2"}, "2 of 6"),
        ("!@prod", {"dev", ARN, "kind, local"}, "!@prod (3)"),
        ("all !@prod", {"dev", ARN, "kind, local"}, "3 of 6"),
    ],
)
def test_what_is_named(text: str, names: set[str], words: str) -> None:
    scope = scope_of(text, CLUSTERS)
    assert set(scope.names or ()) == names
    assert scope.words == words
    assert scope.text == text
    assert scope_of(scope.text, CLUSTERS) == scope


def test_a_cluster_comes_before_a_group_of_the_same_name() -> None:
    both = {"eu": (), "west": ("eu",), "!odd": (), "@odd": ()}
    assert scope_of("eu", both).names == frozenset({"eu"})
    assert scope_of("@eu", both).names == frozenset({"west"})
    assert scope_of("!odd", both).names == frozenset({"!odd"})
    assert scope_of("@odd west", both).names == frozenset({"@odd", "west"})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prd-eu-1", "no cluster or group is called prd-eu-1; near: prod-eu-1"),
        ("dev us", "called us; near: prod-us-1"),
        ("@pro", "called @pro; near: @prod"),
        ("@dev", "called @dev; near: dev"),
        ("!zzz", "called zzz; there are prod-eu-1, prod-eu-2.* and 2 more"),
        ("prod-eu-*-*", "called prod-eu-"),
        ("dev !dev", "dev !dev leaves no cluster"),
        ("!*", "leaves no cluster"),
    ],
)
def test_what_fits_nothing_is_told(text: str, words: str) -> None:
    with pytest.raises(ScopeError, match=words):
        scope_of(text, CLUSTERS)


def test_without_clusters_nothing_is_near() -> None:
    assert scope_of("", {}) is ALL
    with pytest.raises(ScopeError, match=r"called x$"):
        scope_of("x", {})


@given(st.text())
def test_any_text_is_a_scope_or_a_scope_error(text: str) -> None:
    try:
        names = scope_of(text, CLUSTERS).names
    except ScopeError:
        return
    assert names is None or (names and names <= set(CLUSTERS))


def test_messages_are_inert() -> None:
    with pytest.raises(ScopeError) as caught:
        scope_of("\x1b[31m", CLUSTERS)
    assert "‹1B›" in str(caught.value)


@pytest.mark.parametrize(
    ("clusters", "shown"), [((), True), (("dev",), True), (("x", "dev"), True), (("x",), False)]
)
def test_rows_are_shown_by_their_clusters(clusters: tuple[str, ...], shown: bool) -> None:
    row = Row("r", {}, clusters=clusters)
    assert in_scope(row, Scope(frozenset({"dev"}), "dev")) is shown
    assert in_scope(row, ALL)


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("pro", ["prod-eu-1", "prod-eu-2", "prod-us-1", "@prod"]),
        ("prod-eu-1 PROD-E", ["prod-eu-1 prod-eu-2"]),
        ("dev,-us", ["dev,prod-us-1"]),
        ("dev kin", ["dev kind??local"]),
        ("!de", ["!dev"]),
        ("@", ["@eu", "@prod"]),
        ("dev !@p", ["dev !@prod"]),
        ("zzz", []),
    ],
)
def test_completion(text: str, completed: list[str]) -> None:
    assert complete_scope(text, CLUSTERS) == completed


@pytest.mark.parametrize("text", ["", "dev ", "!", "p"])
def test_completed_texts_are_scopes(text: str) -> None:
    for whole in complete_scope(text, CLUSTERS):
        assert scope_of(whole, CLUSTERS).names


def test_completion_offers_everything_at_first() -> None:
    assert complete_scope("", CLUSTERS) == [*CLUSTERS, "@eu", "@prod"]


@pytest.mark.parametrize("name", ["kind, local", "cluster [b]x", "a[1]", "[/]", "*", "q?"])
def test_any_name_can_be_one_of_several_words(name: str) -> None:
    clusters = {"dev": (), name: ()}
    assert scope_of(f"dev {one_word(name)}", clusters).names == frozenset({"dev", name})


class TestPicked:
    """From a list: nothing in a name means anything."""

    def test_names_and_groups(self) -> None:
        assert picked_scope(["@prod"], CLUSTERS) == scope_of("@prod", CLUSTERS)
        name = next(iter(CLUSTERS))
        assert picked_scope([name], CLUSTERS) == scope_of(name, CLUSTERS)

    @pytest.mark.parametrize("name", ["@a, b", "!a", "a b", "[x]", "*", "all"])
    def test_odd_names(self, name: str) -> None:
        clusters = {name: (), "b": (), "a": ()}
        for chosen in ([name], [name, "b"]):
            found = picked_scope(chosen, clusters)
            assert found.names == frozenset(chosen)
            if found.text:
                assert scope_of(found.text, clusters).names == frozenset(chosen)

    def test_one_that_is_gone(self) -> None:
        with pytest.raises(ScopeError):
            picked_scope(["gone"], CLUSTERS)
