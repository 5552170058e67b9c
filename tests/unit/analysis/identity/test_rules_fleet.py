"""What clusters share: WI21 and WI22 by identity, WI23 principals, WI42 issuers and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from mckconsole.analysis.identity.environments import Environment, environment_of
from mckconsole.analysis.identity.formats import parse_external, parse_mail, parse_role
from mckconsole.analysis.identity.model import (
    Account,
    AccountKey,
    Binding,
    BindingState,
    Cloud,
    ClusterFacts,
    Effective,
    Identity,
    IdentityPolicy,
    IdentityUse,
    Mechanism,
    Trace,
)
from mckconsole.analysis.identity.pools import NamedPools, shared_pools
from mckconsole.analysis.identity.rules_fleet_identity import judge_identity
from mckconsole.analysis.identity.rules_fleet_issuer import check_issuers
from mckconsole.analysis.identity.rules_fleet_sameness import check_pools, check_principal
from mckconsole.domain.external import GoogleCredentials
from mckconsole.domain.findings import Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.pods import TokenSource
from tests.unit.analysis.identity.accounts import (
    AWS,
    GKE,
    MAIL,
    NOW,
    ROLE,
    account,
    case,
    workload,
)

SHOP = parse_role(ROLE).identity
POOL = "prod-shop-1.svc.id.goog"
PUBLIC = "https://oidc.example.com/west"
DEFAULT = "https://kubernetes.default.svc.cluster.local"


def held(cluster: str, name: str = "shop", notes: Mapping[str, str] = AWS) -> Account:
    """The service account `prod/NAME` of a cluster."""
    made = case(account(name, notes=notes)).account
    return structs.replace(made, key=AccountKey(cluster, "prod", name))


def bound(
    one: Account,
    cloud: Cloud = Cloud.GCP,
    state: BindingState = BindingState.PRINCIPAL_ONLY,
    variable: str = "GOOGLE_CLOUD_PROJECT",
) -> Binding:
    """A workload that runs as an account, with a variable."""
    container = {"name": "app", "env": [{"name": variable, "value": "p-1"}]}
    pod = {"spec": {"serviceAccountName": "shop", "containers": [container]}}
    made = workload(one.key.name, cluster=one.key.cluster, pod=pod)
    return Binding(made, one, cloud, Mechanism.GKE_DIRECT, state, None)


def facts(*names: str, **more: Any) -> dict[str, ClusterFacts]:
    """Clusters that were read, each with a uid of its own."""
    return {
        name: ClusterFacts(name, f"ctx-{name}", True, **{"uid": f"uid-{name}", **more})
        for name in names
    }


def policy(**groups: str) -> IdentityPolicy:
    return IdentityPolicy(groups={name: frozenset(text.split()) for name, text in groups.items()})


def shared(
    accounts: Iterable[Account],
    known: Mapping[str, ClusterFacts],
    wanted: IdentityPolicy | None = None,
    identity: Identity | None = SHOP,
) -> list[Finding]:
    """What is said of an identity that these accounts declare."""
    assert identity is not None
    by_key = {one.key: one for one in accounts}
    use = IdentityUse(identity, tuple(sorted(by_key)), ())
    return list(judge_identity(use, known, wanted or IdentityPolicy(), NOW, by_key))


GROUPS = [
    ("prod", Environment.PRODUCTION),
    ("eu-production", Environment.PRODUCTION),
    ("PRD", Environment.PRODUCTION),
    ("dev", Environment.OTHER),
    ("non-prod", Environment.OTHER),
    ("pre_prod", Environment.OTHER),
    ("nonprod", Environment.OTHER),
    ("us staging", Environment.OTHER),
    ("eu", None),
    ("prod dev", None),
    ("product-a", None),
    ("devices", None),
    ("", None),
]


@pytest.mark.parametrize(("groups", "wanted"), GROUPS)
def test_environments_of_groups(groups: str, wanted: Environment | None) -> None:
    assert environment_of(groups.split()) is wanted


@given(st.lists(st.text(max_size=20), max_size=4))
def test_any_groups_have_an_environment_or_none(groups: list[str]) -> None:
    assert environment_of(groups) in (None, *Environment)
    assert environment_of(reversed(groups)) is environment_of(groups)


@pytest.mark.parametrize(("count", "limit", "told"), [(3, 3, False), (4, 3, True), (2, 1, True)])
def test_many_accounts_are_one_identity(count: int, limit: int, told: bool) -> None:
    accounts = [held("west", f"app-{number}") for number in range(count)]
    found = shared(accounts, facts("west"), IdentityPolicy(shared_limit=limit))
    assert [one.rule for one in found] == (["WI21"] if told else [])
    for one in found:
        assert one.severity is Severity.MEDIUM
        assert one.title == f"{count} service accounts share role shop"
        named = {seen.object.name for seen in one.evidence if seen.object}
        assert named == {f"app-{number}" for number in range(count)}


SPREAD = [
    ({"west": "shop", "east": "shop"}, {}, Severity.INFO),
    ({"west": "shop", "east": "mail"}, {}, Severity.MEDIUM),
    ({"west": "shop", "east": "shop"}, {"west": "prod", "east": "prod eu"}, Severity.INFO),
    ({"west": "shop", "east": "shop"}, {"west": "prod", "east": "dev"}, Severity.HIGH),
    ({"west": "shop", "east": "shop"}, {"west": "dev", "east": "staging"}, Severity.INFO),
    ({"west": "shop", "east": "shop"}, {"west": "prod"}, Severity.INFO),
]


@pytest.mark.parametrize(("names", "groups", "severity"), SPREAD)
def test_an_identity_in_several_clusters(
    names: dict[str, str], groups: dict[str, str], severity: Severity
) -> None:
    accounts = [held(cluster, name) for cluster, name in names.items()]
    (found,) = shared(accounts, facts(*names), policy(**groups))
    assert (found.rule, found.severity) == ("WI22", severity)
    assert (found.cluster, found.peers) == ("east", ("west",))
    assert {one.cluster for one in found.evidence} == {"west", "east"}
    for cluster in names:
        assert any(
            one.cluster == cluster and one.value == ROLE and "role-arn" in one.path
            for one in found.evidence
        )
    assert ("groups of the configuration" in {one.path for one in found.evidence}) is (
        severity is Severity.HIGH
    )


def test_two_contexts_of_one_cluster_share_nothing() -> None:
    accounts = [held("west"), held("west-admin")]
    assert shared(accounts, facts("west", "west-admin", uid="one")) == []


def test_a_principal_of_a_pool_is_no_shared_identity() -> None:
    principal = Identity(Cloud.GCP, POOL, "prod-shop-1", "ns/prod/sa/shop")
    assert shared([held("west"), held("east")], facts("west", "east"), identity=principal) == []
    mail = parse_mail(MAIL).identity
    gke = [held("west", notes=GKE), held("east", notes=GKE)]
    assert [one.rule for one in shared(gke, facts("west", "east"), identity=mail)] == ["WI22"]


def test_what_is_set_by_hand_counts() -> None:
    one, other = held("west", notes={}), held("east", notes={})
    bindings = tuple(bound(each, Cloud.AWS, BindingState.UNDECLARED) for each in (one, other))
    assert SHOP is not None
    (found,) = judge_identity(
        IdentityUse(SHOP, (), bindings), facts("west", "east"), IdentityPolicy(), NOW
    )
    assert found.rule == "WI22"
    assert {each.cluster for each in found.evidence} == {"west", "east"}


def fleet(
    known: Mapping[str, ClusterFacts],
    accounts: Iterable[Account] = (),
    bindings: Iterable[Binding] = (),
    wanted: IdentityPolicy | None = None,
) -> tuple[tuple[Finding, ...], tuple[Unknown, ...]]:
    accounts, bindings, policy = list(accounts), list(bindings), wanted or IdentityPolicy()
    said_to = NamedPools()
    said_to.change((), bindings)
    pools = shared_pools(known, said_to)
    said: list[Finding | Unknown | None] = [*check_pools(known, pools)]
    for pool, names in pools.items():
        for who in {one.key[1:] for one in accounts}:
            held = [one for one in accounts if one.key[1:] == who and one.key.cluster in names]
            keys = {one.key for one in held}
            theirs = [one for one in bindings if one.account.key in keys]
            named = said_to.witnesses(pool)
            said.append(check_principal(pool, held, theirs, known, policy, NOW, named))
    said += check_issuers(known, {one.key: one for one in accounts}, policy, NOW)
    findings = [one for one in said if isinstance(one, Finding)]
    return tuple(findings), tuple(one for one in said if isinstance(one, Unknown))


WEST, EAST = held("west", notes={}), held("east", notes={})
SAMENESS: list[tuple[str, list[Account], list[Binding], dict[str, str], Severity | None]] = [
    ("nobody uses Google", [WEST, EAST], [], {}, None),
    ("one uses it", [WEST, EAST], [bound(WEST)], {}, Severity.HIGH),
    ("both use it", [WEST, EAST], [bound(WEST), bound(EAST)], {}, Severity.MEDIUM),
    ("both, apart", [WEST, EAST], [bound(WEST), bound(EAST)], {"west": "prod", "east": "dev"},
     Severity.HIGH),
    ("declared", [held("west", notes=GKE), EAST], [], {}, Severity.HIGH),
    ("hinted", [WEST, EAST], [bound(WEST, state=BindingState.NODE_FALLBACK)], {}, Severity.HIGH),
    ("no sign of use", [WEST, EAST], [bound(WEST, variable="PORT")], {}, None),
    ("a static key", [WEST, EAST], [bound(WEST, state=BindingState.STATIC_KEY)], {}, None),
    ("another cloud", [WEST, EAST], [bound(WEST, Cloud.AWS)], {}, None),
    ("no twin", [WEST, held("east", "mail", {})], [bound(WEST)], {}, None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "accounts", "bindings", "groups", "severity"), SAMENESS, ids=[s[0] for s in SAMENESS]
)
def test_one_principal_in_several_clusters(
    name: str,
    accounts: list[Account],
    bindings: list[Binding],
    groups: dict[str, str],
    severity: Severity | None,
) -> None:
    known = facts("west", "east", pool=POOL)
    findings, unknowns = fleet(known, accounts, bindings, policy(**groups))
    assert [one.severity for one in findings] == ([severity] if severity else [])
    assert unknowns == ()
    for one in findings:
        assert one.rule == "WI23"
        assert {seen.cluster for seen in one.evidence} == {"west", "east"}
        assert set(one.peers) | {one.cluster} == {"west", "east"}
    apart = {**facts("west", pool=POOL), **facts("east", pool="dev-shop-1.svc.id.goog")}
    assert fleet(apart, accounts, bindings) == ((), ())
    one_cluster = facts("west", "east", pool=POOL, uid="same")
    assert fleet(one_cluster, accounts, bindings) == ((), ())


FLEET = f"identitynamespace:{POOL}:https://gkehub.googleapis.com/projects/prod-shop-1/east"
DIRECT = GoogleCredentials("external_account", FLEET)
IMPERSONATING = GoogleCredentials(
    "external_account",
    FLEET,
    service_account_impersonation_url=(
        f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{MAIL}:generateAccessToken"
    ),
)
OTHER_FLEET = GoogleCredentials("external_account", FLEET.replace("prod-shop-1", "prod-shop-2"))
OWN_POOL = GoogleCredentials(
    "external_account",
    "//iam.googleapis.com/projects/12/locations/global/workloadIdentityPools/east/providers/east",
)


def member(
    one: Account,
    google: GoogleCredentials = DIRECT,
    audience: str = POOL,
    state: BindingState = BindingState.UNDECLARED,
) -> Binding:
    """A workload with a credential configuration, for a token of that audience."""
    who = parse_external(google, one.key.namespace, one.key.name).identity
    pod = ObjectRef("v1", "Pod", one.key.namespace, f"{one.key.name}-1")
    traces = (
        Trace(pod, "spec.containers[name=app].env[name=ADC].value", "/etc/google.json"),
        Trace(pod, "spec.volumes[name=t].projected.sources[0].serviceAccountToken.audience",
              audience),
    )  # fmt: skip
    mechanism = Mechanism.GCP_FEDERATION
    effect = Effective("app", "app", mechanism, Cloud.GCP, who, "", traces, TokenSource(audience))
    made = workload(one.key.name, cluster=one.key.cluster)
    return Binding(made, one, Cloud.GCP, mechanism, state, who, effective=(effect,))


USING = bound(WEST, state=BindingState.NODE_FALLBACK)
MAILER = held("east", "mail", {})
PROVIDER = f"https:{OWN_POOL.audience}"
MEMBERS: list[tuple[str, list[Account], list[Binding], Severity | None]] = [
    ("both are", [WEST, EAST], [USING, member(EAST)], Severity.MEDIUM),
    ("by its token alone", [WEST, EAST], [USING, member(EAST, OWN_POOL)], Severity.MEDIUM),
    ("impersonating", [WEST, EAST], [USING, member(EAST, IMPERSONATING)], Severity.MEDIUM),
    ("by its configuration alone", [WEST, EAST], [USING, member(EAST, audience="")],
     Severity.MEDIUM),
    ("merely on GKE", [WEST, EAST], [member(EAST)], Severity.HIGH),
    ("another of the cluster", [WEST, EAST, MAILER], [USING, member(MAILER)], Severity.HIGH),
    ("nobody uses it as both", [WEST, EAST, MAILER], [member(MAILER)], None),
    ("another fleet", [WEST, EAST], [USING, member(EAST, OTHER_FLEET, "prod-shop-2.svc.id.goog")],
     None),
    ("a pool of its own", [WEST, EAST], [USING, member(EAST, OWN_POOL, PROVIDER)], None),
    ("a static key", [WEST, EAST], [USING, bound(EAST, state=BindingState.STATIC_KEY)], None),
    ("another name", [WEST, MAILER], [USING, member(MAILER)], None),
    ("another namespace",
     [WEST, structs.replace(EAST, key=AccountKey("east", "dev", "shop"))], [USING, member(EAST)],
     None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "accounts", "bindings", "severity"), MEMBERS, ids=[one[0] for one in MEMBERS]
)
def test_members_of_a_fleet_are_in_its_pool(
    name: str, accounts: list[Account], bindings: list[Binding], severity: Severity | None
) -> None:
    known = {**facts("west", pool=POOL), **facts("east")}
    findings, unknowns = fleet(known, accounts, bindings)
    assert [(one.rule, one.severity) for one in findings] == (
        [("WI23", severity)] if severity else []
    )
    assert unknowns == ()
    for one in findings:
        assert {one.cluster, *one.peers} == {"west", "east"}
        assert "its fleet (east by what pods say)" in one.detail
        seen = {(item.cluster, item.value) for item in one.evidence if POOL in item.value}
        told = {cluster for cluster, _ in seen}
        assert told == ({"west"} if name == "by its configuration alone" else {"west", "east"})
    other = {**facts("west", pool="dev-shop-1.svc.id.goog"), **facts("east")}
    assert fleet(other, accounts, bindings) == ((), ())
    one_cluster = {**facts("west", pool=POOL, uid="same"), **facts("east", uid="same")}
    assert fleet(one_cluster, accounts, bindings) == ((), ())


def test_two_members_outside_of_gke_are_one_principal() -> None:
    bindings = [member(WEST), member(EAST)]
    (found,), _ = fleet(facts("west", "east"), [EAST, WEST], bindings)
    assert (found.severity, found.subject) == (Severity.MEDIUM, POOL)
    assert "its fleet (east, west by what pods say)" in found.detail


def test_a_cluster_on_gke_may_be_in_the_fleet_of_another_project() -> None:
    known = {**facts("west", pool="prod-shop-2.svc.id.goog"), **facts("east")}
    findings, _ = fleet(known, [WEST, EAST], [member(WEST), member(EAST)])
    assert [one.subject for one in findings] == [POOL]


def test_named_pools_are_forgotten_with_the_last_workload() -> None:
    named, one, other = NamedPools(), member(EAST), member(MAILER)
    assert named.change((), [one, other]) == {POOL}
    assert named.witnesses(POOL) == {"east": other}
    again = structs.replace(other, reason="as before")
    assert named.change([other], [again]) == {POOL}
    assert named.witnesses(POOL)["east"] is again
    assert named.change([again], ()) == {POOL}
    assert named.witnesses(POOL) == {"east": one}
    assert list(named) == [(POOL, "east")]
    assert named.change([one], [bound(EAST)]) == {POOL}
    assert (list(named), named.witnesses(POOL)) == ([], {})


def test_unread_accounts_of_a_pool_are_unknown() -> None:
    known = facts("west", "east", pool=POOL, unread={"serviceaccounts": "forbidden"})
    _, unknowns = fleet(known, [WEST], [bound(WEST)])
    assert {(one.cluster, one.rule) for one in unknowns} == {("west", "WI23"), ("east", "WI23")}


def signing(issuer: str, *kids: str) -> dict[str, Any]:
    return {"issuer": issuer, "key_ids": frozenset(kids)}


OTHER = "https://oidc.example.com/east"
ISSUERS: list[tuple[str, dict[str, Any], dict[str, Any], Severity | None]] = [
    ("apart", signing(PUBLIC, "a"), signing(OTHER, "b"), None),
    ("one issuer", signing(PUBLIC, "a"), signing(PUBLIC, "b"), Severity.HIGH),
    ("one key", signing(PUBLIC, "a", "b"), signing(OTHER, "b"), Severity.CRITICAL),
    ("both", signing(PUBLIC, "a"), signing(PUBLIC, "a"), Severity.CRITICAL),
    ("default", signing(DEFAULT, "a"), signing(DEFAULT, "b"), Severity.INFO),
    ("default and key", signing(DEFAULT, "a"), signing(DEFAULT, "a"), Severity.CRITICAL),
    ("nothing known", signing(""), signing(""), None),
    ("a slash apart", signing(PUBLIC, "a"), signing(f"{PUBLIC}/", "b"), None),
]


@pytest.mark.parametrize(("name", "west", "east", "severity"), ISSUERS, ids=[i[0] for i in ISSUERS])
def test_shared_issuers_and_keys(
    name: str, west: dict[str, Any], east: dict[str, Any], severity: Severity | None
) -> None:
    findings, unknowns = fleet({**facts("west", **west), **facts("east", **east)})
    assert [one.severity for one in findings] == ([severity] if severity else [])
    assert unknowns == ()
    for one in findings:
        assert (one.rule, one.cluster, one.peers) == ("WI42", "east", ("west",))
        read = [seen for seen in one.evidence if seen.object]
        assert {seen.cluster for seen in read} == {"west", "east"}
        assert all(seen.path in ("issuer", "keys[].kid") for seen in read)
    if name in ("one key", "both"):
        assert findings[0].title == "2 clusters accept tokens signed with the same key"
        assert ("same issuer" in findings[0].detail) is (name == "both")
        assert ("issuer of each" in findings[0].detail) is (name == "one key")
    same = {**facts("west", **{**west, "uid": "x"}), **facts("east", **{**east, "uid": "x"})}
    assert fleet(same) == ((), ())


@pytest.mark.parametrize("keys", ["a", "b"], ids=["one key", "one issuer"])
@pytest.mark.parametrize(("west", "kept"), [("eks", "west"), ("k3s", "east")])
def test_what_a_provider_keeps_may_stay(west: str, kept: str, keys: str) -> None:
    known = {
        **facts("west", provider=west, **signing(PUBLIC, "a")),
        **facts("east", provider="kubeadm", **signing(PUBLIC, keys)),
    }
    (finding,), _ = fleet(known)
    assert finding.remediation.startswith(f"1. leave {kept} as it is; ")
    other = {"west": "east", "east": "west"}[kept]
    assert f" {other}" in finding.remediation.splitlines()[0]


@pytest.mark.parametrize(
    "issuer",
    [DEFAULT, "https://kubernetes.default.svc", "https://kubernetes.default",
     "kubernetes/serviceaccount", "https://kubernetes.default.svc.corp.example"],
)  # fmt: skip
def test_default_issuers_are_shared_by_chance(issuer: str) -> None:
    known = {**facts("west", **signing(issuer, "a")), **facts("east", **signing(issuer, "b"))}
    assert fleet(known)[0][0].severity is Severity.INFO
    (wanting,), _ = fleet(known, [held("west")])
    assert wanting.severity is Severity.LOW
    assert "west/prod/shop" in wanting.detail


@pytest.mark.parametrize(("key", "what"), [("a", "keys"), ("b", "issuer")])
def test_clusters_that_may_be_one_are_unknown(key: str, what: str) -> None:
    known = {
        **facts("west", **signing(PUBLIC, "a")),
        **facts("east", uid="", **signing(PUBLIC, key)),
    }
    findings, (unknown,) = fleet(known)
    assert findings == ()
    assert (unknown.cluster, unknown.rule) == ("east", "WI42")
    assert f"have the same {what}" in unknown.reason
    third = {**known, **facts("south", **signing(PUBLIC, "a"))}
    assert fleet(third)[0][0].severity is Severity.CRITICAL


def test_unread_issuers_are_unknown() -> None:
    known = facts("west", "east", unread={"oidc-issuer": "forbidden", "oidc-keys": "forbidden"})
    findings, unknowns = fleet(known)
    assert findings == ()
    assert len(unknowns) == 4
    assert fleet(facts("west", unread={"oidc-issuer": "forbidden"})) == ((), ())
