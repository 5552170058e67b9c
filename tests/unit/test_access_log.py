"""Audit logs and Falco's output: every form, each request once, and nothing of what they hold."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mckconsole.domain.access_log import AccessLog, SecretAccess
from mckconsole.sources import access_log, access_log_sums
from mckconsole.sources.access_log import LogSource, read_access_logs
from mckconsole.sources.access_log_observed import Observed, Place
from mckconsole.sources.access_log_records import Records
from tests.net.cluster import endpoint

CANARY = "never-to-be-seen-again"
CLUSTERS = [
    endpoint("https://east", name="east"),
    endpoint("https://gke", name="gke_shop_europe-west1_west"),
    endpoint("https://eks", name="arn:aws:eks:eu-central-1:000000000000:cluster/pay"),
]


def event(**changes: Any) -> dict[str, Any]:
    """One event of an audit log, with what nobody may see of it."""
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": "1",
        "stage": "ResponseComplete",
        "requestURI": "/api/v1/namespaces/shop/secrets/db",
        "verb": "get",
        "user": {
            "username": "system:serviceaccount:ci:deployer",
            "groups": ["system:serviceaccounts"],
            "extra": {"authentication.kubernetes.io/pod-name": ["runner-1"]},
        },
        "sourceIPs": ["203.0.113.9", "10.0.0.7"],
        "userAgent": "kubectl/v1.33",
        "objectRef": {"resource": "secrets", "namespace": "shop", "name": "db"},
        "responseStatus": {"code": 200},
        "responseObject": {"data": {"password": CANARY}},
        "requestReceivedTimestamp": "2026-11-01T10:00:00.123456Z",
        "stageTimestamp": "2026-11-01T10:00:00.200000Z",
        **changes,
    }


SEEN = SecretAccess(
    cluster="east",
    user="system:serviceaccount:ci:deployer",
    verb="get",
    namespace="shop",
    name="db",
    allowed=True,
    first=1793527200.123456,
    last=1793527200.123456,
    addresses=("10.0.0.7",),
    agents=("kubectl/v1.33",),
    pod="ci/runner-1",
)


async def read(path: Path, *, falco: bool = False, cluster: str = "east") -> AccessLog:
    source = LogSource(path, "falco" if falco else "audit", cluster)
    return await read_access_logs([source], CLUSTERS)


async def read_text(path: Path, text: str, **options: Any) -> AccessLog:
    path.write_text(text)  # noqa: ASYNC240 - a test's own small file
    return await read(path, **options)


def lines(*events: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in events)


async def test_an_event_becomes_a_sum_without_any_value(tmp_path: Path) -> None:
    log = await read_text(tmp_path / "a", lines(event()))
    assert log.accesses == (SEEN,)
    (file,) = log.files
    assert (file.lines, file.events, file.skipped, file.trouble) == (1, 1, 0, "")
    assert CANARY not in repr(log)


async def test_stages_and_copies_of_a_request_count_once(tmp_path: Path) -> None:
    received = event(stage="RequestReceived", responseStatus=None)
    watch = event(auditID="2", verb="watch", stage="ResponseStarted")
    text = lines(received, event(), event(), watch, {**watch, "stage": "ResponseComplete"})
    log = await read_text(tmp_path / "a", text)
    assert [(one.verb, one.count) for one in log.accesses] == [("get", 1), ("watch", 1)]
    assert (log.files[0].events, log.files[0].skipped) == (2, 0)


async def test_equal_accesses_are_added_up(tmp_path: Path) -> None:
    many = [
        event(
            auditID=str(number),
            sourceIPs=[f"10.0.0.{number}"],
            requestReceivedTimestamp=f"2026-11-01T10:00:{number:02}Z",
        )
        for number in range(9)
    ]
    (one,) = (await read_text(tmp_path / "a", lines(*many))).accesses
    assert (one.count, one.first, one.last) == (9, 1793527200.0, 1793527208.0)
    assert one.addresses == tuple(f"10.0.0.{number}" for number in range(4, 9))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"responseStatus": {"code": 403}}, {"allowed": False}),
        ({"responseStatus": {"code": 401}}, {"allowed": False}),
        ({"userAgent": "mckconsole/1.0"}, {"own": True, "agents": ("mckconsole/1.0",)}),
        (
            {"impersonatedUser": {"username": "jane"}},
            {"user": "jane", "impersonated_by": "system:serviceaccount:ci:deployer"},
        ),
        ({"user": {"username": "jane\x1b[2J"}}, {"user": "jane‹1B›[2J", "pod": ""}),
        ({"sourceIPs": None}, {"addresses": ()}),
        ({"objectRef": {"resource": "secrets"}}, {"namespace": "", "name": ""}),
    ],
)
async def test_what_an_event_says(
    changes: dict[str, Any], expected: dict[str, Any], tmp_path: Path
) -> None:
    (found,) = (await read_text(tmp_path / "a", lines(event(**changes)))).accesses
    assert {name: getattr(found, name) for name in expected} == expected


def gke(code: int, granted: bool = True) -> dict[str, Any]:
    return {
        "insertId": "1",
        "timestamp": "2026-11-01T10:00:00Z",
        "protoPayload": {
            "methodName": "io.k8s.core.v1.secrets.get",
            "resourceName": "core/v1/namespaces/shop/secrets/db",
            "authorizationInfo": [{"granted": granted}],
            "status": {"code": code},
        },
    }


def falco(code: str) -> dict[str, Any]:
    fields = {"ka.verb": "get", "ka.target.resource": "secrets", "ka.response.code": code}
    return {"rule": "K8s Secret Get Unsuccessfully Tried", "output_fields": fields}


@pytest.mark.parametrize(
    ("record", "allowed"),
    [
        *((event(responseStatus={"code": code}), []) for code in (404, 409, 422, 500, 504)),
        (event(responseStatus=None), []),
        (gke(0), [True]),
        (gke(7), [False]),
        (gke(0, granted=False), [False]),
        (gke(5), []),
        (falco("403"), [False]),
        (falco("404"), []),
        (falco("<NA>"), []),
    ],
)
async def test_what_failed_otherwise_was_not_refused(
    record: dict[str, Any], allowed: list[bool], tmp_path: Path
) -> None:
    log = await read_text(tmp_path / "a", lines(record), falco="rule" in record)
    assert [one.allowed for one in log.accesses] == allowed
    assert log.files[0].skipped == 0


async def test_what_falco_does_not_know_is_nothing(tmp_path: Path) -> None:
    alert = falco("200")
    alert["output_fields"] |= dict.fromkeys(
        ("ka.user.name", "ka.impuser.name", "ka.useragent", "ka.target.namespace"), "<NA>"
    )
    (one,) = (await read_text(tmp_path / "a", lines(alert), falco=True)).accesses
    assert (one.user, one.impersonated_by, one.agents, one.namespace) == ("", "", (), "")


async def test_what_is_about_something_else_only_says_what_the_file_covers(tmp_path: Path) -> None:
    others = [
        event(objectRef={"resource": "pods"}, requestReceivedTimestamp="2026-11-01T09:00:00Z"),
        event(objectRef={"resource": "secrets", "apiGroup": "example.org"}),
        event(objectRef=None),
    ]
    log = await read_text(tmp_path / "a", lines(*others))
    assert (log.accesses, log.files[0].events, log.files[0].skipped) == ((), 0, 0)
    assert (log.files[0].first, log.files[0].last) == (1793523600.0, 1793527200.123456)


async def test_mixed_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    text = f"""I1101 10:00:00 klog line
{{"level":"info","msg":"another log's JSON"}}
2026-11-01T10:00:00Z stdout F {json.dumps(event())}
{{"kind":"Event","auditID":

{json.dumps(event(auditID="2"))[:200]}"""
    log = await read_text(tmp_path / "a", text)
    assert log.accesses == (SEEN,)
    assert (log.files[0].lines, log.files[0].skipped) == (5, 4)


AKS_ID = (
    "/SUBSCRIPTIONS/0/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/EAST"
)
AKS = {
    "category": "kube-audit",
    "resourceId": AKS_ID,
    "properties": {"log": json.dumps(event()), "stream": "stdout", "pod": "kube-apiserver"},
}
KLOG = {**AKS, "properties": {"log": "I1101 10:00:00 trace.go:219] Trace\n"}}
CLOUDWATCH = {
    "messageType": "DATA_MESSAGE",
    "logGroup": "/aws/eks/pay/cluster",
    "logStream": "kube-apiserver-audit-0",
    "logEvents": [{"id": "0", "timestamp": 0, "message": json.dumps(event())}],
}


@pytest.mark.parametrize(
    ("text", "cluster", "skipped"),
    [
        (lines({"kind": "EventList", "items": [event()]}), "", 0),
        (lines(AKS, KLOG), "east", 1),
        (lines({"records": [AKS, KLOG]}), "east", 0),
        (json.dumps({"records": [AKS, KLOG]}, indent=2), "east", 1),
        (lines(CLOUDWATCH), CLUSTERS[2].name, 0),
        (json.dumps({"events": [{"message": json.dumps(event())}]}, indent=4), "", 0),
        (json.dumps([event()]), "", 0),
    ],
)
async def test_forms_of_the_clouds(text: str, cluster: str, skipped: int, tmp_path: Path) -> None:
    log = await read_text(tmp_path / "a", text, cluster="")
    assert [one.cluster for one in log.accesses] == [cluster]
    assert (log.accesses[0].verb, log.accesses[0].name) == ("get", "db")
    assert log.files[0].skipped == skipped


def entry(**changes: Any) -> dict[str, Any]:
    """A LogEntry of GKE."""
    payload = {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "methodName": "io.k8s.core.v1.secrets.get",
        "resourceName": "core/v1/namespaces/shop/secrets/db",
        "authenticationInfo": {"principalEmail": "jane@example.org"},
        "authorizationInfo": [{"granted": True, "permission": "io.k8s.core.v1.secrets.get"}],
        "requestMetadata": {"callerIp": "10.0.0.7", "callerSuppliedUserAgent": "mckconsole/1"},
        "response": {"data": {"password": CANARY}},
        **changes,
    }
    labels = {"cluster_name": "west", "project_id": "shop", "location": "europe-west1"}
    return {
        "protoPayload": payload,
        "insertId": "x",
        "resource": {"type": "k8s_cluster", "labels": labels},
        "timestamp": "2026-11-01T10:00:00.123456789Z",
    }


async def test_entries_of_gke_as_lines_and_as_an_array(tmp_path: Path) -> None:
    listed = entry(
        methodName="io.k8s.core.v1.secrets.list",
        resourceName="core/v1/secrets",
        status={"code": 7},
    )
    listed["insertId"] = "y"
    other = entry(methodName="io.k8s.core.v1.pods.get", resourceName="core/v1/namespaces/a/pods/b")
    entries = [entry(), entry(), listed, other]
    as_lines = await read_text(tmp_path / "a", lines(*entries), cluster="")
    as_array = await read_text(tmp_path / "b", json.dumps(entries, indent=2), cluster="")
    assert as_lines.accesses == as_array.accesses
    assert [
        (one.cluster, one.user, one.verb, one.namespace, one.name, one.allowed, one.count, one.own)
        for one in as_lines.accesses
    ] == [
        (CLUSTERS[1].name, "jane@example.org", "get", "shop", "db", True, 1, True),
        (CLUSTERS[1].name, "jane@example.org", "list", "", "", False, 1, True),
    ]
    assert CANARY not in repr(as_lines)


async def test_alerts_of_falco(tmp_path: Path) -> None:
    audited = {
        "time": "2026-11-01T10:00:00.000000000Z",
        "rule": "K8s Secret Get Successfully",
        "source": "k8s_audit",
        "output": CANARY,
        "output_fields": {
            "ka.user.name": "jane",
            "ka.verb": "get",
            "ka.target.resource": "secrets",
            "ka.target.namespace": "shop",
            "ka.target.name": "db",
            "ka.response.code": "200",
            "ka.cluster.name": "EAST",
            "ka.sourceips": "(10.0.0.1,10.0.0.7)",
        },
    }
    config_map = {
        **audited,
        "rule": "Create/Modify Configmap With Private Credentials",
        "output_fields": {"ka.verb": "create", "ka.target.resource": "configmaps"},
    }
    called = {
        "time": "2026-11-01T10:00:01Z",
        "rule": "Find AWS Credentials",
        "source": "syscall",
        "output_fields": {
            "k8s.ns.name": "shop",
            "k8s.pod.name": "web-1",
            "user.name": "root",
            "proc.cmdline": CANARY,
        },
    }
    other = {**called, "rule": "Terminal shell in container"}
    text = "Falco version: 0.41\n" + lines(audited, config_map, called, other)
    log = await read_text(tmp_path / "a", text, falco=True, cluster="")
    assert [
        (one.cluster, one.user, one.verb, one.namespace, one.name, one.pod, one.addresses)
        for one in log.accesses
    ] == [
        ("", "root", "Find AWS Credentials", "shop", "", "shop/web-1", ()),
        ("east", "jane", "get", "shop", "db", "", ("10.0.0.7",)),
    ]
    assert {one.source for one in log.accesses} == {"falco"}
    assert (log.files[0].skipped, log.files[0].events) == (1, 2)
    assert CANARY not in repr(log)


class TestGzip:
    async def test_several_members_and_padding(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gz"
        first, second = (gzip.compress(lines(event(auditID=one)).encode()) for one in "12")
        path.write_bytes(first + second + b"\0" * 512)
        (one,) = (await read(path)).accesses
        assert one.count == 2

    @pytest.mark.parametrize(
        ("cut", "trouble"),
        [
            (lambda data: data[:-20], "ends in the middle: it was cut"),
            (lambda data: data[:15] + b"\xff" * 30, "is no valid gzip from some place on"),
        ],
    )
    async def test_what_cannot_be_read_is_said(
        self, cut: Any, trouble: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.gz"
        path.write_bytes(cut(gzip.compress(lines(*[event()] * 50).encode())))
        (file,) = (await read(path)).files
        assert file.trouble == trouble

    async def test_a_bomb_is_only_long(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gz"
        path.write_bytes(gzip.compress(b" " * 40_000_000 + b"\n" + lines(event()).encode()))
        log = await read(path)
        assert (log.accesses, log.files[0].skipped) == ((SEEN,), 1)


@pytest.mark.parametrize(
    ("text", "falco", "trouble"),
    [
        ("", False, ""),
        ("a\nb\n", False, "none of its 2 lines is an event of an audit log"),
        (lines(event()), True, "none of its 1 line is an alert of Falco"),
        ("I0101 klog\n" + lines(event(objectRef={"resource": "pods"})), False, ""),
    ],
)
async def test_a_file_that_says_nothing_is_told(
    text: str, falco: bool, trouble: str, tmp_path: Path
) -> None:
    (file,) = (await read_text(tmp_path / "a", text, falco=falco)).files
    assert file.trouble == trouble


async def test_bytes_that_are_no_text_hide_nobody(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(lines(event(userAgent="AGENT")).encode().replace(b"AGENT", b"curl\xff"))
    (one,) = (await read(path)).accesses
    assert (one.user, one.agents) == (SEEN.user, ("curl\ufffd",))


async def test_what_could_not_be_kept_is_trouble_of_its_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (access_log, access_log_sums):
        monkeypatch.setattr(module, "MAX_SUMS", 2)
    texts = [lines(*(event(auditID=f"{n}{who}", user={"username": who}) for who in whose))
             for n, whose in enumerate(("ab", "cda", "ab"))]  # fmt: skip
    sources = []
    for number, text in enumerate(texts):
        (tmp_path / str(number)).write_text(text)
        sources.append(LogSource(tmp_path / str(number), "audit", "east"))
    log = await read_access_logs(sources, CLUSTERS)
    words = "more than 2 different accesses: 2 were not kept"
    assert [one.trouble for one in log.files] == ["", words, ""]
    assert sorted((one.user, one.count) for one in log.accesses) == [("a", 3), ("b", 2)]


def test_the_oldest_requests_are_forgotten_and_counted_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access_log_sums, "MAX_IDS", 3)
    sums = access_log_sums.Sums()
    told = [sums.add(Observed(1.0, SEEN, one), "east") for one in "abcadaba"]
    assert told == [True, True, True, False, True, True, True, False]


async def test_a_file_that_went_away_is_its_trouble(tmp_path: Path) -> None:
    (file,) = (await read(tmp_path / "gone")).files
    assert file.trouble == "cannot be read: No such file or directory"


def test_clusters_are_found_only_where_it_is_plain() -> None:
    from mckconsole.sources.access_log_clusters import ClusterNames

    two = [endpoint("https://a", name=f"gke_{one}_eu_west") for one in ("p1", "p2")]
    names = ClusterNames([*CLUSTERS, *two])
    assert names.find(Place("west")) == ""
    assert names.find(Place("west", "p2", "eu")) == "gke_p2_eu_west"
    assert names.find(Place("EAST")) == "east"
    assert names.find(Place("pay")) == CLUSTERS[2].name
    assert names.find(Place("ay")) == ""


@given(
    st.lists(
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=5) | st.integers(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=8,
        ).map(lambda value: {"a": value}),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 9),
    st.sampled_from([None, 1]),
    st.booleans(),
)
@settings(max_examples=150)
def test_documents_are_cut_where_their_elements_end(
    elements: list[dict[str, object]], step: int, indent: int | None, inside: bool
) -> None:
    document: object = {"events": elements} if inside else elements
    text = json.dumps(document, indent=1 if inside else indent).encode()
    text += b"\n" + b" " * 4096
    records = Records()
    found = [
        json.loads(record)
        for start in range(0, len(text), step)
        for record in records.feed(text[start : start + step])
    ]
    found += [json.loads(record) for record in records.end()]
    assert found == elements
    assert (records.count, records.skipped) == (len(elements), 0)
