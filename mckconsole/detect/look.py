"""One object being looked at: from the values in its fields down to what is encoded in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from mckconsole.detect.asking import Asked, Engine, windows
from mckconsole.detect.budget import MAX_DEPTH, MAX_HITS, Budget, TooMuch
from mckconsole.detect.encodings import GZIP, decode64, run_at, unbase64
from mckconsole.detect.hits import Hit
from mckconsole.detect.lines import assigned, locate
from mckconsole.detect.parts import Part
from mckconsole.detect.release import is_release, release_parts
from mckconsole.detect.seen import certificates_in
from mckconsole.detect.tree import Leaves, parse
from mckconsole.domain.audit import CertificateSeen

_MIN_TEXT = 8
"""Bytes below which nothing is cut out of a value."""
_MAX_WORDS = 20_000
"""Names of one text that are looked at."""


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
        found = self.engine.search([part.data for part in batch])
        below: list[list[Part]] = []
        for index, part in enumerate(batch):
            asked = found.get(index)
            self._ask(part, asked)
            try:
                below += self._unpack(part, asked)
            except TooMuch as why:
                self.trouble(part.path, str(why))
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
                matches = list(islice(detector.find(value), MAX_HITS))
            except Exception as error:  # of a detector, whose text may hold the value
                kind = type(error).__name__
                self.trouble(part.path, f"{detector.rules[0]} could not be looked for ({kind})")
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
            return self._deeper(part, [[part.below(inner, "base64")]])
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
            self.trouble(part.path, "damaged gzip")
            return []
        below = part.below(inner, "gzip")
        if not is_release(inner):
            return [below]
        made = release_parts(below)
        if made is None:
            self.trouble(part.path, "not readable as a Helm release")
            return [below]
        return made

    def _runs(self, part: Part, starts: Sequence[int]) -> list[Part]:
        """Base64 in the middle of a text."""
        found = []
        for at in starts:
            start, end = run_at(part.data, at)
            inner = unbase64(part.data[start:end])
            if inner is not None and (start, end) != (0, len(part.data)):
                where = locate(part.data, start)
                how = f"{where} › base64" if where else "base64"
                found.append(part.below(inner, how, (start, end)))
        return found

    def _lines(self, part: Part, words: Sequence[int]) -> list[Part]:
        """The values of a text that have a name of interest."""
        seen: dict[int, Part] = {}
        done = set()
        for word in sorted(words)[:_MAX_WORDS]:
            one = assigned(part.data, word)
            if one is None or one.start in done:
                continue
            done.add(one.start)
            where = locate(part.data, one.start)
            cut = part.below(part.data[one.start : one.end], where or "text", (one.start, one.end))
            cut.key, cut.cut, cut.depth = one.name, True, part.depth
            if not where:
                cut.path = part.path
            seen[one.start] = cut
        if len(words) > _MAX_WORDS:
            self.trouble(part.path, f"more than {_MAX_WORDS:,} names to look at")
        found = list(seen.values())
        siblings = {one.key: one.data for one in found[:64]}
        for made in found:
            made.siblings = siblings
        return found

    def _leaves(self, part: Part, document: object, asked: Asked | None) -> list[Part]:
        """The strings of a JSON document that are of interest."""
        leaves = Leaves()
        leaves.read(document)
        outer = asked is not None and (asked.detectors or asked.runs)
        wanted = set(leaves.encoded)
        if outer or b"\\" in part.data:
            texts = [text.encode() for text in leaves.texts]
            if texts:
                wanted |= self.engine.search(texts, words=False).keys()
        for index, (key, text) in enumerate(zip(leaves.keys, leaves.texts, strict=True)):
            if (key and self._detectors_of(key)) or "\n" in text or text[:1] in ("{", "["):
                wanted.add(index)
        self.budget.part(len(wanted))
        return [leaf_part(part, leaves, index) for index in sorted(wanted) if leaves.texts[index]]


def leaf_part(part: Part, leaves: Leaves, index: int) -> Part:
    """One string of a document as a part of its own; what a Secret has as base64, decoded."""
    path = leaves.path(index)
    made = part.below(leaves.texts[index].encode(), f"JSON {path}" if path else "JSON")
    if part.document:
        made.path = part.path + ("" if path.startswith("[") else ".") + path
    made.key, made.span = leaves.keys[index], (-1 - index, -index)
    made.siblings = leaves.siblings(index)
    made.depth = part.depth
    if index in leaves.encoded and (inner := decode64(made.data)) is not None:
        return made.below(inner, "base64")
    return made
