"""The embedded server prints objects as a real kube-apiserver prints the very same ones."""

from __future__ import annotations

import json
import re
import ssl
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from mckconsole.demo.builtin_types import BUILTINS
from mckconsole.demo.objects import KubeObject, ResourceType
from mckconsole.demo.tables import table
from mckconsole.demo.watchlog import Stored
from tests.real import apiserver, everykind, everypod
from tests.real.seeding import Seeder

pytestmark = pytest.mark.real
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_AGE = re.compile(r"\d+[smhdy](\d+[smhd])?")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apiserver.ApiServer]:
    with apiserver.running(tmp_path_factory.mktemp("printing")) as found:
        seeder = Seeder(found)
        for one in (*everykind.OBJECTS, *everypod.PODS):
            seeder.write(one)
        yield found


def get(server: apiserver.ApiServer, path: str, accept: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {apiserver.ADMIN}", "Accept": accept}
    request = urllib.request.Request(server.url + path, headers=headers)
    context = ssl.create_default_context(cafile=str(server.ca_file))
    with urllib.request.urlopen(request, timeout=10, context=context) as response:
        return json.load(response)


def stored(one: KubeObject) -> Stored:
    meta = one["metadata"]
    body = {key: value for key, value in one.items() if key not in ("apiVersion", "kind")}
    return Stored((meta.get("namespace", ""), meta["name"]), 1, {}, json.dumps(body).encode())


def columns(found: KubeObject) -> list[tuple[str, str, str, int]]:
    return [
        (one["name"], one["type"], one["format"], one["priority"])
        for one in found["columnDefinitions"]
    ]


def cells(found: KubeObject) -> list[list[tuple[str, object]]]:
    """Every cell with its type; ages, of which a second may lie between two requests, as one."""
    return [
        [
            (type(cell).__name__, _AGE.sub("<age>", cell) if isinstance(cell, str) else cell)
            for cell in row["cells"]
        ]
        for row in found["rows"] or ()
    ]


@pytest.mark.parametrize("type_", BUILTINS, ids=lambda type_: str(type_.id))
def test_a_kind_is_printed_alike(server: apiserver.ApiServer, type_: ResourceType) -> None:
    version = type_.versions[0]
    path = f"/apis/{type_.group}/{version}" if type_.group else f"/api/{version}"
    items = get(server, f"{path}/{type_.plural}")["items"] or []
    theirs = get(server, f"{path}/{type_.plural}", TABLE)
    ours = table(type_, version, [stored(one) for one in items], "None", time.time())
    assert columns(ours) == columns(theirs)
    assert cells(ours) == cells(theirs)
