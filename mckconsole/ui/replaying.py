"""What one does with a recording: play it, stop, step, jump, and compare two moments.

Only where a recording is played; a fleet that lives has none of these commands.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from mckconsole.domain.times import format_rfc3339
from mckconsole.sources.errors import SourceError
from mckconsole.store.recording.times import parse_moment
from mckconsole.store.replay import Player
from mckconsole.views.spec import Role
from mckwidgets.linepaint import TextSpan

if TYPE_CHECKING:
    from mckconsole.domain.replay import ReplayStatus
    from mckconsole.ui.shell import Shell

NONE = "no recording is played"
SPEEDS = (1, 2, 5, 10, 30, 60, 120, 300, 600)
"""What faster and slower go through."""


class Replaying:
    """The controls of a recording."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    @property
    def player(self) -> Player | None:
        """What plays; None before it was opened."""
        live = self._shell.live
        return live if isinstance(live, Player) else None

    def toggle(self, rest: str = "") -> str:
        """Play, or stop; `rest` may be a speed to play at."""
        player = self.player
        if player is None:
            return NONE
        if rest:
            problem = self.speed(rest)
            if problem:
                return problem
        elif player.status.playing:
            player.pause()
            return ""
        if player.status.over and not rest:
            self._shell.tell("this is the end of the recording; :at start begins anew")
        player.play()
        return player.failed

    def speed(self, rest: str) -> str:
        """Seconds of the recording in a second."""
        player = self.player
        if player is None:
            return NONE
        try:
            speed = float(rest.strip().lower().rstrip("x×"))
        except ValueError:
            speed = 0.0
        if not 0 < speed < 1e6:
            return f"{rest or 'nothing'} is no speed; 1, 10 and 60 are"
        player.set_speed(speed)
        return ""

    def said(self, problem: str) -> None:
        """Say what is wrong, where something is."""
        if problem:
            self._shell.tell(problem, trouble=True)

    def do_replay_next(self) -> None:
        """To the next change."""
        self.said(self.step(1))

    def do_replay_previous(self) -> None:
        """To the change before."""
        self.said(self.step(-1))

    def do_replay_faster(self) -> None:
        """At the next speed."""
        self._faster(1)

    def do_replay_slower(self) -> None:
        """At the speed before."""
        self._faster(-1)

    def _faster(self, direction: int) -> None:
        if (player := self.player) is not None:
            now = player.status.speed
            wanted = [one for one in SPEEDS if (one - now) * direction > 0]
            if wanted:
                player.set_speed(min(wanted) if direction > 0 else max(wanted))

    def at(self, rest: str) -> str:
        """Jump to a time."""
        player = self.player
        if player is None:
            return NONE
        where = player.status
        if not rest:
            span = f"{format_rfc3339(where.first)} to {format_rfc3339(where.last)}"
            return f"which time? the recording is of {span}"
        try:
            moment = parse_moment(rest, where.first, where.last, where.at)
        except ValueError as error:
            return str(error)
        self._work(lambda: player.jump(moment))
        return ""

    def step(self, direction: int) -> str:
        """Stop, and go to the next moment in which something changed, or the one before."""
        player = self.player
        if player is None:
            return NONE

        async def stepped() -> None:
            if not await player.step(direction):
                end = "end" if direction > 0 else "start"
                self._shell.tell(f"nothing changes any more up to the {end} of the recording")

        self._work(stepped)
        return ""

    def moments(self, rest: str) -> str:
        """Show what changed between two times; one alone is compared with now."""
        player = self.player
        if player is None:
            return NONE
        where = player.status
        words = rest.split()
        if not 1 <= len(words) <= 2:
            return ":moments A B says what changed between two times; one alone: until now"
        try:
            times = [parse_moment(one, where.first, where.last, where.at) for one in words]
        except ValueError as error:
            return str(error)
        before, after = sorted((times[0], times[1] if len(times) > 1 else where.at))
        from mckconsole.ui.places import MomentsPlace

        self._shell.go(MomentsPlace(before, after))
        return ""

    def _work(self, doing: Callable[[], Coroutine[Any, Any, object]]) -> None:
        """In the background: it reads the file. What was asked for last wins."""

        async def done() -> None:
            try:
                await doing()
            except SourceError as error:
                self._shell.tell(str(error), trouble=True)

        self._shell.run_worker(done(), name="replay", group="replay", exclusive=True)


def replay_words(status: ReplayStatus, length: int) -> tuple[TextSpan, ...]:
    """`REPLAY ▶ 10× 2026-11-23 14:03:21Z`, in the longest words (0) or in shorter ones."""
    date, _, time = format_rfc3339(status.at).partition("T")
    sign = "▶" if status.playing and not status.over else "■" if status.over else "‖"
    speed = f" {status.speed:g}×" if status.speed != 1 else ""
    when = f"{date} {time}" if length == 0 else time
    if status.failed:
        return (TextSpan(f"REPLAY ✖ damaged after {when}", Role.CRITICAL),)
    return (TextSpan(f"REPLAY {sign}{speed} {when}", Role.WARN),)
