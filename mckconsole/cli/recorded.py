"""Recordings for commands: the file that is named, and the moment of it that is meant."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from mckconsole.cli.errors import UsageError
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.sources.credentials import Anonymous
from mckconsole.sources.endpoint import ClusterEndpoint
from mckconsole.sources.kubeconfig import Inventory
from mckconsole.store.recording.codec import INVENTORY, DecodingError
from mckconsole.store.recording.file import RecordingError
from mckconsole.store.recording.reader import Recording
from mckconsole.store.recording.state import State, decode
from mckconsole.store.recording.times import parse_moment
from mckconsole.store.replay import Player

DEMO = "demo"
"""Name of the fact that says that the clusters were simulated."""


def open_recording(name: str) -> Recording:
    """The recording of this name.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return Recording(Path(name).expanduser())
    except RecordingError as error:
        raise UsageError(str(error)) from None


def moment_of(recording: Recording, text: str | None, default: float) -> float:
    """Unix seconds of what `--at` says.

    Raises:
        UsageError: it is no time of the recording.
    """
    if text is None:
        return default
    try:
        return parse_moment(text, recording.first.at, recording.last.at)
    except ValueError as error:
        raise UsageError(f"--at: {error}") from None


def state_at(recording: Recording, at: float) -> State:
    """All that was held at a moment.

    Raises:
        UsageError: it cannot be read.
    """
    state = State()
    try:
        state.begin(decode(recording.leading_to(recording.moments[recording.place(at)])))
    except DecodingError as error:
        raise UsageError(str(recording.damaged(str(error)))) from None
    except RecordingError as error:
        raise UsageError(str(error)) from None
    return state


@asynccontextmanager
async def replayed(arguments: Namespace) -> AsyncIterator[Player]:
    """The recording that `--from` and `--at` name, to be asked as a fleet is.

    Raises:
        UsageError: it cannot be read.
    """
    recording = open_recording(arguments.recording)
    at = moment_of(recording, arguments.at, recording.last.at)
    state_at(recording, at)
    async with Player(recording, at=at) as player:
        yield player


def read_recorded(arguments: Namespace) -> tuple[FleetSnapshot, Inventory]:
    """The fleet as `--from` and `--at` say, and its clusters; a simulated one is said to be.

    Raises:
        UsageError: the recording cannot be read.
    """
    with open_recording(arguments.recording) as recording:
        at = moment_of(recording, arguments.at, recording.last.at)
        state = state_at(recording, at)
        arguments.demo = DEMO in recording.facts
        snapshot = state.snapshot(at)
    members = state.chain("", INVENTORY)
    endpoints = tuple(
        ClusterEndpoint(name, one.context, one.server, Anonymous(), groups=members[name].groups)
        for name, one in snapshot.clusters.items()
    )
    return snapshot, Inventory(endpoints, snapshot.inventory_problems, ())
