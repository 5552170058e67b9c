"""One suite of request sequences for every Kubernetes API server, ours and the real one.

Each case talks to a `Target`, asserts what the console relies on, and notes what it saw. Run on
the embedded server alone the assertions count; run on both, the notes of the two servers must be
the same after `normal` has taken out what differs between any two servers (uids, times, resource
versions, tokens). So the embedded server cannot drift from the real one unnoticed.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import aiohttp

JSON: TypeAlias = Any
KubeObject: TypeAlias = dict[str, Any]
ADMIN, LIMITED = "admin-token", "limited-token"
"""Tokens of a cluster administrator and of a user in the group `auditors` without rights."""
NAMESPACE = "conformance"
CONFIGMAPS = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
WIDGETS = f"/apis/conformance.example.org/v1/namespaces/{NAMESPACE}/widgets"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
PARTIAL_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
JWKS = "application/jwk-set+json"
DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class Seeder(Protocol):
    """How a server's content is changed: a Python API here, HTTP there."""

    async def create(self, obj: KubeObject) -> KubeObject: ...
    async def update(self, obj: KubeObject) -> KubeObject: ...
    async def update_status(self, obj: KubeObject) -> KubeObject: ...
    async def delete(self, resource: str, name: str, namespace: str = "") -> None: ...
    async def grant(self, group: str, resource: str, namespace: str) -> None:
        """Let the group get, list and watch a core resource in one namespace."""

    async def forget_history(self) -> None:
        """Compact, so that every older resource version is gone."""


@dataclass
class Reply:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> JSON:
        return json.loads(self.text)

    @property
    def message(self) -> str:
        return str(self.json["message"])

    @property
    def names(self) -> list[str]:
        return [item["metadata"]["name"] for item in self.json["items"]]

    @property
    def version(self) -> str:
        return str(self.json["metadata"]["resourceVersion"])


@dataclass
class Target:
    """A server under test, and the notes of what it said."""

    base_url: str
    session: aiohttp.ClientSession
    seeder: Seeder
    notes: list[tuple[str, JSON]] = field(default_factory=list)

    def note(self, what: str, seen: JSON) -> None:
        """Something that must be the same on every server."""
        self.notes.append((what, normal(seen)))

    async def get(
        self,
        path: str,
        query: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        token: str = ADMIN,
        method: str = "GET",
        body: JSON = None,
        headers: Mapping[str, str] | None = None,
        note: bool = True,
        **more: str | int,
    ) -> Reply:
        """One request; noted unless told otherwise."""
        sent = {"Accept": accept, **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        params = {**(query or {}), **{key: str(value) for key, value in more.items()}}
        url = self.base_url + path
        async with self.session.request(
            method, url, params=params, headers=sent, json=body
        ) as response:
            reply = Reply(response.status, response.headers, await response.text())
        if note:
            self.note(f"{method} {path} {sorted(params)} {accept}", described(reply))
        return reply

    async def watch(
        self, path: str, accept: str = "", /, **query: str | int
    ) -> AsyncGenerator[JSON, None]:
        """Events of a watch until it ends."""
        params = {"watch": "1", "timeoutSeconds": 10} | query
        async with self.session.get(
            self.base_url + path,
            params={key: str(value) for key, value in params.items()},
            headers={"Authorization": f"Bearer {ADMIN}", **({"Accept": accept} if accept else {})},
        ) as response:
            assert response.status == 200, await response.text()
            async for line in response.content:
                yield json.loads(line)

    async def events(
        self, path: str, count: int, accept: str = "", /, **query: str | int
    ) -> list[JSON]:
        """The first events of a watch, noted."""
        found: list[JSON] = []
        async with aclosing(self.watch(path, accept, **query)) as stream:
            async for event in stream:
                found.append(event)
                if len(found) == count:
                    break
        self.note(f"watch {path}", found)
        return found


def described(reply: Reply) -> JSON:
    """What of an answer must not differ."""
    kind = reply.headers.get("Content-Type", "")
    body: JSON = reply.text
    if kind.startswith("application/json") and reply.text:
        body = reply.json
    return {
        "status": reply.status,
        "type": kind,
        "warning": reply.headers.get("Warning"),
        "retry": reply.headers.get("Retry-After"),
        "body": body,
    }


_VOLATILE = {
    "uid": "<uid>",
    "resourceVersion": "<version>",
    "creationTimestamp": "<time>",
    "managedFields": None,
    "description": None,
    "storageVersionHash": None,
}
_EXPECTED_NUMBER = re.compile(r"\d{2,}|\b\d+(?=s\b)")


def normal(value: JSON, key: str = "") -> JSON:
    """Replace what differs between two servers that do the same."""
    if key in _VOLATILE:
        return _VOLATILE[key]
    if key == "continue":
        return "<token>" if value else ""
    if isinstance(value, dict):
        found = {name: normal(item, name) for name, item in value.items()}
        return {name: item for name, item in found.items() if item is not None}
    if isinstance(value, list):
        return [normal(item, "cell" if key == "cells" else "") for item in value]
    if key == "message" and isinstance(value, str):
        # "json parse error" and "continue key is not valid" quote a decoder's own words.
        value = re.sub(r"((parse error|is not valid): ).*", r"\1<decoder>", value, flags=re.DOTALL)
        return _EXPECTED_NUMBER.sub("<n>", value)
    if key == "cell" and isinstance(value, str):
        return re.sub(r"^\d+[smh]$", "<age>", value)
    return value


Case: TypeAlias = Callable[[Target], Awaitable[None]]
CASES: list[Case] = []


def case(function: Case) -> Case:
    """Register a case; they run in order, on the same server."""
    CASES.append(function)
    return function


def configmap(name: str, namespace: str = NAMESPACE, **labels: str) -> KubeObject:
    """A small object."""
    metadata: KubeObject = {"name": name, "namespace": namespace}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"k": "v"}}


def widget(name: str, size: int = 1) -> KubeObject:
    """A custom resource."""
    return {
        "apiVersion": "conformance.example.org/v1",
        "kind": "Widget",
        "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"size": size},
    }


def crd() -> KubeObject:
    """Its definition: three versions, two of them deprecated."""
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}

    def version(name: str, **extra: JSON) -> KubeObject:
        served = {"name": name, "served": True, "storage": name == "v1", "schema": schema}
        return {**served, "subresources": {"status": {}}, **extra}

    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.conformance.example.org"},
        "spec": {
            "group": "conformance.example.org",
            "scope": "Namespaced",
            "names": {
                "plural": "widgets",
                "singular": "widget",
                "kind": "Widget",
                "listKind": "WidgetList",
                "shortNames": ["wd"],
            },
            "versions": [
                version("v1alpha1", deprecated=True, deprecationWarning="v1alpha1 goes away"),
                version("v1", additionalPrinterColumns=[_SIZE]),
                version("v1beta1", deprecated=True),
            ],
        },
    }


_SIZE = {"name": "Size", "type": "integer", "jsonPath": ".spec.size"}


async def wait_until(condition: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    """Poll: a real server takes a moment to serve a definition or to see a role."""
    deadline = time.monotonic() + seconds
    while not await condition():
        assert time.monotonic() < deadline, "the server took too long"
        await asyncio.sleep(0.1)


async def prepare(target: Target) -> None:
    """What all cases stand on."""
    seed = target.seeder
    await seed.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    for index in range(5):
        await seed.create(configmap(f"cm{index}", parity="even" if index % 2 == 0 else "odd"))
    await seed.create(crd())

    async def served() -> bool:
        listing = await target.get(WIDGETS, note=False)
        return listing.status == 200

    await wait_until(served)
    for index in range(3):
        await seed.create(widget(f"w{index}", index))
