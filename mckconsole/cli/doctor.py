"""`mckconsole doctor`: how each cluster is reached, what may be read there, and what is missing."""

from __future__ import annotations

import asyncio
import time
from argparse import Namespace
from itertools import chain

from mckconsole.cli import loop
from mckconsole.cli.diagnosis import Diagnosis
from mckconsole.cli.doctor_json import as_data
from mckconsole.cli.doctor_text import as_lines
from mckconsole.cli.exit_codes import ExitCode
from mckconsole.cli.output import look, say, write
from mckconsole.cli.target import opened
from mckconsole.report.jsonout import to_json
from mckconsole.report.spans import paint
from mckconsole.sources.prometheus import ProbeResult, PrometheusSource
from mckconsole.store.checkup import Scope, examine_all
from mckconsole.store.contact import connecting
from mckconsole.views.panes import CONSOLE_TOPICS


def run(arguments: Namespace) -> int:
    """Examine every cluster and print the diagnosis.

    Raises:
        UsageError, ConfigError: as their documentation says.
    """
    diagnosis = loop.run(_diagnose(arguments))
    if arguments.format == "json":
        write(to_json(as_data(diagnosis)))
    else:
        seen = look()
        write(paint(as_lines(diagnosis, seen.width), colour=seen.colour))
    status = judge(diagnosis)
    if status is ExitCode.INCOMPLETE:
        say("not everything can be read (exit 4); the lines `do` say what helps")
    elif status is ExitCode.NO_CLUSTER:
        say("no cluster can be read (exit 3)")
    return status


def judge(diagnosis: Diagnosis) -> ExitCode:
    """NO_CLUSTER when none can be read, INCOMPLETE when anything is missing."""
    checkups = diagnosis.checkups
    if not any(found.state.readable for found in checkups):
        return ExitCode.NO_CLUSTER
    probes = chain.from_iterable(diagnosis.probes.values())
    fine = all(found.healthy for found in checkups) and all(probe.ok for probe in probes)
    return ExitCode.DONE if fine else ExitCode.INCOMPLETE


async def _diagnose(arguments: Namespace) -> Diagnosis:
    async with opened(arguments) as target:
        names = [endpoint.name for endpoint in target.inventory.endpoints]
        sources = [PrometheusSource(one, names) for one in target.config.prometheus]
        scope = Scope(
            topics=CONSOLE_TOPICS,
            deadline=arguments.timeout,
            connect=connecting(target.config),
            late="see --timeout",
            scan_values=tuple(target.config.audit.scan_values),
        )
        checkups, results = await asyncio.gather(
            examine_all(target.inventory.endpoints, scope, places=target.config.connections),
            asyncio.gather(*map(_probe, sources)),
        )
        probes: dict[str, list[ProbeResult]] = {name: [] for name in names}
        for source, result in zip(sources, results, strict=True):
            for name in source.covered:
                probes[name].append(result)
        return Diagnosis(
            at=time.time(),
            config_file=target.config_file,
            kubeconfigs=target.inventory.files,
            problems=target.inventory.problems,
            checkups=checkups,
            probes=probes,
        )


async def _probe(source: PrometheusSource) -> ProbeResult:
    try:
        return await source.probe()
    finally:
        await source.close()
