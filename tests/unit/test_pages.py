"""Pages are asked for ahead, once each, and none is left on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import pytest

from mckconsole.sources.api import Feed
from mckconsole.sources.errors import Expired
from mckconsole.sources.pages import Pages, early_token


@dataclass
class Page:
    body: bytes
    date: float | None = None


def page(token: str) -> bytes:
    return b'{"kind":"PodList","metadata":{"continue":"%s"},"items":[]}' % token.encode()


class Server:
    """Answers with the page that the token names; notes what was asked and what was dropped."""

    clock_offset = 0.0

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.dropped = 0
        self.wait = asyncio.Event()
        self.wait.set()

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, accept: str = ""
    ) -> Page:
        token = (params or {}).get("continue", "")
        assert not token or "resourceVersion" not in (params or {})
        self.asked.append(token)
        try:
            await self.wait.wait()
        except asyncio.CancelledError:
            self.dropped += 1
            raise
        if token == "gone":
            raise Expired("410")
        return Page(page(token + "x"))

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str = ""
    ) -> AbstractAsyncContextManager[Feed]:
        raise AssertionError("nothing is watched")


@pytest.mark.parametrize(
    ("body", "token"),
    [
        (page("abc"), "abc"),
        (b'{"metadata":{"continue":""},"items":[]}', ""),
        (b'{"items":[{"metadata":{"continue":"no"}}],"metadata":{"continue":"late"}}', ""),
        (b'{"metadata":{"a":"' + b"b" * 5000 + b'","continue":"far"},"items":[]}', ""),
        (b"<html>", ""),
    ],
)
def test_a_token_is_found_only_in_front_of_the_items(body: bytes, token: str) -> None:
    assert early_token(body) == token


async def test_the_next_page_is_on_its_way_before_it_is_asked_for() -> None:
    server = Server()
    pages = Pages(server, "/p")
    await pages.ahead({"limit": "1", "resourceVersion": "5"}, page("a"))
    assert server.asked == ["a"]
    assert (await pages.get({"limit": "1", "continue": "a"})).body == page("ax")
    assert server.asked == ["a"]


async def test_another_page_than_the_expected_one_is_fetched_anew() -> None:
    server = Server()
    pages = Pages(server, "/p")
    server.wait.clear()
    await pages.ahead({}, page("a"))
    asking = asyncio.ensure_future(pages.get({"continue": "b"}))
    await asyncio.sleep(0.01)
    server.wait.set()
    assert (await asking).body == page("bx")
    assert (server.asked, server.dropped) == (["a", "b"], 1)


async def test_an_error_ahead_is_raised_when_the_page_is_wanted_and_not_before() -> None:
    pages = Pages(Server(), "/p")
    await pages.ahead({}, page("gone"))
    await asyncio.sleep(0.01)
    with pytest.raises(Expired):
        await pages.get({"continue": "gone"})


async def test_nothing_is_left_behind() -> None:
    server = Server()
    pages = Pages(server, "/p")
    await pages.ahead({}, page("gone"))
    await asyncio.sleep(0.01)
    await pages.close()  # an error that nobody asked for is no unhandled one
    server.wait.clear()
    await pages.ahead({}, page("a"))
    asking = asyncio.ensure_future(pages.get({"continue": "a"}))
    await asyncio.sleep(0.01)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert server.dropped == 1
