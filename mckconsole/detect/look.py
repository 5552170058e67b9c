"""One object being looked at: from the values in its fields down to what is encoded in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mckconsole.detect.asking import Asked, Engine, windows, words_in
from mckconsole.detect.budget import MAX_DEPTH, MAX_HITS, Budget, TooMuch
from mckconsole.detect.encodings import GZIP, decode64, is_coded, runs, unbase64
from mckconsole.detect.gate import Haystack
from mckconsole.detect.hits import Hit
from mckconsole.detect.inside import documents
from mckconsole.detect.lines import assigned, is_idle, name_of, whole_name
from mckconsole.detect.model import Value
from mckconsole.detect.parts import Part
from mckconsole.detect.release import is_release, release_parts
from mckconsole.detect.seen import certificates_in
from mckconsole.detect.tree import MIN_TEXT, Leaves, parse
from mckconsole.domain.audit import CertificateSeen

_MIN_LETTERS = 12
"""Letters alone that may be a credential."""
_MAX_WORDS = 20_000
"""Names of one text that are looked at."""
_MAX_NAME = 48
"""Letters of a name whose beginning is found from each word in it."""
_MAX_SIBLINGS = 64


class Look:
    """What was found in one object, and what is left to spend on it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.budget = Budget()
        self.hits: list[Hit] = []
        self.certificates: list[CertificateSeen] = []
        self.troubles: dict[str, None] = {}
        self._named: dict[str, frozenset[int]] = {}

    def examine(self, parts: Iterable[Part]) -> None:
        """Look at fields, and at all that is in them."""
        queue = [list(parts)]
        while queue:
            batch = queue.pop()
            if batch and (texts := self.texts(batch)) is not None:
                queue.extend(self.take(batch, texts, self.engine.search(Haystack(texts))))

    def texts(self, batch: list[Part]) -> list[bytes] | None:
        """What is searched of each of some parts: all of it, or nothing where it is base64. None
        where the budget is spent."""
        try:
            self.budget.part(len(batch))
            self.budget.look(sum(len(part.data) for part in batch))
        except TooMuch as why:
            self._stop(batch, why)
            return None
        return [b"" if is_coded(part.data) else part.data for part in batch]

    def take(
        self,
        batch: list[Part],
        texts: Sequence[bytes],
        found: Mapping[int, Asked],
        first: int = 0,
    ) -> list[list[Part]]:
        """Look at parts that were searched; returns those that were unpacked, in batches.

        Args:
            texts: as `texts` said.
            found: what the search found.
            first: the number of the first of these parts in it.
        """
        below: list[list[Part]] = []
        try:
            for number, part in enumerate(batch):
                asked = found.get(first + number)
                self._ask(part, asked, by_name=part.cut or not texts[number])
                try:
                    below += self._unpack(part, asked)
                except TooMuch as why:
                    self.trouble(part.shown_path(), str(why))
        except TooMuch as why:
            self._stop(batch, why)
            return []
        return [one for one in below if one]

    def _stop(self, batch: list[Part], why: TooMuch) -> None:
        path = batch[0].place.path if len({one.place for one in batch}) == 1 else ""
        self.trouble(path, str(why))

    def trouble(self, path: str, why: str) -> None:
        """Note what could not be looked at; never with any of it."""
        self.troubles[f"{path}: {why}" if path else why] = None

    def _ask(self, part: Part, asked: Asked | None, *, by_name: bool) -> None:
        """Ask the detectors that a part is of interest to.

        Args:
            by_name: not those that are asked for every value.
        """
        field = part.parent is None
        numbers = self.engine.named_field(part.key) if field else self._detectors_of(part.key)
        if not by_name:
            numbers |= self.engine.always
        if asked is not None:
            for number, places in asked.detectors.items():
                if self.engine.detectors[number].marked:
                    if not by_name:
                        self._find(part, number, part.value(), 0, places)
                    continue
                reach = self.engine.detectors[number].reach
                if number not in numbers and 2 * reach < len(part.data):
                    self._ask_near(part, number, windows(places, len(part.data), reach))
                else:
                    numbers |= {number}
        if numbers:
            value = part.value()
            for number in sorted(numbers):
                self._find(part, number, value, 0)

    def _ask_near(self, part: Part, number: int, stretches: list[tuple[int, int]]) -> None:
        """Ask a detector for stretches of a long part."""
        for start, end in stretches:
            self._find(part, number, part.window(start, end), start)

    def _detectors_of(self, key: str) -> frozenset[int]:
        known = self._named.get(key)
        if known is None:
            known = self._named[key] = self.engine.named(key)
        return known

    def _find(
        self,
        part: Part,
        number: int,
        value: Value,
        offset: int,
        places: Sequence[int] | None = None,
    ) -> None:
        """Ask one detector, which has marks where there are `places`."""
        hits, detector = self.hits, self.engine.detectors[number]
        marked = detector.marked if places is not None else None
        try:
            for match in marked.find(value, places or ()) if marked else detector.find(value):
                hits.append(Hit(part, number, value, offset, match))
                if len(hits) > MAX_HITS:
                    break
        except Exception as error:  # of a detector, whose text may hold the value
            kind = type(error).__name__
            self.trouble(part.shown_path(), f"{detector.rules[0]} could not be looked for ({kind})")
        if len(hits) > MAX_HITS:
            del hits[MAX_HITS:]
            raise TooMuch(f"more than {MAX_HITS} credentials")

    def _unpack(self, part: Part, asked: Asked | None) -> list[list[Part]]:
        """What is inside a part, in batches of one kind each."""
        data = part.data
        if len(data) < MIN_TEXT:
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
                within = self._documents(part, asked) if asked is not None else []
                return self._deeper(part, [within, self._leaves(part, document)])
        below = []
        if asked is not None and asked.runs:
            below = self._deeper(part, [self._runs(part, asked.runs)])
        if asked is not None:
            below += self._deeper(part, [self._documents(part, asked)])
        if not part.cut and has_names(data):
            below.append(self._lines(part))
        return below

    def _documents(self, part: Part, asked: Asked) -> list[Part]:
        """Documents in the middle of a text."""
        known = self.engine.documents.intersection(asked.detectors)
        places = {at for number in known for at in asked.detectors[number]}
        found = []
        for span, inner in documents(part.data, places):
            self.budget.look(len(inner))
            found.append(part.stretch(span).below(inner, ""))
        return found

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
                cut = part.stretch((start, end), name_of(part.data, start))
                found.append(cut.below(inner, " › base64"))
        return found

    def _lines(self, part: Part) -> list[Part]:
        """The values of a text that have a name of interest."""
        found: dict[int, Part] = {}
        words = words_in(part.data)
        data, known = part.data, 0
        for word in words[:_MAX_WORDS]:
            if word < known or is_idle(data, word):
                continue
            one = assigned(data, word)
            if one is None:
                continue
            if len(one.name) < _MAX_NAME:
                known = one.start  # further words are of the same name
            if one.start not in found and not is_word(data[one.start : one.end]):
                found[one.start] = part.stretch((one.start, one.end), whole_name(data, one))
        if len(words) > _MAX_WORDS:
            self.trouble(part.shown_path(), f"more than {_MAX_WORDS:,} names to look at")
        made = list(found.values())
        siblings = {cut.key: cut.data for cut in made[:_MAX_SIBLINGS]}
        for cut in made:
            cut.siblings = siblings
        return made

    def _leaves(self, part: Part, document: object) -> list[Part]:
        """The strings of a JSON document that are of interest."""
        leaves = Leaves(lambda name: bool(self._detectors_of(name)))
        leaves.read(document)
        hits = (hit.bytes for hit in self.hits if hit.part is part and not hit.parsed)
        sought = {one.decode("utf-8", "replace") for one in hits if one}
        if sought:
            self.budget.look(len(part.data) * len(sought))
            leaves.take_holders(sought)
        self.budget.part(len(leaves.texts))
        return [leaf_part(part, leaves, index) for index in range(len(leaves.texts))]


def is_word(value: bytes) -> bool:
    """Whether the value of a line is too short for a credential, or a short word: most are."""
    return len(value) < MIN_TEXT or (len(value) < _MIN_LETTERS and value.isalpha())


def has_names(data: bytes) -> bool:
    """Whether a text may have names with values: not if it is one word, or base64 with its `=`."""
    return b":" in data or b"=" in data[:-2] or b" " in data or b"</" in data


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
