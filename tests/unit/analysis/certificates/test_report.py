"""The report as a whole: in order, remembered, renewed as time passes, over several clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.analysis.certificates import held
from mckconsole.analysis.certificates.model import CertPlace, Verdict
from mckconsole.analysis.certificates.report import CertificatesMemory, analyse_certificates
from mckconsole.analysis.rules_certificates import CERTIFICATE_RULES
from mckconsole.analysis.unread import CONNECTING
from mckconsole.domain.findings import Severity
from mckconsole.domain.kinds import BY_TOPIC
from mckconsole.domain.snapshot import ClusterSnapshot, TopicView
from mckconsole.domain.states import ClusterState, TopicState
from tests.unit.analysis.build import cluster as plain_cluster
from tests.unit.analysis.build import unreachable
from tests.unit.analysis.certificates import build as b
from tests.unit.analysis.certificates.build import DAY, NOW, Made, make

TLS = CertPlace.TLS_SECRET
LEAF = make("web", names=("shop.example",), days=(-10, 100))


def _numbered(found: ClusterSnapshot) -> ClusterSnapshot:
    """As the store has it: content that does not change keeps its generation."""
    topics = {name: replace(view, generation=1) for name, view in found.topics.items()}
    return replace(found, topics=topics)


def _cluster(name: str, leaf: Made = LEAF, uid: str | None = None) -> ClusterSnapshot:
    east = b.cluster(name, [b.secret("web-tls")], uid=uid)
    return _numbered(b.looked(east, {("shop", "web-tls"): b.tls(leaf)}))


def test_nothing_is_said_where_nobody_asked() -> None:
    found, memory = analyse_certificates(
        b.fleet(plain_cluster("east")), CertificatesMemory(), b.POLICY
    )
    assert not [*found.entries, *found.findings, *found.unknowns]
    assert memory == CertificatesMemory()


@pytest.mark.parametrize("topic", ["nodes", "pods", "issuers"])
def test_what_can_be_read_no_more_is_said_at_once(topic: str) -> None:
    east = _cluster("east")
    _, memory = analyse_certificates(b.fleet(east), CertificatesMemory(), b.POLICY)
    closed = replace(
        TopicView(topic, TopicState.FORBIDDEN, f"listing {topic} is forbidden"), generation=1
    )
    east = replace(east, topics={**east.topics, topic: closed})
    found, _ = analyse_certificates(b.fleet(east, taken_at=NOW + 1), memory, b.POLICY)
    assert any(topic in one.reason for one in found.unknowns)


def test_what_did_not_change_is_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    east, west = _cluster("east"), _cluster("west", make("other", days=(-10, 100)))
    first, memory = analyse_certificates(b.fleet(east, west), CertificatesMemory(), b.POLICY)
    read: list[str] = []
    real = held.read_cluster

    def spy(cluster: ClusterSnapshot, *rest: object) -> held.Held:
        read.append(cluster.name)
        return real(cluster, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(held, "read_cluster", spy)
    again, memory = analyse_certificates(b.fleet(east, west, taken_at=NOW + 5), memory, b.POLICY)
    assert again is first
    assert read == []
    other = _cluster("west", make("third", days=(-10, 100)))
    changed, memory = analyse_certificates(b.fleet(east, other, taken_at=NOW + 6), memory, b.POLICY)
    assert read == ["west"]
    assert {one.name for one in changed.entries if one.place is TLS} == {"shop.example", "third"}
    _, memory = analyse_certificates(b.fleet(east, other, taken_at=NOW + 7), memory, b.STRICT)
    assert read == ["west", "east", "west"]


def test_evidence_is_dated_anew_one_cluster_at_a_time() -> None:
    both = (_cluster("east"), _cluster("west"))
    _, memory = analyse_certificates(b.fleet(*both), CertificatesMemory(), b.POLICY)
    now = NOW + held.DATED
    _, memory = analyse_certificates(b.fleet(*both, taken_at=now), memory, b.POLICY)
    assert sorted(one.at for one in memory.clusters.values()) == [NOW, now]


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (0, Verdict.WARN),
        (9.99, Verdict.WARN),
        (10.01, Verdict.FAIL),
        (70.01, Verdict.CRITICAL),
        (101, Verdict.CRITICAL),
    ],
)
@pytest.mark.parametrize("offset", [0.0, 3600.0, -3600.0])
def test_verdicts_follow_the_time_though_nothing_changes(
    days: float, verdict: Verdict, offset: float
) -> None:
    """The cluster's clock counts, and no verdict waits for another reason to look again."""
    east = replace(_cluster("east"), clock_offset=offset)
    start = NOW - offset
    _, memory = analyse_certificates(b.fleet(east, taken_at=start), CertificatesMemory(), b.POLICY)
    fresh = {name: replace(one, at=start + days * DAY) for name, one in memory.clusters.items()}
    memory = replace(memory, clusters=fresh)
    found, _ = analyse_certificates(b.fleet(east, taken_at=start + days * DAY), memory, b.POLICY)
    assert b.entry(found, TLS).verdict is verdict


def test_worst_first_and_findings_once() -> None:
    leaves = [make(f"l{end}", days=(-10, end)) for end in (300, -1, 20, 60, 95)]
    docs = [b.secret(f"s{n}") for n in range(len(leaves))]
    seen = {("shop", f"s{n}"): b.tls(leaf) for n, leaf in enumerate(leaves)}
    found = b.report(b.looked(b.cluster("east", docs), seen))
    assert [one.name for one in found.entries if one.place is TLS] == [
        "l-1", "l20", "l60", "l95", "l300",
    ]  # fmt: skip
    assert len({one.id for one in found.findings}) == len(found.findings)
    assert [one.severity for one in found.findings] == sorted(
        (one.severity for one in found.findings), key=lambda one: one.rank
    )


def test_one_key_in_two_clusters_is_one_finding_with_both_in_it() -> None:
    east, west = _cluster("east"), _cluster("west")
    found = b.report(west, east)
    one = b.finding(found, "CERT-SHARED-KEY")
    assert (one.cluster, one.peers) == ("east", ("west",))
    assert {each.cluster for each in one.evidence} == {"east", "west"}
    assert [one in each.findings for each in b.entries(found, TLS)] == [True, True]
    assert all(each.severity is Severity.MEDIUM for each in b.entries(found, TLS))


def test_two_contexts_of_one_cluster_share_nothing() -> None:
    found = b.report(_cluster("east", uid="u"), _cluster("west", uid="u"))
    assert "CERT-SHARED-KEY" not in b.rules(found)


def test_an_authority_is_shared_on_purpose() -> None:
    root = make("mesh", authority=True, days=(-10, 900))
    found = b.report(_cluster("east", root), _cluster("west", root))
    assert "CERT-SHARED-KEY" not in b.rules(found)


def test_a_cluster_that_could_not_be_read_is_unknown() -> None:
    found = b.report(_cluster("east"), unreachable("west"))
    assert [one.reason for one in found.unknowns if one.cluster == "west"] == ["timeout"]
    assert not [one for one in found.entries if one.cluster == "west"]


def test_why_a_cluster_cannot_be_read_is_said_as_it_is_now() -> None:
    known = CertificatesMemory()
    reasons = []
    for state, why in (
        (ClusterState.CONNECTING, "not tried yet"),
        (ClusterState.CONNECTING, "3 of 20 topics"),
        (ClusterState.UNREACHABLE, "timeout"),
        (ClusterState.UNREACHABLE, "connection refused"),
    ):
        west = replace(_numbered(b.cluster("west")), state=state, reason=why)
        found, known = analyse_certificates(b.fleet(west, taken_at=NOW), known, b.POLICY)
        reasons += [one.reason for one in found.unknowns]
    assert reasons == [CONNECTING, CONNECTING, "timeout", "connection refused"]


def test_why_a_topic_is_not_sure_is_said_without_how_long() -> None:
    east, known = _numbered(b.cluster("east")), CertificatesMemory()
    reasons, reports = [], []
    for why in ("no sign of life for 3 min", "no sign of life for 4 min", "connection lost"):
        lost = replace(east.topics["issuers"], state=TopicState.STALE, reason=why)
        now = replace(east, topics={**east.topics, "issuers": lost})
        found, known = analyse_certificates(b.fleet(now, taken_at=NOW), known, b.POLICY)
        reasons += [one.reason for one in found.unknowns]
        reports.append(found)
    assert reasons == [
        "issuers stale: no sign of life",
        "issuers stale: no sign of life",
        "issuers stale: connection lost",
    ]
    assert reports[1] is reports[0]


def test_what_nobody_may_list_is_said_once_with_its_topics() -> None:
    closed = dict.fromkeys(("issuers", "ingresses", "apiservices"), TopicState.FORBIDDEN)
    states = {**closed, "cronjobs": TopicState.UNREACHABLE}
    found = b.report(b.cluster("east", states=states))
    assert {(one.rule, one.reason) for one in found.unknowns} == {
        ("*", "issuers, apiservices, ingresses forbidden (`mckconsole doctor` says what to grant)"),
        ("CERT-EXPIRING", "cronjobs unreachable: cronjobs is unreachable in this test"),
    }


def test_one_topic_that_nobody_may_list_is_said_in_the_servers_words() -> None:
    found = b.report(b.cluster("east", states={"issuers": TopicState.FORBIDDEN}))
    (one,) = found.unknowns
    assert one.reason == "issuers forbidden: issuers is forbidden in this test"
    assert one.rule != "*"


def test_topics_with_one_reason_are_said_together() -> None:
    east = b.cluster("east")
    lost = {
        name: replace(east.topics[name], state=TopicState.STALE, reason="connection lost")
        for name in ("issuers", "nodes")
    }
    (one,) = b.report(replace(east, topics={**east.topics, **lost})).unknowns
    assert one.reason == "issuers, nodes stale: connection lost"


def test_a_cluster_that_went_away_keeps_what_was_seen_and_passes_nothing() -> None:
    east = b.with_server(b.cluster("east"), make("api", names=("api.example",)))
    gone = replace(
        east, state=ClusterState.UNREACHABLE, reason="timeout",
        server="https://a.eks.amazonaws.com",
    )  # fmt: skip
    one = b.entry(b.report(gone), CertPlace.API_SERVER)
    assert one.verdict is Verdict.UNKNOWN


def test_every_rule_reads_known_topics_and_every_finding_has_a_rule() -> None:
    ids = [one.id for one in CERTIFICATE_RULES]
    assert len(set(ids)) == len(ids)
    for one in CERTIFICATE_RULES:
        assert one.reads
        assert set(one.reads) <= set(BY_TOPIC)
        assert one.pane == "secrets"


_NAMES = st.sampled_from(["web-tls", "cilium-ca", "submariner-ipsec-psk", "cacerts", "x"])
_TYPES = st.sampled_from(["kubernetes.io/tls", "Opaque", ""])
_LEAVES = [
    make("a", names=("a.example", "10.0.0.1"), days=(-400, -1)),
    make("b", authority=True, days=(1, 4000)),
    make("c", days=(-4000, 4000), identifiers=False),
]
_CHAINS = st.lists(st.sampled_from(_LEAVES), max_size=4)


@given(st.lists(st.tuples(_NAMES, _TYPES, _CHAINS), max_size=5), st.booleans(), _CHAINS)
@settings(max_examples=60, deadline=None)
def test_whatever_lies_there_is_judged(
    secrets: Sequence[tuple[str, str, list[Made]]], values: bool, server: list[Made]
) -> None:
    docs = [b.secret(name, kind) for name, kind, _ in secrets]
    docs += [b.webhook(b.b64(*server)), b.ingress("a.example"), b.certificate()]
    east = b.with_server(b.cluster("east", docs), *server, client=server[0] if server else None)
    if values:
        seen = {("shop", name): b.tls(chain[0], *chain[1:]) for name, _, chain in secrets if chain}
        east = b.looked(east, seen)
    found = b.report(east)
    assert len({one.id for one in found.entries}) == len(found.entries)
    known = {one.id for one in CERTIFICATE_RULES}
    for one in found.findings:
        assert one.rule in known
        assert one.evidence
        assert one.remediation
    for entry in found.entries:
        assert set(entry.findings) <= set(found.findings)
        if entry.verdict is Verdict.PASS:
            assert entry.not_after is not None or entry.path == "data['psk']"
            assert entry.automated or entry.path == "data['psk']"
