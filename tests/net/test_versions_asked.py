"""The console never asks for a version that goes: that alone would set the metric which says that
somebody uses it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mckconsole.analysis.versions.removals import (
    deprecated,
    kinds_of,
    removal_of,
    removal_of_resource,
)
from mckconsole.config.model import AuditConfig, Config
from mckconsole.config.support_data import shipped
from mckconsole.demo.objects import ResourceType
from mckconsole.demo.server import EmbeddedCluster
from mckconsole.domain.kinds import BY_TOPIC, KINDS, Kind
from mckconsole.domain.snapshot import ClusterSnapshot
from mckconsole.domain.states import TopicState
from mckconsole.store.live import LiveFleet
from mckconsole.store.reader import ReadPlan, read_fleet
from tests.net.cluster import running
from tests.net.test_live_embedded import until
from tests.net.test_reader import Found

CONFIG = Config(audit=AuditConfig(scan_values=["*"]))
PLAN = ReadPlan(tuple(BY_TOPIC))
_ASKED = re.compile(r"/apis?(?:/(?P<group>[^/]+\.[^/]+|[a-z]+))?/(?P<version>v[0-9][^/]*)"
                    r"(?:/namespaces/[^/]+)?(?:/(?P<plural>[^/]+))?.*")  # fmt: skip
READ = [kind for kind in KINDS if not kind.document]


def going(group: str, kind: str) -> tuple[str, ...]:
    """Versions of a kind that the shipped table has as deprecated or removed."""
    rows = [one for one in shipped().removals if one.group == group and one.version]
    return tuple(
        dict.fromkeys(
            one.version for one in rows
            if deprecated(one) and (not one.kind or kind in kinds_of(one))
        )
    )  # fmt: skip


class Museum(EmbeddedCluster):
    """Serves everything that the console reads in every version that ever was, or only in those
    that go."""

    def __init__(self, *, old_only: bool) -> None:
        super().__init__("east")
        for kind in READ:
            name = kind.projection.kind
            old = going(kind.group, name)
            versions = old if old_only and old else (*old, *kind.versions)
            type_ = ResourceType(kind.group, versions, kind.plural, name)
            known = self.types.get(type_.id)  # with what it can be selected by
            self._register(replace(known, versions=versions) if known else type_)
            if kind.beside:  # it is only read where this group is served
                self._register(ResourceType(kind.beside, ("v1",), "anythings", "Anything"))


def asked(of: EmbeddedCluster) -> set[tuple[str, str, str]]:
    """Group, version and plural of what was asked of it; discovery has no plural."""
    found = [_ASKED.fullmatch(one.path) for one in of.requests]
    return {(one["group"] or "", one["version"], one["plural"]) for one in found
            if one is not None and one["plural"]}  # fmt: skip


def bad(of: EmbeddedCluster) -> list[tuple[str, str, str]]:
    return sorted(one for one in asked(of) if deprecated(removal_of_resource(shipped(), *one)))


async def read(of: EmbeddedCluster) -> ClusterSnapshot:
    async with running(of) as at:
        store = await read_fleet(Found([at]), PLAN, config=CONFIG)
    return store.snapshot().clusters["east"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.topic))
def test_no_topic_names_a_version_that_goes(kind: Kind) -> None:
    for version in kind.versions:
        row = removal_of(shipped(), kind.group, version, kind.projection.kind)
        assert not deprecated(row), version


def test_there_is_something_to_be_tempted_by() -> None:
    tempting = {kind.topic for kind in READ if going(kind.group, kind.projection.kind)}
    assert {"poddisruptionbudgets", "autoscalers", "ingresses", "cronjobs", "endpointslices",
            "mutatingwebhooks", "crd-conversions", "apiserver-leases"} <= tempting  # fmt: skip


async def test_a_full_read_never_lists_one_that_is_served_beside() -> None:
    museum = Museum(old_only=False)
    found = await read(museum)
    assert bad(museum) == []
    lists = {(group, plural) for group, _, plural in asked(museum)}
    assert {(kind.group, kind.plural) for kind in READ} <= lists
    assert all(found.topic(kind.topic).state is TopicState.FRESH for kind in READ)


async def test_what_is_served_in_nothing_else_is_not_read_and_says_so() -> None:
    museum = Museum(old_only=True)
    found = await read(museum)
    assert bad(museum) == []
    view = found.topic("poddisruptionbudgets")
    assert view.state is TopicState.UNSUPPORTED
    assert view.reason == (
        "poddisruptionbudgets.policy is served as v1beta1 only, the console reads v1"
    )
    assert found.topic("pods").state is TopicState.FRESH


async def test_watching_asks_for_the_same() -> None:
    museum = Museum(old_only=False)
    async with running(museum) as at, LiveFleet(Found([at]), PLAN, config=CONFIG) as fleet:
        await until(
            fleet,
            lambda now: all(
                now.clusters["east"].topic(kind.topic).state is TopicState.FRESH for kind in READ
            ),
        )
        watched = {one.path for one in museum.requests if one.verb == "watch"}
    assert watched
    assert bad(museum) == []
