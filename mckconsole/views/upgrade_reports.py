"""The reports that the versions pane and the checklist pane show, as an analysis holds them."""

from __future__ import annotations

from mckconsole.analysis.checklist.model import ChecklistReport
from mckconsole.analysis.engine import Analysis
from mckconsole.analysis.versions.model import Plan, VersionsReport

_NO_VERSIONS = VersionsReport()
_NO_CHECKLIST = ChecklistReport()


def versions_of(analysis: Analysis) -> VersionsReport:
    """What is known of versions; nothing where they were not analysed."""
    found: VersionsReport = getattr(analysis, "versions", _NO_VERSIONS)
    return found


def plan_of(analysis: Analysis) -> Plan | None:
    """In which order the fleet may be upgraded; None where that was not worked out."""
    found: Plan | None = getattr(analysis, "plan", None)
    return found


def checklist_of(analysis: Analysis) -> ChecklistReport:
    """The answers of the checklist; nothing where it was not gone through."""
    found: ChecklistReport = getattr(analysis, "checklist", _NO_CHECKLIST)
    return found
