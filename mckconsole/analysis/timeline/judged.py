"""Changes of what was judged: services and certificates, and the version of an API server.

While clusters are still being read for the first time, what is judged changes because more is
known, not because anything happened: nothing is told then, and afterwards compared from there on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mckconsole.analysis.certificates.model import CertificateEntry, Verdict
from mckconsole.analysis.services.model import FleetService, ServiceKey, ServiceState
from mckconsole.analysis.timeline.model import About, Entry, Sort, Tone
from mckconsole.domain.snapshot import FleetSnapshot
from mckconsole.domain.states import ClusterState

_UNSETTLED = (ClusterState.PENDING, ClusterState.CONNECTING)
_SERVICE_TONES = {
    ServiceState.BROKEN: Tone.BAD,
    ServiceState.DEGRADED: Tone.WARNING,
    ServiceState.UNKNOWN: Tone.UNKNOWN,
    ServiceState.OK: Tone.GOOD,
}
_VERDICT_TONES = {
    Verdict.CRITICAL: Tone.BAD,
    Verdict.FAIL: Tone.BAD,
    Verdict.WARN: Tone.WARNING,
    Verdict.UNKNOWN: Tone.UNKNOWN,
    Verdict.PASS: Tone.GOOD,
}
_Place = tuple[str, object, str, str]


@dataclass(slots=True)
class JudgedLog:
    """What was judged how, when it was looked at last."""

    settled: bool = False
    """Whether there is anything to compare with."""
    shown: tuple[object, object] = (None, None)
    """The services and certificates of the last look, by identity."""
    services: dict[ServiceKey, FleetService] = field(default_factory=dict)
    certificates: dict[_Place, CertificateEntry] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def look(
        self,
        fleet: FleetSnapshot,
        services: tuple[FleetService, ...],
        certificates: tuple[CertificateEntry, ...],
    ) -> Iterator[Entry]:
        """Entries of what is judged otherwise than it was."""
        yield from self._versions(fleet)
        if any(one.state in _UNSETTLED for one in fleet.clusters.values()):
            self.settled = False
            return
        if self.settled and self.shown[0] is services and self.shown[1] is certificates:
            return
        known = {one.key: one for one in services}
        placed = {_place(one): one for one in certificates}
        if self.settled:
            yield from self._services(known, fleet.taken_at)
            yield from self._certificates(placed, fleet.taken_at)
        self.settled, self.shown = True, (services, certificates)
        self.services, self.certificates = known, placed

    def _versions(self, fleet: FleetSnapshot) -> Iterator[Entry]:
        for name, cluster in fleet.clusters.items():
            version = cluster.version.git_version if cluster.version else ""
            before = self.versions.get(name, "")
            if version:
                self.versions[name] = version
            if version and before and before != version:
                what = f"{before} → {version}"
                about = About("cluster", name)
                yield _change(
                    name, f"{name} version", fleet.taken_at, Tone.PLAIN, what, "API server", about
                )

    def _services(self, known: dict[ServiceKey, FleetService], now: float) -> Iterator[Entry]:
        for key, one in known.items():
            before = self.services.get(key)
            if before is one or (before is not None and before.state is one.state):
                continue
            was = before.state.value if before else "not shared"
            tone = _SERVICE_TONES[one.state] if before else _unless_good(_SERVICE_TONES[one.state])
            what = f"{was} → {one.state.value}"
            yield _of_service(one, now, tone, what, one.reason)
        for key, one in self.services.items():
            if key not in known:
                yield _of_service(one, now, Tone.PLAIN, f"{one.state.value} → not shared", "")

    def _certificates(self, placed: dict[_Place, CertificateEntry], now: float) -> Iterator[Entry]:
        for place, one in placed.items():
            before = self.certificates.get(place)
            if before is None or before is one:
                continue
            if before.id != one.id and before.not_after != one.not_after:
                yield _of_certificate(one, now, Tone.PLAIN, "renewed")
            elif before.verdict is not one.verdict:
                what = f"{before.verdict.value} → {one.verdict.value}"
                yield _of_certificate(one, now, _VERDICT_TONES[one.verdict], what)


def _unless_good(tone: Tone) -> Tone:
    return Tone.PLAIN if tone is Tone.GOOD else tone


def _place(one: CertificateEntry) -> _Place:
    return (one.cluster, one.object, one.path, one.place.value)


def _of_service(one: FleetService, at: float, tone: Tone, what: str, why: str) -> Entry:
    key = str(one.key)
    about = About("service", key)
    return _change("", f"service {key}", at, tone, what, f"service {key}", about, why, one.parts)


def _of_certificate(one: CertificateEntry, at: float, tone: Tone, what: str) -> Entry:
    subject = f"certificate {one.name}"
    about = About("certificate", one.id)
    unique = f"certificate {one.object} {one.path}"
    return _change(one.cluster, unique, at, tone, what, subject, about, one.reason)


def _change(
    cluster: str,
    unique: str,
    at: float,
    tone: Tone,
    what: str,
    subject: str,
    about: About,
    detail: str = "",
    peers: Iterable[str] = (),
) -> Entry:
    return Entry(
        id=f"{cluster}\0{unique}\0{at!r}",
        at=at,
        first=at,
        cluster=cluster,
        sort=Sort.CHANGE,
        tone=tone,
        what=what,
        subject=subject,
        about=about,
        peers=tuple(peers),
        detail=detail,
    )
