"""Conformance cases: watches, and what happens when things go away (these come last)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing

from tests.net.conformance import (
    ADMIN,
    CONFIGMAPS,
    NAMESPACE,
    PARTIAL,
    TABLE,
    WIDGETS,
    Target,
    case,
    configmap,
    wait_until,
    widget,
)

# --- watches -----------------------------------------------------------------------------------


@case
async def watch_from_a_list(target: Target) -> None:
    listing = await target.get(CONFIGMAPS)
    seed = target.seeder
    await seed.create(configmap("watched"))
    await seed.update(configmap("watched", tier="db"))
    await seed.update(configmap("watched", tier="db"))  # nothing changes: no event
    await seed.delete("configmaps", "watched", NAMESPACE)
    events = await target.events(CONFIGMAPS, 3, resourceVersion=listing.version)
    assert [event["type"] for event in events] == ["ADDED", "MODIFIED", "DELETED"]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions)), "a deletion has a version of its own"
    assert versions[0] > int(listing.version)
    custom = await target.get(WIDGETS)
    await seed.create(widget("watched"))
    await seed.update(widget("watched", 2))
    await seed.update_status({**widget("watched", 2), "status": {"ready": True}})
    await seed.delete("widgets.conformance.example.org", "watched", NAMESPACE)
    events = await target.events(WIDGETS, 4, resourceVersion=custom.version)
    generations = [event["object"]["metadata"]["generation"] for event in events]
    assert generations == [1, 2, 2, 2]


@case
async def watch_live(target: Target) -> None:
    """Events that happen while the stream is open."""
    version = (await target.get(CONFIGMAPS)).version
    async with aclosing(target.watch(CONFIGMAPS, resourceVersion=version)) as stream:
        pending = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        assert not pending.done()
        await target.seeder.create(configmap("live"))
        async with asyncio.timeout(5):
            event = await pending
    assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "live")
    await target.seeder.delete("configmaps", "live", NAMESPACE)


@case
async def watch_with_selectors(target: Target) -> None:
    version = (await target.get(CONFIGMAPS)).version
    seed = target.seeder
    await seed.create(configmap("moving", tier="db"))
    await seed.update(configmap("moving", tier="web"))  # leaves the selector
    await seed.update(configmap("moving", tier="db"))  # comes back
    await seed.update(configmap("moving", tier="db", extra="1"))
    await seed.delete("configmaps", "moving", NAMESPACE)
    events = await target.events(CONFIGMAPS, 5, resourceVersion=version, labelSelector="tier=db")
    types = [event["type"] for event in events]
    assert types == ["ADDED", "DELETED", "ADDED", "MODIFIED", "DELETED"]
    assert events[1]["object"]["metadata"]["labels"] == {"tier": "db"}, "as it was before"
    named = await target.events(
        CONFIGMAPS, 5, resourceVersion=version, fieldSelector="metadata.name=moving"
    )
    assert [event["type"] for event in named] == ["ADDED", *["MODIFIED"] * 3, "DELETED"]


@case
async def watch_initial_state(target: Target) -> None:
    for query in ({}, {"resourceVersion": "0"}):
        events = await target.events(CONFIGMAPS, 5, **query)
        assert [event["type"] for event in events] == ["ADDED"] * 5
    initial = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
    for path, count in ((CONFIGMAPS, 6), (WIDGETS, 4)):
        events = await target.events(path, count, allowWatchBookmarks="true", **initial)
        bookmark = events[-1]
        assert bookmark["type"] == "BOOKMARK"
        annotations = bookmark["object"]["metadata"]["annotations"]
        assert annotations == {"k8s.io/initial-events-end": "true"}
    for path in ("pods", "nodes", "services", "namespaces"):
        where = f"/api/v1/{path}"
        async with aclosing(target.watch(where, allowWatchBookmarks="true", **initial)) as stream:
            async for event in stream:
                if event["type"] == "BOOKMARK":
                    target.note(f"bookmark of {path}", event)
                    break


@case
async def watch_tables(target: Target) -> None:
    """A Table with one row for each event; the first one defines the columns, bookmarks too."""
    initial = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"}
    for path, count in ((CONFIGMAPS, 6), (WIDGETS, 4)):
        for include in ("Metadata", "Object"):
            events = await target.events(
                path,
                count,
                TABLE,
                allowWatchBookmarks="true",
                includeObject=include,
                **initial,
            )
            tables = [event["object"] for event in events]
            assert [len(table["rows"]) for table in tables] == [1] * count
            defined = [bool(table["columnDefinitions"]) for table in tables]
            assert defined == [True, *[False] * (count - 1)]
    listing = await target.get(CONFIGMAPS)
    await target.seeder.create(configmap("printed"))
    await target.seeder.delete("configmaps", "printed", NAMESPACE)
    events = await target.events(CONFIGMAPS, 2, TABLE, resourceVersion=listing.version)
    assert [event["type"] for event in events] == ["ADDED", "DELETED"]
    for event in events:
        (row,) = event["object"]["rows"]
        versions = {
            one["resourceVersion"]
            for one in (row["object"]["metadata"], event["object"]["metadata"])
        }
        assert len(versions) == 1, "of the deletion, too"


@case
async def watch_refusals(target: Target) -> None:
    refused: Sequence[tuple[int, dict[str, str]]] = (
        (422, {"sendInitialEvents": "true"}),
        (422, {"resourceVersion": "120", "resourceVersionMatch": "NotOlderThan"}),
        (500, {"resourceVersion": "x"}),
        (400, {"labelSelector": "a=b=c"}),
    )
    for status, query in refused:
        assert (await target.get(CONFIGMAPS, query, watch="true")).status == status, query


@case
async def watch_representations(target: Target) -> None:
    for accept in (PARTIAL, f"{TABLE},application/json"):
        headers = {"Authorization": f"Bearer {ADMIN}", "Accept": accept}
        params = {"watch": "1", "timeoutSeconds": "5", "labelSelector": "parity=odd"}
        async with target.session.get(
            target.base_url + CONFIGMAPS, params=params, headers=headers
        ) as response:
            lines = [json.loads(await response.content.readline()) for _ in range(2)]
        target.note(f"watch as {accept}", lines)


@case
async def watch_ends(target: Target) -> None:
    """At timeoutSeconds the server ends a watch, quietly."""
    version = (await target.get(CONFIGMAPS)).version
    async with asyncio.timeout(5):
        stream = target.watch(CONFIGMAPS, resourceVersion=version, timeoutSeconds=1)
        assert [event async for event in stream] == []


@case
async def watch_bookmarks(target: Target) -> None:
    """A watch that selects nothing gets bookmarks with the version that others have reached."""
    version = (await target.get(CONFIGMAPS)).version
    query: dict[str, str | int] = {"timeoutSeconds": 8, "allowWatchBookmarks": "true"}
    async with aclosing(target.watch(CONFIGMAPS, resourceVersion=version, **query)) as stream:
        pending = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.1)
        await target.seeder.create(configmap("elsewhere", "default"))
        event = await pending
    target.note("bookmark", event)
    assert event["type"] == "BOOKMARK"
    assert int(event["object"]["metadata"]["resourceVersion"]) > int(version)
    await target.seeder.delete("configmaps", "elsewhere", "default")


# --- things that go away, last -----------------------------------------------------------------


@case
async def definition_deleted(target: Target) -> None:
    version = (await target.get(WIDGETS)).version
    async with aclosing(target.watch(WIDGETS, resourceVersion=version)) as stream:
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.2)
        await target.seeder.delete(
            "customresourcedefinitions.apiextensions.k8s.io", "widgets.conformance.example.org"
        )
        async with asyncio.timeout(10):
            types = [(await first)["type"]]
            types += [event["type"] async for event in stream]
    assert types.count("DELETED") == 3

    async def gone() -> bool:
        return (await target.get(WIDGETS, note=False)).status == 404

    await wait_until(gone)
    await target.get(WIDGETS)
    await target.get("/apis/conformance.example.org/v1")


@case
async def expired(target: Target) -> None:
    first = await target.get(CONFIGMAPS, limit=2)
    version, token = first.version, first.json["metadata"]["continue"]
    for index in range(3):
        await target.seeder.update(configmap("cm0", round=str(index)))
    await target.seeder.forget_history()
    page = await target.get(CONFIGMAPS, limit=2, **{"continue": token})
    assert page.status == 410
    assert page.json["reason"] == "Expired"
    rest = await target.get(CONFIGMAPS, limit=2, **{"continue": page.json["metadata"]["continue"]})
    assert rest.names == ["cm2", "cm3"]
    assert rest.version != version
    last = await target.get(CONFIGMAPS, limit=2, **{"continue": rest.json["metadata"]["continue"]})
    assert last.version == rest.version
    exact = await target.get(CONFIGMAPS, resourceVersion=version, resourceVersionMatch="Exact")
    assert exact.status == 410
    events = await target.events(CONFIGMAPS, 2, resourceVersion=version)
    assert [event["type"] for event in events] == ["ERROR"], (
        "HTTP 200, then the error, then the end"
    )
    assert events[0]["object"]["code"] == 410
    assert events[0]["object"]["reason"] == "Expired"
