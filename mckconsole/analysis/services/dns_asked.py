"""What the clusters say of one service in some dialects, as far as DNS answers depend on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mckconsole.analysis.services.model import (
    Dialect,
    Export,
    Import,
    Part,
    Port,
    RemoteEndpoints,
    ServiceKey,
    Surroundings,
)
from mckconsole.domain import wording

_MAX_LISTED = 4
"""How many clusters or addresses one answer names."""


class Asked:
    """What the clusters say of the service in some dialects."""

    __slots__ = (
        "around", "dialects", "exports", "imports", "key", "parts", "refused", "remote", "unread",
    )  # fmt: skip

    def __init__(
        self,
        key: ServiceKey,
        parts: Mapping[str, Part],
        around: Surroundings,
        dialects: frozenset[Dialect],
    ) -> None:
        self.key, self.parts, self.around, self.dialects = key, parts, around, dialects
        self.exports: dict[str, Export] = {}
        self.refused: list[str] = []
        self.imports: list[tuple[str, Import]] = []
        self.remote: list[tuple[str, RemoteEndpoints]] = []
        self.unread: list[str] = []
        for name, part in parts.items():
            for export in part.exports:
                if export.dialect not in dialects:
                    continue
                if _is_refused(export):
                    self.refused.append(name)
                else:
                    self.exports[name] = export
            self.imports += [
                (name, one) for one in part.imports if one.dialect in dialects and not one.source
            ]
            self.remote += [(name, one) for one in part.remote if one.dialect in dialects]
            if part.unknown and not part.involved:
                self.unread.append(name)

    @property
    def headless(self) -> bool:
        """Whether it is headless: as imports say, else as the first exporter's Service is."""
        for _, one in self.imports:
            if one.headless is not None:
                return one.headless
        services = (self.parts[name].service for name in self.exports)
        return any(service is not None and service.headless for service in services)

    @property
    def ports(self) -> list[Port]:
        """Named ports, of imports or else of exporters; in a fixed order."""
        ports = {port for _, one in self.imports for port in one.ports}
        if not ports:
            services = (self.parts[name].service for name in self.exports)
            ports = {port for service in services if service for port in service.ports}
        return sorted(port for port in ports if port.name)

    def ready(self) -> tuple[int, list[str], list[str]]:
        """(ready endpoints, clusters that have some, clusters of which that is not known)."""
        total, having, unknown = 0, list[str](), list[str]()
        for name in self.exports:
            backends = self.parts[name].backends
            if backends is None:
                unknown += [name] if self.parts[name].unknown else []
            elif backends.ready:
                total += backends.ready
                having.append(name)
        for cluster, one in self.elsewhere().items():
            total += one.ready
            having += [cluster] if one.ready else []
        return total, having, unknown

    def elsewhere(self) -> dict[str, RemoteEndpoints]:
        """Endpoints of clusters that do not say themselves that they export it, once each."""
        found: dict[str, RemoteEndpoints] = {}
        for _, one in self.remote:
            cluster = self.around.cluster_of(one.source) or one.source
            if cluster and cluster not in self.exports and cluster not in found:
                found[cluster] = one
        return found

    def addresses(self) -> list[tuple[str, str]]:
        """(cluster, address of its Service) of clusters that are answered with."""
        found: list[tuple[str, str]] = []
        for name, export in self.exports.items():
            part = self.parts[name]
            if part.backends is not None and not part.backends.ready:
                continue
            address = export.address or (part.service.cluster_ip if part.service else "")
            if address:
                found.append((name, address))
        for cluster, one in self.elsewhere().items():
            if one.ready:
                found += [(cluster, address) for address in sorted(one.addresses)[:1]]
        return found

    def ids(self) -> Iterator[tuple[str, str]]:
        """(exporting cluster, its id as this service's objects write it)."""
        written = dict.fromkeys(
            [
                *(source for _, one in self.imports for source in one.sources),
                *(one.source for _, one in self.remote if one.source),
            ]
        )
        by_cluster = {self.around.cluster_of(one) or one: one for one in reversed(written)}
        for name in self.exports:
            facts = self.around.clusters.get(name)
            known = sorted(facts.ids) if facts else []
            fallback = name if name in known or not known else known[0]
            yield name, by_cluster.pop(name, fallback)
        yield from reversed(by_cluster.items())

    def nothing(self) -> str:
        """Why there is no answer."""
        if self.unread:
            return f"not known: {listed(self.unread)} could not be read"
        if not self.exports:
            waiting = f", and the export of {listed(self.refused)} waits or is refused"
            return f"nothing: no cluster exports it{waiting if self.refused else ''}"
        return "nothing: no exporting cluster has a ready endpoint"


def _is_refused(export: Export) -> bool:
    """Whether its own controller says that other clusters do not get it."""
    for one in export.conditions:
        if one.type in ("Valid", "Ready") and one.status == "False":
            return True
        if one.type == "Conflict" and one.status == "True" and "TypeConflict" in one.reasons:
            return True
    return False


def listed(names: Iterable[str]) -> str:
    """The first few names, and how many more there are."""
    return wording.listed(names, _MAX_LISTED)
