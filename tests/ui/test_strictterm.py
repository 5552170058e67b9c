"""The terminal that takes only what is known: it can say no, and it reads what it takes."""

from __future__ import annotations

import pytest

from tests.ui.strictterm import Breach, StrictTerminal


@pytest.mark.parametrize(
    "text",
    [
        "\x07", "\x08", "\x00", "\t", "\x7f", "\x9b2J", "\x85", "\x0e", "\r",
        "\x1bc", "\x1b7", "\x1b[2J", "\x1b[6n", "\x1b[A", "\x1b[?1049$p", "\x1b[?9h", "\x1b[?25;1h",
        "\x1b[>0q", "\x1b[1;2r", "\x1b[38:5:1m", "\x1bP+q544e\x1b\\", "\x1b_x\x1b\\",
        "\x1b]0;title\x07", "\x1b]2;title\x1b\\", "\x1b]22;text\x07", "\x1b]8;;https://x\x1b\\x",
        "\x1b]52;c;?\x07", "\x1b]52;p;aGk=\x07", "\x1b]52;c;aGk=\x1b\\",
        "\u202ex", "a\u200bb", "\u200d", "\ufe0f", "\ufeff", "\u2028", "\u00ad", "\U000e0041",
        "e" + "\u0301" * 5,
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_a_breach(text: str) -> None:
    terminal = StrictTerminal(20, 3)
    with pytest.raises(Breach):
        terminal.feed(f"before{text}after".encode())


def test_a_byte_cannot_hide_in_another() -> None:
    with pytest.raises(UnicodeDecodeError):
        StrictTerminal(20, 3).feed(b"\xc0\x9b")


def test_a_sequence_may_come_in_pieces() -> None:
    whole = (
        "\x1b[2;3H\x1b[1;38;2;1;2;3mé漢\x1b[0mx\x1b]52;c;aGk=\x07\r\ny\x1b[?2026$p\x1b[<u".encode()
    )
    terminal = StrictTerminal(8, 3)
    for byte in whole:
        terminal.feed(bytes([byte]))
    assert terminal.text() == "\n  é漢x\ny"
    assert terminal.clipboard == ["hi"]
    assert terminal.find("x") == (5, 1)


def test_what_does_not_fit_is_not_shown() -> None:
    terminal = StrictTerminal(3, 1)
    terminal.feed(b"\x1b[1;1Habcdef\x1b[9;9Hlost")
    assert terminal.text() == "abc"
