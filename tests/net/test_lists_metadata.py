"""Lists of Secrets without their values: as a Table, and one namespace after the other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mckconsole.domain.credentials import Secret
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.sources.api import METADATA_LIST
from mckconsole.sources.errors import Forbidden, SourceError
from mckconsole.sources.lists import list_kind
from mckconsole.sources.tables import TABLE
from tests.net.scripted import Script, body, names

SECRETS = BY_TOPIC["secrets"]
PODS = BY_TOPIC["pods"]
CANARY = "c4nary-" + "of-this-test"


def table(*rows: tuple[str, Any, Any], columns: tuple[str, ...] = ("Name", "Type", "Data", "Age")) -> bytes:  # fmt: skip  # noqa: E501
    return json.dumps(
        {
            "kind": "Table",
            "apiVersion": "meta.k8s.io/v1",
            "metadata": {"resourceVersion": "9"},
            "columnDefinitions": [{"name": name, "type": "string"} for name in columns],
            "rows": [
                {
                    "cells": [name, type_, count, "5d"],
                    "object": {
                        "kind": "PartialObjectMetadata",
                        "metadata": {
                            "name": name,
                            "namespace": "shop",
                            "annotations": {
                                "kubectl.kubernetes.io/last-applied-configuration": CANARY
                            },
                        },
                    },
                }
                for name, type_, count in rows
            ],
        }
    ).encode()


class TestMetadata:
    async def test_a_table_says_type_and_number_of_keys(self) -> None:
        client = Script(table(("a", "Opaque", 3), ("b", "kubernetes.io/tls\x1b", 0)))
        listing = await list_kind(client, SECRETS, "v1")
        found = [one.object for one in listing.objects if isinstance(one.object, Secret)]
        assert [(one.type, one.count) for one in found] == [
            ("Opaque", 3),
            ("kubernetes.io/tls‹1B›", 0),
        ]
        assert [one.metadata.last_applied for one in found] == [True, True]
        assert listing.resource_version == "9"
        assert CANARY not in repr(listing)
        (asked,) = client.asked
        assert asked == (
            "/api/v1/secrets",
            {"limit": "500", "includeObject": "Metadata"},
            TABLE,
        )
        accepted = TABLE.split(",")
        assert accepted[1] == METADATA_LIST
        assert all(";as=" in one for one in accepted)

    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            (table(("a", "Opaque", 3), columns=("Name", "Data", "Type", "Age")), ("", -1)),
            (table(("a", "Opaque", 3), columns=("Name",)), ("", -1)),
            (table(("a", None, "many")), ("", -1)),
            (table(("a", "Opaque", -7)), ("Opaque", -1)),
            (table(("a", "Opaque", 2)).replace(b'"Age"', b'"\xff"'), ("Opaque", 2)),
            (table(("a", "Opaque", 2)).replace(b'"Age"', b"7"), ("", -1)),
            (body({"metadata": {"name": "a"}}), ("", -1)),
        ],
    )
    async def test_other_answers_say_what_they_can(
        self, page: bytes, expected: tuple[str, int]
    ) -> None:
        (one,) = (await list_kind(Script(page), SECRETS, "v1")).objects
        assert isinstance(one.object, Secret)
        assert (one.object.type, one.object.count) == expected

    async def test_a_row_without_an_object_is_one_that_could_not_be_read(self) -> None:
        page = json.loads(table(("a", "Opaque", 1), ("b", "Opaque", 1)))
        page["rows"][0]["object"] = None
        listing = await list_kind(Script(json.dumps(page).encode()), SECRETS, "v1")
        assert (names(listing), listing.undecodable, listing.seen) == (["b"], 1, 2)

    @pytest.mark.parametrize(
        ("odd", "by", "kept", "fault"),
        [
            (
                b'"cells": ["a"',
                b'"cells": null, "x": ["a"',
                ["a", "b"],
                "cells: unexpected content",
            ),
            (b'"cells": ["a"', b'"cells": 7, "x": ["a"', ["a", "b"], "cells: unexpected content"),
            (b'"a", "Opaque", 1', b'"a", {"x": 1}, 1', ["a", "b"], "cells[Type]: no text"),
            (b'"a", "Opaque", 1', b'"a", "Opaque", "1"', ["a", "b"], "cells[Data]: no number"),
            (b'"a", "Opaque", 1', b'"a", "\xff\xfe", 1', ["a", "b"], ""),
            (b'{"cells": ["a"', b'7, {"cells": ["a"', ["a", "b"], None),
            (b'{"cells": ["a"', b'null, {"cells": ["a"', ["a", "b"], None),
            (b'"a", "Opaque", 1', b'"a", "Opaque", NaN', ["b"], None),
            (b'"a", "Opaque", 1', b'"a", "Opaque", %b' % (b"[" * 9000 + b"]" * 9000), ["b"], None),
            (b'"name": "a"', b'"name": "a", "x": %b' % (b"[" * 9000 + b"]" * 9000), ["b"], None),
        ],
    )
    async def test_an_odd_row_costs_no_other(
        self, odd: bytes, by: bytes, kept: list[str], fault: str | None
    ) -> None:
        """Fault "": none; None: a row that could not be read at all."""
        page = table(("a", "Opaque", 1), ("b", "Opaque", 1))
        assert odd in page
        listing = await list_kind(Script(page.replace(odd, by, 1)), SECRETS, "v1")
        assert names(listing) == kept
        assert listing.resource_version == "9"
        assert listing.undecodable == (fault is None)
        assert listing.objects[0].faults == ((fault,) if fault else ())
        last = listing.objects[-1].object
        assert isinstance(last, Secret)
        assert (last.type, last.count) == ("Opaque", 1)

    @pytest.mark.parametrize("page", [b'{"rows": 7}', b'{"rows": [', b'["rows"]', b'{"rows": {}}'])
    async def test_what_is_no_table_and_no_list_is_trouble(self, page: bytes) -> None:
        with pytest.raises(SourceError):
            await list_kind(Script(page), SECRETS, "v1")


NAMESPACES = [{"metadata": {"name": name}} for name in ("shop", "ci", "infra")]


class TestByNamespace:
    async def test_what_may_be_read_is_and_the_rest_is_named(self) -> None:
        client = Script(
            Forbidden("all"),
            body(*NAMESPACES),
            table(("a", "Opaque", 1)),
            Forbidden("no infra"),
            table(("b", "Opaque", 1), ("c", "Opaque", 1)),
        )
        told: list[tuple[int, int | None]] = []
        listing = await list_kind(client, SECRETS, "v1", progress=lambda *one: told.append(one))
        assert names(listing) == ["a", "b", "c"]
        assert listing.unread == {"infra": "no infra"}
        assert [path for path, _, _ in client.asked] == [
            "/api/v1/secrets",
            "/api/v1/namespaces",
            "/api/v1/namespaces/ci/secrets",
            "/api/v1/namespaces/infra/secrets",
            "/api/v1/namespaces/shop/secrets",
        ]
        assert client.asked[1][2] == METADATA_LIST
        assert {accept for _, _, accept in client.asked[2:]} == {TABLE}
        assert told == [(3, 3)]

    async def test_without_the_namespaces_the_contexts_own_is_tried(self) -> None:
        client = Script(Forbidden("all"), Forbidden("no list"), table(("a", "Opaque", 1)))
        listing = await list_kind(client, SECRETS, "v1", home="ci")
        assert names(listing) == ["a"]
        assert listing.unread == {"": "namespaces other than ci are not known: no list"}

    async def test_a_namespace_that_cannot_be_decoded_is_not_forgotten(self) -> None:
        spaces = body(*NAMESPACES[:1]).replace(b'"items":[', b'"items":[7,')
        client = Script(Forbidden("all"), spaces, table(("a", "Opaque", 1)))
        listing = await list_kind(client, SECRETS, "v1")
        assert names(listing) == ["a"]
        assert listing.unread == {"": "1 namespace could not be decoded"}

    @pytest.mark.parametrize(
        "refusals",
        [
            [Forbidden("no list"), Forbidden("default")],
            [body(*NAMESPACES), *[Forbidden("one")] * 3],
        ],
    )
    async def test_where_none_may_be_read_the_kind_is_forbidden(
        self, refusals: list[bytes | SourceError]
    ) -> None:
        with pytest.raises(Forbidden, match="all"):
            await list_kind(Script(Forbidden("all"), *refusals), SECRETS, "v1")

    async def test_other_kinds_are_forbidden_as_they_were(self) -> None:
        with pytest.raises(Forbidden):
            await list_kind(Script(Forbidden("all")), PODS, "v1")
