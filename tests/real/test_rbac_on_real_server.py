"""Who can do what, against a real API server: its own reviews, and what it really shows."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from mckconsole.analysis.rbac import Need, RbacIndex, WayKind, who_can_read_secret
from mckconsole.analysis.rbac.components import CONTROLLERS
from mckconsole.analysis.rbac.model import parse_resource
from mckconsole.analysis.rbac.subjects import applies, groups_of, user_name
from mckconsole.domain.rbac import GROUP
from tests.real.apiserver import ADMIN, LIMITED, ApiServer, running
from tests.unit.analysis.rbac.build import Doc, bind, index, role, rule

pytestmark = pytest.mark.real

_JSON = "application/json"
_PLURALS = {
    "ClusterRole": "clusterroles",
    "Role": "roles",
    "ClusterRoleBinding": "clusterrolebindings",
    "RoleBinding": "rolebindings",
}


class Api:
    """Requests to one server, as its administrator or in another's name."""

    def __init__(self, server: ApiServer) -> None:
        self._url = server.url
        self._context = ssl._create_unverified_context()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        user: str = "",
        content: str = _JSON,
        token: str = ADMIN,
    ) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": content}
        if user:
            headers["Impersonate-User"] = user
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self._url + path, data=data, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=10, context=self._context) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    def create(self, path: str, body: object) -> None:
        status, answer = self.ask("POST", path, body)
        assert status == 201, answer

    def rbac(self) -> list[Doc]:
        found = []
        for kind, plural in _PLURALS.items():
            _, listing = self.ask("GET", f"/apis/{GROUP}/v1/{plural}")
            found += [{**one, "kind": kind} for one in listing["items"]]
        return found

    def allowed(
        self, user: str, groups: Iterable[str], need: tuple[str, str, str], place: str
    ) -> bool:
        """What the server itself says, by a SubjectAccessReview."""
        verb, resource, name = need
        group, path = parse_resource(resource)
        plural, _, subresource = path.partition("/")
        attributes = {
            "namespace": place,
            "verb": verb,
            "group": group,
            "resource": plural,
            "subresource": subresource,
            "name": name,
        }
        spec = {"user": user, "groups": list(groups), "resourceAttributes": attributes}
        review = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
        status, answer = self.ask("POST", review, {"spec": spec})
        assert status == 201, answer
        return bool(answer["status"]["allowed"])


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Generator[Api, None, None]:
    """A server with two namespaces, a Secret and the roles and bindings of `DOCS`."""
    directory: Path = tmp_path_factory.mktemp("apiserver")
    with running(directory) as server:
        held = Api(server)
        for name in ("shop", "bank"):
            held.create("/api/v1/namespaces", {"metadata": {"name": name}})
        secret = {"metadata": {"name": "db"}, "stringData": {"password": "swordfish"}}
        held.create("/api/v1/namespaces/shop/secrets", secret)
        for doc in DOCS:
            namespace = doc["metadata"].get("namespace", "")
            place = f"namespaces/{namespace}/" if namespace else ""
            held.create(f"/apis/{GROUP}/v1/{place}{_PLURALS[doc['kind']]}", doc)
        until = time.monotonic() + 10
        while not held.allowed("last", (), ("get", "nodes", ""), ""):
            assert time.monotonic() < until, "the server does not see the last binding"
        yield held


DOCS = (
    role("all", rule("*", "*", "*")),
    role("stars", rule("create", "*/exec */token *"), rule("ge*", "configmaps")),
    role("subs", rule("create", "pods/* pods/exec serviceaccounts/token")),
    role("named", rule("get list create patch", "secrets", only="db"),
         rule("create", "serviceaccounts/token", only="robot")),
    role("scale", rule("update", "*/scale", "apps")),
    role("shop/local", rule("get list", "secrets"), rule("patch", "serviceaccounts")),
    role("patcher", rule("patch", "secrets")),
    role("purger", rule("deletecollection", "secrets")),
    role("purger-of-one", rule("deletecollection", "secrets", only="db")),
    role("updater", rule("update delete create", "secrets")),
    role("nodes", rule("get", "nodes")),
    role("pose", rule("impersonate:serviceaccount", "serviceaccounts", "authentication.k8s.io"),
         rule("impersonate-on:serviceaccount:get", "secrets")),
    bind("all", "ClusterRole/all", "root", "group:ops"),
    bind("stars", "ClusterRole/stars", "star"),
    bind("shop/subs", "ClusterRole/subs", "sub", "sa:robot"),
    bind("shop/named", "ClusterRole/named", "named", "sa:bank/robot"),
    bind("scale", "ClusterRole/scale", "group:system:serviceaccounts:bank"),
    bind("shop/local", "Role/local", "group:devs", "system:serviceaccount:bank:other"),
    bind("bank/local", "Role/local", "dangling"),
    bind("gone", "ClusterRole/gone", "dangling"),
    bind("everyone", "ClusterRole/nodes", "group:system:authenticated"),
    bind("shop/patcher", "ClusterRole/patcher", "patcher"),
    bind("shop/purger", "ClusterRole/purger", "purger"),
    bind("shop/purger-of-one", "ClusterRole/purger-of-one", "purger-of-one"),
    bind("shop/updater", "ClusterRole/updater", "updater"),
    bind("shop/viewer", "ClusterRole/system:aggregate-to-view", "viewer"),
    bind("shop/editor", "ClusterRole/system:aggregate-to-edit", "editor"),
    bind("pose", "ClusterRole/pose", "limited"),
    bind("last", "ClusterRole/nodes", "last"),
)  # fmt: skip
PEOPLE = ("root", "star", "sub", "named", "dangling", "nobody", "patcher", "viewer", "editor")
ASKERS = [
    *((name, ("system:authenticated",)) for name in PEOPLE),
    ("dev", ("devs", "system:authenticated")),
    ("op", ("ops",)),
    *((user_name(place, name), groups_of(place)) for place in ("shop", "bank")
      for name in ("robot", "other")),
    ("system:anonymous", ("system:unauthenticated",)),
]  # fmt: skip
NEEDS = [
    ("get", "secrets", ""),
    ("get", "secrets", "db"),
    ("get", "secrets", "other"),
    ("list", "secrets", ""),
    ("list", "secrets", "db"),
    ("create", "secrets", ""),
    ("patch", "secrets", "db"),
    ("deletecollection", "secrets", ""),
    ("create", "serviceaccounts/token", "robot"),
    ("create", "serviceaccounts/token", "other"),
    ("patch", "serviceaccounts", "robot"),
    ("create", "pods", ""),
    ("create", "pods/exec", "web-0"),
    ("create", "pods/attach", "web-0"),
    ("create", "deployments.apps", ""),
    ("update", "deployments.apps/scale", "web"),
    ("update", "deployments.apps", "web"),
    ("get", "configmaps", ""),
    ("impersonate", "serviceaccounts", "robot"),
    ("get", "nodes", "n1"),
    ("create", "nodes/proxy", "n1"),
]


@pytest.fixture(scope="module")
def held(api: Api) -> RbacIndex:
    return index(*api.rbac())


def test_it_says_what_the_server_says(api: Api, held: RbacIndex) -> None:
    wrong, yes = [], 0
    for verb, resource, name in NEEDS:
        for place in ("shop", "bank", ""):
            found = held.who_can(Need.of(verb, resource, name=name), place)
            for user, groups in ASKERS:
                expected = api.allowed(user, groups, (verb, resource, name), place)
                yes += expected
                if any(applies(grant.subject, user, groups) for grant in found) is not expected:
                    wrong.append((user, verb, resource, name, place, expected))
    assert not wrong
    assert yes > 100


def shown(answer: tuple[int, Any]) -> bool:
    """Whether an answer holds the Secret's content."""
    return "c3dvcmRmaXNo" in json.dumps(answer[1])


def test_what_shows_a_secret_really_does(api: Api, held: RbacIndex) -> None:
    secrets = "/api/v1/namespaces/shop/secrets"
    dry, db = "dryRun=All", "fieldSelector=metadata.name%3Ddb"
    merge = "application/merge-patch+json"
    tries = {
        "dev": api.ask("GET", secrets, user="system:serviceaccount:bank:other"),
        "named": api.ask("GET", f"{secrets}?{db}", user="named"),
        "patcher": api.ask("PATCH", f"{secrets}/db", {}, user="patcher", content=merge),
        "purger": api.ask("DELETE", f"{secrets}?{dry}", user="purger"),
    }
    assert {who for who, answer in tries.items() if shown(answer)} == set(tries)
    silent = [
        api.ask("PUT", f"{secrets}/db?{dry}", {"metadata": {"name": "db"}}, user="updater"),
        api.ask("DELETE", f"{secrets}/db?{dry}", user="updater"),
        api.ask("GET", secrets, user="named"),
        api.ask("DELETE", f"{secrets}?{dry}&{db}", user="purger-of-one"),
        api.ask("GET", f"{secrets}/db", user="viewer"),
    ]
    assert not any(map(shown, silent))
    reach = who_can_read_secret(held, "shop", "db")
    told = {one.name for one in reach.subjects(WayKind.READ, WayKind.ANSWER)}
    assert told >= {"named", "patcher", "purger", "devs", "other", "editor"}
    assert told.isdisjoint({"updater", "purger-of-one", "viewer", "dangling", "star", "sub"})


def test_a_named_creation_takes_server_side_apply(api: Api, held: RbacIndex) -> None:
    """Then the object's name is in the address, and `patch` of that name is needed as well: so
    whoever can do it is told by that."""
    secrets = "/api/v1/namespaces/shop/secrets"
    body = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}}
    assert api.ask("POST", f"{secrets}?dryRun=All", body, user="named")[0] == 403
    apply = "application/apply-patch+yaml"
    path = f"{secrets}/db?fieldManager=test&force=true&dryRun=All"
    assert api.ask("PATCH", path, body, user="named", content=apply)[0] == 200
    assert not _users(held, Need.of("create", "secrets", name="db")) & {"named"}
    assert _users(held, Need.of("patch", "secrets", name="db")) >= {"named", "patcher"}


def test_constrained_impersonation_reads_it(api: Api, held: RbacIndex) -> None:
    posing = who_can_read_secret(held, "shop", "db").subjects(WayKind.IMPERSONATE)
    assert "limited" in {one.name for one in posing}
    _, version = api.ask("GET", "/version")
    if int(version["minor"].rstrip("+")) < 36:
        pytest.skip("constrained impersonation is on from Kubernetes 1.36 on")
    secret, other = "/api/v1/namespaces/shop/secrets/db", "system:serviceaccount:bank:other"
    assert shown(api.ask("GET", secret, user=other, token=LIMITED))
    assert not shown(api.ask("GET", secret, token=LIMITED))
    assert not shown(api.ask("GET", "/api/v1/namespaces/shop/secrets", user=other, token=LIMITED))


def _users(held: RbacIndex, need: Need) -> set[str]:
    return {grant.subject.name for grant in held.who_can(need, "shop")}


def test_a_fresh_cluster_belongs_to_kubernetes_itself(api: Api) -> None:
    mine = {(doc["kind"], doc["metadata"]["name"]) for doc in DOCS}
    fresh = [doc for doc in api.rbac() if (doc["kind"], doc["metadata"]["name"]) not in mine]
    reach = who_can_read_secret(index(*fresh), "shop", "db")
    assert not reach.subjects()
    assert len(reach.subjects(builtin=True)) > 3
    accounts = {
        one["name"]
        for doc in fresh
        for one in doc.get("subjects", [])
        if one["kind"] == "ServiceAccount"
    }
    assert accounts <= CONTROLLERS
