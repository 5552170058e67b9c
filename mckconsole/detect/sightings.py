"""From hits to sightings: what may be said, and nothing of what was seen.

The last line of defence is here: a text about a credential that has eight bytes of one in a row is
not said, whichever part made it.
"""

from __future__ import annotations

from collections.abc import Iterable

from mckconsole.detect.asking import Engine
from mckconsole.detect.facts import public
from mckconsole.detect.fingerprint import charset, fingerprint, length_bucket
from mckconsole.detect.hits import Hit, settle, spans
from mckconsole.detect.lines import locate
from mckconsole.detect.model import Where
from mckconsole.domain.audit import Sighting
from mckconsole.domain.text import clean, shorten

WINDOW = 8
"""Bytes of a value in a row that nothing may repeat."""
_PROBE = 4
"""Bytes in a row that are looked for first: every `WINDOW` of them has so many at a place that is
a multiple of how many more it has, plus one."""
_MAX_PATH = 500
_MAX_TEXT = 300
_SHORT = 16
"""Bytes up to which a value's letters are not said: few guesses may be left then."""
_MAX_READ = 2 * _MAX_TEXT
"""Characters of a fact that are looked at: what is behind them is not said."""
_MAX_FACTS = 24
_MAX_PREFIX = 16
_MAX_PIECES = 1 << 18
"""Bytes of all credentials of an object up to which each window of them is kept at hand."""
_MAX_COMPARED = 1 << 30
"""Bytes that are passed over where there are more, a second's work."""
_JOINT = b"\xff"
"""In no text: UTF-8 has no such byte."""
_IDENTIFIERS = frozenset(("key id",))
"""Facts that may be what is fingerprinted: an id that is public by itself."""
_EXPECTED = frozenset(
    (
        ("kubernetes.io/tls", "tls.key"),
        ("kubernetes.io/ssh-auth", "ssh-privatekey"),
        ("kubernetes.io/basic-auth", "password"),
    )
)
"""Types of Secrets, and the key of each that is there for a credential."""


def sightings(hits: list[Hit], engine: Engine) -> tuple[tuple[Sighting, tuple[str, ...]], ...]:
    """What is reported of an object, each with the field's path as managedFields write it."""
    real = [hit for hit in hits if not engine.is_placeholder(hit.value, hit.match)]
    if not real:
        return ()
    kept = settle(real, engine)
    parts = {id(hit.value): hit for hit in kept}
    final: list[Hit] = []
    for value, match in engine.pair([(hit.value, hit.match) for hit in kept]):
        hit = parts[id(value)]
        final.append(Hit(hit.part, hit.detector, value, hit.offset, match))
    secret = Forbidden(spans(final))
    found: dict[tuple[str, str, str], tuple[Sighting, tuple[str, ...]]] = {}
    for hit in final:
        one = _sighting(hit, secret)
        where = (one.rule, one.fingerprint, hit.part.place.path)
        found.setdefault(where, (one, hit.part.place.fields))
    return tuple(sorted(found.values(), key=lambda one: (one[0].path, one[0].rule)))


class Forbidden:
    """Bytes that no text may repeat."""

    def __init__(self, values: Iterable[bytes]) -> None:
        self._all = _JOINT.join({one for one in values if len(one) >= WINDOW})
        self._few = len(self._all) <= _MAX_PIECES
        self._pieces: set[bytes] | None = None
        self._left = _MAX_COMPARED

    def within(self, text: str) -> bool:
        """Whether a text has `WINDOW` bytes in a row of one; also yes where it would be too much
        work to tell."""
        raw = text.encode("utf-8", "replace")
        if self._few and not self._near(raw):
            return False
        pieces = _pieces(raw)
        if self._few:
            if self._pieces is None:
                self._pieces = _pieces(self._all)
            return not pieces.isdisjoint(self._pieces)
        self._left -= len(pieces) * len(self._all)
        return self._left < 0 or any(piece in self._all for piece in pieces)

    def _near(self, raw: bytes) -> bool:
        """Whether there is any of a few bytes that one in `WINDOW` in a row would have."""
        known = self._all
        for at in range(0, len(raw) - _PROBE + 1, WINDOW - _PROBE + 1):
            if raw[at : at + _PROBE] in known:
                return True
        return False


def _pieces(raw: bytes) -> set[bytes]:
    return {raw[at : at + WINDOW] for at in range(len(raw) - WINDOW + 1)}


def _sighting(hit: Hit, secret: Forbidden) -> Sighting:
    match, place = hit.match, hit.part.place
    seen = hit.bytes or match.canonical
    path = _path(hit)
    expected = match.expected or (
        place.where is Where.SECRET
        and hit.part.level == 0
        and (place.secret_type, place.key) in _EXPECTED
    )
    return Sighting(
        rule=match.rule,
        tier=match.tier,
        path=place.path if secret.within(path.removeprefix(place.path)) else path,
        key=place.key,
        fingerprint=fingerprint(match.canonical),
        length=length_bucket(len(seen.decode("utf-8", "replace"))),
        charset=charset(seen) if len(seen) > _SHORT else "",
        prefix=_prefix(match.prefix, seen),
        proof="" if secret.within(match.proof) else _text(match.proof),
        facts=tuple(_facts(match.facts, secret)),
        severity=match.severity,
        expected=expected,
    )


def _path(hit: Hit) -> str:
    """The way to a credential, clean and of bounded length."""
    part, inner = hit.part, hit.match.inner
    path = part.shown_path()
    if inner:
        kind = "JSON" if part.data.lstrip()[:1] in (b"{", b"[") else "YAML"
        path = f"{path} › {kind} {inner}"
    elif not part.cut and hit.span[0]:
        where = locate(part.data, hit.span[0])
        path = f"{path} › {where}" if where else path
    return shorten(clean(path), _MAX_PATH)


def _facts(facts: Iterable[tuple[str, str]], secret: Forbidden) -> Iterable[tuple[str, str]]:
    for name, text in list(facts)[:_MAX_FACTS]:
        open_text = public(name, text[:_MAX_READ])
        said = _text(open_text)
        if name in _IDENTIFIERS or not (secret.within(open_text) or secret.within(said)):
            yield _text(name), said


def _prefix(prefix: str, seen: bytes) -> str:
    """As much as a rule calls public, where it is that and not most of the value."""
    if len(prefix) > _MAX_PREFIX or len(prefix) * 2 > len(seen):
        return ""
    return clean(prefix)


def _text(text: str) -> str:
    return shorten(clean(text), _MAX_TEXT)
