"""Hold what was reported against what was there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from mckconsole.detect.scan import audit_object
from mckconsole.domain.audit import Sighting
from tests.accuracy.wrap import Label, Wrapped

_TIERS = ("A", "B", "C")


@dataclass(slots=True)
class Score:
    """Counts of one corpus, by tier and family."""

    found: Counter[str] = field(default_factory=Counter)
    """Labels found, by the tier that was reported."""
    wrong: Counter[str] = field(default_factory=Counter)
    """Sightings that no label asks for, by tier."""
    labels: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    """Labels found at their tier or a better one, by the label's tier."""
    missed: Counter[str] = field(default_factory=Counter)
    """By rule and how it was wrapped."""
    mistaken: Counter[str] = field(default_factory=Counter)
    benign: int = 0
    disturbed: int = 0
    """Benign objects with a sighting of tier A or B."""
    troubled: int = 0

    def precision(self, *tiers: str) -> float:
        """Of what was reported at these tiers, how much was right."""
        right = sum(self.found[tier] for tier in tiers)
        all_of_them = right + sum(self.wrong[tier] for tier in tiers)
        return right / all_of_them if all_of_them else 1.0

    def recall(self, *tiers: str) -> float:
        """Of what was there at these tiers, how much was reported so."""
        there = sum(self.labels[tier] for tier in tiers)
        return sum(self.reached[tier] for tier in tiers) / there if there else 1.0

    def f1(self, *tiers: str) -> float:
        """Harmonic mean of both."""
        p, r = self.precision(*tiers), self.recall(*tiers)
        return 2 * p * r / (p + r) if p + r else 0.0

    def lines(self) -> Iterable[str]:
        """The result in words."""
        yield "tier   precision  recall     F1  found  wrong  there"
        for tiers in (("A",), ("B",), ("A", "B"), ("C",)):
            yield (
                f"{'+'.join(tiers):<6} {self.precision(*tiers):>9.3f}  {self.recall(*tiers):>6.3f} "
                f"{self.f1(*tiers):>6.3f} {sum(self.found[t] for t in tiers):>6} "
                f"{sum(self.wrong[t] for t in tiers):>6} {sum(self.labels[t] for t in tiers):>6}"
            )
        if self.benign:
            rate = 1000 * self.disturbed / self.benign
            yield f"benign objects disturbed: {self.disturbed} of {self.benign} ({rate:.1f} ‰)"
        if self.troubled:
            yield f"objects with a trouble: {self.troubled}"
        yield from (f"missed   {n:>4}  {what}" for what, n in self.missed.most_common(40))
        yield from (f"mistaken {n:>4}  {what}" for what, n in self.mistaken.most_common(40))


def judge(objects: Iterable[Wrapped]) -> Score:
    """Scan every object and compare."""
    score = Score()
    for one in objects:
        seen = audit_object(one.raw, one.scan, values=True)
        score.troubled += bool(seen.troubles)
        _compare(score, one, seen.sightings)
    return score


def _compare(score: Score, one: Wrapped, sightings: tuple[Sighting, ...]) -> None:
    left = list(sightings)
    for label in one.labels:
        score.labels[label.tier] += 1
        hits = [seen for seen in left if _meets(seen, label)]
        left = [seen for seen in left if not _meets(seen, label)]
        if not hits:
            score.missed[f"{label.rule} in {one.how}"] += 1
            continue
        best = min(seen.tier.value for seen in hits)
        score.found[best] += 1
        if best <= label.tier:
            score.reached[label.tier] += 1
        else:
            score.missed[f"{label.rule} in {one.how}: only tier {best}"] += 1
    for seen in left:
        score.wrong[seen.tier.value] += 1
        score.mistaken[f"{seen.rule} ({seen.tier.value}) in {one.how}"] += 1
    if not one.labels:
        score.benign += 1
        score.disturbed += any(seen.tier.value != "C" for seen in left)


def _meets(seen: Sighting, label: Label) -> bool:
    return seen.rule == label.rule and seen.path.startswith(label.place)
