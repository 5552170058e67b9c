"""What is behind a credential: places, proof, who wrote it, who can read it, who did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest

from mckconsole.analysis.engine import Analysis
from mckconsole.domain.access_log import AccessLog, LogFile, SecretAccess
from mckconsole.domain.findings import Severity
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.views.detail import (
    Block,
    Detail,
    FindingTarget,
    IdentityTarget,
    ObjectTarget,
    ReadersTarget,
    SecretTarget,
    WhoTarget,
)
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.secrets_detail import credential_detail
from mckconsole.views.secrets_reach import readers_detail
from mckconsole.views.secrets_targets import secret_detail
from mckconsole.views.spec import Role
from tests.unit.analysis.build import NOW, Doc
from tests.unit.views.documents import text_of
from tests.unit.views.fleetsecrets import (
    coverage,
    credential,
    exporter,
    finding,
    place,
    report,
    seen,
    some,
    waiver,
)
from tests.unit.views.test_identity_who import rbac

READ = rbac("Role", "read", "billing",
            rules=[{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}])  # fmt: skip
READERS = rbac(
    "RoleBinding",
    "readers",
    "billing",
    subjects=[
        {"kind": "User", "name": "alice"},
        {"kind": "ServiceAccount", "namespace": "billing", "name": "exporter"},
    ],
    roleRef={"kind": "Role", "name": "read"},
)


def block(detail: Detail, heading: str) -> Block:
    (found,) = [one for one in detail.blocks if one.heading == heading]
    return found


def first(*docs: Doc, log: AccessLog | None = None) -> Detail:
    found = some()
    detail = credential_detail(*seen(found, None, *docs, log=log), found.credentials[0].id)
    assert detail
    return detail


def targets(detail: Detail) -> set[type]:
    return {type(line.target) for part in detail.blocks for line in part.lines if line.target}


def test_the_heading_says_how_bad_how_sure_and_in_how_many_places() -> None:
    detail = first()
    assert detail.title == "AWS access key 7f3a·91c2"
    assert detail.words == "✖ critical  tier A  in 3 places, 2 clusters"
    assert detail.role is Role.CRITICAL
    head = "\n".join(line.text for line in detail.blocks[0].lines)
    assert "✖ key id and secret lie together" in head
    assert "account 000000000000 · begins AKIA · 17–32 characters, alphanumeric" in head
    assert "tier A, proven; secret beside it" in head


def test_every_place_opens_its_object_and_says_who_wrote_it_when() -> None:
    found = block(first(), "Where it lies")
    assert found.note == "3 places, 2 clusters"
    one, wrote, *_ = found.lines
    assert one.text == "aws-use1-1  Secret billing/s3-legacy  data['AWS_ACCESS_KEY_ID']"
    assert one.note == "214 d ago"
    assert isinstance(one.target, ObjectTarget)
    assert wrote.target is None, "one stop for each place"
    assert "written by kubectl-create Update at 20" in wrote.text
    assert wrote.text.endswith("owner: nobody known · object made 300 d ago")


def test_what_proves_it_is_said_of_each_place_where_it_is_not_the_same() -> None:
    found = some().credentials[0]
    first_place, *others = found.places
    other = msgspec.structs.replace(first_place.sighting, proof="checksum matches")
    places = (msgspec.structs.replace(first_place, sighting=other), *others)
    changed = replace(found, places=places)
    detail = credential_detail(*seen(report(changed)), changed.id)
    assert detail is not None
    proofs = [line.text.rpartition(" · ")[2] for line in block(detail, "Where it lies").lines[1::2]]
    assert proofs[:2] == ["checksum matches", "secret beside it"]


def test_links_lead_everywhere() -> None:
    assert targets(first()) >= {
        ObjectTarget, ReadersTarget, IdentityTarget, SecretTarget, FindingTarget
    }  # fmt: skip
    assert WhoTarget not in targets(first())


def test_who_can_read_is_counted_and_listed() -> None:
    found = some()
    key = found.credentials[0]
    fleet, analysis = seen(found, None, READ, READERS)
    detail = credential_detail(fleet, analysis, key.id)
    assert detail
    line = block(detail, "Who can read it").lines[0]
    assert "1 user, 1 service account (Kubernetes RBAC only)" in line.text
    other = block(detail, "Who can read it").lines[2]
    assert "? roles and bindings were not read" in other.text, "of a cluster whose RBAC is unknown"
    assert line.target == ReadersTarget(key.id, key.places[0].id)
    listed = readers_detail(fleet, analysis, ReadersTarget(key.id, key.places[0].id))
    assert listed
    text = text_of(listed)
    for words in ("User alice", "ServiceAccount billing/exporter", "Role billing/read rules[0]",
                  "certificates of the group system:masters"):  # fmt: skip
        assert words in text
    everywhere = readers_detail(fleet, analysis, ReadersTarget(key.id))
    assert everywhere
    assert everywhere.words == "3 objects · Kubernetes RBAC only"
    assert readers_detail(fleet, analysis, ReadersTarget("gone")) is None


def access(
    user: str, verb: str = "get", name: str = "s3-legacy", **changes: object
) -> SecretAccess:
    fields: dict[str, object] = {
        "count": 3,
        "first": NOW - 900,
        "last": NOW - 60,
        "addresses": ("192.0.2.7",),
        "agents": ("kubectl/v1.34",),
    }
    values = {**fields, **changes}
    return SecretAccess("aws-use1-1", user, verb, "billing", name, True, **values)  # type: ignore[arg-type]


def test_who_did_read_it_by_the_logs() -> None:
    file = LogFile("audit.log", "audit", 10, 3, 0, NOW - 3600, NOW)
    elsewhere = SecretAccess("aws-use1-1", "carol", "get", "shop", "other", True)
    log = AccessLog((access("alice"), access("bob", "list", ""), elsewhere), (file,))
    found = block(first(log=log), "Who did read it")
    assert found.note.startswith("logs from ")
    alice, bob = sorted(line.text for line in found.lines)
    assert "alice  get s3-legacy 3 times  from 192.0.2.7  kubectl/v1.34" in alice
    assert "▲ bob  list all of billing 3 times" in bob
    assert all(line.note for line in found.lines)


def test_logs_that_name_nobody_prove_nothing() -> None:
    cut = LogFile("falco.log", "falco", trouble="it ends in the middle of a line")
    found = block(first(log=AccessLog((), (cut,))), "Who did read it")
    assert found.note == "no event in the logs"
    assert "says nothing of other times" in found.lines[0].text
    assert "? falco.log: it ends in the middle" in found.lines[1].text
    assert not [one for one in first().blocks if one.heading == "Who did read it"]


def test_users_of_what_no_cloud_gives_need_no_identity_in_one() -> None:
    found = some().credentials[0]
    other = replace(found, rule="SEC-GITHUB-TOKEN")
    detail = credential_detail(*seen(report(other)), other.id)
    assert detail is not None
    lines = [line.text for line in block(detail, "Used by").lines]
    assert len(lines) == 2
    assert "no workload identity" not in " ".join(lines)


def test_users_say_whether_an_identity_could_replace_it() -> None:
    found = block(first(), "Used by")
    assert found.note == "2 workloads · i opens its identity"
    known, unknown = found.lines
    assert "has an identity: arn:aws:iam::000000000000:role/exporter (bound)" in known.text
    assert isinstance(known.target, IdentityTarget)
    assert "no workload identity of it is known" in unknown.text
    assert isinstance(unknown.target, ObjectTarget)
    assert unknown.target.ref.api_version == "apps/v1"


def test_a_workload_that_uses_it_in_several_ways_is_one_line() -> None:
    made = some().credentials[0]
    uses = [exporter(how=f"env V{number} in container app") for number in range(5)]
    known = exporter(made.consumers[0].binding, how="volume keys")
    detail = credential_detail(*seen(report(replace(made, consumers=(*uses, known)))), made.id)
    assert detail is not None
    found = block(detail, "Used by")
    assert found.note == "1 workload · i opens its identity"
    (line,) = found.lines
    assert "env V0 in container app; env V1 in container app; env V2 in" in line.text
    assert "and 3 more  has an identity: arn" in line.text
    assert isinstance(line.target, IdentityTarget)


def test_another_value_at_the_same_place_of_another_cluster() -> None:
    (line,) = block(first(), "At the same place elsewhere").lines
    assert line.text == "gcp-eu-1  Secret billing/s3-legacy  another value  1111·2222"
    assert isinstance(line.target, SecretTarget)


def test_what_is_waived_says_by_whom_everywhere() -> None:
    found = some()
    key = found.credentials[0]
    waived = {key.id: waiver()}
    fleet, analysis = seen(found, waived=waived)
    detail = credential_detail(fleet, analysis, key.id)
    assert detail
    assert detail.words.startswith("· waived: critical")
    assert detail.role is Role.DIM
    words = "waived until 2026-10-21 by team-billing: the vendor rotates it (SEC-1)"
    assert detail.blocks[0].lines[0].text == words
    assert words in block(detail, "Findings").lines[0].text
    own = finding_detail(fleet, analysis, key.id)
    assert own
    assert own.words == "· waived: critical"
    assert words in text_of(own)
    assert "credential AWS access key 7f3a·91c2" in text_of(own)


def group(by: str, row_id: str, waived: Mapping[str, object] | None = None) -> Detail:
    detail = secret_detail(*seen(some()), SecretTarget(by, row_id))
    assert detail
    return detail


def test_a_cluster_says_how_far_it_was_looked_at() -> None:
    detail = group("cluster", "gcp-eu-1")
    text = text_of(detail)
    for words in ("metadata only", "12 Secrets, 40 other objects", "--scan-values does that",
                  "2 objects could only be read in part", "⊘ vault", "AWS access key",
                  "GitHub token", "alice listed all Secrets"):  # fmt: skip
        assert words in text, words
    closed = group("cluster", "aks-weu-1")
    assert closed.words == "⊘ forbidden"
    assert "? not known: not read" in text_of(closed)
    assert "? secrets: forbidden" in text_of(closed)
    whole = group("cluster", "aws-use1-1")
    assert (whole.words, whole.role) == ("values", Role.CRITICAL)


def test_a_namespace_an_owner_and_a_place() -> None:
    detail = group("namespace", "gcp-eu-1/billing")
    assert detail.words == "✖ critical 1 of 2"
    assert "1111·2222" in text_of(detail)
    closed = group("namespace", "gcp-eu-1/vault")
    assert "? Secrets of vault could not be read: forbidden" in text_of(closed)
    assert closed.words == "⊘ forbidden"
    assert group("namespace", "aks-weu-1/").title == "aks-weu-1"
    assert group("owner", "Helm release exporter").words == "✖ critical"
    assert group("place", some().credentials[0].places[1].id).title == "AWS access key 7f3a·91c2"


@pytest.mark.parametrize(
    "target",
    [
        SecretTarget("credential", "gone"),
        SecretTarget("place", "gone"),
        SecretTarget("cluster", "gone"),
        SecretTarget("namespace", "gone/gone"),
        SecretTarget("owner", "gone"),
        SecretTarget("certificate", "gone"),
    ],
    ids=lambda target: target.by,
)
def test_what_is_gone_has_no_document(target: SecretTarget) -> None:
    assert secret_detail(*seen(some()), target) is None


def test_many_places_are_counted_not_all_listed() -> None:
    key = credential(*(place(name=f"secret-{n:03}") for n in range(200)))
    fleet, analysis = seen(report(key))
    detail = credential_detail(fleet, analysis, key.id)
    assert detail
    assert "and 160 more: v lists all, by place" in text_of(detail)
    assert "and 192 objects more: w shows all" in text_of(detail)


def lines_of(fleet: FleetSnapshot, analysis: Analysis, row_id: str) -> list[str]:
    detail = credential_detail(fleet, analysis, row_id)
    assert detail
    return [line.text for part in detail.blocks for line in part.lines]


def test_an_object_that_holds_two_places_is_named_once_for_its_readers() -> None:
    key = credential(place(), place(key="other"), place(name="b"))
    found = seen(report(key))
    detail = credential_detail(*found, key.id)
    assert detail
    assert len(block(detail, "Who can read it").lines) == 2
    assert len([one for one in lines_of(*found, key.id) if "written by" in one]) == 3


def test_what_to_do_is_that_of_all_its_findings() -> None:
    old = finding(rule="SEC-AGE", severity=Severity.MEDIUM, title="not written for 214 d")
    key = credential(related=(old,), consumers=(exporter(),))
    detail = credential_detail(*seen(report(key, covered=[coverage("aws-use1-1")])), key.id)
    assert detail
    assert "delete secret s3-legacy" in text_of(detail)
    assert [one.heading for one in detail.blocks][-2:] == ["What to do", "Evidence"]
