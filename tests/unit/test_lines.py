"""Lines: cut at line feeds only, complete ones only, bounded."""

from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from mckconsole.sources.lines import LineSplitter, Oversized


@given(st.lists(st.binary(max_size=20)), st.integers(1, 7))
def test_lines_are_those_of_split_whatever_the_chunks(lines: list[bytes], step: int) -> None:
    clean = [line.replace(b"\n", b"") for line in lines]
    stream = b"".join(line + b"\n" for line in clean)
    splitter = LineSplitter()
    found: list[bytes | Oversized] = []
    for start in range(0, len(stream), step):
        found += splitter.feed(stream[start : start + step])
    assert found == [line for line in clean if line]
    assert splitter.pending == 0


def test_other_line_ends_are_text() -> None:
    text = "a\u0085b\u2028c\rd\x0be".encode()
    assert LineSplitter().feed(text + b"\n") == [text]


def test_a_line_without_its_end_is_never_handed_out() -> None:
    splitter = LineSplitter()
    assert splitter.feed(b'{"type":"ADD') == []
    assert splitter.pending == 12


def test_an_oversized_line_is_skipped_with_its_size_and_the_next_one_is_read() -> None:
    splitter = LineSplitter(limit=10)
    assert splitter.feed(b"x" * 8) == []
    assert splitter.feed(b"y" * 8) == []
    assert splitter.feed(b"z\nok\n" + b"0123456789\n") == [Oversized(17), b"ok", b"0123456789"]


def test_an_oversized_line_is_not_kept_while_it_arrives() -> None:
    splitter = LineSplitter(limit=100)
    for _ in range(1000):
        splitter.feed(b"x" * 50)
    assert sum(map(len, splitter._parts)) <= 100
    assert splitter.pending == 50_000


def test_time_grows_with_the_bytes_and_not_with_their_square() -> None:
    splitter = LineSplitter()
    chunk = b"x" * 1000
    began = time.perf_counter()
    for _ in range(20_000):
        splitter.feed(chunk)
    (line,) = splitter.feed(b"\n")
    assert isinstance(line, bytes)
    assert len(line) == 20_000_000
    assert time.perf_counter() - began < 2
