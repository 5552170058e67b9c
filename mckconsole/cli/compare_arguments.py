"""Arguments of the comparisons between clusters. Imports argparse and nothing that costs time."""

from __future__ import annotations

import argparse


def add_drift(parser: argparse.ArgumentParser) -> None:
    """`mckconsole drift KIND [NAMESPACE …]`."""
    _add_kind(parser)
    parser.add_argument(
        "namespaces", nargs="*", metavar="NAMESPACE", help="only these; all when none is named"
    )
    parser.add_argument(
        "-l", "--selector", metavar="LABELS", default="", help="only objects with these labels"
    )
    _add_missing(parser, "list objects that some clusters do not have, and count them as drift")
    parser.add_argument(
        "--all", action="store_true", help="list all objects, those that are equal too"
    )


def add_diff(parser: argparse.ArgumentParser) -> None:
    """`mckconsole diff KIND [NAMESPACE/]NAME`."""
    _add_kind(parser)
    parser.add_argument("object", metavar="[NAMESPACE/]NAME", help="the object")
    _add_missing(parser, "count it as a difference that a cluster does not have it")
    parser.add_argument(
        "--full", action="store_true", help="list all fields, those that are equal too"
    )


def _add_kind(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "kind", metavar="KIND", help="deploy, cm, any kind, plural, short name or custom resource"
    )


def _add_missing(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--missing", action="store_true", help=words)
