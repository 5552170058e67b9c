"""One object being looked at: from the values in its fields down to what is encoded in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from mckconsole.detect.asking import Asked, Engine, windows
from mckconsole.detect.budget import MAX_DEPTH, MAX_HITS, Budget, TooMuch
from mckconsole.detect.encodings import GZIP, decode64, runs, unbase64
from mckconsole.detect.gate import Haystack
from mckconsole.detect.hits import Hit
from mckconsole.detect.lines import assigned
from mckconsole.detect.parts import Part
from mckconsole.detect.release import is_release, release_parts
from mckconsole.detect.seen import certificates_in
from mckconsole.detect.tree import Leaves, parse
from mckconsole.domain.audit import CertificateSeen

_MIN_TEXT = 8
"""Bytes below which nothing is cut out of a value."""
_MIN_CODED = 16
"""Letters from which on a string of a document may be base64."""
_MAX_WORDS = 20_000
"""Names of one text that are looked at."""
_MAX_SIBLINGS = 64


class Look:
    """What was found in one object, and what is left to spend on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.budget = Budget()
        self.hits: list[Hit] = []
        self.certificates: list[CertificateSeen] = []
        self.troubles: dict[str, None] = {}
        self._named: dict[str, tuple[int, ...]] = {}

    def examine(self, parts: Iterable[Part]) -> None:
        """Look at fields, and at all that is in them."""
        queue = [list(parts)]
        while queue:
            batch = queue.pop()
            try:
                queue.extend(self._batch(batch))
            except TooMuch as why:
                path = batch[0].place.path if len({one.place for one in batch}) == 1 else ""
                self.trouble(path, str(why))

    def trouble(self, path: str, why: str) -> None:
        """Note what could not be looked at; never with any of it."""
        self.troubles[f"{path}: {why}" if path else why] = None

    def _batch(self, batch: list[Part]) -> list[list[Part]]:
        """Look at parts; returns those that were unpacked, in batches."""
        if not batch:
            return []
        self.budget.part(len(batch))
        self.budget.look(sum(len(part.data) for part in batch))
        hay = Haystack([part.data for part in batch])
        found = self.engine.search(hay, words=not batch[0].cut)
        below: list[list[Part]] = []
        for index, part in enumerate(batch):
            asked = found.get(index)
            self._ask(part, asked)
            try:
                below += self._unpack(part, asked)
            except TooMuch as why:
                self.trouble(part.shown_path(), str(why))
        return below

    def _ask(self, part: Part, asked: Asked | None) -> None:
        """Ask the detectors that a part is of interest to."""
        named = (*self.engine.always, *self._detectors_of(part.key))
        numbers: dict[int, list[int]] = {number: [] for number in named}
        if asked is not None:
            for number, places in asked.detectors.items():
                if number not in numbers:
                    numbers[number] = places
        for number in sorted(numbers):
            self._find(part, number, numbers[number])

    def _detectors_of(self, key: str) -> tuple[int, ...]:
        known = self._named.get(key)
        if known is None:
            known = self._named[key] = self.engine.named(key)
        return known

    def _find(self, part: Part, number: int, places: list[int]) -> None:
        detector = self.engine.detectors[number]
        length = len(part.data)
        for start, end in windows(places, length, detector.reach if places else 0):
            value = part.value() if end - start == length else part.value(start, end)
            try:
                matches = list(islice(detector.find(value), MAX_HITS + 1))
            except Exception as error:  # of a detector, whose text may hold the value
                kind = type(error).__name__
                self.trouble(
                    part.shown_path(), f"{detector.rules[0]} could not be looked for ({kind})"
                )
                continue
            self.hits += [Hit(part, number, value, start, match) for match in matches]
            if len(self.hits) > MAX_HITS:
                del self.hits[MAX_HITS:]
                raise TooMuch(f"more than {MAX_HITS} credentials")

    def _unpack(self, part: Part, asked: Asked | None) -> list[list[Part]]:
        """What is inside a part, in batches of one kind each."""
        data = part.data
        if len(data) < _MIN_TEXT:
            return []
        certificates = () if part.copy else certificates_in(part)
        self.certificates += certificates
        if data.startswith(GZIP):
            return self._deeper(part, [self._inflated(part)])
        if (inner := unbase64(data)) is not None:
            return self._deeper(part, [[part.below(inner, " › base64")]])
        if data.lstrip()[:1] in (b"{", b"["):
            document = parse(data, self.budget)
            if document is not None:
                return self._deeper(part, [self._leaves(part, document, asked)])
        if asked is None:
            return []
        below = self._deeper(part, [self._runs(part, asked.runs)]) if asked.runs else []
        if asked.words and not part.cut:
            below.append(self._lines(part, asked.words))
        return below

    def _deeper(self, part: Part, batches: list[list[Part]]) -> list[list[Part]]:
        if part.depth >= MAX_DEPTH and any(batches):
            self.trouble(part.place.path, f"more than {MAX_DEPTH} layers of encoding")
            return []
        return batches

    def _inflated(self, part: Part) -> list[Part]:
        inner = self.budget.inflate(part.data)
        if inner is None:
            self.trouble(part.shown_path(), "damaged gzip")
            return []
        below = part.below(inner, " › gzip")
        if not is_release(inner):
            return [below]
        made = release_parts(below)
        if made is None:
            self.trouble(part.shown_path(), "not readable as a Helm release")
            return [below]
        return made

    def _runs(self, part: Part, starts: Sequence[int]) -> list[Part]:
        """Base64 in the middle of a text."""
        found = []
        for start, end in runs(part.data, starts):
            self.budget.look(end - start)
            inner = unbase64(part.data[start:end])
            if inner is not None:
                cut = part.stretch((start, end))
                found.append(cut.below(inner, " › base64"))
        return found

    def _lines(self, part: Part, words: Sequence[int]) -> list[Part]:
        """The values of a text that have a name of interest."""
        found: dict[int, Part] = {}
        for word in sorted(words)[:_MAX_WORDS]:
            one = assigned(part.data, word)
            if one is not None and one.start not in found:
                found[one.start] = part.stretch((one.start, one.end), one.name)
        if len(words) > _MAX_WORDS:
            self.trouble(part.shown_path(), f"more than {_MAX_WORDS:,} names to look at")
        made = list(found.values())
        siblings = {cut.key: cut.data for cut in made[:_MAX_SIBLINGS]}
        for cut in made:
            cut.siblings = siblings
        return made

    def _leaves(self, part: Part, document: object, asked: Asked | None) -> list[Part]:
        """The strings of a JSON document that are of interest."""
        leaves = Leaves()
        leaves.read(document)
        wanted = set(leaves.encoded)
        for index, (key, text) in enumerate(zip(leaves.keys, leaves.texts, strict=True)):
            if (key and self._detectors_of(key)) or may_hold_more(text):
                wanted.add(index)
        found = [hit.bytes for hit in self.hits if hit.part is part and not hit.parsed]
        gated = asked is not None and (asked.detectors or asked.runs)
        if leaves.texts and (found or gated or b"\\" in part.data):
            hay = Haystack([text.encode() for text in leaves.texts])
            self.budget.look(len(hay.data))
            wanted |= self.engine.search(hay, words=False).keys()
            for one in set(found) - {b""}:
                wanted.update(index for index, _ in islice(hay.find(hay.data, one), MAX_HITS))
        self.budget.part(len(wanted))
        return [leaf_part(part, leaves, index) for index in sorted(wanted) if leaves.texts[index]]


def may_hold_more(text: str) -> bool:
    """Whether a string of a document looks like a text or a document of its own, or like base64."""
    return (
        "\n" in text or text[:1] in ("{", "[") or (len(text) >= _MIN_CODED and text[:12].isalnum())
    )


def leaf_part(part: Part, leaves: Leaves, index: int) -> Part:
    """One string of a document as a part of its own; what a Secret has as base64, decoded."""
    path = leaves.path(index)
    if part.document:
        how = path if path.startswith("[") else f".{path}"
    else:
        how = f" › JSON {path}" if path else " › JSON"
    made = part.below(leaves.texts[index].encode(), how)
    made.key, made.span = leaves.keys[index], (-1 - index, -index)
    made.siblings = leaves.siblings(index)
    made.depth = part.depth
    if index in leaves.encoded and (inner := decode64(made.data)) is not None:
        return made.below(inner, " › base64")
    return made
