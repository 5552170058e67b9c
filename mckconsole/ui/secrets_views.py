"""The screens below the secrets pane: what is behind a row, and who can read a credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mckconsole.ui.detail_views import TextView
from mckconsole.ui.view import Desk
from mckconsole.views.detail import (
    Detail,
    IdentityTarget,
    ObjectTarget,
    ReadersTarget,
    SecretTarget,
)
from mckconsole.views.secrets_reach import readers_detail
from mckconsole.views.secrets_spec import CREDENTIAL
from mckconsole.views.secrets_targets import (
    identity_target,
    object_of,
    readers_target,
    secret_detail,
)

if TYPE_CHECKING:
    from mckconsole.ui.frame import Frame


class SecretView(TextView):
    """A credential, a certificate, or all that lies in a cluster, a namespace, with an owner."""

    def __init__(self, desk: Desk, pane: str, target: SecretTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "secrets"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return secret_detail(frame.snapshot, frame.analysis, self.target)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return object_of(frame.analysis, self.target.by, self.target.id) if frame else None

    def do_secrets_who(self) -> None:
        """Who can read what it lies in."""
        self.follow(self._readers())

    def do_secrets_identity(self) -> None:
        """The workload identity that could replace it."""
        self.follow(self._identity())

    def _line(self) -> SecretTarget:
        """The credential on the line under the cursor, else what the screen is about."""
        found = self.text.cursor_target
        return found if isinstance(found, SecretTarget) else self.target

    def _readers(self) -> ReadersTarget | None:
        found, frame = self.text.cursor_target, self.desk.frame
        if isinstance(found, ReadersTarget):
            return found
        line = self._line()
        return readers_target(frame.analysis, line.by, line.id) if frame else None

    def _identity(self) -> IdentityTarget | None:
        found, frame = self.text.cursor_target, self.desk.frame
        if isinstance(found, IdentityTarget):
            return found
        line = self._line()
        return identity_target(frame.analysis, line.by, line.id) if frame else None

    def refuses(self, action: str) -> str:
        if action == "secrets.identity" and self._identity() is None:
            return "no workload with an identity is known to use it"
        if action == "secrets.who" and self._readers() is None:
            return "it is not one credential: go to a line of one"
        return super().refuses(action)


class ReadersView(TextView):
    """Who can read what a credential lies in, by Kubernetes RBAC."""

    def __init__(self, desk: Desk, pane: str, target: ReadersTarget) -> None:
        super().__init__(desk, pane)
        self.subject = "secrets"
        self.target = target

    def build(self, frame: Frame) -> Detail | None:
        return readers_detail(frame.snapshot, frame.analysis, self.target)

    def object_behind(self) -> ObjectTarget | None:
        frame = self.desk.frame
        return object_of(frame.analysis, CREDENTIAL, self.target.id) if frame else None

    def do_secrets_identity(self) -> None:
        """The workload identity that could replace it."""
        frame = self.desk.frame
        self.follow(identity_target(frame.analysis, CREDENTIAL, self.target.id) if frame else None)

    def refuses(self, action: str) -> str:
        if action == "secrets.who":
            return "they are shown here"
        frame = self.desk.frame
        if action == "secrets.identity" and not (
            frame and identity_target(frame.analysis, CREDENTIAL, self.target.id)
        ):
            return "no workload with an identity is known to use it"
        return super().refuses(action)
