"""What the embedded servers can be told to do wrong: effects, to be added to a server's `Faults`.

An effect wraps the honest answer or replaces it. Nothing happens by chance: none of them is random.
When an effect applies is for `fault_rules`.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from email.utils import formatdate, parsedate_to_datetime
from enum import Enum
from typing import TypeAlias

from mckconsole.demo.answers import (
    Answer,
    DropConnection,
    ResetConnection,
    json_answer,
    text_answer,
)
from mckconsole.demo.status import status_body

Proceed: TypeAlias = Callable[[], Awaitable[Answer]]
Effect: TypeAlias = Callable[[Proceed], Awaitable[Answer]]
Lines: TypeAlias = AsyncGenerator[bytes, None]


# --- instead of an answer ----------------------------------------------------------------------


def _instead(answer: Callable[[], Answer]) -> Effect:
    async def effect(proceed: Proceed) -> Answer:
        return answer()

    return effect


def silence() -> Effect:
    """Accept the request and never answer."""

    async def effect(proceed: Proceed) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError("nobody sets this event")

    return effect


def refuse(
    code: int,
    message: str = "injected",
    *,
    reason: str | None = None,
    retry_after: int | None = None,
) -> Effect:
    """Answer with a Status of this code, with Retry-After where given (seconds)."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return _instead(lambda: json_answer(status_body(code, message, reason=reason), code, headers))


def html(
    code: int = 502, body: str = "<html><body><h1>502 Bad Gateway</h1></body></html>"
) -> Effect:
    """Answer as a proxy would; with code 200, as a captive portal would."""
    return _instead(lambda: text_answer(body, code, "text/html"))


def redirect(location: str, code: int = 302) -> Effect:
    """Send the client somewhere else."""
    return _instead(lambda: Answer(code, b"", {"Location": location}))


def respond(body: bytes, *, code: int = 200, content_type: str = "application/json") -> Effect:
    """Answer with these very bytes."""
    return _instead(lambda: Answer(code, body, {"Content-Type": content_type}))


def gzip_bomb(megabytes: int = 64) -> Effect:
    """A small compressed body that inflates to `megabytes` MiB of a JSON string."""
    bomb = gzip.compress(b'{"items":["' + b"a" * (megabytes << 20) + b'"]}', 9)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return _instead(lambda: Answer(200, bomb, dict(headers)))


# --- around an answer --------------------------------------------------------------------------


def delay(seconds: float) -> Effect:
    """Answer late."""

    async def effect(proceed: Proceed) -> Answer:
        await asyncio.sleep(seconds)
        return await proceed()

    return effect


def header(name: str, value: str) -> Effect:
    """Set a header of the answer, such as a wrong Content-Type."""

    async def effect(proceed: Proceed) -> Answer:
        answer = await proceed()
        answer.headers[name] = value
        return answer

    return effect


def skew_date(seconds: float) -> Effect:
    """Shift the server's `Date` by this many seconds."""

    async def effect(proceed: Proceed) -> Answer:
        answer = await proceed()
        told = answer.headers.get("Date")
        now = parsedate_to_datetime(told).timestamp() if told else time.time()
        answer.headers["Date"] = formatdate(now + seconds, usegmt=True)
        return answer

    return effect


def edit(change: Callable[[bytes], bytes]) -> Effect:
    """Change the bytes of an unstreamed body before its length is declared."""

    async def effect(proceed: Proceed) -> Answer:
        answer = await proceed()
        if isinstance(answer.body, bytes):
            answer.body = change(answer.body)
        return answer

    return effect


def truncate(size: int) -> Effect:
    """End the body after `size` bytes, in a message that is whole as far as HTTP can tell."""
    return edit(lambda body: body[:size])


def add_item(raw: bytes) -> Effect:
    """Put these bytes first among the items of a list, whatever they are."""

    def insert(body: bytes) -> bytes:
        head, opening, rest = body.partition(b'"items":[')
        comma = b"" if rest.startswith(b"]") else b","
        return head + opening + raw + comma + rest

    return edit(insert)


class Ending(Enum):
    """How a connection ends in the middle of a message."""

    CLOSE = "close"
    """FIN: the client sees a short body."""
    RESET = "reset"
    """RST."""
    HANG = "hang"
    """Nothing more comes and nothing closes: half-open."""


async def _end(ending: Ending) -> None:
    if ending is Ending.RESET:
        raise ResetConnection
    if ending is Ending.CLOSE:
        raise DropConnection
    await asyncio.Event().wait()


def cut(after: int, ending: Ending = Ending.CLOSE) -> Effect:
    """Send `after` bytes of the body, then end the connection as told."""

    async def spoiled(body: Lines) -> Lines:
        left = after
        async for chunk in body:
            if left > len(chunk):
                yield chunk
                left -= len(chunk)
                continue
            yield chunk[:left]
            await asyncio.sleep(0.01)  # let the bytes leave before the connection ends
            await _end(ending)

    return _streamed(spoiled)


def trickle(bytes_per_second: float, chunk: int = 1) -> Effect:
    """Send the body `chunk` bytes at a time."""

    async def spoiled(body: Lines) -> Lines:
        async for whole in body:
            for start in range(0, len(whole), chunk):
                yield whole[start : start + chunk]
                await asyncio.sleep(chunk / bytes_per_second)

    return _streamed(spoiled)


def _streamed(spoil: Callable[[Lines], Lines]) -> Effect:
    async def effect(proceed: Proceed) -> Answer:
        answer = await proceed()
        answer.body = spoil(answer.stream())
        return answer

    return effect


# --- watches -----------------------------------------------------------------------------------


def end_watch(after: int = 0, ending: Ending | None = None) -> Effect:
    """End a stream after `after` lines: properly, or as told."""

    async def spoiled(body: Lines) -> Lines:
        sent = 0
        if after:
            async for line in body:
                yield line
                sent += 1
                if sent >= after:
                    break
        if ending is not None:
            await _end(ending)

    return _streamed(spoiled)


def repeat_lines(times: int = 2) -> Effect:
    """Send every line of a stream several times: duplicate events."""

    async def spoiled(body: Lines) -> Lines:
        async for line in body:
            for _ in range(times):
                yield line

    return _streamed(spoiled)


def add_line(line: bytes, after: int = 0) -> Effect:
    """Put a line into a stream after `after` of its own: garbage, or an event nobody knows."""

    async def spoiled(body: Lines) -> Lines:
        sent = 0
        if after == 0:
            yield line
        async for honest in body:
            yield honest
            sent += 1
            if sent == after:
                yield line

    return _streamed(spoiled)


# --- hostile objects ---------------------------------------------------------------------------


def hostile_item(name: str, value: bytes) -> bytes:
    """An object whose `spec.hostile` is these raw JSON bytes, for `add_item` and `add_line`."""
    metadata = json.dumps({"name": name, "namespace": "default", "uid": f"uid-{name}"}).encode()
    return b'{"metadata":%s,"spec":{"hostile":%s}}' % (metadata, value)


INVALID_UTF8 = b'"\xff\xfe\x80"'
NUL = b'"a\x00b"'
LONE_SURROGATE = rb'"\ud800"'


def nested(levels: int = 3000) -> bytes:
    """A JSON value of this many nested arrays."""
    return b"[" * levels + b"]" * levels


def long_string(size: int = 1_000_000) -> bytes:
    """A JSON string of `size` characters; 9 MiB make an object no etcd would store."""
    return b'"' + b"x" * size + b'"'
