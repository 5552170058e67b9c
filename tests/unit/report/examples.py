"""A small report made by hand, with every kind of content a real one has."""

from __future__ import annotations

from mckconsole.domain.findings import Evidence, Finding, ObjectRef, Severity, Unknown
from mckconsole.report.document import ClusterEntry, Document, PaneTable
from mckconsole.views.spec import BLANK, Cell, Column, Role, Row

NOW = 1_785_574_800.0  # 2026-08-01T09:00:00Z

GATEWAY = ObjectRef("submariner.io/v1", "Gateway", "submariner-operator", "gw-a")

DOWN = Finding(
    rule="MESH-DOWN",
    pane="mesh",
    severity=Severity.CRITICAL,
    cluster="west",
    object=GATEWAY,
    title="The tunnel to east is down",
    detail="The gateway cannot ping 10.1.2.1.",
    evidence=(
        Evidence("kubernetes", "west", GATEWAY, "status.connections[0].status", "error", NOW - 4),
        Evidence("prometheus", "east", None, "submariner_connections", "1", NOW - 11),
    ),
    remediation="Open UDP 4500 between the gateways.",
    peers=("east",),
)
SLOW = Finding(
    rule="MESH-SLOW",
    pane="mesh",
    severity=Severity.MEDIUM,
    cluster="east",
    object=None,
    title="The tunnel to west is slow",
    detail="",
    evidence=(Evidence("derived", "east", None, "average round trip", "612 ms", NOW),),
    remediation="",
)

COLUMNS = (
    Column("cluster", "cluster"),
    Column("state", "state"),
    Column("nodes", "nodes", align="right", priority=1),
    Column("note", "note", priority=2),
)

ROWS = (
    Row(
        "west",
        {
            "cluster": Cell("west", value="west"),
            "state": Cell("✖ unreachable: timeout", Role.CRITICAL, "unreachable"),
            "nodes": BLANK,
            "note": Cell("nothing answered", Role.DIM),
        },
        (DOWN.id,),
    ),
    Row(
        "東-1",
        {
            "cluster": Cell("東-1", value="東-1"),
            "state": Cell("● ready", Role.OK, "ready"),
            "nodes": Cell("12/12", Role.OK, 12),
            "note": Cell("", value=float("nan")),
        },
    ),
)


def document(
    *,
    findings: tuple[Finding, ...] = (DOWN, SLOW),
    rows: tuple[Row, ...] = ROWS,
    unknowns: tuple[Unknown, ...] = (Unknown("mesh", "west", "*", "gateways: forbidden"),),
    warnings: tuple[str, ...] = ("TLS verification is off",),
) -> Document:
    return Document(
        generated_at=NOW,
        clusters=(
            ClusterEntry(
                "west",
                "west-ctx",
                "https://west",
                "unreachable",
                "timeout",
                "",
                "",
                None,
                warnings,
            ),
            ClusterEntry(
                "東-1", "east", "https://east/k8s", "ready", "", "v1.36.1", "eks", NOW, ()
            ),
        ),
        findings=findings,
        unknowns=unknowns,
        panes=(
            PaneTable(
                "fleet",
                "Fleet",
                "2 clusters, 1 unreachable",
                COLUMNS,
                rows,
                "" if rows else "No cluster: name a kubeconfig.",
            ),
        ),
    )
