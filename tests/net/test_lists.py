"""Lists: paging, expiry, odd bytes, odd objects, and an event loop that keeps turning."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from itertools import pairwise

import pytest

from mckconsole.domain.kinds import BY_TOPIC, Kind
from mckconsole.domain.objects import Projection
from mckconsole.domain.pods import Pod
from mckconsole.sources.api import Feed
from mckconsole.sources.errors import Expired, Forbidden, ProtocolTrouble, SourceError
from mckconsole.sources.interning import Table, sharer
from mckconsole.sources.lists import Listing, list_kind
from mckconsole.sources.pace import Pace
from tests.net.model_cluster import Answer

PODS = BY_TOPIC["pods"]
PACE = Pace(wall=lambda: 1000.0)


class Script:
    """Answers in order; remembers what was asked."""

    clock_offset = 5.0

    def __init__(self, *answers: bytes | SourceError, date: float | None = None) -> None:
        self._answers = list(answers)
        self._date = date
        self.asked: list[tuple[str, dict[str, str]]] = []

    async def get(
        self, path: str, params: Mapping[str, str] | None = None, *, accept: str = ""
    ) -> Answer:
        self.asked.append((path, dict(params or {})))
        answer = self._answers.pop(0)
        if isinstance(answer, SourceError):
            raise answer
        return Answer(answer, self._date)

    def stream(
        self, path: str, params: Mapping[str, str], *, idle: float, accept: str = ""
    ) -> AbstractAsyncContextManager[Feed]:
        raise AssertionError("lists open no stream")


def page(*names: str, token: str = "", rest: int | None = None, version: str = "7") -> bytes:
    items = [{"metadata": {"name": name, "namespace": "team"}} for name in names]
    meta = {"resourceVersion": version, "continue": token, "remainingItemCount": rest}
    return json.dumps({"kind": "PodList", "metadata": meta, "items": items}).encode()


def names(listing: Listing[Projection]) -> list[str]:
    return [decoded.object.metadata.name for decoded in listing.objects]


async def test_pages_are_followed_without_the_resource_version() -> None:
    client = Script(page("a", "b", token="t1", rest=1), page("c"), date=42.0)
    seen: list[tuple[int, int | None]] = []
    listing = await list_kind(
        client,
        PODS,
        "v1",
        page_size=2,
        resource_version="5",
        progress=lambda read, total: seen.append((read, total)),
    )
    assert names(listing) == ["a", "b", "c"]
    assert (listing.resource_version, listing.as_of, listing.undecodable) == ("7", 42.0, 0)
    assert listing.received == len(page("a", "b", token="t1", rest=1)) + len(page("c"))
    assert seen == [(2, 3), (3, 3)]
    assert client.asked == [
        ("/api/v1/pods", {"limit": "2", "resourceVersion": "5"}),
        ("/api/v1/pods", {"limit": "2", "continue": "t1"}),
    ]


async def test_a_total_that_the_server_does_not_tell_is_unknown() -> None:
    seen: list[tuple[int, int | None]] = []
    client = Script(page("a", token="t"), page("b"))
    await list_kind(client, PODS, "v1", progress=lambda read, total: seen.append((read, total)))
    assert seen == [(1, None), (2, 2)]


async def test_without_a_date_the_clock_offset_tells_the_servers_time() -> None:
    listing = await list_kind(Script(page("a")), PODS, "v1", pace=PACE)
    assert listing.as_of == 1005.0


async def test_a_kind_of_one_name_is_selected_by_the_server() -> None:
    client = Script(page())
    await list_kind(client, BY_TOPIC["cilium-config"], "v1")
    path, params = client.asked[0]
    assert path == "/api/v1/namespaces/kube-system/configmaps"
    assert params["fieldSelector"] == "metadata.name=cilium-config"


async def test_an_expired_page_leads_to_one_full_list() -> None:
    client = Script(page("a", token="t"), Expired("410"), page("x", "y", version="9"))
    listing = await list_kind(client, PODS, "v1")
    assert names(listing) == ["x", "y"]
    assert listing.resource_version == "9"
    assert client.asked[-1] == ("/api/v1/pods", {})


@pytest.mark.parametrize(
    "answers", [[Expired("410")], [page("a", token="t"), Expired("410"), Expired("410")]]
)
async def test_expiry_that_paging_cannot_help_is_the_callers(
    answers: list[bytes | SourceError],
) -> None:
    with pytest.raises(Expired):
        await list_kind(Script(*answers), PODS, "v1")


async def test_other_errors_pass() -> None:
    with pytest.raises(Forbidden):
        await list_kind(Script(page("a", token="t"), Forbidden("403")), PODS, "v1")


async def test_null_items_are_an_empty_list() -> None:
    listing = await list_kind(
        Script(b'{"metadata":{"resourceVersion":"3"},"items":null}'), PODS, "v1"
    )
    assert (listing.objects, listing.resource_version) == ([], "3")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"<html>login</html>",
        b'{"kind":"Status","metadata":{}}',
        b'{"items":{}}',
        b'{"items":[{"metadata":{"name":"cut',
        b'{"items":[],"metadata":{"continue":7}}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_list_is_protocol_trouble(body: bytes) -> None:
    with pytest.raises(ProtocolTrouble):
        await list_kind(Script(body), PODS, "v1")


async def test_continue_tokens_without_end_are_protocol_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mckconsole.sources.pages.MAX_PAGES", 3)
    client = Script(*[page("a", token="t")] * 4)
    with pytest.raises(ProtocolTrouble, match="no end"):
        await list_kind(client, PODS, "v1")


@pytest.mark.parametrize(
    ("odd", "name", "faults"),
    [
        (b'{"metadata":{"name":"\xff"}}', "\ufffd", 0),
        (b'{"metadata":{"name":"\\ud800"}}', "\ufffd", 0),
        (b'{"metadata":{"name":"a\\u001b[31m"}}', "a‹1B›[31m", 0),
        (b'{"metadata":{"name":"a"},"spec":{"containers":null}}', "a", 0),
        (b'{"metadata":{"name":"a"},"spec":{"containers":5}}', "a", 1),
    ],
)
async def test_an_odd_object_costs_one_row(odd: bytes, name: str, faults: int) -> None:
    body = b'{"metadata":{},"items":[{"metadata":{"name":"x"}},%s,{"metadata":{"name":"y"}}]}' % odd
    listing = await list_kind(Script(body), PODS, "v1")
    assert names(listing) == ["x", name, "y"]
    assert len(listing.objects[1].faults) == faults


async def test_what_is_no_object_is_counted() -> None:
    body = b'{"metadata":{},"items":[7,{"metadata":{"name":"y"}},null]}'
    listing = await list_kind(Script(body), PODS, "v1")
    assert (names(listing), listing.undecodable) == (["y"], 2)


DEEP = b'{"metadata":{"name":"d"},"spec":' + b'{"items":[' * 100_000 + b"1" + b"]}" * 100_000 + b"}"


@pytest.mark.parametrize("bad", [b"", b'"\xff\xfe"'])
async def test_an_object_nested_too_deeply_costs_itself_only(bad: bytes) -> None:
    other = b'{"metadata":{"name":"y"},"x":"],{\\"[","z":[%s]}' % (bad or b"1")
    body = b'{"kind":"items","metadata":{"continue":"t"},"items" : [%s, %s,%s]}' % (
        other, DEEP, other
    )  # fmt: skip
    listing = await list_kind(Script(body, page("z")), PODS, "v1")
    assert (names(listing), listing.undecodable) == (["y", "y", "z"], 1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"items":[' + DEEP,
        b'{"items":[' + DEEP + b'],"metadata":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[" * 100_000,
        b'{"items":{"a":' + DEEP + b"}}",
    ],
)
async def test_a_deep_body_that_is_no_whole_list_is_protocol_trouble(body: bytes) -> None:
    with pytest.raises(ProtocolTrouble):
        await list_kind(Script(body), PODS, "v1")


async def test_a_large_page_lets_other_tasks_run() -> None:
    """The longest pause while 5,000 pods are decoded; generous, because machines differ."""
    spec = {"nodeName": "n", "containers": [{"name": "c", "image": "i"}] * 3}
    pod = {"metadata": {"labels": {"app": "\u00e9"}, "managedFields": ["x" * 1000]}, "spec": spec}
    body = json.dumps({"metadata": {}, "items": [pod] * 5000}).encode()
    ticks: list[float] = []

    async def tick() -> None:
        while True:
            ticks.append(time.perf_counter())
            await asyncio.sleep(0)

    ticker = asyncio.create_task(tick())
    await asyncio.sleep(0)
    await list_kind(Script(body), PODS, "v1")
    ticker.cancel()
    assert len(ticks) > 3
    pauses = [after - before for before, after in pairwise(ticks)]
    assert max(pauses) < 0.1


async def test_what_repeats_is_shared_and_equal() -> None:
    def pod(name: str) -> dict[str, object]:
        return {
            "metadata": {"name": name, "namespace": "team", "labels": {"app": "web", "tier": "x"}},
            "spec": {"nodeName": "node-1", "containers": [{"name": "c", "image": "web:1"}]},
            "status": {"phase": "Running"},
        }

    body = json.dumps({"metadata": {}, "items": [pod("a"), pod("b")]}).encode()
    listing = await list_kind(Script(body), PODS, "v1")
    a, b = (decoded.object for decoded in listing.objects)
    assert isinstance(a, Pod)
    assert isinstance(b, Pod)
    assert a.metadata.labels is b.metadata.labels
    assert a.spec.containers is b.spec.containers
    assert a.spec.node_name is b.spec.node_name
    assert a.metadata.labels == {"app": "web", "tier": "x"}
    assert (a.metadata.name, b.metadata.name) == ("a", "b")


@pytest.mark.parametrize("kind", BY_TOPIC.values(), ids=lambda kind: kind.topic)
def test_sharing_changes_no_value_of_any_kind(kind: Kind) -> None:
    share = sharer(kind.projection)
    one, other = kind.projection(), kind.projection()
    share(one)
    assert one == other


def test_a_table_is_bounded_and_gives_up_on_values_that_do_not_repeat() -> None:
    table = Table(limit=100)
    for number in range(400):
        assert table.get(number) is None
        table.put(number, number)
        assert len(table) <= 100
    assert table.useful
    for number in range(1000, 1200):
        table.get(number)
        table.put(number, number)
    assert not table.useful
    assert len(table) == 0
