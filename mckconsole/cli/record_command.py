"""`mckconsole record FILE`: write what happens in the fleet into a recording, until it is ended.

SIGINT, SIGTERM and SIGHUP end it in an orderly way: a last moment is written, and the status is 0.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mckconsole import __version__
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.output import say
from mckconsole.cli.recorded import DEMO
from mckconsole.cli.target import followed
from mckconsole.config.load import load_config
from mckconsole.config.model import Config
from mckconsole.domain.text import clean
from mckconsole.report.width import cut
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan
from mckconsole.store.recording.file import RecordingError
from mckconsole.store.recording.recorder import Recorded, Recorder
from mckconsole.store.recording.writer import Writer
from mckconsole.store.reload import Reload
from mckconsole.ui.settings import OpenFleet
from mckconsole.views.explain import duration
from mckconsole.views.panes import CONSOLE_QUERIES, CONSOLE_TOPICS

SELDOM = 600.0
"""Seconds between two words where nobody watches."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(arguments: Namespace) -> int:
    """Record; returns when it is ended or the time is over.

    Raises:
        UsageError, ConfigError: the fleet cannot be read, or the file not written.
    """
    path = Path(arguments.file).expanduser()
    loaded = load_config(arguments.config, env=os.environ)
    facts = {"tool": f"mckconsole {__version__}", "every": f"{arguments.every:g}"}
    if arguments.demo:
        facts[DEMO] = "simulated clusters"
    try:
        with Writer(path, facts) as writer:
            words = Progress(path)
            readable = asyncio.run(_record(arguments, loaded.config, writer, words))
            writer.tell({"ended": "in an orderly way"})
            words.end(writer.size)
    except RecordingError as error:
        raise UsageError(str(error)) from None
    return ExitCode.DONE if readable else ExitCode.NO_CLUSTER


async def _record(
    arguments: Namespace, config: Config, writer: Writer, words: Progress
) -> bool:  # fmt: skip
    """Whether some cluster could be read."""
    async with followed(arguments, config, os.environ) as opened, _live(opened) as live:
        recorder = Recorder(live, writer, every=arguments.every, told=words)
        task = asyncio.create_task(recorder.run(), name="recorder")
        with _ended_by_signals(task):
            await asyncio.wait({task}, timeout=arguments.duration)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError:
            await recorder.look()
    return words.readable


def _live(opened: OpenFleet) -> LiveFleet:
    reload = None
    if opened.reread is not None:
        reload = Reload(opened.reread, opened.inventory.seen, lambda _: None)
    plan = ReadPlan(CONSOLE_TOPICS, CONSOLE_QUERIES)
    return LiveFleet(opened.inventory, plan, config=opened.config, reload=reload, logs=opened.logs)


@contextmanager
def _ended_by_signals(task: asyncio.Task[None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)


class Progress:
    """How far it is, on stderr: one line that changes on a terminal, few words elsewhere."""

    def __init__(self, path: Path) -> None:
        self._name = clean(str(path))
        self._began = time.monotonic()
        self._due = 0.0
        self._stream = sys.stderr
        self._on = bool(self._stream and self._stream.isatty())
        self._shown = False
        self.readable = False
        """Whether some cluster could be read."""

    def __call__(self, step: Recorded) -> None:
        self.readable = self.readable or step.readable > 0
        now = time.monotonic()
        text = (
            f"recording {self._name}: {duration(now - self._began)}, {_size(step.written)},"
            f" {step.readable} of {step.clusters} clusters read, {step.words}; Ctrl-C ends it"
        )
        if self._on:
            self._draw(text)
        elif now >= self._due:
            self._due = now + SELDOM
            say(text.partition(";")[0])

    def end(self, size: int) -> None:
        """It is over."""
        if self._shown:
            self._draw("")
        say(f"recorded {duration(time.monotonic() - self._began)} into {self._name}, {_size(size)}")

    def _draw(self, text: str) -> None:
        try:
            width = os.get_terminal_size(self._stream.fileno()).columns or 80
            self._stream.write(f"\r\x1b[2K{cut(clean(text), width - 1)}")
            self._stream.flush()
            self._shown = True
        except (OSError, ValueError):
            self._on = False


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} KB"
