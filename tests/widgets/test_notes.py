"""Notes: what is wrapped, what is cut, and what is painted again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.strip import Strip

from mckwidgets.demos.detail import Line, Span
from mckwidgets.demos.notes import NotesDemo, about
from mckwidgets.linepaint import parts_width
from mckwidgets.notes import Notes, note_rows
from tests.widgets.painting import HOSTILE, SIZES, is_inert, painted, text_of

LINES = (
    Line((Span("a → b  "), Span("✖ down", "critical"))),
    Line((Span("why  "), Span("one two three four")), None, 5),
    Line((Span("look "), Span("five six seven")), None, 5),
)


def rows(width: int, height: int) -> list[str]:
    return [text_of(row) for row in note_rows(LINES, width, height)]


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (40, 9, [" a → b  ✖ down", " why  one two three four", " look five six seven"]),
        (22, 9, [" a → b  ✖ down", " why  one two three", "      four", " look five six seven"]),
        (22, 3, [" a → b  ✖ down", " why  one two three …", " look five six seven"]),
        (20, 3, [" a → b  ✖ down", " why  one two thre…", " look five six …"]),
        (22, 2, [" a → b  ✖ down", " why  one two three …"]),
        (22, 1, [" a → b  ✖ down"]),
        (22, 0, []),
        (2, 5, []),
    ],
)
def test_every_line_has_a_row_before_one_has_two(
    width: int, height: int, expected: list[str]
) -> None:
    assert rows(width, height) == expected


@given(
    st.lists(st.tuples(st.text(max_size=60) | st.sampled_from(HOSTILE[:-1]), st.integers(0, 9))),
    st.integers(0, 40),
    st.integers(0, 8),
)
def test_any_lines_fit(texts: list[tuple[str, int]], width: int, height: int) -> None:
    lines = [Line((Span(text),), None, indent) for text, indent in texts]
    found = note_rows(lines, width, height)
    assert len(found) <= height
    assert all(parts_width(row) <= width for row in found)
    assert all(is_inert(text_of(row)) for row in found)


@pytest.mark.parametrize("size", SIZES)
async def test_the_demo_fills_its_lines(size: tuple[int, int]) -> None:
    app = NotesDemo()
    async with app.run_test(size=size):
        notes = app.query_one(Notes)
        for y in range(size[1]):
            assert notes.render_line(y).cell_length == size[0]
        if size[0] >= 40:
            assert painted(notes)[0].startswith(" gcp-eu-1 → aws-use1-1  ✖ down")


async def test_only_other_rows_are_painted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = NotesDemo()
    async with app.run_test(size=(60, 8)) as pilot:
        notes = app.query_one(Notes)
        await pilot.pause()
        asked: list[int] = []
        render = notes.render_line

        def counted(y: int) -> Strip:
            asked.append(y)
            return render(y)

        monkeypatch.setattr(notes, "render_line", counted)
        notes.set_lines(about("gcp-eu-1"))
        await pilot.pause()
        assert asked == []
        await pilot.press("a")
        await pilot.pause()
        assert sorted(set(asked)) == [0, 2]
