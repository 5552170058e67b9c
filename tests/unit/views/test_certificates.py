"""Certificates as rows and documents: what is left, what renews them, what could not be seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from mckconsole.analysis.certificates.model import CertificateEntry, CertPlace, Verdict
from mckconsole.domain.states import ClusterState
from mckconsole.views import certificates as view
from mckconsole.views.certificate_detail import certificate_detail
from mckconsole.views.detail import Detail, ObjectTarget
from mckconsole.views.filter import parse_filter
from mckconsole.views.finding_detail import finding_detail
from mckconsole.views.secrets_spec import GROUPINGS
from mckconsole.views.secrets_targets import object_of
from mckconsole.views.spec import Role, Row
from tests.unit.views.fleetsecrets import (
    certificate,
    certificates,
    finding,
    issued,
    report,
    seen,
    waiver,
)

SPEC = GROUPINGS[-1]


def row_of(entry: CertificateEntry) -> Row:
    (row,) = view.certificate_rows(*seen(report(), certificates(entry)))
    return row


def text_of(detail: Detail | None) -> str:
    assert detail
    return "\n".join(line.text for block in detail.blocks for line in block.lines)


def test_a_certificate_that_is_well() -> None:
    row = row_of(certificate())
    assert {name: cell.text for name, cell in row.cells.items()} == {
        "verdict": "● pass",
        "name": "shop.example.com",
        "cluster": "aws-use1-1",
        "days": "200 d",
        "bar": "████▍░░░",
        "place": "Secret shop/tls",
        "automation": "Certificate shop/tls renews on 2026-12-01",
        "used": "Ingress shop/shop",
        "issuer": "CN=Example CA",
        "for": "TLS Secret",
        "key": "EC P-256",
        "reason": "renewed by itself",
        "path": "data['tls.crt'][0]",
    }
    assert (row.role, row.clusters, row.namespace) == (Role.OK, ("aws-use1-1",), "shop")


@pytest.mark.parametrize(
    ("days", "words", "bar"),
    [
        (365, "365 d", "████████"),
        (400, "400 d", "████████"),
        (182.5, "182 d", "████░░░░"),
        (12, "12 d", "▎░░░░░░░"),
        (0.5, "12 h", "▏░░░░░░░"),
        (0, "0 h", "░░░░░░░░"),
        (-0.25, "-6 h", "░░░░░░░░"),
        (-30, "-30 d", "░░░░░░░░"),
        (None, "? unknown", "–"),
    ],
)
def test_what_is_left(days: float | None, words: str, bar: str) -> None:
    row = row_of(certificate(days=days))
    assert (row.cells["days"].text, row.cells["bar"].text) == (words, bar)


@pytest.mark.parametrize(
    ("automation", "automated", "words", "role"),
    [
        ("Certificate shop/tls", True, "Certificate shop/tls", Role.PLAIN),
        ("", False, "nothing", Role.WARN),
        ("", None, "? unknown", Role.UNKNOWN),
    ],
)
def test_who_renews_it(automation: str, automated: bool | None, words: str, role: Role) -> None:
    cell = row_of(certificate(automation=automation, automated=automated)).cells["automation"]
    assert (cell.text, cell.role) == (words, role)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_word_and_a_role(verdict: Verdict) -> None:
    row = row_of(certificate(verdict=verdict))
    assert row.cells["verdict"].text.endswith(verdict.value.lower())
    assert (row.role is Role.OK) is (verdict is Verdict.PASS)


@pytest.mark.parametrize(
    ("change", "shown"),
    [({"names": ()}, True), ({}, False), ({"names": (), "authority": True}, False)],
)
def test_organizations_are_groups_of_a_client_alone(change: dict[str, Any], shown: bool) -> None:
    made = certificate()
    assert made.seen is not None
    own = msgspec.structs.replace(made.seen, organizations=("Example",), **change)
    found = certificates(replace(made, seen=own))
    detail = certificate_detail(*seen(report(), found), found.entries[0].id)
    assert ("groups" in text_of(detail)) is shown


def test_a_waived_one_is_shown_behind_the_others() -> None:
    found = issued()
    own = found.entries[0].findings[0]
    fleet, analysis = seen(report(), found, waived={own.id: waiver()})
    rows = view.certificate_rows(fleet, analysis)
    (row,) = [one for one in rows if one.finding_ids == (own.id,)]
    assert rows.index(row) == 2, "before what is well"
    assert row.cells["verdict"].text == "· waived: critical"
    assert row.cells["reason"].text.startswith("waived until")
    assert "1 waived" in view.certificate_summary(fleet, analysis)
    detail = certificate_detail(fleet, analysis, row.id)
    assert detail
    assert detail.words.startswith("· waived: critical")
    assert "by team-billing: the vendor rotates it" in text_of(detail)


def test_the_summary_counts_the_worst_first() -> None:
    line = view.certificate_summary(*seen(report(), issued()))
    assert line.startswith("4 certificates  ✖ 1 critical  ▲ 1 warn  ? 1 unknown  ● 1 pass")
    assert "--scan-values" in line


def test_an_empty_table_says_why() -> None:
    fleet, analysis = seen(report())
    assert "--scan-values" in view.empty(fleet, analysis)
    assert "no clusters" in view.empty(replace(fleet, clusters={}), analysis)
    name, one = next(iter(fleet.clusters.items()))
    waiting = replace(fleet, clusters={name: replace(one, state=ClusterState.CONNECTING)})
    assert "being read" in view.empty(waiting, analysis)
    dead = replace(fleet, clusters={name: replace(one, state=ClusterState.UNREACHABLE)})
    assert "no cluster could be read" in view.empty(dead, analysis)


def test_what_ends_soon_is_found_by_its_days() -> None:
    rows = view.certificate_rows(*seen(report(), issued()))
    for text, number in {"left<30d": 2, "left>30d": 1, "left<0": 1, "verdict:warn": 1,
                         "renewed:nothing": 1}.items():  # fmt: skip
        chosen = parse_filter(text, SPEC.columns)
        assert sum(map(chosen.matches, rows)) == number, text


def test_a_document_has_chain_names_key_and_users() -> None:
    entry = certificate()
    fleet, analysis = seen(report(), certificates(entry))
    detail = certificate_detail(fleet, analysis, entry.id)
    assert detail
    assert detail.words == "● pass  200 d left"
    text = text_of(detail)
    for words in ("subject   CN=shop.example.com", "www.shop.example.com", "key       EC P-256",
                  "belongs to it", "signed by the next", "Ingress shop/shop",
                  "Certificate shop/tls renews on 2026-12-01", "ends 2027-"):  # fmt: skip
        assert words in text, words
    assert object_of(analysis, "certificate", entry.id) == ObjectTarget(
        "aws-use1-1", entry.object or pytest.fail("it has one")
    )
    assert certificate_detail(fleet, analysis, "gone") is None


def test_a_document_says_what_nobody_saw() -> None:
    entry = certificate(days=None, seen=False, automation="", automated=None, used_by=(),
                        verdict=Verdict.UNKNOWN)  # fmt: skip
    detail = certificate_detail(*seen(report(), certificates(entry)), entry.id)
    text = text_of(detail)
    for words in ("when it ends could not be read", "whether anything does could not be read",
                  "--scan-values reads those in Secrets", "nobody that is known"):  # fmt: skip
        assert words in text


def test_of_a_connection_there_is_no_object() -> None:
    entry = certificate(object=None, path="", place=CertPlace.API_SERVER, days=-3)
    fleet, analysis = seen(report(), certificates(entry))
    assert object_of(analysis, "certificate", entry.id) is None
    row = row_of(entry)
    assert (row.cells["place"].text, row.namespace) == ("API server", "")
    detail = certificate_detail(fleet, analysis, entry.id)
    assert detail
    assert "ended 3 d ago" in detail.words
    assert "the connection shows it" in text_of(detail)


def test_a_finding_leads_to_its_certificate() -> None:
    own = finding(rule="CERT-EXPIRED", title="expired")
    entry = certificate(findings=(own,))
    text = text_of(finding_detail(*seen(report(), certificates(entry)), own.id))
    assert "certificate shop.example.com  aws-use1-1" in text
