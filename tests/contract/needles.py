"""Every form in which a secret value might get out, and the search for it.

A value is looked for in pieces of twelve characters, so that a part of it is found too; as base64
in each alignment, as hexadecimal, escaped for addresses, backwards; and by its plain hashes, on
which anybody could try guesses. Line ends, blanks, frames and escape sequences of a terminal are
taken out of what is searched, so that a value that was wrapped is found.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from mckconsole.demo.keyring import Keyring
from mckconsole.demo.scenario import Scenario, load_scenario

PIECE = 12
PUBLIC_START = 4
"""Characters at a value's start that a format may make public."""
PUBLIC = {
    "google-key": {"id", "json"},
    "google-user": {"json"},
    "azure-client": {"client", "tenant"},
    "azure-storage": {"text"},
    "bootstrap": {"id"},
    "login": {"user"},
    "sas": {"url"},
    "ssh": {"public"},
    "url": {"url"},
    "jwt": {"token"},
}
"""Parts of credentials by kind that are no secret, or that hold one beside what is none."""
LOOKALIKES = {"sealed", "sops", "documented", "jwks", "digests", "broken-github", "broken-npm"}
_SCALARS = {184: (48, 91), 64: (22, 63)}
"""Where the number that is the key stands in PKCS #8, in base64, by its length: P-256, Ed25519."""
_ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_NOISE = re.compile(rb"[\s|\xe2\x80\xa6]|\xe2\x94.|\xe2\x95.|\\n")
"""Blanks, bars and frames."""


def planted(scenario: Scenario | None = None, *, seed: int = 1) -> dict[str, str]:
    """Every secret text of the demo by `name.part`."""
    model = scenario or load_scenario()
    ring = Keyring(model, seed=seed, epoch=0.0)
    found: dict[str, str] = {}
    for name, one in model.credentials.items():
        if one.kind in LOOKALIKES:
            continue
        for part, text in ring.parts(name).items():
            if part not in PUBLIC.get(one.kind, ()):
                found[f"{name}.{part}"] = text
    return found | {f"{name}.key": ring.parts(name)["key"] for name in model.issued}


def body(text: str) -> str:
    """What of a text is secret: of a key in PEM the part that its public half does not have."""
    if text.startswith("https://hooks."):
        return text.partition("/services/")[2]  # the host is everybody's
    if not text.startswith("-----"):
        return text
    lines = text.strip().splitlines()
    code = "".join(lines[1:-1])
    if "OPENSSH" in lines[0]:
        return code[216:256]
    start, end = _SCALARS.get(len(code), (280, len(code) - 4))
    return code[start:end]


def pieces(text: str) -> Iterator[str]:
    """Parts from which a leak is told, none of them public by format."""
    text = body(text)
    rest = text[PUBLIC_START:] if len(text) >= PIECE + PUBLIC_START else text
    last = max(len(rest) - PIECE, 0)
    starts = {0, last // 2, last} if len(text) < 100 else {last // 3, last // 2, last - 3}
    return (rest[start : start + PIECE] for start in sorted(starts))


def forms(text: str) -> Iterator[bytes]:
    """How a value might be written."""
    for piece in pieces(text):
        raw = piece.encode()
        yield raw
        yield raw[::-1]
        yield raw.hex().encode()
        yield quote(piece, safe="").encode()
        for pad, skipped in enumerate((0, 2, 3)):
            code = base64.b64encode(b"x" * pad + raw)
            yield code[skipped : (pad + len(raw)) * 8 // 6]
    whole = text.encode()
    for name in ("md5", "sha1", "sha256"):
        yield hashlib.new(name, whole, usedforsecurity=False).hexdigest()[:20].encode()


class Needles:
    """What is searched for.

    Args:
        texts: secret values by what they are called in a failure's message.
    """

    def __init__(self, texts: dict[str, str]) -> None:
        self._forms: dict[bytes, str] = {}
        for name, text in texts.items():
            for form in forms(text):
                if len(form) >= PIECE - 2:
                    self._forms.setdefault(form, name)

    def __len__(self) -> int:
        return len(self._forms)

    def found(self, data: bytes) -> set[str]:
        """Names of the values that are in `data`, in whatever form."""
        plain = _NOISE.sub(b"", _ESCAPES.sub(b"", data))
        return {name for form, name in self._forms.items() if form in data or form in plain}

    def assert_none(self, where: str, data: bytes) -> None:
        """Fail where there is one; the message names it and shows nothing of it."""
        found = self.found(data)
        assert not found, f"{where}: {', '.join(sorted(found))}"

    def assert_none_in(self, parts: Iterable[tuple[str, bytes]]) -> None:
        """The same for many; returns only when all were searched."""
        bad = {where: sorted(found) for where, data in parts if (found := self.found(data))}
        assert not bad, bad
