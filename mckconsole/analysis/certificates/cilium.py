"""What renews Cilium's own certificates: certgen in a CronJob, or nothing.

Helm alone (`method=helm`) makes them once and renews them only when somebody upgrades. certgen
makes leaves anew at each run and leaves the authority as it is. Sources: Cilium's Helm chart
(clustermesh.apiserver.tls.auto, hubble.tls.auto), cilium/certgen; rancher/rke2#10807.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from mckconsole.analysis.certificates.certmanager import day
from mckconsole.analysis.certificates.matrix import DAY, Dates, Renewal
from mckconsole.analysis.certificates.reading import Reading
from mckconsole.analysis.certificates.schedule import longest_period
from mckconsole.domain.findings import Evidence
from mckconsole.domain.identity import CronJob
from mckconsole.domain.objects import Key
from mckconsole.domain.times import parse_rfc3339

AUTHORITY = "cilium-ca"
LATE = 1.5
"""Periods within which the job must have run."""
_MESH = "clustermesh-apiserver-generate-certs"
_HUBBLE = "hubble-generate-certs"
_JOBS = (
    (re.compile(r"clustermesh-apiserver-(server|admin|client|remote|local)-certs?"), _MESH),
    (re.compile(r"hubble-(server|relay-client|relay-server|ui-client|metrics-server)-certs"),
     _HUBBLE),
)  # fmt: skip


def job_of(name: str) -> str:
    """The CronJob that makes Cilium's Secret of that name; empty for none of its."""
    return next((job for pattern, job in _JOBS if pattern.fullmatch(name)), "")


def by_cron_job(reading: Reading, key: Key, dates: Dates | None) -> Renewal | None:
    """How certgen renews a Secret of Cilium's; None for what is none of its."""
    name = job_of(key[1])
    if not name:
        return None
    where = (key[0], name)
    job = reading.cron_job(where)
    if job is None:
        if blind := reading.blind("cronjobs", where):
            why = f"whether CronJob {name} renews it is not known: {blind}"
            return Renewal(None, why=why)
        why = f"CronJob {key[0]}/{name} is not there: Helm made it once, an upgrade makes it anew"
        return Renewal(False, why=why, fix=_by_helm(reading, name))
    proof = tuple(_shown(reading, where, job))
    if doubt := reading.doubt("cronjobs", where):
        return Renewal(None, why=doubt, proof=proof)
    if job.spec.suspend:
        return Renewal(False, why=f"CronJob {key[0]}/{name} is suspended", proof=proof,
                       fix=_resume(reading, where))  # fmt: skip
    return _running(reading, where, job, dates, proof)


def _running(
    reading: Reading, key: Key, job: CronJob, dates: Dates | None, proof: tuple[Evidence, ...]
) -> Renewal:
    words = f"CronJob {key[0]}/{key[1]}"
    fix = reading.kubectl(
        f"create job {shlex.quote(key[1][:40] + '-now')} --from={shlex.quote('cronjob/' + key[1])}",
        key[0],
    )
    period = longest_period(job.spec.schedule)
    if period is None:
        why = f"how often {words} runs cannot be told from its schedule"
        return Renewal(None, why=why, proof=proof, fix=fix)
    last = parse_rfc3339(job.status.last_successful_time)
    since = parse_rfc3339(job.metadata.creation_timestamp) if last is None else last
    failing = ""
    if dates is not None and dates.life <= period:
        failing = f"it lasts {dates.life / DAY:.0f} days, and {words} runs every {period / DAY:.0f}"
    elif since is None:
        failing = f"{words} has never run to a good end"
    due = None if since is None else since + LATE * period
    late = f"{words} has not run to a good end since {day(since)}" if since is not None else ""
    evidence = f"{words} renews it every {period / DAY:.0f} days at most"
    return Renewal(True, evidence, "", due, failing, due, late, proof, fix)


def _shown(reading: Reading, key: Key, job: CronJob) -> Iterator[Evidence]:
    yield reading.seen("cronjobs", key, "spec.schedule", job.spec.schedule or "(none)")
    if job.spec.suspend:
        yield reading.seen("cronjobs", key, "spec.suspend", "true")
    last = job.status.last_successful_time or "(never)"
    yield reading.seen("cronjobs", key, "status.lastSuccessfulTime", last)


def _by_helm(reading: Reading, job: str) -> str:
    part = "hubble.tls.auto" if job == _HUBBLE else "clustermesh.apiserver.tls.auto"
    context = shlex.quote(reading.cluster.context or reading.name)
    return (
        f"helm --kube-context {context} -n kube-system upgrade cilium cilium/cilium --reuse-values "
        f"--set {part}.method=cronJob"
    )


def _resume(reading: Reading, key: Key) -> str:
    patch = shlex.quote('{"spec":{"suspend":false}}')
    return reading.kubectl(f"patch cronjob {shlex.quote(key[1])} -p {patch}", key[0])
