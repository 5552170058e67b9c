"""What documents are made of: labelled facts, evidence with its age, steps, findings, moments.

Words only; what is judged here was judged by the analysis.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from mckconsole.domain.findings import Evidence, Finding
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.text import shorten
from mckconsole.domain.times import format_age, format_rfc3339
from mckconsole.domain.waivers import Waiver
from mckconsole.views.cells import SEVERITY_ROLES
from mckconsole.views.detail import Block, FindingTarget, Line, ObjectTarget, Span, Target
from mckconsole.views.spec import GLYPHS, Role

MAX_VALUE = 1024
"""Characters shown of one value; its object has the rest."""
_STEP = re.compile(r"\d+\. +")
_INPUT = re.compile(r"<<-?\s*['\"]?(\w+)['\"]?\s*$")
_DAY = 86_400.0


def fact(
    label: str, *spans: Span | str, width: int = 9, target: Target | None = None
) -> Line:  # fmt: skip
    """`label     words`, the label dimmed and `width` cells wide."""
    words = tuple(span if isinstance(span, Span) else Span(span) for span in spans)
    return Line((Span(f"{label:<{width}} ", Role.DIM), *words), target, width + 1)


def stated(role: Role, words: str) -> Span:
    """Words with the glyph of their role before them."""
    glyph = GLYPHS.get(role, "")
    return Span(f"{glyph} {words}" if glyph else words, role)


def unknown(why: str) -> Span:
    """What is not known, and why."""
    return stated(Role.UNKNOWN, why)


def remark(text: str) -> Line:
    """Dim words where a block has nothing to show."""
    return Line((Span(text, Role.DIM),))


def duration(seconds: float) -> str:
    """A span in its two largest units: `12 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h`."""
    whole = max(int(seconds), 0)
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    parts = ((days, "d"), (hours, "h"), (minutes, "m"), (whole % 60, "s"))
    first = next((rank for rank, (number, _) in enumerate(parts) if number), 3)
    shown = [f"{number} {unit}" for number, unit in parts[first : first + 2] if number]
    return " ".join(shown) or "0 s"


def moment(at: float, now: float) -> str:
    """`14:00:10Z`, with its date where that is not the same day as `now`."""
    text = format_rfc3339(at)
    return text.partition("T")[2] if text[:10] == format_rfc3339(now)[:10] else text


def beginning(since: float | None, now: float) -> str:
    """`14:00:10Z (3 m 12 s)`, or that its beginning was not seen."""
    if since is None:
        return "before the first look"
    return f"{moment(since, now)} ({duration(now - since)})"


def since_words(since: float | None, now: float) -> str:
    """` since 14:00:10Z (3 m 12 s)`, to stand behind a state; empty when that was not seen."""
    return "" if since is None else f" since {beginning(since, now)}"


def server_now(snapshot: FleetSnapshot, cluster: str) -> float:
    """The cluster's own clock when the snapshot was taken, Unix seconds."""
    found = snapshot.clusters.get(cluster)
    return snapshot.taken_at + (found.clock_offset if found else 0.0)


def evidence_age(snapshot: FleetSnapshot, evidence: Evidence) -> float:
    """Seconds since it was seen, by the clock of the server that said it.

    The offset of a Prometheus server's clock is not known: its stamps are taken as they are.
    """
    if evidence.source == "prometheus":
        return max(snapshot.taken_at - evidence.observed_at, 0.0)
    return max(server_now(snapshot, evidence.cluster) - evidence.observed_at, 0.0)


def evidence_source(evidence: Evidence, role: Role) -> Line:
    """`✖ east  Gateway ns/gw`: where it was seen; `role` is how that side stands."""
    what = str(evidence.object) if evidence.object else evidence.source
    return Line((stated(role, evidence.cluster), Span(f"  {what}")), _object_of(evidence), 4)


def evidence_line(snapshot: FleetSnapshot, evidence: Evidence) -> Line:
    """`status = error` under its object, and at the right end how old that is."""
    spans = (
        Span(f"    {shorten(evidence.path, MAX_VALUE)} = ", Role.DIM),
        Span(shorten(evidence.value, MAX_VALUE)),
    )
    age = f"{format_age(evidence_age(snapshot, evidence))} ago"
    return Line(spans, _object_of(evidence), 6, age)


def _object_of(evidence: Evidence) -> ObjectTarget | None:
    return ObjectTarget(evidence.cluster, evidence.object) if evidence.object else None


def evidence_block(
    snapshot: FleetSnapshot, evidence: Iterable[Evidence], role_of: Callable[[Evidence], Role]
) -> Block:
    """Every observation once, under the object that it was seen at; else in the order given."""
    seen = dict.fromkeys(evidence)
    groups: dict[tuple[str, str, Target | None], list[Evidence]] = {}
    for one in seen:
        groups.setdefault((one.cluster, one.source, _object_of(one)), []).append(one)
    if not groups:
        return Block("Evidence", lines=(remark("none: nothing was read that shows anything"),))
    lines: list[Line] = []
    for found in groups.values():
        lines.append(evidence_source(found[0], role_of(found[0])))
        lines += [evidence_line(snapshot, one) for one in found]
    return Block("Evidence", count(len(seen), "observation"), lines=tuple(lines))


def steps_of(texts: Iterable[str]) -> tuple[str, ...]:
    """The steps of several remediations, without their numbers, each once; a command with its input
    behind it (`<<'EOF'`) is one step of several lines."""
    steps = (_STEP.sub("", step, count=1) for text in texts for step in _whole(text))
    return tuple(dict.fromkeys(step for step in steps if step.strip()))


def _whole(text: str) -> Iterator[str]:
    """Lines, those of a here-document together with its command."""
    held: list[str] = []
    end = ""
    for line in text.splitlines():
        if not held and (found := _INPUT.search(line)):
            end = found[1]
        held.append(line)
        if not end or line.strip() == end:
            yield "\n".join(held)
            held, end = [], ""
    if held:
        yield "\n".join(held)


def numbered(steps: Sequence[str]) -> Iterator[Line]:
    """Steps in order; what is a command stands as it is to be typed."""
    for number, step in enumerate(steps, 1):
        yield from step_lines(f"{number}. ", step)


def step_lines(mark: str, step: str) -> Iterator[Line]:
    """A step behind its mark; its other lines stand under its first."""
    first, *others = step.split("\n")
    yield Line((Span(mark, Role.DIM), Span(first)), indent=len(mark))
    for line in others:
        yield Line((Span(" " * len(mark)), Span(line)), indent=len(mark))


def finding_line(finding: Finding, seen_from: str = "", waiver: Waiver | None = None) -> Line:
    """`✖ critical  title  east → west  MESH-DOWN`, which opens the finding.

    Seen from a cluster, its own findings do not name it, nor a peer that their title names; those
    of others begin with their cluster. What somebody answers for is dimmed and says until when.
    """
    role = SEVERITY_ROLES[finding.severity]
    place, where = place_of(finding), ""
    if seen_from:
        named = {seen_from, *finding.title.replace(":", " ").split()}
        rest = [peer for peer in finding.peers if peer not in named]
        place = f"→ {', '.join(rest)}" if rest else ""
        where = "" if finding.cluster == seen_from else f"{finding.cluster}: "
    spans = [
        Span(f"{GLYPHS.get(role, '·')} {finding.severity.value:<8}", role),
        Span(f"  {where}{finding.title}"),
        Span(f"  {place}" if place else ""),
        Span(f"  {finding.rule}", Role.DIM),
    ]
    if waiver:
        spans = [Span(f"· {finding.severity.value:<8}", Role.DIM),
                 *(Span(span.text, Role.DIM) for span in spans[1:]),
                 Span(f"  {shorten(waiver.words, MAX_VALUE)}", Role.DIM)]  # fmt: skip
    return Line(tuple(spans), FindingTarget(finding.id), 12)


def place_of(finding: Finding) -> str:
    """`east → west`, or the cluster alone."""
    return f"{finding.cluster} → {', '.join(finding.peers)}" if finding.peers else finding.cluster


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 object`, `12 objects`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
