"""Bytes of a log to lines: cut anywhere, dated, coloured, without credentials."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.sources.loglines import MAX_LINE, LineReader, Said, inert
from mckconsole.sources.redact_lines import SIGNS, LineScrubber
from mckconsole.sources.redact_text import Scrubber
from tests.unit.test_redact import KEYS

STAMP = b"2026-08-01T08:00:00.250000000Z "
AT = 1_785_571_200.25


def read(*pieces: bytes) -> list[Said]:
    reader = LineReader()
    return [one for piece in pieces for one in reader.feed(piece)]


@given(st.lists(st.integers(0, 400), max_size=6))
def test_it_does_not_matter_where_the_bytes_are_cut(cuts: list[int]) -> None:
    whole = b"".join(b"%sline %d\n" % (STAMP, number) for number in range(8))
    places = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
    pieces = [whole[one:two] for one, two in pairwise(places)]
    assert read(*pieces) == [Said(AT, f"line {number}") for number in range(8)]


@pytest.mark.parametrize(
    ("raw", "at", "text"),
    [
        (b"2026-08-01T08:00:00Z whole second", 1_785_571_200.0, "whole second"),
        (b"2026-08-01T10:00:00.5+02:00 of a node's zone", 1_785_571_200.5, "of a node's zone"),
        (b"2026-08-01T08:00:00.25Z ", AT, ""),
        (b"failed to create fsnotify watcher", 0.0, "failed to create fsnotify watcher"),
        (b"2026-99-99T08:00:00.25Z no such day", 0.0, "2026-99-99T08:00:00.25Z no such day"),
    ],
)
def test_lines_have_their_time_or_that_of_the_line_before(
    raw: bytes, at: float, text: str
) -> None:  # fmt: skip
    assert read(raw + b"\n") == [Said(at, text)]
    if not at:
        assert read(STAMP + b"x\n" + raw + b"\n")[1].at == AT


@given(st.binary(max_size=300))
def test_any_bytes_become_lines_that_are_inert(raw: bytes) -> None:
    for one in read(STAMP + raw + b"\n"):
        assert one.text.isprintable() or not one.text.isascii()
        assert "\x1b" not in one.text
        assert not {*one.text} & {chr(code) for code in range(32)}


def test_a_long_line_is_cut_with_a_note_and_the_next_one_is_whole() -> None:
    pieces = [STAMP, *[b"x" * 100_000] * 50, b"\n", STAMP + b"after\n"]
    cut, after = read(*pieces)
    assert len(cut.text) < MAX_LINE + 50
    assert cut.text.endswith(f"… ‹{5_000_000 - MAX_LINE + len(STAMP):,} more bytes›")
    assert after.text == "after"


@pytest.mark.parametrize(
    ("raw", "text", "colours"),
    [
        ("\x1b[31mred\x1b[0m plain", "red plain", ((0, "31"), (3, "0"))),
        ("a\x1b[1;38;5;200mb\x1b[m", "ab", ((1, "1;38;5;200"), (2, ""))),
        ("\x1b[38;2;1;2;300mx", "x", ()),
        ("\x1b[5mblink\x1b[8mhidden", "blinkhidden", ()),
        ("\x1b[2J\x1b]0;title\x07\x9b31m", "‹1B›[2J‹1B›]0;title‹07›‹9B›31m", ()),
        ("a\tb\r", "a   b", ()),
    ],
)
def test_of_escape_sequences_only_colours_are_kept(
    raw: str, text: str, colours: tuple[tuple[int, str], ...]
) -> None:
    assert inert(raw) == (text, colours)


# What was seen before.


seconds = st.lists(st.integers(0, 6), min_size=1, max_size=30).map(sorted)


@given(seconds, st.integers(0, 30))
def test_what_was_seen_is_dropped_when_it_comes_again(ats: list[int], seen: int) -> None:
    lines = [b"2026-08-01T08:00:0%dZ same\n" % at for at in ats]
    seen = min(seen, len(lines))
    reader = LineReader()
    first = reader.feed(b"".join(lines[:seen]))
    since = reader.resume.second - 1
    reader.reopened()
    again = [line for at, line in zip(ats, lines, strict=True) if 1_785_571_200 + at >= since]
    rest = reader.feed(b"".join(again))
    assert len(first) == seen
    assert len(rest) == len(lines) - seen
    assert not reader.resume.missed


def test_a_log_that_was_begun_anew_is_noticed() -> None:
    reader = LineReader()
    reader.feed(STAMP + b"before\n")
    reader.reopened()
    assert [one.text for one in reader.feed(b"2026-08-01T08:00:09Z after\n")] == ["after"]
    assert reader.resume.missed


# Credentials.

SAMPLES = (
    "DB_PASSWORD=hunter2hunter2",
    'level=info msg="got token" token=abcdef0123456789',
    "Authorization: Bearer abcdefghijklmnop",
    "GET https://user:secret@example.com/path",
    "clone with ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "key AKIAABCDEFGHIJKLMNOP is used",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abcdefghijk",
    "started with --db-pass hunter2hunter2",
    "<password>hunter2</password>",
    "dial root:hunter2@tcp(10.0.0.1:3306)/shop",
    "pin: 1234",
    "?sig=abcdefg&x=1",
    "cGFzc3dvcmQ9aHVudGVyMmh1bnRlcjI=",
    "$2b$12$abcdefghijklmnopqrstuv",
    "request done in 12 ms",
    "path=/api/prices status=200",
)


@pytest.mark.parametrize("key", [*KEYS, "db_conn_str", "kube-config", "PIN_CODE", "docker.config"])
@pytest.mark.parametrize("sign", ["=", ": ", '":"'])
def test_names_that_tell_are_looked_at(key: str, sign: str) -> None:
    (told,) = LineScrubber().lines([f"level=info {key}{sign}hunter2hunter2"])
    assert told == Scrubber().text(f"level=info {key}{sign}hunter2hunter2")


@pytest.mark.parametrize("text", SAMPLES)
def test_the_gate_lets_nothing_by_that_would_be_taken_out(text: str) -> None:
    assert LineScrubber().lines([text]) == [Scrubber().text(text)]
    assert LineScrubber().lines(["harmless", text, "harmless"])[1] == Scrubber().text(text)


words = st.sampled_from([*SIGNS, "=", ":", " ", "user", "1234567890abcdef", '"', "x", "@", "host"])


@given(st.lists(words, max_size=8).map("".join))
def test_the_gate_agrees_with_the_scrubber(text: str) -> None:
    assert list(LineScrubber().lines([text])) == [Scrubber().text(text)]


def test_a_private_key_is_taken_out_over_all_its_lines() -> None:
    said = read(
        STAMP + b"loading\n",
        STAMP + b"-----BEGIN RSA PRIVATE KEY-----\n",
        *(STAMP + b"MIIEowIBAAKCAQEA%d\n" % number for number in range(25)),
        STAMP + b"-----END RSA PRIVATE KEY-----\n",
        STAMP + b"loaded\n",
    )
    assert [one.text for one in said if "‹redacted" not in one.text] == ["loading", "loaded"]
    assert "MIIE" not in " ".join(one.text for one in said)


def test_a_key_without_an_end_does_not_swallow_the_log() -> None:
    begin = STAMP + b"-----BEGIN PRIVATE KEY-----\n"
    said = read(begin, *(STAMP + b"line %d\n" % number for number in range(300)))
    assert said[-1].text == "line 299"
