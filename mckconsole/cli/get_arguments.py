"""Arguments of `mckconsole get`. Imports argparse and nothing of ours that costs time."""

from __future__ import annotations

import argparse

FORMATS = ("table", "json", "csv", "markdown")


def add_get(parser: argparse.ArgumentParser) -> None:
    """What is looked at; which fleet, the format and the outcome are as for a report."""
    parser.add_argument(
        "kind",
        metavar="KIND",
        help="plural, singular, short name or kind, with its group where that is not clear:"
        " pods, deploy, certificates.cert-manager.io",
    )
    parser.add_argument(
        "places",
        nargs="*",
        metavar="NAMESPACE[/NAME]",
        help="only in these namespaces; with a name only what is called so, or nearly",
    )
    parser.add_argument(
        "-n",
        "--namespace",
        metavar="NAME",
        action="append",
        default=[],
        help="only in this namespace; may be given several times",
    )
    parser.add_argument("-l", "--selector", metavar="SELECTOR", help="only with these labels")
    parser.add_argument("--field-selector", metavar="SELECTOR", help="only with these fields")
    parser.add_argument("--filter", metavar="TEXT", help="as typed behind `/`: docs/filter.md")
    parser.add_argument("--sort", metavar="COLUMN", help="order by a column; default: worst first")
    parser.add_argument("--reverse", action="store_true", help="with --sort: the other way round")
