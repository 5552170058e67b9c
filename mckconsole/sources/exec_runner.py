"""Run one credential plugin once: may it, how, and what went wrong in words.

Every failure becomes LoginRequired with the command to run by hand. Whether and how often to run is
for `exec_plugin`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from mckconsole.domain.text import shorten
from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.exec_policy import ExecPolicy, find_program
from mckconsole.sources.exec_process import Finished, OutputTooLarge, run_program
from mckconsole.sources.exec_protocol import (
    PluginAnswerError,
    PluginCredential,
    PluginSpec,
    decode_answer,
    excerpt,
)

PARALLEL = 4
"""Plugins running at the same time in this process."""

_slots_of_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
    WeakKeyDictionary()
)


def _slots() -> asyncio.Semaphore:
    loop = asyncio.get_running_loop()
    return _slots_of_loop.setdefault(loop, asyncio.Semaphore(PARALLEL))


@dataclass(frozen=True, slots=True)
class PluginRunner:
    """Runs one plugin once, under the policies."""

    policies: Sequence[ExecPolicy]
    env: Mapping[str, str] = field(repr=False)
    """Our environment, of which a plugin gets a part."""
    timeout: float
    """Seconds one run may take."""

    async def run(self, spec: PluginSpec) -> PluginCredential:
        """Get a credential.

        Raises:
            LoginRequired: it may not run, needs a person, failed, or its answer is unusable.
        """
        if spec.interactive_mode == "Always":
            raise self._needs_person(spec, "asks for a terminal (interactiveMode: Always)")
        program = self._permitted(spec)
        async with _slots():
            finished = await self._execute(program, spec)
        if finished.code != 0:
            said = excerpt(finished.stderr)
            ending = f"exit status {finished.code}" if finished.code > 0 else "killed by a signal"
            raise self._needs_person(spec, f"failed, {ending}" + (f": {said}" if said else ""))
        try:
            return decode_answer(finished.stdout, spec.api_version, time.time())
        except PluginAnswerError as error:
            raise self._needs_person(spec, str(error)) from None

    def locate(self, spec: PluginSpec) -> str:
        """The file that would run, empty when it is not installed."""
        return find_program(spec.command, self.env.get("PATH", ""))

    def _permitted(self, spec: PluginSpec) -> str:
        search = self.env.get("PATH", "")
        program = self.locate(spec)
        if not program:
            raise LoginRequired(
                f"credential plugin {shorten(spec.command, 100)} is not installed",
                hint=shorten(spec.install_hint.strip(), 500) or "install it or put it into PATH",
            )
        for policy in self.policies:
            refusal = policy.refusal(spec.command, program, search)
            if refusal:
                raise LoginRequired(
                    f"credential plugin {shorten(spec.command, 100)} may not run: {refusal}",
                    hint=f"change {policy.setting} if you trust this kubeconfig",
                )
        return program

    async def _execute(self, program: str, spec: PluginSpec) -> Finished:
        try:
            return await run_program(
                (program, *spec.args), spec.environment(self.env), timeout=self.timeout
            )
        except TimeoutError:
            what = f"did not finish within {self.timeout:g} s; it may be waiting for input"
        except OutputTooLarge:
            what = "wrote more than 1 MiB to standard output"
        except OSError as error:
            what = f"cannot be started: {error.strerror or 'unknown reason'}"
        except ValueError:
            what = "cannot be started: a NUL in its arguments or environment"
        raise self._needs_person(spec, what)

    def _needs_person(self, spec: PluginSpec, what: str) -> LoginRequired:
        name = shorten(spec.command, 100)
        return LoginRequired(f"credential plugin {name} {what}", hint=f"run: {spec.shown()}")
