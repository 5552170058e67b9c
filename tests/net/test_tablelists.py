"""Lists and watches of Tables, by script: pages, servers that print none, rows that are odd."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.domain.resources import Query, ResourceKind
from mckconsole.sources.errors import Expired, Forbidden, ProtocolTrouble, SourceError, TooMany
from mckconsole.sources.tablelists import TableReading
from mckconsole.sources.tablerows import Printed
from mckconsole.sources.watch import Bookmark, Changed, Deleted, Unreadable
from tests.net.scripted import Script

KIND = ResourceKind("apps", "v1", "deployments", "Deployment")
SECRETS = ResourceKind("", "v1", "secrets", "Secret")
COLUMNS = ("Name", "Ready")


def row(name: str, ready: object = "1/1", **metadata: object) -> dict[str, Any]:
    held = {"name": name, "namespace": "blue", "uid": f"uid-{name}", **metadata}
    return {"cells": [name, ready], "object": {"kind": "PartialObjectMetadata", "metadata": held}}


def table(*rows: object, token: str = "", columns: tuple[str, ...] | None = COLUMNS) -> bytes:
    defined = None if columns is None else [{"name": one, "type": "string"} for one in columns]
    document = {
        "kind": "Table",
        "metadata": {"resourceVersion": "7", "continue": token},
        "columnDefinitions": defined,
        "rows": list(rows) or None,
    }
    return json.dumps(document, separators=(",", ":")).encode()


def reading(kind: ResourceKind = KIND) -> TableReading:
    return TableReading(kind, Query(kind.name))


async def listed(script: Script, found: TableReading | None = None) -> list[Printed]:
    listing = await (found or reading()).list(script)
    rows = [decoded.object for decoded in listing.objects]
    assert all(isinstance(one, Printed) for one in rows)
    return rows  # type: ignore[return-value]


async def test_pages_are_followed_and_the_next_one_is_asked_for_early() -> None:
    script = Script(table(row("a"), token="t1"), table(row("b"), token="t2"), table(row("c")))
    told: list[tuple[int, int | None]] = []
    listing = await reading().list(script, page_size=1, progress=lambda *far: told.append(far))
    assert [one.object.key[1] for one in listing.objects] == ["a", "b", "c"]
    assert listing.resource_version == "7"
    assert [asked[1].get("continue") for asked in script.asked] == [None, "t1", "t2"]
    assert {asked[0] for asked in script.asked} == {"/apis/apps/v1/deployments"}
    assert told == [(1, None), (2, None), (3, 3)]


async def test_what_is_asked_for() -> None:
    query = Query("deployments.apps", labels="app=web", fields="metadata.name=x")
    script = Script(table())
    await TableReading(KIND, query, "a/b").list(script)
    path, params, accept = script.asked[0]
    assert path == "/apis/apps/v1/namespaces/a%2Fb/deployments"
    assert params == {
        "labelSelector": "app=web",
        "fieldSelector": "metadata.name=x",
        "includeObject": "Metadata",
        "limit": "500",
    }
    assert accept.split(",")[-1] == "application/json"


async def test_secrets_are_never_asked_for_as_plain_json() -> None:
    script = Script(table())
    found = reading(SECRETS)
    await found.list(script)
    for accept in (script.asked[0][2], found.accept):
        assert all("as=Table" in one or "as=Partial" in one for one in accept.split(","))


async def test_a_list_that_expires_on_the_way_is_read_at_once() -> None:
    script = Script(table(row("a"), token="t1"), Expired("too old"), table(row("a"), row("b")))
    assert [one.row.name for one in await listed(script)] == ["a", "b"]
    assert "limit" not in script.asked[-1][1]


@pytest.mark.parametrize("error", [Forbidden("no"), Expired("first page")])
async def test_a_refusal_is_raised(error: SourceError) -> None:
    with pytest.raises(type(error)):
        await listed(Script(error))


async def test_more_rows_than_are_held_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mckconsole.sources.tablelists.MAX_ROWS", 2)
    script = Script(table(row("a"), row("b"), token="t1"), table(row("c"), token="t2"), table())
    with pytest.raises(TooMany, match=r"more than 2 deployments.apps .*label"):
        await listed(script)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"kind":"Table","rows":3}', b"<html>"])
async def test_what_is_no_list_is_said(body: bytes) -> None:
    with pytest.raises(ProtocolTrouble):
        await listed(Script(body))


async def test_an_odd_row_costs_itself_alone() -> None:
    odd = [{"cells": 3}, {"object": {"metadata": {"name": 7}}}, "x", row(""), {"cells": []}]
    listing = await reading().list(Script(table(row("a"), *odd, row("b"))))
    assert [one.object.key[1] for one in listing.objects] == ["a", "b"]
    assert listing.undecodable == len(odd)


async def test_a_page_that_is_not_quite_json_is_read() -> None:
    body = table(row("a"), row("b", "x")).replace(b'"x"', b'"\xff\x00"')
    rows = await listed(Script(body))
    assert rows[1].row.cells == ("b", "\ufffd‹00›")


def whole(*items: object) -> bytes:
    meta = {"resourceVersion": "7"}
    return json.dumps({"kind": "List", "metadata": meta, "items": items}).encode()


async def test_a_server_that_prints_no_tables_tells_names_and_ages_and_no_value() -> None:
    item = {
        "metadata": {"name": "a", "namespace": "blue", "creationTimestamp": "2026-01-01T00:00:00Z"},
        "data": {"password": "hunter2hunter2"},
    }
    found = reading(SECRETS)
    rows = await listed(Script(whole(item)), found)
    assert [column.name for column in found.columns] == ["Name", "Age"]
    assert rows[0].row.cells == ("a", "2026-01-01T00:00:00Z")
    assert "hunter2" not in repr(rows)
    event = b'{"type":"MODIFIED","object":%s}' % json.dumps(item).encode()
    changed = await found.events().next(event)
    assert isinstance(changed, Changed)
    assert "hunter2" not in repr(changed)


def line(kind: str, document: bytes) -> bytes:
    return b'{"type":"%s","object":%s}' % (kind.encode(), document)


async def test_events() -> None:
    found = reading()
    await found.list(Script(table()))
    events = found.events()
    first = await events.next(line("ADDED", table(row("a", resourceVersion="9"))))
    assert isinstance(first, Changed)
    assert first.decoded.object.metadata.resource_version == "9"
    assert first.decoded.object.row.cells == ("a", "1/1")
    gone = await events.next(line("DELETED", table(row("a"), columns=None)))
    assert isinstance(gone, Deleted)
    assert gone.decoded.object.key == ("blue", "a")
    assert await events.next(line("BOOKMARK", table(columns=None))) == Bookmark("7")
    for odd in (table(columns=None), table(row(""), columns=None), b"3", b'{"kind":"Table"}'):
        assert isinstance(await events.next(line("ADDED", odd)), Unreadable)


@pytest.mark.parametrize("kind", ["ADDED", "BOOKMARK"])
async def test_other_columns_need_another_list(kind: str) -> None:
    found = reading()
    await found.list(Script(table()))
    with pytest.raises(Expired, match="columns"):
        await found.events().next(line(kind, table(row("a"), columns=("Name", "Colour"))))
