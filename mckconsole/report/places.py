"""Where a finding was seen: its evidence gathered by object, its own object first."""

from __future__ import annotations

from dataclasses import dataclass

from mckconsole.domain.findings import Evidence, Finding, ObjectRef


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen in one object of one cluster, or beside all objects."""

    cluster: str
    object: ObjectRef | None
    evidence: tuple[Evidence, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """Cluster, namespace, kind and name, those that there are; `inventory` for none."""
        ref = self.object
        parts = (self.cluster, ref.namespace, ref.kind, ref.name) if ref else (self.cluster,)
        return tuple(part for part in parts if part) or ("inventory",)

    @property
    def observed_at(self) -> float | None:
        """Unix seconds of its newest observation; what we worked out later makes it no newer."""
        direct = [one.observed_at for one in self.evidence if one.source != "derived"]
        return max(direct or [one.observed_at for one in self.evidence], default=None)

    @property
    def facts(self) -> str:
        """`path = value` of each observation, on one line."""
        return "; ".join(f"{one.path} = {one.value}" for one in self.evidence)


def places(finding: Finding) -> tuple[Seen, ...]:
    """Every object that the evidence names, each once; the finding's own even without evidence.

    What was seen in the finding's cluster without an object is about the finding's own.
    """
    found: dict[tuple[str, ObjectRef | None], list[Evidence]] = {
        (finding.cluster, finding.object): []
    }
    for one in finding.evidence:
        beside = one.object is None and one.cluster == finding.cluster
        about = finding.object if beside else one.object
        found.setdefault((one.cluster, about), []).append(one)
    return tuple(Seen(cluster, ref, tuple(seen)) for (cluster, ref), seen in found.items())
