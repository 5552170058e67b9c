"""What is known around a credential: which cluster it opens, who can read the object."""

from __future__ import annotations

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mckconsole.analysis.identity.model import ClusterFacts
from mckconsole.analysis.rbac import RbacIndex, WayKind
from mckconsole.analysis.secrets.case import kept_by, lowered
from mckconsole.analysis.secrets.model import Place
from mckconsole.analysis.secrets.opens import Doors, endpoint
from mckconsole.analysis.secrets.reach import Reaches, readers_of, who_can_read_place
from mckconsole.domain.findings import ObjectRef, Severity
from tests.unit.analysis import build
from tests.unit.analysis.rbac import build as rbac
from tests.unit.analysis.secrets.seen import sighting


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://api.example/", "https://API.example:443", True),
        ("https://api.example./k8s", "https://api.example/k8s/", True),
        ("https://api.example", "http://api.example", False),
        ("https://api.example:6443", "https://api.example", False),
        ("https://[::1]:6443", "https://[::1]:6443/", True),
    ],
)
def test_urls_of_one_server(one: str, other: str, same: bool) -> None:
    assert (endpoint(one) == endpoint(other)) is same


@given(st.text())
def test_whatever_a_credential_names_as_its_server_is_no_error(text: str) -> None:
    endpoint(text)
    doors = Doors.of(build.fleet(build.cluster("a")), {})
    assert doors.opened_by(_place("secrets", server=text, issuer=text)) in ("", "a")


def _place(topic: str, name: str = "db", **facts: str) -> Place:
    kind = {"secrets": "Secret", "configmaps": "ConfigMap", "pods": "Pod"}[topic]
    seen = sighting(facts=tuple(facts.items()))
    return Place("a", topic, ObjectRef("v1", kind, "shop", name), seen)


def test_an_issuer_opens_a_cluster_only_where_one_alone_has_it() -> None:
    fleet = build.fleet(build.cluster("a"), build.cluster("b"), build.cluster("c"))
    common, own = "https://kubernetes.default.svc.cluster.local", "https://oidc.example/c"
    facts = {name: ClusterFacts(name, issuer=common) for name in "ab"}
    doors = Doors.of(fleet, {**facts, "c": ClusterFacts("c", issuer=own)})
    assert doors.opened_by(_place("secrets", issuer=common)) == ""
    assert doors.opened_by(_place("secrets", issuer=own)) == "c"
    assert doors.opened_by(_place("secrets", server="https://b.example:6443")) == "b"


def _index() -> RbacIndex:
    return rbac.index(
        rbac.role("some", rbac.rule("get", "secrets", only="db")),
        rbac.role("all", rbac.rule("list", "secrets configmaps pods")),
        rbac.role("run", rbac.rule("create", "pods")),
        rbac.bind("shop/some", "ClusterRole/some", "ann"),
        rbac.bind("shop/all", "ClusterRole/all", "bob", "sa:shop/app", "group:devs"),
        rbac.bind("shop/run", "ClusterRole/run", "eve"),
    )


@pytest.mark.parametrize(
    ("topic", "name", "words"),
    [
        ("secrets", "db", "2 users, 1 group, 1 service account (Kubernetes RBAC only); "
         "1 more indirectly"),
        ("secrets", "web", "1 user, 1 group, 1 service account (Kubernetes RBAC only); "
         "1 more indirectly"),
        ("configmaps", "db", "1 user, 1 group, 1 service account (Kubernetes RBAC only); "
         "1 more indirectly"),
    ],
)  # fmt: skip
def test_readers_that_are_remembered_are_those_of_the_details(
    topic: str, name: str, words: str
) -> None:
    index, reaches, place = _index(), Reaches(), _place(topic, name)
    found = reaches.of(index, place)
    assert found.words == words
    assert found == readers_of(who_can_read_place(index, place))
    assert reaches.of(index, place) is found
    kinds = {way.kind for way in who_can_read_place(index, place).direct}
    assert kinds <= {WayKind.READ, WayKind.READ_OBJECT}


def test_an_index_goes_with_the_snapshot_that_had_it() -> None:
    index, reaches = _index(), Reaches()
    reaches.of(index, _place("secrets"))
    held = weakref.ref(index)
    del index
    gc.collect()
    assert held() is None


def test_nobody_is_a_word() -> None:
    assert Reaches().of(rbac.index(), _place("secrets")).words == "nobody (Kubernetes RBAC only)"


@given(st.sampled_from(list(Severity)), st.sampled_from(list(Severity)))
def test_less_bad_is_never_worse_and_stops_at_the_floor(one: Severity, floor: Severity) -> None:
    found = lowered(one, floor)
    assert found.rank in (one.rank, one.rank + 1)
    assert found is one or found.at_least(floor)


@pytest.mark.parametrize(
    ("owner", "tool"),
    [("External Secrets db", "External Secrets"), ("Helm db", ""), ("", ""),
     ("Vault", "Vault"), ("my External Secrets", "")],
)  # fmt: skip
def test_who_keeps_an_object(owner: str, tool: str) -> None:
    assert kept_by(owner) == tool
