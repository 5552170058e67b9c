"""A report of an audit made by hand: waivers, coverage, certificates, and text that attacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from mckconsole.analysis.certificates.model import CertificateEntry, CertPlace, Verdict
from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.domain.waivers import Waiver
from mckconsole.report.coverage import UNASKED_VALUES, Answer, Asked
from mckconsole.report.document import Document
from tests.unit.report.examples import DOWN, NOW, SLOW, document

KEY = ObjectRef("v1", "Secret", "billing", "exporter-env")
COPY = ObjectRef("v1", "ConfigMap", "billing", "exporter")
LEAK = Finding(
    rule="SEC-AWS-ACCESS-KEY",
    pane="secrets",
    severity=Severity.HIGH,
    cluster="west",
    object=KEY,
    title="AWS access key in 2 places",
    detail="Both hold the same key.",
    evidence=(
        Evidence("kubernetes", "west", KEY, "data['id']", "20 characters", NOW - 4),
        Evidence("kubernetes", "west", KEY, "metadata.managedFields", "by kubectl", NOW - 9),
        Evidence("kubernetes", "東-1", COPY, "data['env'] › dotenv ID", "20 characters", NOW),
    ),
    remediation="1. kubectl --context west -n billing delete secret exporter-env\n2. Revoke it.",
    peers=("東-1",),
)
ENDS = replace(LEAK, rule="CERT-EXPIRES", title="ends in 6 days", peers=(), severity=Severity.LOW)
WAIVER = Waiver(
    "CERT-*", "platform@example.com", date(2026, 12, 31), "Taken down then.",
    reference="RISK-118", place="waivers.yaml:12",
)  # fmt: skip


def asked(cluster: str, topic: str, answer: Answer, reason: str = "") -> Asked:
    whole = answer.whole
    return Asked(
        cluster, topic, ("secrets",), "kubernetes", topic, "metadata", answer, reason,
        7 if whole else None, 0, NOW - 5 if whole else None,
    )  # fmt: skip


COVERAGE = (
    asked("west", "secrets", Answer.FORBIDDEN, "secrets is forbidden"),
    asked("west", "configmaps", Answer.NOT_ASKED, UNASKED_VALUES),
    asked("東-1", "secrets", Answer.ANSWERED),
    asked("東-1", "configmaps", Answer.NOT_ASKED, UNASKED_VALUES),
    replace(asked("東-1", "issuers", Answer.PARTIAL, "a/b: spec"), objects=3, in_part=1),
)


def certificate(verdict: Verdict, days: float | None) -> CertificateEntry:
    after = None if days is None else NOW + days * 86400
    return CertificateEntry(
        verdict.value, "west", CertPlace.TLS_SECRET, KEY, "data['tls.crt'][0]", "shop.example.com",
        verdict, "because", NOW - 1e6, after, automated=None if days is None else False,
    )  # fmt: skip


CERTIFICATES = (
    certificate(Verdict.CRITICAL, -3.2),
    certificate(Verdict.WARN, 60),
    certificate(Verdict.PASS, 4000),
    certificate(Verdict.UNKNOWN, None),
)


def audit() -> Document:
    """A whole one."""
    base = document(findings=(DOWN, LEAK, SLOW, ENDS))
    modes = ("metadata", "values")
    return replace(
        base,
        clusters=tuple(replace(c, mode=m) for c, m in zip(base.clusters, modes, strict=True)),
        waived={ENDS.id: WAIVER},
        notes=("waivers.yaml:20: the waiver of SEC-* by jo matches nothing that was found",),
        coverage=COVERAGE,
        certificates=CERTIFICATES,
    )


def hostile(text: str) -> Document:
    """One in which everything that a cluster or a waiver's author may say is `text`."""
    ref = ObjectRef(text or "v1", text, text, text)
    seen = Evidence("kubernetes", text, ref, text, text, NOW)
    bare = Evidence("prometheus", text, None, text, text, NOW)
    finding = replace(
        LEAK, cluster=text, object=ref, title=text, detail=f"{text} ", evidence=(seen, bare),
        remediation=f"{text}\n{text}", peers=(text,), subject=text,
    )  # fmt: skip
    base = audit()
    whole = asked(text, text, Answer.STALE, text)
    return replace(
        base,
        clusters=tuple(
            replace(one, name=text, context=text, server=text, reason=text, version=text,
                    provider=text, warnings=(text,))
            for one in base.clusters
        ),
        findings=(finding, replace(finding, rule="CERT-EXPIRES")),
        unknowns=(Unknown("secrets", text, "*", text), Unknown("mesh", "", "MESH-DOWN", text)),
        waived={finding.id: replace(WAIVER, owner=text, reason=text, reference=text, place=text)},
        notes=(text,),
        coverage=(whole, replace(whole, resource=text, topic=f"{text}2")),
        certificates=tuple(
            replace(one, cluster=text, object=ref, path=text, name=text, reason=text,
                    automation=text, used_by=(text,))
            for one in CERTIFICATES
        ),
    )  # fmt: skip


ATTACKS = (
    "<script>alert(1)</script>", "</style><script>", "\"><img src=//e.example onerror=x>",
    "' onmouseover='x", "<!--", "]]>", "&lt;b&gt;", "javascript:x", "[x](http://e.example)",
    "\\[x\\](1)", "[a\\](b)](c)", "{0}", "{{0}}", "![x](//e.example/p)", "a|b", "`a`|b", "```\n#",
    "=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-1+1", "\t=1", "\r\n=1", "- item", "1. item", "***",
    "---", "===", "# head", "> quote", "@team", "www.e.example", "..", ".", "/", "http://e.example",
    "\x1b]52;c;x\x07", "\u202e", "\x00", "", " ", "a/../b", "%2e%2e",
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.text(alphabet="`|\\*_[](){}<>#!~&:/@.\"'=+- a1\n\t", max_size=30),
    st.sampled_from(ATTACKS),
)
"""Text that a cluster could hold, as if nobody had cleaned it; decoding leaves no surrogates."""
