"""Which credential commands somebody has agreed to: those of the start, and those approved since.

A kubeconfig that changes during the run may bring a command that nobody has seen. Whether a policy
allows it is another question (`exec_policy`), and asked when it runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mckconsole.domain.text import clean, shorten
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.exec_plugin import ExecCredential
from mckconsole.sources.fingerprint import digest

_SHOWN = 160


@dataclass(frozen=True, slots=True)
class PluginCommand:
    """What a credential plugin runs, to compare and to show; holds no value of an argument that
    looks like a secret and none of a variable."""

    identity: str
    """Of command, arguments and environment."""
    program: str
    """The file that the command is; empty while it is not installed."""
    line: str
    """The command line, cleaned, secrets masked."""
    variables: tuple[str, ...]
    """Names of the environment variables that the kubeconfig sets, cleaned."""

    def __str__(self) -> str:
        sets = f", which sets {', '.join(self.variables)}" if self.variables else ""
        return shorten(self.line, _SHOWN) + shorten(sets, _SHOWN // 2)


def plugin_command(endpoint: ClusterEndpoint) -> PluginCommand | None:
    """The command behind the endpoint's credential, None when it has none."""
    credential = endpoint.credential
    if not isinstance(credential, ExecCredential):
        return None
    plugin = credential.plugin
    spec = plugin.spec
    return PluginCommand(
        digest(spec.command, spec.args, spec.env),
        plugin.program,
        spec.shown(),
        tuple(clean(name) for name, _ in spec.env),
    )


class ExecTrust:
    """The commands that may run without a question."""

    def __init__(self, endpoints: Iterable[ClusterEndpoint] = ()) -> None:
        """All commands of `endpoints` may."""
        self._programs: dict[str, set[str]] = {}
        for endpoint in endpoints:
            command = plugin_command(endpoint)
            if command is not None:
                self.add(command)

    def add(self, command: PluginCommand) -> None:
        """Somebody agreed to `command`."""
        self._programs.setdefault(command.identity, set()).add(command.program)

    def unknown(self, endpoint: ClusterEndpoint) -> PluginCommand | None:
        """The endpoint's command, if nobody has agreed to it.

        A command that was not installed when it was agreed to may be any program of its name.
        """
        command = plugin_command(endpoint)
        if command is None:
            return None
        known = self._programs.get(command.identity, set())
        return None if known and ({command.program, ""} & known or not command.program) else command
