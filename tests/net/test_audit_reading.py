"""The audit's reading end to end: an embedded cluster, our client, the store."""

from __future__ import annotations

import base64
import gc
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mckconsole.config.model import AuditConfig, Config
from mckconsole.demo.access import Rule, User
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.access import Answer
from mckconsole.domain.credentials import Secret
from mckconsole.domain.snapshot import NOT_READ, ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.sources.access_log import LogSource
from mckconsole.sources.endpoint import ClusterEndpoint, TLSSettings
from mckconsole.sources.tables import TABLE
from mckconsole.store.checkup import Scope, examine
from mckconsole.store.contact import connecting
from mckconsole.store.fleet import FleetStore
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.net.cluster import running
from tests.net.held import reachable
from tests.net.loopback import Authority
from tests.net.test_live_embedded import until
from tests.net.test_reader import Found

TOPICS = ("namespaces", "secrets", "configmaps")
METADATA = Config()
VALUES = Config(audit=AuditConfig(scan_values=["*"]))
CANARY = "k4nar-" + "y" * 12
TOKEN = "ghp_" + "0" * 30  # the rest of a GitHub token is its checksum


def manifest(kind: str, name: str, namespace: str = "shop", **content: Any) -> dict[str, Any]:
    metadata = {"name": name} if kind == "Namespace" else {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}


def cluster() -> EmbeddedCluster:
    """Two namespaces with a Secret each, and a ConfigMap; `ada` may read the Secrets of one."""
    made = EmbeddedCluster("east")
    for name in ("shop", "infra"):
        made.create(manifest("Namespace", name))
        text = base64.b64encode(f"{CANARY} {TOKEN}2PhCVw".encode()).decode()
        made.create(manifest("Secret", f"{name}-db", name, type="Opaque", data={"key": text}))
    made.create(manifest("ConfigMap", "settings", data={"key": CANARY}))
    made.access.tokens["reader"] = User("ada", ("system:authenticated",))
    made.access.rules.append(Rule(("ada",), resources=("namespaces",)))
    made.access.rules.append(Rule(("ada",), resources=("secrets",), namespaces=("shop",)))
    return made


async def read(at: ClusterEndpoint, config: Config = METADATA) -> FleetStore:
    return await read_fleet(Found([at]), ReadPlan(TOPICS), config=config)


def secrets(found: ClusterSnapshot) -> dict[str, Secret]:
    return {name: one for (_, name), one in found.objects("secrets", Secret).items()}


async def test_by_default_metadata_is_all_that_is_asked_for() -> None:
    east = cluster()
    async with running(east) as at:
        store = await read(at)
    found = store.snapshot().clusters["east"]
    assert found.topic("secrets").state is TopicState.FRESH
    assert not found.topic("secrets").values
    assert [(one.type, one.count) for one in secrets(found).values()] == [("Opaque", 1)] * 2
    assert found.topic("configmaps").withheld
    asked = [one for one in east.requests if "/secrets" in one.path or "/configmaps" in one.path]
    assert {(one.path, one.accept) for one in asked} == {("/api/v1/secrets", TABLE)}
    assert not list(_holding(store))


async def test_with_values_no_value_is_held_afterwards() -> None:
    async with running(cluster()) as at:
        store = await read(at, VALUES)
    found = store.snapshot().clusters["east"]
    assert found.topic("secrets").values
    assert found.topic("configmaps").values
    assert {name: one.keys for name, one in secrets(found).items()} == {
        "shop-db": ("key",),
        "infra-db": ("key",),
    }
    assert found.topic("configmaps").state is TopicState.FRESH
    gc.collect()
    assert "shop-db" in reachable(store)
    assert not list(_holding(store))


async def test_what_is_forbidden_in_some_namespaces_is_named_by_reader_and_doctor() -> None:
    async with running(cluster(), token="reader") as at:
        found = (await read(at)).snapshot().clusters["east"]
        scope = Scope(TOPICS, 10.0, connecting(Config()))
        checkup = await examine(at, scope)
    view = found.topic("secrets")
    assert view.state is TopicState.FRESH
    assert not view.conclusive
    assert set(secrets(found)) == {"shop-db"}
    assert ("infra", NOT_READ) in view.faults
    assert "forbidden" in view.faults["infra", NOT_READ][0].lower()
    answers = {one.topic: (one.answer, one.reason) for one in checkup.topics}
    assert answers["secrets"][0] is Answer.NO
    assert answers["secrets"][1].startswith("only in 1 of ")
    assert answers["secrets"][1].endswith("namespaces: shop")
    assert "configmaps" not in answers
    assert checkup.healthy


async def test_a_live_fleet_reads_the_same_and_the_logs_beside_it(tmp_path: Path) -> None:
    log = tmp_path / "audit.log"
    event = {
        "auditID": "1",
        "verb": "list",
        "user": {"username": "jane"},
        "objectRef": {"resource": "secrets"},
        "responseStatus": {"code": 200},
    }
    log.write_text(json.dumps(event) + "\n")
    async with running(cluster(), token="reader") as at:
        logs = [LogSource(log, "audit", "east")]
        async with LiveFleet(Found([at]), ReadPlan(TOPICS), config=VALUES, logs=logs) as fleet:
            await until(fleet, lambda now: now.clusters["east"].topic("secrets").state.readable)
            await until(fleet, lambda now: bool(now.access.files))
            found = fleet.store.snapshot()
    assert set(secrets(found.clusters["east"])) == {"shop-db"}
    assert found.clusters["east"].topic("secrets").values
    assert [(one.user, one.verb, one.count) for one in found.access.accesses] == [
        ("jane", "list", 1)
    ]


@pytest.mark.parametrize("live", [False, True])
async def test_the_connection_shows_its_certificates(live: bool, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    server = authority.server_context("127.0.0.1")
    tls = TLSSettings(ca_data=authority.pem)
    east = cluster()
    async with running(east, server_tls=server, tls=tls) as at:
        if live:
            async with LiveFleet(Found([at]), ReadPlan(("namespaces",)), config=VALUES) as fleet:
                await until(fleet, lambda now: bool(now.clusters["east"].handshake.server))
                shown = fleet.store.snapshot().clusters["east"].handshake
        else:
            store = await read_fleet(Found([at]), ReadPlan(("namespaces",)), config=VALUES)
            shown = store.snapshot().clusters["east"].handshake
    assert shown.server[0].path == "handshake[0]"
    assert shown.server[0].names
    assert [one.authority for one in shown.authorities] == [True]
    assert shown.client == ()
    assert (shown.verified, shown.name) == (True, "127.0.0.1")
    assert shown.at is not None
    assert {one.path for one in east.requests} <= {
        *("/api", "/apis", "/version", "/api/v1", "/readyz", "/api/v1/namespaces")
    }


def _holding(root: object) -> Iterator[object]:
    """What of everything that hangs on `root` holds a value."""
    coded = base64.b64encode(CANARY.encode()).rstrip(b"=")[:-2]
    for one in reachable(root):
        if isinstance(one, bytes | bytearray) and (coded in one or CANARY.encode() in one):
            yield one
        if isinstance(one, str) and (coded.decode() in one or CANARY in one):
            yield one
