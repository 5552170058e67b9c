"""The report as one HTML file for auditors: to be read, printed and kept.

It holds everything itself. Its own policy lets it run no script, load nothing and send nothing; the
one style sheet is allowed by its hash. Every text goes through `markup`, which escapes it.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

from mckconsole import __version__
from mckconsole.domain.findings import Severity
from mckconsole.domain.states import ClusterState
from mckconsole.domain.times import format_rfc3339
from mckconsole.report.document import ClusterEntry, Document
from mckconsole.report.html_audit import certificates, rules
from mckconsole.report.html_coverage import appendix, coverage
from mckconsole.report.html_findings import findings, unknowns, waivers
from mckconsole.report.html_style import CSS
from mckconsole.report.markup import Content, Html, el, joined, style, table, when
from mckconsole.report.summary import cluster_words, modes, verdict
from mckconsole.views.cells import CLUSTER_ROLES
from mckconsole.views.explain import count
from mckconsole.views.spec import GLYPHS, Role

TONES = {
    Role.OK: "ok",
    Role.WARN: "medium",
    Role.CRITICAL: "critical",
    Role.UNKNOWN: "unknown",
    Role.FORBIDDEN: "unknown",
    Role.CONNECTING: "unknown",
}


def render(document: Document, *, scope: str = "", demo: bool = False) -> str:
    """The whole page.

    Args:
        scope: which clusters and panes were asked for, in words.
        demo: the clusters are simulated, and the page says so.
    """
    parts = [
        ("clusters", "Clusters", _clusters(document)),
        ("coverage", "Coverage", coverage(document)),
        ("findings", "Findings", findings(document)),
        ("certificates", "Certificates", certificates(document)),
        ("unknowns", "Not known", unknowns(document)),
        ("waivers", "Waivers", waivers(document)),
        ("rules", "Rules", rules(document)),
        ("questions", "Every question", appendix(document)),
    ]
    shown = [(anchor, title, body) for anchor, title, body in parts if body is not None]
    main = [el("section", el("h2", title, id=anchor), body) for anchor, title, body in shown]
    contents = [el("li", el("a", title, href=f"#{anchor}")) for anchor, title, _ in shown]
    body = el(
        "body",
        el("header", *_cover(document, scope, demo), el("nav", el("ol", *contents)), cls="cover"),
        el("main", *main),
        el("footer", _promise(document)),
    )
    page = el(
        "html",
        el("head", *head(f"mckconsole report, {format_rfc3339(document.generated_at)}")),
        body,
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"


def head(title: str, css: str = CSS) -> Iterator[Html]:
    """The head of a page that may load and run nothing; `css` is the only style sheet."""
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    yield el("meta", charset="utf-8")
    yield el("meta", http_equiv="Content-Security-Policy", content=policy)
    yield el("meta", name="referrer", content="no-referrer")
    yield el("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield el("meta", name="generator", content=f"mckconsole {__version__}")
    yield el("title", title)
    yield style(css)


def _cover(document: Document, scope: str, demo: bool) -> Iterator[Html]:
    role, words = verdict(document)
    yield el("p", "mckconsole · read-only", cls="eyebrow")
    yield el("h1", "Report on the fleet")
    sign = GLYPHS.get(role, "")
    yield el("p", f"{sign} {words}", cls=f"verdict tone {TONES.get(role, 'info')}")
    if demo:
        yield el("p", "DEMO: simulated clusters on this machine", cls="demo")
    yield _tiles(document)
    read = sum(ClusterState(one.state).readable for one in document.clusters)
    audited = Counter(modes(one) for one in document.clusters if one.mode)
    facts = (
        ("Generated", when(document.generated_at)),
        ("Tool", f"mckconsole {__version__}"),
        ("Scope", scope),
        ("Clusters", f"{read} of {count(len(document.clusters), 'cluster')} read"),
        ("Secrets", ", ".join(f"{mode} in {number}" for mode, number in audited.items())),
    )
    pairs = (joined(el("dt", name), el("dd", value)) for name, value in facts if value)
    yield el("dl", *pairs, cls="facts")


def _tiles(document: Document) -> Html:
    counts = Counter(finding.severity for finding in document.counting)
    tiles = [(severity.value, severity.value, counts[severity]) for severity in Severity]
    tiles.append(("waived", "waived", len(document.waived)))
    tiles.append(("unknown", "not answered", len(document.unknowns)))
    return el(
        "ul",
        *(
            el("li", el("b", str(number)), words, cls=tone if number else f"{tone} none")
            for tone, words, number in tiles
        ),
        cls="tiles",
    )


def _clusters(document: Document) -> Html:
    heads = ("cluster", "state", "secrets", "version", "provider", "server", "last answer",
             "to know")  # fmt: skip
    rows = [_cluster(entry) for entry in document.clusters]
    return table("Every cluster of the inventory, readable or not.", heads, rows)


def _cluster(entry: ClusterEntry) -> tuple[Content, ...]:
    role = CLUSTER_ROLES[ClusterState(entry.state)]
    state = el(
        "span", f"{GLYPHS[role]} {cluster_words(entry)}", cls=f"tone {TONES.get(role, 'info')}"
    )
    return (
        entry.name,
        state,
        modes(entry),
        entry.version or "unknown",
        entry.provider or "unknown",
        el("span", entry.server, cls="path"),
        when(entry.as_of),
        "; ".join(entry.warnings),
    )


def _promise(document: Document) -> Html:
    audit = any(entry.mode for entry in document.clusters)
    values = " No value of a credential is in this file, nor a hash of one." if audit else ""
    return el(
        "p",
        "Made by reading only: nothing but GET and self-reviews of access was sent. Times are UTC;"
        f" those of evidence are by the clock of the server that said it.{values}",
    )
