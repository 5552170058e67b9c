"""Where a detail view's lines stand, and what is shown and copied of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mckwidgets.demos.detail import Block, Card, Line, Span, line, tunnel
from mckwidgets.demos.safe_text import PAYLOADS
from mckwidgets.detail_document import MAX_LINE, Document, shown_text
from mckwidgets.detail_layout import Fixed, Layout, Row
from mckwidgets.detail_search import Search
from mckwidgets.safe_text import inert


def rows(blocks: tuple[Block, ...], width: int) -> list[str]:
    """The whole layout as text; a line that opens something has a `›`."""
    document = Document(blocks)
    layout = Layout(document, width)
    return [as_text(document, layout.row(y)) for y in range(layout.height)]


def as_text(document: Document, row: Row) -> str:
    shown = ""
    for piece in row:
        shown += " " * (piece.x - cell_len(shown))
        if isinstance(piece, Fixed):
            shown += piece.text
            continue
        opens = piece.first and document.target(piece.line) is not None
        text = document.texts[piece.line][piece.start : piece.end]
        shown += ("›" if opens else "").ljust(2) + " " * piece.indent + text
        if piece.note:
            shown += " " * (piece.x + piece.width - cell_len(shown) - len(piece.note)) + piece.note
    return shown


def test_cards_beside_each_other_then_lines() -> None:
    assert rows(tunnel(), 84)[:11] == [
        "ASYMMETRIC" + "✖ critical  since 14:00:10Z (3 m 12 s)".rjust(74),
        "┌ gcp-eu-1 → aws-use1-1 ────── ✖ error ─┐ ┌ aws-use1-1 → gcp-eu-1 ───────── ● up ─┐",
        "│› gateway   gke-gw-a   active   4 s    │ │› gateway   ip-10-10-1-7 active   2 s  │",
        "│  driver    libreswan  NAT yes         │ │  driver    libreswan  NAT yes         │",
        "│  RTT       last seen 88 ms (frozen)   │ │  RTT       88 ms avg  84…131  ▁▁▂▁▁▁  │",
        "│  rx / tx   0 B/s / 3.1 KB/s           │ │                                       │",
        "└───────────────────────────────────────┘ └───────────────────────────────────────┘",
        "",
        "Evidence" + "3 of 3".rjust(76),
        "› ✖ gcp-eu-1  Gateway submariner-operator/gke-gw-a ",
        "    status.connections[0].statusMessage = Failed to ping the remote endpoint IP",
    ]


def test_narrow_cards_stand_below_each_other() -> None:
    assert rows(tunnel(), 42)[1:13] == [
        "┌ gcp-eu-1 → aws-use1-1 ─────── ✖ error ─┐",
        "│› gateway   gke-gw-a   active   4 s     │",
        "│  driver    libreswan  NAT yes          │",
        "│  RTT       last seen 88 ms (frozen)    │",
        "│  rx / tx   0 B/s / 3.1 KB/s            │",
        "└────────────────────────────────────────┘",
        "┌ aws-use1-1 → gcp-eu-1 ────────── ● up ─┐",
        "│› gateway   ip-10-10-1-7 active   2 s   │",
        "│  driver    libreswan  NAT yes          │",
        "│  RTT       88 ms avg  84…131  ▁▁▂▁▁▁   │",
        "└────────────────────────────────────────┘",
        "",
    ]


NOTED = Line((Span("status = Failed to ping 10.128.2.1"),), None, 2, "4 s ago")


@pytest.mark.parametrize(
    ("block", "width", "expected"),
    [
        (Block("Head", "note"), 20, ["Head            note"]),
        (Block("A longer heading", "3 of 3"), 20, ["A longer heading"]),
        (Block("A heading that is too long", ""), 20, ["A heading that is t…"]),
        (Block("", "only a note"), 20, ["         only a note"]),
        (Block(lines=(line("one"), line("two", target="x"))), 20, ["  one", "› two"]),
        (
            Block(lines=(line("one two three four five", target="x", indent=2),)),
            20,
            ["› one two three four", "    five"],
        ),
        (Block(lines=(line("x" * 40, indent=12),)), 20, ["  " + "x" * 18] * 2 + ["  xxxx"]),
        (Block(lines=(line("日本語テキスト日本語"),)), 20, ["  日本語テキスト日本", "  語"]),
        (
            Block(lines=(NOTED,)),
            36,
            ["  status = Failed to ping    4 s ago", "    10.128.2.1"],
        ),
        (Block(lines=(NOTED,)), 34, ["  status = Failed to ping", "    10.128.2.1"]),
        (Block(lines=(line(""),)), 20, ["  "]),
        (Block(cards=(Card("", ()),)), 20, ["┌" + "─" * 18 + "┐", "└" + "─" * 18 + "┘"]),
        (
            Block(cards=(Card("a title too long for this", (line("x"),), "● up"),)),
            20,
            ["┌ a ti…his ─ ● up ─┐", "│  x               │", "└" + "─" * 18 + "┘"],
        ),
    ],
)
def test_parts(block: Block, width: int, expected: list[str]) -> None:
    assert rows((block,), width) == expected


def test_blocks_are_apart_and_empty_ones_are_not_there() -> None:
    blocks = (Block(), Block(lines=(line("a"),)), Block(), Block("B"))
    assert rows(blocks, 20) == ["  a", "", "B"]
    assert rows((Block(),), 20) == []


texts = st.text(st.characters(categories=["L", "N", "P", "Zs", "So"]), max_size=80)
lines = st.builds(
    lambda spans, target, indent: Line(tuple(Span(s) for s in spans), target, indent),
    st.lists(texts | st.sampled_from(PAYLOADS[:-1]), max_size=3),
    st.none() | st.integers(0, 3),
    st.integers(0, 8),
)
cards = st.builds(
    lambda title, lines, note: Card(title, tuple(lines), note),
    texts,
    st.lists(lines, max_size=3),
    texts,
)
blocks = st.lists(
    st.builds(
        lambda heading, note, cards, lines: Block(heading, note, tuple(cards), tuple(lines)),
        texts,
        texts,
        st.lists(cards, max_size=3),
        st.lists(lines, max_size=4),
    ),
    max_size=3,
).map(tuple)


@given(blocks, st.integers(0, 130))
def test_every_row_fits_and_every_line_is_where_its_span_says(
    blocks: tuple[Block, ...], width: int
) -> None:
    document = Document(blocks)
    layout = Layout(document, width)
    seen: dict[int, list[int]] = {}
    for y in range(layout.height):
        shown = layout.row(y)
        assert cell_len(as_text(document, shown)) <= layout.width
        assert inert(as_text(document, shown)) == as_text(document, shown)
        for piece in shown:
            if not isinstance(piece, Fixed):
                seen.setdefault(piece.line, []).append(y)
                assert layout.line_at(piece.x, y) == piece.line
    for number in range(len(document.lines)):
        top, height = layout.span(number)
        assert seen[number] == list(range(top, top + height))
        above, below = layout.context(number)
        assert above <= top
        assert top + height <= below <= layout.height


@given(blocks, st.sampled_from([30, 90, 130]), st.data())
def test_steps_lead_from_any_line_to_both_ends(
    blocks: tuple[Block, ...], width: int, data: st.DataObject
) -> None:
    document = Document(blocks)
    if not document.lines:
        return
    layout = Layout(document, width)
    start = data.draw(st.integers(0, len(document.lines) - 1))
    for step in (1, -1):
        at, rows_seen = start, [layout.span(start)[0]]
        while (to := layout.step(at, step, 0)) != at:
            at = to
            rows_seen.append(layout.span(at)[0])
        assert rows_seen == sorted(rows_seen, reverse=step < 0)
        last = layout.near(layout.height if step > 0 else 0, 0)
        assert layout.section_of(at) == layout.section_of(last)


def test_left_and_right_go_to_the_card_beside_at_the_same_height() -> None:
    layout = Layout(Document(tunnel()), 110)
    assert [layout.beside(number, 1) for number in range(8)] == [4, 5, 6, 6, 4, 5, 6, 7]
    assert [layout.beside(number, -1) for number in range(8)] == [0, 1, 2, 3, 0, 1, 2, 7]
    assert layout.step(3, 1, 0) == 7
    assert layout.step(7, -1, 0) == 3
    assert layout.step(7, -1, 1) == 6


def test_a_very_long_line_is_cut_but_copied_as_a_whole() -> None:
    long = line("x" * 1_000_000)
    document = Document((Block(lines=(long,)),))
    assert document.texts[0].endswith(f"x… ({1_000_000 - MAX_LINE:,} more)")
    assert len(document.texts[0]) < MAX_LINE + 40
    assert "\n".join(document.plain()) == "x" * 1_000_000
    two = Line((Span("a" * MAX_LINE), Span("bcd", "warn")))
    assert shown_text(two) == "a" * MAX_LINE + "… (3 more)"


def test_everything_as_plain_text() -> None:
    copied = list(Document(tunnel()).plain())
    assert copied[:4] == [
        "ASYMMETRIC  ✖ critical  since 14:00:10Z (3 m 12 s)",
        "gcp-eu-1 → aws-use1-1  ✖ error",
        "gateway   gke-gw-a   active   4 s",
        "driver    libreswan  NAT yes",
    ]
    assert copied[-2:] == [
        "1 Calico pool natOutgoing in gcp-eu-1: the tunnel works, the way back is cut off",
        "2 open the gateway's firewall for ICMP",
    ]
    assert "" in copied


@pytest.mark.parametrize(
    ("at", "texts", "expected"),
    [
        (1, ["a", "b:T", "c"], 1),
        (1, ["new", "a", "b:T", "c"], 2),  # the same line moved
        (1, ["a", "x:T", "new:T", "c"], 1),  # the same target, nearest
        (1, ["c:T", "b", "a"], 0),  # the text alone is another line
        (2, ["c", "a", "b:T", "c"], 3),  # the nearest of equal lines
        (0, ["z", "y"], 0),  # gone: its place
        (2, ["z"], 0),
    ],
)
def test_a_line_is_found_again(at: int, texts: list[str], expected: int) -> None:
    def document(texts: list[str]) -> Document:
        pairs = [text.partition(":") for text in texts]
        return Document((Block(lines=tuple(line(t, target=to or None) for t, _, to in pairs)),))

    assert document(texts).again(at, document(["a", "b:T", "c"])) == expected


def test_search() -> None:
    search = Search(["Gateway gateway", "none", "the GATEWAY"], "gateway")
    assert len(search) == 3
    assert search.index == -1
    assert search.start(1) == 2
    assert search.index == 2
    assert search.ranges(2) == [(4, 11, True)]
    assert search.move(1) == 0
    assert search.ranges(0) == [(0, 7, True), (8, 15, False)]
    assert search.move(-1) == 2
    assert search.start(3) == 0
    assert len(Search(["a.b", "axb"], "a.b")) == 1
    assert len(Search(["a"], "")) == 0
    nothing = Search(["a"], "zz")
    assert nothing.start(0) is nothing.move(1) is None


def test_a_note_is_copied_and_not_searched() -> None:
    document = Document((Block(lines=(NOTED,)),))
    assert list(document.plain()) == ["status = Failed to ping 10.128.2.1  4 s ago"]
    assert len(Search(document.texts, "ago")) == 0
