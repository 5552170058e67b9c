"""Take credentials out of lines of logs, of which there may be tens of thousands a second.

Most lines have none of the words and signs by which `redact_text` knows a credential; they are told
apart for many lines at once, and only the others are looked at closely. A private key goes over
several lines: from its beginning on lines are taken out until its end. Nothing is kept.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

from mckconsole.detect.automaton import Searcher, automaton
from mckconsole.sources.redact_text import Scrubber, mark


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PARTED = (
    ("conn", "str"), ("connection", "string"), ("docker", "c"), ("kube", "conf"), ("pin", "code"),
    ("k8s", "ca"),
)  # fmt: skip
"""Two words that are one with and without a sign between them."""
SIGNS = (
    *_words("pass pwd secret token psk key cred auth cookie bearer basic negotiate digest netrc"),
    *_words("mnemonic webhook hooks.slack rsa ed25519 ecdsa dsa jwt dsn salt service_account"),
    *_words("-----begin eyj"),
    *_words("akia asia xox xapp- ghp_ gho_ ghu_ ghs_ ghr_ github_pat glpat- k_live k_test sk-"),
    *_words("hf_ aiza ya29. gocspx npm_ pypi- sg. hvs. hvb. hvr. dop_v1 $2 $1$ $5$ $6$ $argon"),
    *_words("$apr1 $y$ code= :// @tcp( @unix( @udp("),
    *(f"{one}{two}" for one, two in _PARTED for two in (two, f"_{two}", f"-{two}", f".{two}")),
    *(f"{name}{sign}" for name in _words("pw pat sas sig pin") for sign in "=:\"'> \\"),
)
"""In lower case; a text that holds none of them holds nothing that `Scrubber` takes out, unless it
is base64 as a whole."""
_LONGEST_KEY = 200
"""Lines that are taken out after the beginning of a private key, at most."""
_BASE64 = 16
"""Characters of the shortest text of which all may be base64."""


def _folded(text: str) -> str:
    """In lower case and plain letters, as names are compared."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).lower()


@cache
def _searcher() -> Searcher | None:
    return automaton([sign.encode() for sign in SIGNS], ())


def _present(together: str) -> list[str]:
    """The signs that are in a text, which is in lower case."""
    searcher = _searcher()
    if searcher is None:
        return [sign for sign in SIGNS if sign in together]
    return [SIGNS[number] for number in searcher.search(together.encode())[0]]


class LineScrubber:
    """Takes credentials out of the lines of one log, in their order."""

    def __init__(self) -> None:
        self._inside = 0
        """How many lines of a private key may still come."""

    def lines(self, texts: Sequence[str]) -> Sequence[str]:
        """The same number of lines, without credentials."""
        together = _folded("\n".join(texts))
        present = _present(together)
        if "://" in present and "@" not in together and "code=" not in present:
            present.remove("://")
        plain = not present and not self._inside
        if plain and all(" " in text or len(text) < _BASE64 for text in texts):
            return texts
        return [self._line(text, present) for text in texts]

    def _line(self, text: str, present: Sequence[str]) -> str:
        if self._inside:
            return self._within(text)
        low = _folded(text)
        if not any(sign in low for sign in present) and (" " in text or len(text) < _BASE64):
            return text
        if "-----begin" in low and "-----end" not in low and _opens_key(low):
            self._inside = _LONGEST_KEY
        return Scrubber().text(text)

    def _within(self, text: str) -> str:
        """A line of a private key."""
        ends = "-----END" in text
        self._inside = 0 if ends else self._inside - 1
        return mark(text) if text else text


def _opens_key(low: str) -> bool:
    head = low.partition("-----begin")[2][:60]
    return "private key" in head or "secret" in head
