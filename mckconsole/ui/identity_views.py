"""The screens below the identity pane: what is behind a row, and who can change a binding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import Detail, IdentityTarget, ObjectTarget, WhoTarget
from mckconsole.views.identity_account_detail import account_object
from mckconsole.views.identity_spec import CLOUD_IDENTITY
from mckconsole.views.identity_targets import identity_detail, object_of, users_of, who_of
from mckconsole.views.identity_who import account_key, who_detail

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


class IdentityView(TextView):
    """A workload's chain, a cloud identity's users, a service account, or a cloud account."""

    def __init__(self, desk: Desk, pane: str, target: IdentityTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "identity"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return identity_detail(frame.snapshot, frame.analysis, self.target)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return object_of(frame.analysis, self.target.by, self.target.id) if frame else None

    def do_identity_users(self) -> None:
        """Everybody with the same cloud identity."""
        self.follow(self._users())

    def do_identity_who(self) -> None:
        """Who can change the binding of its service account."""
        self.follow(self._who())

    def _line(self) -> IdentityTarget:
        """What the line under the cursor is about, where that is one of a cloud identity's or
        account's users; else what the screen is about."""
        found = self.text.cursor_target
        return found if isinstance(found, IdentityTarget) else self.target

    def _users(self) -> IdentityTarget | None:
        frame = self.desk.frame
        if frame is None:
            return None
        for one in (self.target, self._line()):
            found = users_of(frame.analysis, one.by, one.id)
            if found is not None and found != self.target:
                return found
        return None

    def _who(self) -> WhoTarget | None:
        frame = self.desk.frame
        if frame is None:
            return None
        for one in (self._line(), self.target):
            found = who_of(frame.analysis, one.by, one.id)
            if found is not None:
                return found
        return None

    def refuses(self, action: str) -> str:
        if action == "identity.users" and self._users() is None:
            shown = self.target.by == CLOUD_IDENTITY
            return "they are shown here" if shown else "no cloud identity of it is known"
        if action == "identity.who" and self._who() is None:
            return "it is not one service account's: go to a line of a workload"
        return super().refuses(action)


class WhoView(TextView):
    """Who can change a binding, by Kubernetes RBAC."""

    def __init__(self, desk: Desk, pane: str, target: WhoTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "identity"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return who_detail(frame.snapshot, frame.analysis, self.target.id)

    def object_behind(self) -> ObjectTarget | None:
        return account_object(account_key(self.target.id))

    def refuses(self, action: str) -> str:
        if action == "identity.who":
            return "they are shown here"
        if action == "identity.users":
            return "go back to the workload or the service account"
        return super().refuses(action)
