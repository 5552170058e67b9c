"""Who can read a Secret, with the cases that other tools get wrong."""

from __future__ import annotations

import pytest

from mckconsole.analysis.rbac import Need, Reach, WayKind, who_can_read_secret
from mckconsole.domain.rbac import GROUP
from tests.unit.analysis.rbac.build import DEFAULTS, Doc, bind, index, role, rule


def asked(*docs: Doc) -> Reach:
    return who_can_read_secret(index(*docs), "shop", "db")


def direct(*rules: Doc) -> set[str]:
    """The verbs by which somebody with these rules comes to the Secret at once."""
    held = asked(role("r", *rules), bind("shop/b", "ClusterRole/r", "alice"))
    return {verb for way in held.direct for grant in way.grants for verb in grant.verbs}


@pytest.mark.parametrize(
    ("given_rule", "expected"),
    [
        (rule("get", "secrets"), {"get"}),
        (rule("list watch", "secrets"), {"list", "watch"}),
        (rule("*", "secrets"), {"get", "list", "watch", "patch", "deletecollection"}),
        (rule("get", "*"), {"get"}),
        (rule("get", "secrets", "*"), {"get"}),
        (rule("get", "secrets", "apps"), set()),
        (rule("get", "secrets/status"), set()),
        (rule("create update delete", "secrets"), set()),
        # the answer to an empty patch shows it, as does a dry run of deletion
        (rule("patch", "secrets"), {"patch"}),
        (rule("deletecollection", "secrets"), {"deletecollection"}),
        (rule("deletecollection", "secrets", only="db"), set()),
    ],
)
def test_what_shows_a_secret(given_rule: Doc, expected: set[str]) -> None:
    assert direct(given_rule) == expected


def test_prowler_looks_for_the_singular_and_so_finds_only_stars() -> None:
    """Its `rbac_minimize_secret_access` searches the resource `secret`."""
    assert direct(rule("list", "secrets")) == {"list"}
    assert direct(rule("list", "secret")) == set()


def test_prowler_judges_roles_by_the_last_cluster_role() -> None:
    """Its loop over Roles evaluates the variable left over from the loop before."""
    held = asked(
        role("shop/harmless", rule("get", "configmaps")),
        role("shop/reader", rule("get", "secrets")),
        role("zz-last", rule("get list", "secrets")),
        bind("shop/a", "Role/harmless", "alice"),
        bind("shop/b", "Role/reader", "bob"),
    )
    assert [str(one) for one in held.subjects(WayKind.READ)] == ["User bob"]


def test_rbac_police_takes_resource_names_for_safe() -> None:
    for verb in ("get", "list", "watch"):
        assert direct(rule(verb, "secrets", only="db")) == {verb}
        assert direct(rule(verb, "secrets", only="other")) == set()


def test_ksv041_flags_roles_that_nobody_has() -> None:
    assert asked(role("reader", rule("*", "secrets"))) == Reach()


def test_ksv041_misses_what_names_no_secrets() -> None:
    assert direct(rule("*", "*", "*")) >= {"get", "list", "watch"}


def test_kubectl_who_can_leaves_out_the_group_behind_certificates() -> None:
    """Its issue 86: bindings of system:masters; told here, and told apart as Kubernetes' own."""
    held = asked(
        role("cluster-admin", rule("*", "*", "*")),
        bind("cluster-admin", "ClusterRole/cluster-admin", "group:system:masters", labels=DEFAULTS),
    )
    assert not held.subjects(WayKind.READ)
    (masters,) = held.subjects(WayKind.READ, builtin=True)
    assert masters.opaque


def test_kubectl_who_can_asks_one_verb_and_one_binding_scope_at_a_time() -> None:
    docs = (
        role("reader", rule("get", "secrets")),
        role("lister", rule("list", "secrets")),
        bind("everywhere", "ClusterRole/lister", "carol"),
        bind("shop/here", "ClusterRole/reader", "dave"),
        bind("bank/there", "ClusterRole/reader", "erin"),
    )
    readers = [str(one) for one in asked(*docs).subjects(WayKind.READ)]
    assert readers == ["User carol", "User dave"]
    assert not index(*docs).who_can(Need.of("get", "secrets"), "")


def test_groups_of_service_accounts_are_named_not_unfolded() -> None:
    held = asked(
        role("r", rule("get", "secrets")),
        bind("b", "ClusterRole/r", "group:system:serviceaccounts", "group:system:authenticated"),
    )
    found = [str(one) for one in held.subjects(WayKind.READ)]
    assert found == ["Group system:authenticated", "Group system:serviceaccounts"]


INDIRECT = [
    (rule("create", "pods"), WayKind.RUN),
    (rule("patch", "statefulsets", "apps"), WayKind.ALTER),
    (rule("create", "pods/exec"), WayKind.EXEC),
    (rule("update", "pods/ephemeralcontainers"), WayKind.EXEC),
    (rule("escalate update", "roles", GROUP), WayKind.ESCALATE),
    (rule("create", "externalsecrets pushsecrets", "external-secrets.io"), WayKind.OPERATOR),
    (rule("patch", "secretstores", "external-secrets.io"), WayKind.OPERATOR),
    (rule("create", "secretproviderclasses", "secrets-store.csi.x-k8s.io"), WayKind.OPERATOR),
    (rule("get list", "externalsecrets", "external-secrets.io"), None),
    (rule("create", "serviceaccounts/token"), None),  # no ServiceAccount can read it
    (rule("impersonate", "serviceaccounts"), None),
    (rule("get", "configmaps"), None),
]


@pytest.mark.parametrize(("given_rule", "expected"), INDIRECT)
def test_the_second_ring(given_rule: Doc, expected: WayKind | None) -> None:
    held = asked(role("r", given_rule), bind("shop/b", "ClusterRole/r", "alice"))
    assert not held.direct
    assert [way.kind for way in held.indirect] == ([expected] if expected else [])


@pytest.mark.parametrize(
    "given_rule",
    [
        rule("get", "nodes/proxy"),
        rule("create", "validatingwebhookconfigurations", "admissionregistration.k8s.io"),
        rule("create", "clustersecretstores", "external-secrets.io"),
    ],
)
def test_what_is_in_no_namespace_takes_a_cluster_role_binding(given_rule: Doc) -> None:
    assert asked(role("r", given_rule), bind("b", "ClusterRole/r", "alice")).indirect
    assert not asked(role("r", given_rule), bind("shop/b", "ClusterRole/r", "alice")).indirect


READER = (
    role("reader", rule("get", "secrets")),
    bind("operator", "ClusterRole/reader", "sa:tools/operator"),
)
TOKEN_SECRET = [rule("create", "secrets"), rule("get", "secrets", only="mine")]


@pytest.mark.parametrize(
    ("rules", "place", "expected"),
    [
        ([rule("create", "serviceaccounts/token")], "tools", WayKind.TOKEN),
        ([rule("create", "serviceaccounts/token", only="operator")], "tools", WayKind.TOKEN),
        ([rule("create", "serviceaccounts/token", only="other")], "tools", None),
        ([rule("create", "serviceaccounts/token")], "bank", None),
        ([rule("impersonate", "serviceaccounts")], "tools", WayKind.IMPERSONATE),
        ([rule("impersonate", "serviceaccounts", only="other")], "tools", None),
        ([rule("create", "cronjobs", "batch")], "tools", WayKind.RUN),
        ([rule("create", "cronjobs", "batch")], "bank", None),
        ([rule("create", "pods/exec")], "tools", WayKind.EXEC),
        (TOKEN_SECRET, "tools", WayKind.TOKEN_SECRET),
        (TOKEN_SECRET[:1], "tools", None),
        (TOKEN_SECRET, "bank", None),
    ],
)
def test_becoming_a_service_account_that_can_read_it(
    rules: list[Doc], place: str, expected: WayKind | None
) -> None:
    held = asked(*READER, role("r", *rules), bind(f"{place}/b", "ClusterRole/r", "alice"))
    assert [str(one) for one in held.subjects(WayKind.READ)] == ["ServiceAccount tools/operator"]
    assert [way.kind for way in held.indirect] == ([expected] if expected else [])
    for way in held.indirect:
        assert [str(one) for one in way.through] == ["ServiceAccount tools/operator"]


def test_both_halves_must_be_in_one_namespace() -> None:
    create, fetch = TOKEN_SECRET
    docs = (
        *READER,
        bind("aux", "ClusterRole/reader", "sa:aux/operator"),
        role("create", create),
        role("fetch", fetch),
        bind("tools/create", "ClusterRole/create", "alice"),
    )
    apart = asked(*docs, bind("aux/fetch", "ClusterRole/fetch", "alice", "group:devs"))
    assert not apart.grants(WayKind.TOKEN_SECRET)
    for place in ("tools/fetch", "fetch"):
        together = asked(*docs, bind(place, "ClusterRole/fetch", "alice"))
        assert [str(one) for one in together.subjects(WayKind.TOKEN_SECRET)] == ["User alice"]


def test_any_account_of_a_namespace_whose_group_can_read_it() -> None:
    held = asked(
        role("reader", rule("get", "secrets")),
        bind("shop/r", "ClusterRole/reader", "group:system:serviceaccounts:tools"),
        role("mint", rule("create", "serviceaccounts/token", only="whoever")),
        bind("tools/b", "ClusterRole/mint", "alice"),
    )
    assert [str(one) for one in held.subjects(WayKind.TOKEN)] == ["User alice"]


@pytest.mark.parametrize(
    ("verb", "place", "expected"),
    [("get", "shop", True), ("get", "bank", False), ("delete", "shop", False)],
)
def test_constrained_impersonation_takes_both_halves(verb: str, place: str, expected: bool) -> None:
    held = asked(
        *READER,
        role("pose", rule("impersonate:serviceaccount", "serviceaccounts",
                          "authentication.k8s.io", only="operator")),
        bind("tools/pose", "ClusterRole/pose", "alice"),
        role("as", rule(f"impersonate-on:serviceaccount:{verb}", "secrets")),
        bind(f"{place}/as", "ClusterRole/as", "alice"),
    )  # fmt: skip
    assert bool(held.grants(WayKind.IMPERSONATE)) is expected


def test_view_reads_no_secrets_edit_and_admin_do() -> None:
    """The default roles, as the controller manager of Kubernetes 1.36 fills them, in part."""
    write = "create delete deletecollection patch update"
    view = [rule("get list watch", "configmaps pods serviceaccounts services")]
    edit = [
        *view,
        rule("get list watch", "pods/attach pods/exec pods/proxy secrets services/proxy"),
        rule("impersonate", "serviceaccounts"),
        rule(write, "pods pods/attach pods/exec pods/portforward pods/proxy"),
        rule(write, "secrets serviceaccounts"),
        rule("create", "serviceaccounts/token"),
    ]
    assert direct(*view) == set()
    assert direct(*edit) == {"get", "list", "watch", "patch", "deletecollection"}
