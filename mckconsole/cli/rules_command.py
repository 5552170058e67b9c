"""`mckconsole rules [ID]`: what the rules read, why they matter and what to do."""

from __future__ import annotations

import difflib
from argparse import Namespace
from collections.abc import Iterator

from mckconsole.analysis.rules import RULES
from mckconsole.cli.errors import UsageError
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.output import Look, look, write
from mckconsole.domain.findings import Rule
from mckconsole.report.grid import grid
from mckconsole.report.jsonout import to_json
from mckconsole.report.prose import labelled
from mckconsole.report.spans import Line, Span, paint
from mckconsole.views.spec import Cell, Column, Row

_COLUMNS = (
    Column("id", "rule"),
    Column("severity", "severity"),
    Column("pane", "pane", priority=1),
    Column("title", "title"),
)


def run(arguments: Namespace) -> int:
    """Print all rules, or one in full.

    Raises:
        UsageError: there is no such rule; it names the nearest ones.
    """
    chosen = [_find(arguments.rule)] if arguments.rule else list(RULES.values())
    if arguments.format == "json":
        write(to_json([_data(rule) for rule in chosen]))
        return ExitCode.DONE
    seen = look()
    lines = _one(chosen[0], seen) if arguments.rule else _all(chosen, seen)
    write(paint(lines, colour=seen.colour))
    return ExitCode.DONE


def _find(name: str) -> Rule:
    rule = RULES.get(name.upper())
    if rule is None:
        near = difflib.get_close_matches(name.upper(), RULES, n=3, cutoff=0.4)
        hint = f"; did you mean {' or '.join(near)}?" if near else "; `mckconsole rules` lists them"
        raise UsageError(f"there is no rule {name}{hint}")
    return rule


def _all(rules: list[Rule], seen: Look) -> Iterator[Line]:
    rows = [
        Row(
            rule.id,
            {
                "id": Cell(rule.id),
                "severity": Cell(rule.severity.value),
                "pane": Cell(rule.pane),
                "title": Cell(rule.title),
            },
        )
        for rule in rules
    ]
    return grid(_COLUMNS, rows, width=seen.width)


def _one(rule: Rule, seen: Look) -> Iterator[Line]:
    yield [Span(rule.id, "heading"), Span(f"  {rule.title}")]
    for name, text in (
        ("severity", rule.severity.value),
        ("pane", rule.pane),
        ("reads", ", ".join(rule.reads)),
        ("why", rule.explanation),
        ("do", rule.remediation),
        ("source", rule.source),
    ):
        yield from labelled(name, text, seen.width or 100, room=10, label_role="heading")


def _data(rule: Rule) -> dict[str, object]:
    return {
        "id": rule.id,
        "pane": rule.pane,
        "title": rule.title,
        "severity": rule.severity.value,
        "reads": list(rule.reads),
        "explanation": rule.explanation,
        "remediation": rule.remediation,
        "source": rule.source,
    }
