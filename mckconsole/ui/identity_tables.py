"""The tables of the identity pane: by workload, cloud identity, service account, cloud account.

Each is a view of its own, so each comes back with its cursor, filter and order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from mckconsole.ui.table_view import TableView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import IdentityTarget, ObjectTarget, WhoTarget
from mckconsole.views.identity_spec import WORKLOAD
from mckconsole.views.spec import Column, PaneSpec, Row

if TYPE_CHECKING:
    from typing import Literal

    from mckconsole.ui.frame import Frame
    from mckconsole.ui.places import Place


def identity_tables(desk: Desk, spec: PaneSpec) -> tuple[TableView, ...]:
    """A table per grouping, in the order in which `v` offers them."""
    return tuple(IdentityTable(desk, one) for one in (spec, *spec.groupings))


class IdentityTable(TableView):
    """The identities in one grouping."""

    @property
    def by(self) -> str:
        """What one row is."""
        return self.spec.by

    @property
    def crumb(self) -> str:
        return self.spec.title.lower()

    def all_rows(self, frame: Frame) -> tuple[Sequence[Column], Sequence[Row]]:
        """Rows that are not by workload are made while somebody looks at them."""
        if self.by == WORKLOAD:
            return super().all_rows(frame)
        return self.spec.columns, self.spec.rows(frame.snapshot, frame.analysis)

    def place(self, row_id: str) -> Place:
        from mckconsole.views.identity_beyond import target_of

        beyond = target_of(row_id) if self.by == WORKLOAD else None
        if beyond is not None:
            return beyond
        by = cast("Literal['workload', 'cloud-identity', 'service-account', 'account']", self.by)
        return IdentityTarget(by, row_id)

    def behind(self, row_id: str) -> ObjectTarget | None:
        from mckconsole.views.identity_targets import object_of

        frame = self.desk.frame
        return object_of(frame.analysis, self.by, row_id) if frame else None

    def do_identity_users(self) -> None:
        """Everybody with the same cloud identity."""
        target = self._users()
        if target is not None:
            self.desk.go(target)

    def do_identity_who_row(self) -> None:
        """Who can change the binding of its service account."""
        target = self._who()
        if target is not None:
            self.desk.go(target)

    def _users(self) -> IdentityTarget | None:
        from mckconsole.views.identity_targets import users_of

        frame, row = self.desk.frame, self.row
        return users_of(frame.analysis, self.by, row.id) if frame and row else None

    def _who(self) -> WhoTarget | None:
        from mckconsole.views.identity_targets import who_of

        frame, row = self.desk.frame, self.row
        return who_of(frame.analysis, self.by, row.id) if frame and row else None

    def refuses(self, action: str) -> str:
        if action in ("identity.users", "identity.who_row"):
            if self.row is None:
                return "there is no row"
            if action == "identity.users" and self._users() is None:
                return "no cloud identity of it is known"
            if action == "identity.who_row" and self._who() is None:
                return "it is not one service account's: open it and choose one"
        return super().refuses(action)
