"""The tables of the secrets pane: by credential, place, cluster, namespace, owner; certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mckconsole.ui.grouped_table import GroupedTable
from mckconsole.views.secrets_spec import CERTIFICATE
from mckconsole.views.spec import Role
from mckwidgets.contracts import SpanLike
from mckwidgets.linepaint import TextSpan

if TYPE_CHECKING:
    from mckconsole.ui.places import Place
    from mckconsole.views.detail import IdentityTarget, ObjectTarget, ReadersTarget


class SecretsTable(GroupedTable):
    """The credentials in one grouping, or the certificates."""

    @property
    def words(self) -> Sequence[SpanLike]:
        """What the table leaves out, beside what every table says."""
        found, frame = super().words, self.desk.frame
        if frame is None or self.by == CERTIFICATE:
            return found
        report, waived = frame.analysis.secrets, frame.analysis.waived
        answered = sum(one.id in waived for one in report.findings)
        parts = [f" · {answered} waived"] if answered else []
        parts += [f" · {report.hidden} more by name: --by-name"] if report.hidden else []
        return (*found, *(TextSpan(one, Role.DIM) for one in parts))

    def place(self, row_id: str) -> Place:
        from mckconsole.views.secrets_rows import target_of

        return target_of(self.by, row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        from mckconsole.views.secrets_targets import object_of

        frame = self.desk.frame
        return object_of(frame.analysis, self.by, row_id) if frame else None

    def do_secrets_who_row(self) -> None:
        """Who can read what it lies in."""
        self.follow(self._readers())

    def do_secrets_identity(self) -> None:
        """The workload identity that could replace it."""
        self.follow(self._identity())

    def _readers(self) -> ReadersTarget | None:
        from mckconsole.views.secrets_targets import readers_target

        frame, row = self.desk.frame, self.row
        return readers_target(frame.analysis, self.by, row.id) if frame and row else None

    def _identity(self) -> IdentityTarget | None:
        from mckconsole.views.secrets_targets import identity_target

        frame, row = self.desk.frame, self.row
        return identity_target(frame.analysis, self.by, row.id) if frame and row else None

    def refuses(self, action: str) -> str:
        if action in ("secrets.who_row", "secrets.identity"):
            if self.row is None:
                return "there is no row"
            if action == "secrets.who_row" and self._readers() is None:
                what = "certificate" if self.by == CERTIFICATE else "row"
                return f"this {what} is no credential at one place: open one"
            if action == "secrets.identity" and self._identity() is None:
                return "no workload with an identity is known to use it"
        return super().refuses(action)
