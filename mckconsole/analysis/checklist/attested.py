"""What probes that somebody ran add to an answer.

A failed one fails the item whatever was read. A passed one lifts what no reading could tell, and
nothing else: what is forbidden, stale or wrong stays so. One that is old, or does not say when it
ran, does not count, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from mckconsole.analysis.checklist.model import Answer, Mark
from mckconsole.analysis.checklist.points import MAX_EVIDENCE
from mckconsole.analysis.mesh.evidence import derived
from mckconsole.domain.attested import Attested
from mckconsole.domain.findings import Evidence
from mckconsole.domain.times import format_rfc3339
from mckconsole.domain.wording import counted, listed

DAY = 86_400.0
LASTS = 30 * DAY
"""Seconds for which a probe's word counts."""
AHEAD = DAY
"""Seconds by which a probe may seem to be after the snapshot: JUnit writes local times without a
zone, and clocks differ."""
_NAMED = 3


class Evidences:
    """Results by item and cluster, to be looked up for every answer."""

    def __init__(self, attested: Iterable[Attested], now: float) -> None:
        self._now = now
        self._by_place: dict[tuple[str, str], list[Attested]] = {}
        for one in attested:
            self._by_place.setdefault((one.rule, one.cluster), []).append(one)

    def merged(self, answer: Answer) -> Answer:
        """The answer with what was brought for its item: of its cluster, or of the whole fleet."""
        about = self._by_place.get((answer.rule, answer.cluster), [])
        about = [*about, *self._by_place.get((answer.rule, ""), [])]
        return merge(answer, about, self._now) if about else answer


def merge(answer: Answer, attested: Sequence[Attested], now: float) -> Answer:
    """The answer with results that are about it.

    Args:
        now: Unix seconds of the snapshot, which decides what is too old.
    """
    doubts = {id(one): why for one in attested if (why := doubt(one, now))}
    counting = [one for one in attested if id(one) not in doubts]
    idle = [f"{one.file}: {one.words}: {doubts[id(one)]}" for one in attested if id(one) in doubts]
    brought = tuple(_evidence(one, answer.cluster) for one in counting)
    moments = [at for at in (answer.as_of, *(one.at for one in counting)) if at is not None]
    changed = replace(
        answer,
        attested=tuple(attested),
        evidence=(*brought, *answer.evidence)[:MAX_EVIDENCE],
        missing=(*answer.missing, *idle),
        as_of=min(moments, default=None),
    )
    return replace(changed, **_verdict(answer, counting, tuple(idle)))


def doubt(one: Attested, now: float) -> str:
    """Why a result does not count at `now`; empty when it does."""
    if one.at is None:
        return "does not count, it does not say when it ran"
    if one.at > now + AHEAD:
        return f"does not count, it is dated {format_rfc3339(one.at)}, after all that was read"
    if now - one.at > LASTS:
        days = int((now - one.at) / DAY)
        return f"does not count, it is {days} days old and {LASTS / DAY:.0f} are the most"
    return ""


def _verdict(
    answer: Answer, counting: Sequence[Attested], idle: tuple[str, ...]
) -> Mapping[str, object]:
    """What of an answer is another with these results."""
    failed = [one for one in counting if not one.passed]
    if failed:
        words = listed((one.words for one in failed), _NAMED, between="; ")
        reason = f"a probe failed: {words}"
        if answer.mark is Mark.FAIL:
            reason = f"{answer.reason}; {reason}"
        again = f"run it again when it is mended: {answer.probe}" if answer.probe else ""
        fix = "\n".join(part for part in (answer.fix, again) if part)
        return {"mark": Mark.FAIL, "reason": reason, "lifted": None, "fix": fix}
    if counting and answer.mark is Mark.UNKNOWN and answer.lifted is not None:
        proved = f"{counted(len(counting), 'probe')} passed: "
        proved += listed((one.words for one in counting), _NAMED, between="; ")
        lifted = {"mark": answer.lifted, "lifted": None, "missing": idle}
        return {**lifted, "reason": f"{proved}; without it: {answer.reason}"}
    return {}


def _evidence(one: Attested, cluster: str) -> Evidence:
    outcome = "passed" if one.passed else "failed"
    return derived(one.cluster or cluster, f"probe in {one.file}", f"{outcome}: {one.words}",
                   one.at or 0.0)  # fmt: skip
