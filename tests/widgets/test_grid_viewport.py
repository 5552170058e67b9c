"""Where the grid's cursor and window go when rows come, go and change their order."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckwidgets.demos.grid import Cell, Row
from mckwidgets.grid_model import GridModel
from mckwidgets.grid_viewport import Viewport


def rows(ids: Sequence[str]) -> list[Row]:
    return [Row(one, {"a": Cell(one, value=one)}) for one in ids]


class Scene:
    """A model of rows named by letters, and a window of some lines over it."""

    def __init__(self, ids: str, height: int = 4) -> None:
        self.model = GridModel()
        self.view = Viewport(self.model)
        self.view.resize(height)
        self.set(ids)

    def set(self, ids: str) -> None:
        with self.view.following(replaced=True):
            self.model.set_rows(rows(ids))

    def update(self, changed: str = "", removed: str = "") -> None:
        with self.view.following():
            self.model.update_rows(rows(changed), removed)

    def sort(self, column: str | None, *, reverse: bool = False) -> None:
        with self.view.following():
            self.model.sort_by(column, reverse=reverse)

    def only(self, ids: str | None) -> None:
        with self.view.following(choose=True):
            self.model.set_filter(None if ids is None else lambda one: one.id in ids)

    def go(self, row_id: str) -> None:
        index = self.model.index(row_id)
        assert index is not None
        self.view.move(index)

    @property
    def sight(self) -> str:
        """The rows in sight, the cursor's as a capital letter."""
        end = min(self.view.top + self.view.height, self.model.visible)
        ids = [self.model.id_at(place) for place in range(self.view.top, end)]
        return "".join(one.upper() if one == self.view.key else one for one in ids)


def test_who_has_not_moved_sees_the_first_row_whichever_it_is() -> None:
    scene = Scene("bcd")
    assert scene.sight == "Bcd"
    scene.set("abcd")
    assert scene.sight == "Abcd"
    scene.sort("a", reverse=True)
    assert scene.sight == "Dcba"
    scene.update("e")
    assert scene.sight == "Edcb"


def test_who_has_moved_stays_on_the_row_and_on_the_line() -> None:
    scene = Scene("defgh")
    scene.go("f")
    assert scene.sight == "deFg"
    scene.set("abcdefgh")
    assert scene.sight == "deFg"
    scene.update(removed="de")
    assert scene.sight == "bcFg"
    scene.sort("a", reverse=True)
    assert scene.sight == "hgFc"
    scene.sort(None)
    assert scene.sight == "bcFg"


def test_a_line_too_close_to_the_end_is_given_up_and_taken_again() -> None:
    scene = Scene("abcdefgh")
    scene.go("d")
    scene.set("dh")
    assert scene.sight == "Dh"
    scene.set("abcdefgh")
    assert scene.sight == "abcD"


def test_when_the_cursors_row_goes_the_next_one_takes_its_place() -> None:
    scene = Scene("abcdefgh")
    scene.go("d")
    scene.update(removed="cd")
    assert scene.view.key == "e"
    scene.set("abgh")
    assert scene.view.key == "g"
    scene.set("ab")
    assert scene.view.key == "b"
    scene.set("")
    assert scene.view.key is None
    assert scene.view.top == 0


def test_in_descending_order_too_the_next_one_is_the_one_below() -> None:
    scene = Scene("abcdef")
    scene.sort("a", reverse=True)
    scene.go("d")
    scene.update(removed="d")
    assert scene.view.key == "c"


def test_the_cursor_comes_back_to_its_row_when_the_filter_goes() -> None:
    scene = Scene("abcdefgh")
    scene.go("d")
    scene.only("abgh")
    assert scene.view.key == "g"
    scene.only("ab")
    assert scene.view.key == "b"
    scene.only(None)
    assert scene.sight == "abcD"


def test_a_move_under_the_filter_counts() -> None:
    scene = Scene("abcdefgh")
    scene.go("d")
    scene.only("abgh")
    scene.view.move_by(1)
    scene.only(None)
    assert scene.view.key == "h"


def test_the_cursor_comes_back_when_all_rows_were_away() -> None:
    scene = Scene("abcdefgh")
    scene.go("g")
    scene.set("")
    scene.set("abcdefgh")
    assert scene.view.key == "g"


def test_the_wheel_moves_the_window_and_not_the_cursor() -> None:
    scene = Scene("abcdefgh")
    scene.view.scroll(3)
    assert (scene.sight, scene.view.key, scene.view.in_sight) == ("defg", "a", False)
    scene.set("xabcdefgh")
    assert scene.sight == "defg"
    scene.view.move_by(1)
    assert scene.sight == "Bcde"


def test_a_window_of_no_lines_loses_nothing() -> None:
    scene = Scene("abcdefgh")
    scene.go("d")
    for height in (1, 0, 1, 2, 4):
        scene.view.resize(height)
        assert scene.view.key == "d"
    assert scene.sight == "abcD"


def test_pages_keep_the_line() -> None:
    scene = Scene("abcdefghijkl")
    scene.go("b")
    scene.view.page_by(4)
    assert scene.sight == "eFgh"
    scene.view.page_by(40)
    assert scene.sight == "ijkL"
    scene.view.page_by(-40)
    assert scene.sight == "Abcd"


@pytest.mark.parametrize("height", [0, 1, 3])
def test_an_empty_grid_can_be_moved_about(height: int) -> None:
    scene = Scene("", height)
    scene.view.move_by(1)
    scene.view.page_by(-1)
    scene.view.scroll(5)
    assert (scene.view.key, scene.view.top, scene.view.index) == (None, 0, None)


LETTERS = st.lists(st.sampled_from("abcdefghij"), max_size=10, unique=True).map("".join)
STEPS = st.one_of(
    st.tuples(st.just("set"), LETTERS),
    st.tuples(st.just("update"), LETTERS),
    st.tuples(st.just("remove"), LETTERS),
    st.tuples(st.just("only"), st.one_of(st.none(), LETTERS)),
    st.tuples(st.just("sort"), st.sampled_from([None, "a"])),
    st.tuples(st.just("resize"), st.integers(0, 6)),
    st.tuples(st.just("move"), st.integers(-3, 3)),
    st.tuples(st.just("page"), st.integers(-6, 6)),
    st.tuples(st.just("scroll"), st.integers(-2, 12)),
)


def do(scene: Scene, step: str, what: str | int | None) -> None:
    if isinstance(what, int):
        moves = {
            "resize": scene.view.resize,
            "move": scene.view.move_by,
            "page": scene.view.page_by,
            "scroll": scene.view.scroll,
        }
        moves[step](what)
    elif step == "only":
        scene.only(what)
    elif step == "sort":
        scene.sort(what, reverse=what is not None)
    elif step == "set":
        scene.set(what or "")
    elif step == "update":
        scene.update(changed=what or "")
    else:
        scene.update(removed=what or "")


@given(st.lists(STEPS, max_size=20))
def test_whatever_happens_cursor_and_window_are_on_rows(
    steps: list[tuple[str, str | int | None]],
) -> None:
    scene = Scene("abcdef")
    for step, what in steps:
        key, seen = scene.view.key, scene.view.in_sight
        do(scene, step, what)
        view, visible = scene.view, scene.model.visible
        assert (view.key is None) == (visible == 0)
        assert view.key is None or view.index is not None
        assert 0 <= view.top <= max(visible - max(view.height, 1), 0)
        if step in ("move", "page") or (seen and step != "scroll" and visible):
            assert view.in_sight or not visible
        if step in ("resize", "scroll"):
            assert view.key == key
