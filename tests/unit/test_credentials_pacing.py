"""How often a credential plugin runs: counted with a stand-in, on a clock that the test moves."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from mckconsole.sources.endpoint import Secret
from mckconsole.sources.errors import LoginRequired
from mckconsole.sources.exec_plugin import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    ExecCredential,
    ExecPlugin,
)
from mckconsole.sources.exec_protocol import PluginCredential, PluginSpec


class Clocks:
    """Wall and monotonic time that a test moves together."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class Script:
    """A plugin in name only: counts its runs and gives what it is told to."""

    def __init__(self, clock: Clocks, life: float | None = 900.0) -> None:
        self.runs = 0
        self.broken = False
        self._clock, self._life = clock, life

    async def __call__(self, plugin: PluginSpec) -> PluginCredential:
        self.runs += 1
        await asyncio.sleep(0)
        if self.broken:
            raise LoginRequired(f"{plugin.command} failed", hint="run: it")
        expires = None if self._life is None else self._clock() + self._life
        return PluginCredential(Secret(f"Bearer {self.runs}"), None, expires)


class TestPacing:
    def setup_method(self) -> None:
        self.clock = Clocks()
        self.script = Script(self.clock)
        self.plugin = self.make(self.script)

    def make(self, script: Script) -> ExecPlugin:
        return ExecPlugin(PluginSpec("p"), script, clock=self.clock, monotonic=self.clock)

    async def test_it_is_kept_until_shortly_before_it_expires(self) -> None:
        await self.plugin.current()
        assert self.plugin.expires == self.clock() + 900
        self.clock.now += 869
        await self.plugin.current()
        assert self.script.runs == 1
        self.clock.now += 2
        await self.plugin.current()
        assert self.script.runs == 2

    async def test_a_short_life_is_not_refreshed_on_every_use(self) -> None:
        script = Script(self.clock, life=60)
        plugin = self.make(script)
        for _ in range(50):
            await plugin.current()
            self.clock.now += 1
        assert script.runs == 1

    async def test_without_a_date_it_is_kept(self) -> None:
        script = Script(self.clock, life=None)
        plugin = self.make(script)
        await plugin.current()
        self.clock.now += 1e7
        await plugin.current()
        assert script.runs == 1

    async def test_a_failure_is_repeated_without_running(self) -> None:
        self.script.broken = True
        for _ in range(10):
            with pytest.raises(LoginRequired) as caught:
                await self.plugin.current()
            self.clock.now += 1
        assert self.script.runs == 1
        assert caught.value.retry_after == FIRST_PAUSE - 9
        self.clock.now += FIRST_PAUSE
        self.script.broken = False
        await self.plugin.current()
        assert self.script.runs == 2

    async def test_a_failing_refresh_leaves_what_is_still_valid(self) -> None:
        await self.plugin.current()
        self.script.broken = True
        self.clock.now += 880
        assert (await self.plugin.current()).authorization is not None
        assert (await self.plugin.current()).authorization is not None
        assert self.script.runs == 2
        self.clock.now += 21
        with pytest.raises(LoginRequired):
            await self.plugin.current()

    async def test_a_refused_credential_is_replaced_once_for_everybody(self) -> None:
        clusters = [ExecCredential(self.plugin) for _ in range(20)]
        await asyncio.gather(*(cluster.headers() for cluster in clusters))
        renewed = await asyncio.gather(*(cluster.renew() for cluster in clusters))
        assert all(renewed)
        assert self.script.runs == 2
        late = await clusters[0].headers()
        assert late["Authorization"].reveal() == "Bearer 2"

    async def test_an_answer_that_was_late_is_worth_another_try(self) -> None:
        """Its request carried the credential of before, but another has been handed out since."""
        cluster = ExecCredential(self.plugin)
        await cluster.headers()
        assert await cluster.renew()
        await cluster.headers()
        assert await cluster.renew()
        assert self.script.runs == 2

    async def test_a_cluster_that_still_holds_the_one_before_needs_no_run(self) -> None:
        first, second = ExecCredential(self.plugin), ExecCredential(self.plugin)
        await first.headers()
        await second.headers()
        assert await first.renew()
        self.clock.now += FIRST_PAUSE + 1
        assert await second.renew()
        assert self.script.runs == 2

    async def test_a_server_that_refuses_for_ever(self) -> None:
        """Fault 15: at most one run per 30 s, growing to one per 10 minutes."""
        script = Script(self.clock, life=None)
        cluster = ExecCredential(self.make(script))
        times: list[float] = []
        await cluster.headers()
        start = self.clock()
        while self.clock() < start + 3600:
            before = script.runs
            await cluster.renew()
            await cluster.headers()
            if script.runs > before:
                times.append(self.clock() - start)
            self.clock.now += 1
        gaps = [later - earlier for earlier, later in pairwise(times)]
        assert gaps == [30, 60, 120, 240, 480, 600, 600, 600, 600]
        assert max(gaps) == LONGEST_PAUSE

    async def test_after_a_quiet_day_a_refusal_is_acted_upon_at_once(self) -> None:
        cluster = ExecCredential(self.plugin)
        for _ in range(3):
            await cluster.headers()
            assert await cluster.renew()
            runs = self.script.runs
            self.clock.now += 86_400
            await cluster.headers()
            assert self.script.runs == runs + 1
        await cluster.headers()
        runs = self.script.runs
        assert await cluster.renew()
        assert self.script.runs == runs + 1

    async def test_a_renewal_that_fails_says_why(self) -> None:
        cluster = ExecCredential(self.plugin)
        await cluster.headers()
        self.script.broken = True
        with pytest.raises(LoginRequired, match="failed"):
            await cluster.renew()
        assert cluster.expires_at() is not None
        assert cluster.describe() == "exec p"
