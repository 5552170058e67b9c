"""Which credential plugins may run. A kubeconfig's exec entry is code that somebody else wrote.

The rules of an allow-list are client-go's (`plugin/pkg/client/auth/exec`): an entry allows the
command as written, or the file that it resolves to; what was resolved is what runs.
"""

from __future__ import annotations

import os.path
import shutil
from dataclasses import dataclass
from typing import Literal

from mckconsole.config.model import ExecConfig
from mckconsole.domain.text import clean

Mode = Literal["allow-all", "deny-all", "allowlist"]


@dataclass(frozen=True, slots=True)
class ExecPolicy:
    """One authority's word on plugins; all of them must agree."""

    mode: Mode
    allowlist: tuple[str, ...]
    setting: str
    """Where it is set, for the operator: `credentialPluginPolicy in ~/.kube/kuberc`."""
    invalid: str = ""
    """Why it cannot be used; then nothing may run, as with kubectl."""

    def refusal(self, command: str, resolved: str, search_path: str) -> str:
        """Why `command`, which is the file `resolved`, may not run; empty when it may."""
        if self.invalid:
            return f"{self.setting} is not valid: {self.invalid}"
        if self.mode == "allow-all":
            return ""
        if self.mode == "deny-all":
            return f"{self.setting} denies all credential plugins"
        accepted = {os.path.normpath(command), resolved}
        for entry in self.allowlist:
            if entry in accepted or find_program(entry, search_path) == resolved:
                return ""
        return f"{self.setting} does not allow {clean(resolved)}"


def checked_policy(mode: Mode, allowlist: tuple[str, ...] | None, setting: str) -> ExecPolicy:
    """A policy, marked as invalid where kubectl would refuse it."""
    invalid = ""
    if mode != "allowlist":
        if allowlist is not None:
            invalid = "an allow-list without the policy Allowlist"
    elif not allowlist:
        invalid = "the allow-list is missing or empty"
    else:
        for entry in allowlist:
            if not entry or os.path.normpath(entry) != entry:
                invalid = f"allow-list entry {clean(entry) or '(empty)'} is no normalised path"
    return ExecPolicy(mode, allowlist or (), setting, invalid)


def policy_of_config(config: ExecConfig) -> ExecPolicy:
    """The policy of our own configuration."""
    allowlist = tuple(config.allowlist) or None
    return checked_policy(config.policy, allowlist, "exec.policy of the configuration")


def find_program(command: str, search_path: str) -> str:
    """The absolute path of an executable file for `command`, empty when there is none.

    Relative entries of the search path are not followed (Go's ErrDot).
    """
    if "\0" in command:
        return ""
    found = shutil.which(command, path=search_path or os.defpath)
    return found if found and os.path.isabs(found) else ""
