"""Credential plugins: run as rarely as can be, shared by all clusters that use the same one.

A plugin runs when its credential is missing or about to expire, and once more after the API server
has refused it. Its failures and refusals are remembered with growing pauses, so that neither a
broken plugin nor a server that refuses everybody makes a loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from mckconsole.domain.text import clean
from mckconsole.sources.endpoint import ClientCertificate, Secret
from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.exec_protocol import PluginCredential, PluginSpec
from mckconsole.sources.exec_runner import PluginRunner
from mckconsole.sources.fingerprint import digest

FIRST_PAUSE, LONGEST_PAUSE = 30.0, 600.0
"""Seconds between runs that a failure or a refused credential caused; doubles each time."""
ASKED_PAUSE = 5.0
"""Seconds between runs for which a person asks; a key held down is no reason to run more."""
REFRESH_EARLY = 30.0
"""Seconds before expiry at which to refresh; a tenth of its life for a short-lived credential."""


class Pause:
    """When something may be tried again; the pauses double and shrink back after a quiet time."""

    def __init__(self) -> None:
        self._length = 0.0
        self._since = float("-inf")

    def remaining(self, now: float) -> float:
        """Seconds until the next try, 0 when it may be now."""
        return max(self._since + self._length - now, 0.0)

    def age(self, now: float) -> float:
        """Seconds since the last try."""
        return now - self._since

    def start(self, now: float) -> None:
        """A try happened now."""
        if self.age(now) > 2 * self._length:
            self._length = 0.0
        self._length = min(max(2 * self._length, FIRST_PAUSE), LONGEST_PAUSE)
        self._since = now

    def reset(self) -> None:
        """It works again."""
        self._length, self._since = 0.0, float("-inf")


class ExecPlugin:
    """One plugin with its current credential, shared by every cluster of equal spec."""

    def __init__(
        self,
        spec: PluginSpec,
        run: Callable[[PluginSpec], Awaitable[PluginCredential]],
        *,
        program: str = "",
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`program` is the file that the command was when the kubeconfig was read, if there."""
        self.spec = spec
        self.program = program
        self.generation = 0
        """Counts credentials obtained, to tell whether one was replaced since."""
        self._run = run
        self._clock, self._monotonic = clock, monotonic
        self._credential: PluginCredential | None = None
        self._refresh_at = float("inf")
        self._failure: LoginRequired | None = None
        self._after_failure, self._after_refusal = Pause(), Pause()
        self._flight: asyncio.Task[PluginCredential] | None = None
        self._waiting = 0

    @property
    def expires(self) -> float | None:
        """Unix seconds when the credential held expires, if there is one and it says so."""
        return self._credential.expires if self._credential else None

    async def current(self) -> PluginCredential:
        """A credential that is valid now, from the plugin where need be.

        Raises:
            LoginRequired: there is none to be had; repeated without a run during a pause.
        """
        held, now = self._credential, self._clock()
        if held is not None and now < self._refresh_at:
            return held
        usable = held if held is not None and now < (held.expires or now + 1) else None
        pause = self._after_failure.remaining(self._monotonic())
        if self._failure is not None and pause > 0:
            if usable is not None:
                return usable
            raise LoginRequired(self._failure.message, hint=self._failure.hint, retry_after=pause)
        try:
            return await self._obtain()
        except LoginRequired:
            if usable is not None:
                return usable
            raise

    async def renew(self, seen: int) -> bool:
        """Replace a credential of generation `seen` that an API server refused.

        Returns whether another credential is there now, or one obtained so recently that the
        refused request may have carried the one before.

        Raises:
            LoginRequired: the plugin could not give one.
        """
        if seen != self.generation:
            return True
        now = self._monotonic()
        if self._flight is None:
            if self._after_refusal.remaining(now) > 0:
                return self._after_refusal.age(now) < FIRST_PAUSE
            self._after_refusal.start(now)
        await self._obtain()
        return True

    def retry(self) -> None:
        """Let the next use run the plugin where a pause would hold it back."""
        now = self._monotonic()
        if min(self._after_failure.age(now), self._after_refusal.age(now)) >= ASKED_PAUSE:
            self._after_failure.reset()
            self._after_refusal.reset()

    async def _obtain(self) -> PluginCredential:
        """Run the plugin, or wait for the run under way; it ends when nobody waits any more."""
        if self._flight is None:
            flying = asyncio.create_task(self._fly())
            if not flying.done():  # an eager task may have come to its end already
                self._flight = flying
        else:
            flying = self._flight
        self._waiting += 1
        try:
            return await asyncio.shield(flying)
        finally:
            self._waiting -= 1
            if not self._waiting and not flying.done():
                self._flight = None
                flying.cancel()
                await asyncio.wait({flying})

    async def _fly(self) -> PluginCredential:
        try:
            credential = await self._run(self.spec)
        except LoginRequired as failure:
            self._failure = failure
            self._after_failure.start(self._monotonic())
            raise
        else:
            self._keep(credential)
            return credential
        finally:
            if self._flight is asyncio.current_task():
                self._flight = None

    def _keep(self, credential: PluginCredential) -> None:
        self._credential, self._failure = credential, None
        self.generation += 1
        self._after_failure.reset()
        self._refresh_at = float("inf")
        if credential.expires is not None:
            life = credential.expires - self._clock()
            self._refresh_at = credential.expires - min(REFRESH_EARLY, life / 10)


class PluginPool:
    """Hands out one ExecPlugin per distinct spec."""

    def __init__(self, runner: PluginRunner) -> None:
        self._runner = runner
        self._plugins: dict[PluginSpec, ExecPlugin] = {}

    def plugin(self, spec: PluginSpec) -> ExecPlugin:
        """The plugin for `spec`, the same object for equal specs."""
        if spec not in self._plugins:
            program = self._runner.locate(spec)
            self._plugins[spec] = ExecPlugin(spec, self._runner.run, program=program)
        return self._plugins[spec]


class ExecCredential:
    """The credential of one cluster that comes from a plugin."""

    def __init__(self, plugin: ExecPlugin) -> None:
        self.plugin = plugin
        self._seen = 0

    async def headers(self) -> Mapping[str, Secret]:
        """The bearer token of the plugin, if it gives one."""
        credential = await self.plugin.current()
        self._seen = self.plugin.generation
        if credential.authorization is None:
            return {}
        return {"Authorization": credential.authorization}

    async def client_certificate(self) -> ClientCertificate | None:
        """The client certificate of the plugin, if it gives one."""
        return (await self.plugin.current()).certificate

    async def renew(self) -> bool:
        """Run the plugin once for everybody whose credential was refused."""
        return await self.plugin.renew(self._seen)

    def retry(self) -> None:
        """Run the plugin at the next use, for everybody who shares it."""
        self.plugin.retry()

    def identity(self) -> str:
        """Of all that the plugin is told."""
        spec = self.plugin.spec
        return digest(
            "exec",
            spec.command,
            spec.args,
            spec.env,
            spec.api_version,
            spec.interactive_mode,
            spec.cluster_info,
            self.plugin.program,
        )

    def describe(self) -> str:
        """`exec aws eks get-token …`, secrets masked."""
        return f"exec {self.plugin.spec.shown()}"

    def expires_at(self) -> float | None:
        """When the credential held expires."""
        return self.plugin.expires

    def __repr__(self) -> str:
        return f"ExecCredential({clean(self.plugin.spec.command)})"
