"""Containers' logs of an embedded cluster: what each says, and the sub-resource that tells it.

Options, refusals and the form of lines are those of kube-apiserver and kubelet (pkg/registry/core/
pod/strategy.go, pkg/kubelet). What nobody wrote is generated from the cluster's and the pod's
names, line by line from its number, so that the last lines of a year cost no more than the first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from mckconsole.demo.answers import Answer, Call
from mckconsole.demo.logoptions import LogQuery
from mckconsole.demo.logvoices import generated
from mckconsole.demo.objects import KubeObject
from mckconsole.demo.status import ApiError, bad_request
from mckconsole.demo.storage import Storage

STEP = 0.02
"""Seconds: what is said within such a step goes out together."""
IDLE = 5.0
"""Seconds after which a log that has nothing to say is looked at again, whatever happened."""


class Voice(Protocol):
    """What one run of a container says: line after line, each at its time."""

    def count(self, until: float) -> int:
        """How many lines there are up to a time (Unix seconds, the cluster's clock)."""

    def line(self, number: int) -> tuple[float, bytes]:
        """When a line is said, and what: no line feed. Times do not go back."""

    def next_at(self, number: int) -> float | None:
        """When the line of this number comes; None when nobody knows."""


@dataclass
class Written:
    """Lines that somebody writes."""

    lines: list[tuple[float, bytes]] = field(default_factory=list)

    def count(self, until: float) -> int:
        """All that are there."""
        return sum(1 for at, _ in self.lines if at <= until)

    def line(self, number: int) -> tuple[float, bytes]:
        """The line."""
        return self.lines[number]

    def next_at(self, number: int) -> float | None:
        """Known for what is written ahead of its time."""
        return self.lines[number][0] if number < len(self.lines) else None


Speaker = Callable[[KubeObject, str, bool], "Voice | None"]
"""(pod, container, previous) → what it says; None leaves it to others."""


class PodLogs:
    """All logs of one cluster."""

    def __init__(self, storage: Storage, name: str, clock: Callable[[], float]) -> None:
        self._storage = storage
        self._name = name
        self._clock = clock
        self._written: dict[tuple[str, str, str, bool], Written] = {}
        self.speakers: list[Speaker] = []
        """Who is asked for a container's voice before one is generated, in order."""

    def write(
        self,
        namespace: str,
        pod: str,
        container: str,
        text: str | bytes,
        *,
        at: float | None = None,
        previous: bool = False,
    ) -> None:
        """Have a container say a line, now or `at` Unix seconds of the cluster's clock; with it
        nothing is generated for this container any more."""
        lines = self._written.setdefault((namespace, pod, container, previous), Written()).lines
        raw = text.encode() if isinstance(text, str) else text
        lines.append((self._clock() if at is None else at, raw))
        self._storage.log(self._storage.types["pods"]).wake()

    def forget(self, namespace: str, pod: str, container: str) -> None:
        """Begin a container's log anew, as a rotation does: what it said cannot be read any more,
        and open streams end."""
        key = (namespace, pod, container, False)
        self._written[key] = Written()
        self._storage.log(self._storage.types["pods"]).wake()

    def voice(self, pod: KubeObject, container: str, *, previous: bool = False) -> Voice:
        """What the container says."""
        meta = pod["metadata"]
        key = (meta["namespace"], meta["name"], container, previous)
        if key in self._written:
            return self._written[key]
        for speaker in self.speakers:
            if (found := speaker(pod, container, previous)) is not None:
                return found
        return generated(self._name, pod, container, previous=previous)

    def answer(self, call: Call, pod: KubeObject) -> Answer:
        """The answer to a GET of `pods/NAME/log`.

        Raises:
            ApiError: 400 or 422, as the real server says it.
        """
        query = LogQuery.parse(call.query, pod["metadata"]["name"])
        container = _container(pod, query.container)
        headers = {"Content-Type": "text/plain"}
        if not pod.get("spec", {}).get("nodeName"):
            return Answer(204, b"")  # not bound to a node: there is nobody to ask
        _check_state(pod, container, previous=query.previous)
        voice = self.voice(pod, container, previous=query.previous)
        lines = self._lines(pod, container, voice, query)
        return Answer(200, _limited(lines, query.limit), headers)

    async def _lines(
        self, pod: KubeObject, container: str, voice: Voice, query: LogQuery
    ) -> AsyncGenerator[bytes, None]:
        """What there is, then what comes, in pieces of whole lines."""
        now = self._clock()
        done = voice.count(now)
        for piece in _pieces(_past(voice, done, query, now), query):
            yield piece
            await asyncio.sleep(0)
        if not query.follow or query.previous:
            return
        log = self._storage.log(self._storage.types["pods"])
        run = _run_of(pod, container)
        meta = pod["metadata"]
        with log.waiter() as changed:
            while True:
                changed.clear()
                count = voice.count(self._clock())
                if count > done:
                    lines = (voice.line(number) for number in range(done, count))
                    for piece in _pieces(lines, query):
                        yield piece
                    done = count
                stored = log.get((meta["namespace"], meta["name"]))
                if stored is None or _run_of(stored.decoded(), container) != run:
                    return
                if isinstance(voice, Written) and voice not in self._written.values():
                    return
                coming = voice.next_at(done)
                wait = IDLE if coming is None else max(coming - self._clock(), STEP)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(wait, IDLE)):
                        await changed.wait()


def _past(voice: Voice, count: int, query: LogQuery, now: float) -> Iterator[tuple[float, bytes]]:
    first = 0 if query.tail is None else max(count - query.tail, 0)
    since = query.since_time if query.since is None else now - query.since
    if since is not None:
        low, high = first, count
        while low < high:
            middle = (low + high) // 2
            if voice.line(middle)[0] < since:
                low = middle + 1
            else:
                high = middle
        first = low
    return (voice.line(number) for number in range(first, count))


def _pieces(lines: Iterable[tuple[float, bytes]], query: LogQuery) -> Iterator[bytes]:
    """Lines as they are sent, 64 KiB or a little more together."""
    piece: list[bytes] = []
    size = 0
    for at, text in lines:
        line = b"%s %s\n" % (stamp(at), text) if query.timestamps else text + b"\n"
        piece.append(line)
        size += len(line)
        if size > 65536:
            yield b"".join(piece)
            piece, size = [], 0
    if piece:
        yield b"".join(piece)


async def _limited(
    pieces: AsyncGenerator[bytes, None], limit: int | None
) -> AsyncGenerator[bytes, None]:
    """The first `limit` bytes, and then the end."""
    async with contextlib.aclosing(pieces):
        left = limit
        async for piece in pieces:
            if left is not None and len(piece) >= left:
                yield piece[:left]
                return
            left = None if left is None else left - len(piece)
            yield piece


def stamp(at: float) -> bytes:
    """`2026-08-01T09:00:01.250000000Z`: kubelet writes nine places."""
    whole = int(at // 1)
    nanos = min(round((at - whole) * 1e9), 999_999_999)
    moment = datetime.fromtimestamp(whole, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanos:09d}Z".encode()


def _names(pod: KubeObject, part: str) -> list[str]:
    return [one["name"] for one in pod["spec"].get(part) or ()]


def _container(pod: KubeObject, asked: str) -> str:
    """The container that is meant."""
    name, names = pod["metadata"]["name"], _names(pod, "containers")
    starting = _names(pod, "initContainers")
    if asked:
        if asked in (*names, *starting, *_names(pod, "ephemeralContainers")):
            return asked
        raise bad_request(f"container {asked} is not valid for pod {name}")
    if len(names) == 1:
        return names[0]
    choices = " ".join((*starting, *names))
    raise bad_request(
        f"a container name must be specified for pod {name}, choose one of: [{choices}]"
    )


def _status(pod: KubeObject, container: str) -> KubeObject:
    status = pod.get("status", {})
    for part in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(part) or ():
            if one["name"] == container:
                return dict(one)
    return {}


def _run_of(pod: KubeObject, container: str) -> tuple[object, ...]:
    """What is another thing when the container runs anew, or runs no more."""
    status = _status(pod, container)
    over = "terminated" in (status.get("state") or {}) or pod["status"].get("phase") in (
        "Succeeded",
        "Failed",
    )
    return (pod["metadata"].get("uid"), status.get("restartCount", 0), over)


def _check_state(pod: KubeObject, container: str, *, previous: bool) -> None:
    """Raises ApiError, as kubelet's `validateContainerLogStatus` refuses."""
    status, name = _status(pod, container), pod["metadata"]["name"]
    state, last = status.get("state") or {}, status.get("lastState") or {}
    if previous:
        if "terminated" not in last and not status.get("restartCount"):
            raise bad_request(
                f'previous terminated container "{container}" in pod "{name}" not found'
            )
    elif "waiting" in state and "terminated" not in last:
        reason = state["waiting"].get("reason") or "ContainerCreating"
        words = {
            "ErrImagePull": "image can't be pulled",
            "ImagePullBackOff": "trying and failing to pull image",
        }.get(reason, reason)
        raise bad_request(f'container "{container}" in pod "{name}" is waiting to start: {words}')
    elif not status and pod.get("status", {}).get("phase") == "Pending":
        raise ApiError(
            400, f'container "{container}" in pod "{name}" is waiting to start: ContainerCreating'
        )
