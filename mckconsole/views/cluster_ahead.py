"""What lies ahead of a cluster, in two lines that lead on: its upgrade, and the checklist."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.checklist import finding_of, mark_cell, waiver_of
from mckconsole.views.detail import Block, CheckTarget, Line, Span, VersionTarget
from mckconsole.views.explain import fact
from mckconsole.views.versions import open_blockers_cell
from mckconsole.views.versions_cells import support_cell, version_cell
from mckconsole.views.versions_parts import part_of
from mckconsole.views.versions_spec import CLUSTER

_APART = Span("  ")


def ahead_blocks(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Iterator[Block]:
    """One block, where versions or the checklist were looked at."""
    lines = (*_upgrade(snapshot, analysis, name), *_checklist(analysis, name))
    if lines:
        yield Block("Upgrade and go-live", lines=lines)


def _upgrade(snapshot: FleetSnapshot, analysis: Analysis, name: str) -> Iterator[Line]:
    """Its version, how long that is supported, what blocks the next one, and when its turn is."""
    if analysis.versions.of(name) is None:
        return
    parts = part_of(snapshot, analysis, name)
    if parts is None:
        return
    cells = (version_cell(parts.found), support_cell(parts.found), open_blockers_cell(parts))
    spans = [part for cell in cells for part in (Span(cell.text, cell.role), _APART)]
    spans += [Span("next: "), Span(parts.next.text, parts.next.role)]
    yield fact("versions", *spans, target=VersionTarget(CLUSTER, name))


def _checklist(analysis: Analysis, name: str) -> Iterator[Line]:
    """How many items have which mark, worst first."""
    answers = [one for one in analysis.checklist.answers if one.cluster == name]
    answers.sort(key=lambda one: one.mark.rank)
    cells = [mark_cell(one.mark, waiver_of(analysis, finding_of(analysis, one))) for one in answers]
    counts = Counter((cell.text, cell.role) for cell in cells)
    spans = [part for (words, role), number in counts.items()
             for part in (Span(f"{number} {words}", role), _APART)]  # fmt: skip
    if spans:
        yield fact("checklist", *spans[:-1], target=CheckTarget("", name))
