"""The tables of the identity pane: by workload, cloud identity, service account, cloud account."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from mckconsole.ui.grouped_table import GroupedTable
from mckconsole.views.detail import IdentityTarget, ObjectTarget, WhoTarget
from mckconsole.views.identity_spec import WORKLOAD

if TYPE_CHECKING:
    from typing import Literal

    from mckconsole.ui.places import Place


class IdentityTable(GroupedTable):
    """The identities in one grouping."""

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
        self.follow(self._users())

    def do_identity_who_row(self) -> None:
        """Who can change the binding of its service account."""
        self.follow(self._who())

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
