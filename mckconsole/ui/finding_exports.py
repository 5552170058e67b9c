"""The findings of what is shown, as the text of a file in a format that programs or auditors read.

Beside them stands what was asked and not answered, so that nobody takes a part for the whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from mckconsole import __version__
from mckconsole.domain.times import format_rfc3339

if TYPE_CHECKING:
    from mckconsole.report.export_findings import FindingFormat
    from mckconsole.ui.shell import Shell

FORMATS: Mapping[str, str] = {
    "html": "one file for auditors, with the coverage of every section",
    "sarif": "SARIF 2.1.0, for scanners' dashboards",
    "json": "as `mckconsole report --format json`",
    "markdown": "for tickets",
    "csv": "for spreadsheets; no cell is a formula",
}
"""With what each is for."""


def findings_text(shell: Shell, form: str) -> tuple[str, str]:
    """The text and the file's suffix; no text before the first frame.

    Of a table the findings of its rows, the marked ones where some are; of other views all of the
    pane.
    """
    from mckconsole.report.export_findings import SUFFIXES, audit_terms, pane_document, render
    from mckconsole.ui.table_view import TableView
    from mckconsole.views.panes import find_pane

    frame, view = shell.frame, shell.view
    pane, chosen = find_pane(view.pane), cast("FindingFormat", form)
    suffix = SUFFIXES[chosen]
    if frame is None or pane is None:
        return "", suffix
    ids = view.finding_ids()
    if ids is None:
        ids = frozenset(one.id for one in frame.analysis.findings)
    snapshot, names = frame.snapshot, shell.scope.names
    document = pane_document(snapshot, frame.analysis, pane, ids, names, frame.waivers)
    demo = "DEMO: simulated clusters on this machine · " if shell.settings.demo else ""
    title = f"mckconsole {__version__} · {demo}read-only · {format_rfc3339(snapshot.taken_at)}"
    words = [f"clusters {shell.scope.words}", f"pane {pane.name}"]
    filtered = view.filter_text if isinstance(view, TableView) else ""
    words += [f"filter {filtered}"] if filtered else []
    words += audit_terms(snapshot, frame.audit, (pane.name,))
    scope = " · ".join(words)
    return render(chosen, document, title=title, scope=scope, demo=shell.settings.demo), suffix
